"""Differences from lavaan's versions that are known, by cause.

docs/agreement.md has the numbers and the papers. A difference that no entry covers fails the tests.
Each entry names a number that shows it, and a test fails when that number no longer differs, so
that no entry outlives its cause.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from compare import ALL, NEW, OLD, ORDINAL, Difference, differences, has_reference, reference

from tpn_sem.fit import Fit

_SMALL = 1e-4
ERRORS = ("standard errors", "standardized all se", "standardized lv se", "standardized nox se")
LEAST_SQUARES = ("ULS", "ULSM", "ULSMV", "DWLS", "WLSM", "WLSMV")
LIKELIHOODS = ("logl", "unrestricted_logl", "aic", "bic", "bic2")
LISREL = ("gfi", "agfi", "pgfi", "gfi_lisrel", "agfi_lisrel")
COMPARATIVE_ROBUST = ("cfi_robust", "tli_robust", "nnfi_robust", "rni_robust")


@dataclass(frozen=True)
class Place:
    """A number of one case, and what was asked for there."""

    name: str
    kind: str
    item: Difference

    @property
    def what(self) -> str:
        """The number's name, as a parameter or a measure."""
        return self.item.what

    @property
    def options(self) -> dict:
        """The options of the case."""
        return ALL[self.name].get("options") or {}

    @property
    def estimator(self) -> str:
        """The estimator, as lavaan takes it by default."""
        return self.options.get("estimator", "WLSMV" if self.ordinal else "ML")

    @property
    def ordinal(self) -> bool:
        """Whether responses are ordered."""
        return self.name in ORDINAL

    @property
    def missing(self) -> str:
        """What is done about missing answers."""
        return self.options.get("missing", "listwise")

    @property
    def measure(self) -> str:
        """The fit measure's name, or nothing where the number is none."""
        return self.what if self.kind == "fit measures" else ""

    @property
    def observed(self) -> bool:
        """Whether the observed information was asked for."""
        return self.options.get("information") == "observed"


@dataclass(frozen=True)
class Known:
    """A cause of differences, the versions that have it, a number that shows it, what it covers."""

    cause: str
    versions: tuple[str, ...]
    witness: tuple[str, str, str]
    covers: Callable[[Place], bool]

    def __str__(self) -> str:
        return self.cause


def equates_groups(name: str) -> bool:
    """Whether a case holds parameters equal over groups."""
    rows = reference(name)["parameter_table"]
    group = {row["plabel"]: row["group"] for row in rows if row["plabel"]}
    labelled: dict[str, set[int]] = {}
    for row in rows:
        if row["label"] and row["group"]:
            labelled.setdefault(row["label"], set()).add(row["group"])
    across = any(len(groups) > 1 for groups in labelled.values())
    equal = [row for row in rows if row["op"] == "=="]
    return across or any(group.get(row["lhs"]) != group.get(row["rhs"]) for row in equal)


def has_means(name: str) -> bool:
    """Whether a case has a mean structure."""
    return any(row["op"] == "~1" for row in reference(name)["estimates"])


def _frees_intercepts(place: Place) -> bool:
    """Whether 0.7 frees later groups' intercepts: thresholds are equal there, intercepts not."""
    equal = place.options.get("group_equal") or []
    return place.ordinal and "thresholds" in equal and "intercepts" not in equal


def _by_group_sums(place: Place) -> bool:
    return "sampling_weights" in place.options and "group" in place.options


def _plain(place: Place) -> bool:
    return place.estimator in ("ULS", "DWLS")


def _inequality(place: Place) -> bool:
    kinds = (*ERRORS, "modification indices", "expected changes", "standardized changes")
    residuals = ("residuals normalized", "residuals standardized")
    return place.name == "hs_inequality_active" and place.kind in (*kinds, *residuals)


def _two_stage(place: Place, marks: tuple[str, ...]) -> bool:
    return "two_stage" in place.missing and any(mark in place.measure for mark in marks)


ALL_KNOWN = (
    Known(
        "gfi with missing answers or ordinal items: 0.7's is of chi-square, ours has none",
        (NEW,),
        ("hs_fiml", "fit measures", "gfi"),
        lambda p: (
            (p.ordinal or p.missing != "listwise")
            and p.measure.startswith(("gfi", "gfi_ci"))
            and "lisrel" not in p.measure
        ),
    ),
    Known(
        "gfi, active inequalities and nonlinear equalities: 0.7 has another residual test",
        (NEW,),
        ("hs_nonlinear_square", "fit measures", "gfi"),
        lambda p: (
            p.name.startswith(("hs_nonlinear_", "hs_inequality_active"))
            and p.measure.startswith("gfi")
            and "lisrel" not in p.measure
        ),
    ),
    Known(
        "LISREL's GFI with means: lavaan counts them among what is to be explained",
        (OLD, NEW),
        ("hs_cfa_means", "fit measures", "pgfi"),
        lambda p: not p.ordinal and p.measure in LISREL and has_means(p.name),
    ),
    Known(
        "LISREL's GFI with unstructured information: weighted at the sample's moments in lavaan",
        (OLD, NEW),
        ("hs_ml_unstructured", "fit measures", "pgfi"),
        lambda p: p.options.get("h1_information") == "unstructured" and p.measure in LISREL,
    ),
    Known(
        "standardised residuals: 0.6 leaves out that equal parameters hang on other groups, too",
        (OLD,),
        ("hs_metric", "residuals standardized", "x1~~x3"),
        lambda p: p.kind == "residuals standardized" and (p.observed or equates_groups(p.name)),
    ),
    Known(
        "Bartlett scores: lavaan leaves out observed outcomes of the factors",
        (OLD, NEW),
        ("hs_latent_predicts_observed", "scores Bartlett", "visual[2]"),
        lambda p: (p.name, p.kind) == ("hs_latent_predicts_observed", "scores Bartlett"),
    ),
    Known(
        "inequalities: 0.7 ends in a local minimum",
        (NEW,),
        ("hs_inequality_and_equality", "fit measures", "chisq"),
        lambda p: p.name == "hs_inequality_and_equality",
    ),
    Known(
        "inequalities: 0.7's errors and score tests ignore one that holds with equality",
        (NEW,),
        ("hs_inequality_active", "standard errors", "visual =~ x2 1"),
        _inequality,
    ),
    Known(
        "nox: 0.7 standardises random predictors, too",
        (NEW,),
        ("path_random_x", "standardized nox", "complaints ~~ complaints 1"),
        lambda p: p.kind.startswith("standardized nox") and "random_x" in p.name,
    ),
    Known(
        "scaling factor of the model: per parameter after equalities here, before them in lavaan",
        (OLD, NEW),
        ("hs_groups_mlr_scalar", "fit measures", "scaling_factor_h0"),
        lambda p: p.measure == "scaling_factor_h0",
    ),
    Known(
        "sampling weights that are not normalised: rows are counted here, weights in lavaan",
        (OLD, NEW),
        ("hs_mlr_weights_none", "fit measures", "ntotal"),
        lambda p: (
            p.options.get("sampling_weights_normalization") == "none"
            and p.measure in ("ntotal", "bic", "bic2")
        ),
    ),
    Known(
        "sampling weights in groups: normalised by group here and in 0.7, over all rows in 0.6",
        (OLD,),
        ("hs_mlr_weights_groups", "fit measures", "chisq"),
        lambda p: (
            _by_group_sums(p)
            and "sampling_weights_normalization" not in p.options
            and not p.ordinal
        ),
    ),
    Known(
        "sampling weights in groups of ordinal items: likewise",
        (OLD,),
        ("five_weights_groups_configural", "fit measures", "baseline_chisq"),
        lambda p: _by_group_sums(p) and p.ordinal and p.kind != "statistics",
    ),
    Known(
        "GLS with sampling weights: naive errors in 0.6, in 0.7 ours with another divisor",
        (OLD, NEW),
        ("hs_gls_weights", "standard errors", "visual =~ x2 1"),
        lambda p: p.name == "hs_gls_weights",
    ),
    Known(
        "sampling weights with MLM: frequencies in 0.6",
        (OLD,),
        ("hs_mlm_weights", "fit measures", "chisq_scaled"),
        lambda p: p.name == "hs_mlm_weights" and p.kind in (*ERRORS, "fit measures", "tests"),
    ),
    Known(
        "sampling weights with continuous WLSMV: frequencies in 0.6, another divisor in 0.7",
        (OLD, NEW),
        ("hs_wlsmv_weights", "fit measures", "chisq"),
        lambda p: p.name == "hs_wlsmv_weights",
    ),
    Known(
        "robust CFI of continuous WLSM and WLSMV: the plain one in lavaan, by case",
        (OLD, NEW),
        ("hs_wlsm", "fit measures", "cfi_robust"),
        lambda p: (
            not p.ordinal and p.estimator in ("WLSM", "WLSMV") and p.measure in COMPARATIVE_ROBUST
        ),
    ),
    Known(
        "Browne's tests with missing answers: the unrestricted information here",
        (NEW,),
        ("hs_fiml", "tests", "browne_residual_nt_model stat"),
        lambda p: p.missing != "listwise" and p.kind == "tests" and "browne" in p.what,
    ),
    Known(
        "robust CFI and RMSEA with missing answers: lavaan follows information and MLF",
        (OLD, NEW),
        ("hs_fiml_expected", "fit measures", "cfi_robust"),
        lambda p: (
            p.missing != "listwise"
            and p.measure.endswith("_robust")
            and (p.options.get("information") == "expected" or p.estimator == "MLF")
        ),
    ),
    Known(
        "robust CFI and RMSEA with missing answers: Wishart, weights, random predictors",
        (OLD, NEW),
        ("hs_fiml_wishart", "fit measures", "cfi_robust"),
        lambda p: (
            p.missing != "listwise"
            and p.measure.endswith("_robust")
            and (
                p.options.get("likelihood") == "wishart"
                or "random_x" in p.name
                or p.name == "hs_fiml_mlr_weights_groups"
            )
        ),
    ),
    Known(
        "fiml_x: 0.6's likelihoods are not given the predictors",
        (OLD,),
        ("hs_fiml_x_covariates", "fit measures", "logl"),
        lambda p: p.missing == "fiml_x" and p.measure in LIKELIHOODS,
    ),
    Known(
        "fiml_x: ours holds the baseline's predictors at their unrestricted moments",
        (OLD, NEW),
        ("growth_fiml_x_covariates_mlr", "fit measures", "baseline_chisq"),
        lambda p: p.measure.startswith("baseline") and p.missing == "fiml_x",
    ),
    Known(
        "ML with clusters: 0.6's test takes another information than MLR's",
        (OLD,),
        ("hs_ml_clusters", "fit measures", "chisq_scaled"),
        lambda p: (
            p.name in ("hs_ml_clusters", "two_level_ml_random_x", "skewed_fiml_ml_clusters")
            and p.kind in ("tests", "fit measures")
        ),
    ),
    Known(
        "ULS and DWLS, plain errors: 0.6 inverts the information as if they were efficient",
        (OLD,),
        ("hs_uls", "standard errors", "speed =~ x8 1"),
        lambda p: p.kind in ERRORS and _plain(p),
    ),
    Known(
        "ULS, continuous: chi-square is Browne's here and in 0.7, the minimum in 0.6",
        (OLD,),
        ("hs_uls", "fit measures", "chisq"),
        lambda p: p.kind == "fit measures" and _plain(p) and not p.ordinal,
    ),
    Known(
        "ULS, continuous: 0.7's chi-square is the minimum where test='standard' is asked for",
        (NEW,),
        ("hs_tests_browne_uls", "fit measures", "chisq"),
        lambda p: (p.name, p.kind) == ("hs_tests_browne_uls", "fit measures"),
    ),
    Known(
        "DWLS, continuous: 0.7's weight, and so its estimates, hang on the errors asked for",
        (NEW,),
        ("hs_dwls", "estimates", "visual =~ x2 1"),
        lambda p: p.estimator == "DWLS" and not p.ordinal,
    ),
    Known(
        "least squares: 0.6 gives the minimum a p value, though it has no chi-square distribution",
        (OLD,),
        ("five_wlsmv", "fit measures", "pvalue"),
        lambda p: (
            p.estimator in (*LEAST_SQUARES, "WLSMVS")
            and (
                p.measure in ("pvalue", "baseline_pvalue")
                or (p.kind == "tests" and p.what == "standard pvalue")
            )
        ),
    ),
    Known(
        "least squares with fixed predictors, continuous",
        (OLD, NEW),
        ("hs_covariates_wls_fixed_x", "fit measures", "chisq"),
        lambda p: (
            not p.ordinal
            and p.name.endswith("_fixed_x")
            and p.estimator in ("WLS", "WLSMV", "ULS", "ULSMV")
        ),
    ),
    Known(
        "ordinal items, equal thresholds: 0.7 frees later groups' intercepts, not latent means",
        (NEW,),
        ("five_groups_thresholds", "fit measures", "df"),
        lambda p: _frees_intercepts(p) and p.kind != "statistics",
    ),
    Known(
        "clusters with ordinal items: 0.6 leaves them out",
        (OLD,),
        ("five_clusters", "standard errors", "q6 | t4 1"),
        lambda p: (
            p.ordinal
            and "cluster" in p.options
            and p.kind not in ("statistics", "estimates", "standardized all", "r squared")
        ),
    ),
    Known(
        "robust CFI of ordinal items in groups: lavaan's baseline is not the sum of its groups",
        (OLD, NEW),
        ("five_groups_configural", "fit measures", "cfi_robust"),
        lambda p: p.ordinal and "group" in p.options and p.measure in COMPARATIVE_ROBUST,
    ),
    Known(
        "robust measures that lavaan lacks: restricted thresholds, covariates, mixed items",
        (OLD, NEW),
        ("mixed_wlsmv", "fit measures", "rmsea_robust"),
        lambda p: p.ordinal and p.measure.endswith("_robust") and math.isnan(p.item.theirs),
    ),
    Known(
        "robust measures of ordinal items with thresholds fixed",
        (OLD, NEW),
        ("three_fixed_thresholds", "fit measures", "rmsea_robust"),
        lambda p: p.ordinal and p.measure.endswith("_robust") and "fixed" in p.name,
    ),
    Known(
        "robust measures, thresholds equal over groups, theta: no paper covers them",
        (NEW,),
        ("five_groups_thresholds_loadings_intercepts_theta", "fit measures", "rmsea_robust"),
        lambda p: (
            p.ordinal
            and p.measure.endswith("_robust")
            and "thresholds" in (p.options.get("group_equal") or [])
            and p.options.get("parameterization") == "theta"
        ),
    ),
    Known(
        "robust RMSEA of ordinal items: divided by n here and in 0.7, by n less the groups in 0.6",
        (OLD,),
        ("three_wlsmv", "fit measures", "rmsea_robust"),
        lambda p: p.ordinal and p.measure.startswith("rmsea") and p.measure.endswith("_robust"),
    ),
    Known(
        "SRMR of ordinal items with predictors: 0.6 counts these as entries without a residual",
        (OLD,),
        ("mimic_wlsmv", "fit measures", "srmr"),
        lambda p: p.ordinal and p.measure.startswith(("rmr", "srmr", "crmr")),
    ),
    Known(
        "scales under theta, residual variances under delta: they follow from the rest",
        (OLD,),
        (
            "five_groups_thresholds_loadings_theta",
            "modification indices",
            "('q1', '~*~', 'q1', 'north')",
        ),
        lambda p: (
            p.kind in ("modification indices", "expected changes")
            and ("~*~" in p.what or "'|'" in p.what)
        ),
    ),
    Known(
        "means of ordinal items: lavaan lists a residual of zero, ours has none",
        (OLD, NEW),
        ("five_wlsmv", "residuals raw", "q1~1"),
        lambda p: p.ordinal and p.kind == "residuals raw" and math.isnan(p.item.ours),
    ),
    Known(
        "expected changes with ordinal items: n / (n - 1) times lavaan's",
        (OLD, NEW),
        ("five_wlsmv", "expected changes", "('f2', '=~', 'q4', '')"),
        lambda p: p.ordinal and p.kind == "expected changes",
    ),
    Known(
        "GFI with full information: that of complete data at the unrestricted moments here",
        (OLD, NEW),
        ("bfi_fiml", "fit measures", "pgfi"),
        lambda p: p.missing != "listwise" and p.measure in LISREL,
    ),
    Known(
        "two stages: 0.6's baseline leaves out that answers are missing",
        (OLD,),
        ("hs_two_stage", "fit measures", "baseline_chisq_scaling_factor"),
        lambda p: _two_stage(p, ("_scaled", "baseline", "robust", "scaling_factor")),
    ),
    Known(
        "two stages: the minimum is no likelihood, and has no information criteria here",
        (OLD, NEW),
        ("hs_two_stage", "fit measures", "logl"),
        lambda p: _two_stage(p, LIKELIHOODS),
    ),
    Known(
        "two stages: no likelihood here, as their fit does not maximise one",
        (NEW,),
        ("hs_two_stage", "fit measures", "logl"),
        lambda p: p.missing.find("two_stage") >= 0 and p.measure in LIKELIHOODS,
    ),
)


def causes(version: str, place: Place) -> list[Known]:
    """The known causes that cover a number's difference from one version."""
    return [known for known in ALL_KNOWN if version in known.versions and known.covers(place)]


def unexplained(name: str, kind: str, version: str, found: list[Difference]) -> list[Difference]:
    """Differences that no known cause covers."""
    return [item for item in found if not causes(version, Place(name, kind, item))]


def disagreements(
    name: str, fit: Fit, kind: str, version: str, tolerance: float, floor: float
) -> list[Difference]:
    """Numbers of one kind that differ by more than is allowed, for no known cause."""
    found = differences(name, fit, kind, version)
    left = unexplained(name, kind, version, found)
    return [item for item in left if item.relative(floor) > tolerance]


def still_differs(known: Known, fit: Fit) -> None:
    """Fail where the number that shows a known cause agrees with lavaan's."""
    name, kind, what = known.witness
    for version in known.versions:
        if not has_reference(name, version):
            continue
        found = [item for item in differences(name, fit, kind, version) if item.what == what]
        assert found, f"{known.cause}: {name} has no {what} among its {kind}"
        covered = any(known in causes(version, Place(name, kind, item)) for item in found)
        assert covered, f"{known.cause}: {what} of {name} is not covered"
        largest = max(item.relative(0.1) for item in found)
        message = f"{known.cause}: {what} of {name} agrees with {version}; take the entry out"
        assert not largest <= _SMALL, message
