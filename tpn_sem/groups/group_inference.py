"""Differences of groups: one estimate, interval and p-value each, and the rule that chose it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from ..arguments import as_names, checked
from ..drawing import Shown, Table
from ..errors import NotAvailableError, OptionError, TpnSemError, TpnSemWarning, choose
from ..estimation import Estimation
from ..estimation.standard_errors import cluster_parts
from ..fit import Fit
from ..model_fit.comparison import compare_estimations
from ..numerics import ADJUSTMENTS, Array, Mask, adjusted_p_values
from ..resampling import (
    Bootstrap,
    StudentisedPermutation,
    bootstrap,
    studentised_permutation,
)
from ..results import ScaledContrasts, against_zero, inference, scaled_contrasts
from .invariance import InvarianceLadder

PERMUTED = "studentised permutation of clusters"
CLUSTERED = "Student's t, clusters"
ROWS = "normal distribution, rows"
DIFFERENCE = "difference test, clusters"
ROW_DIFFERENCE = "difference test, rows"

_CR2 = 0.5
_LEVEL = 0.05
_DEALINGS = 999  # of clusters between groups
_MOST_FAILED = 0.2  # share of bootstrap samples beyond which intervals would mislead
_NO_CLUSTERS = {"cluster_cr2": "robust_huber_white", "cluster_cr3": "robust_huber_white"}


@dataclass(frozen=True, eq=False, repr=False)
class GroupInference(Shown):
    """What a ladder and its contrasts say of groups.

    Attributes
    ----------
    steps : DataFrame
        A row per step after the first: df_diff; p_value and the `rule` that chose it; p_adjusted
        for the number of steps; p_naive (difference test, rows independent), with clusters also
        p_clustered (difference test with clusters) and p_permutation (studentised).
    contrasts : DataFrame
        A row per parameter that may differ in the step `step`, later group less earlier one, on
        the scale named in `scale`: estimate; se, df (Student's t; not without clusters), ci_lower
        and ci_upper (95%); p_value and the `rule` that chose it; `family` ("named" or
        "exploratory") and p_adjusted for the number in it; then all p-values there are: p_naive
        with se_naive (rows independent), p_clustered, p_permutation; with a bootstrap
        bootstrap_lower and bootstrap_upper (bias-corrected, clusters drawn).
    step : str
    n_clusters : dict of str to int
        By group; empty without clusters.
    crossed : bool
        Whether clusters have rows in several groups.
    rule, step_rule : str
        What chose p-values of contrasts, and of steps, in a sentence.
    adjustment : {"holm", "fdr", "none"}
    permutation : StudentisedPermutation or None
    bootstrap : Bootstrap or None
    notes : tuple of str
        What changed places, what could not be had, and how much of the resampling failed.
    """

    steps: pd.DataFrame
    contrasts: pd.DataFrame
    step: str
    n_clusters: dict[str, int]
    crossed: bool
    rule: str
    step_rule: str
    adjustment: str
    permutation: StudentisedPermutation | None
    bootstrap: Bootstrap | None
    notes: tuple[str, ...] = ()

    def _views(self) -> list[str | Table]:
        clusters = ", ".join(f"{count} in {label}" for label, count in self.n_clusters.items())
        return [
            f"Inference by clusters: {clusters}" if clusters else "Inference by rows",
            Table(self.steps, "Steps"),
            Table(self.contrasts, f"Contrasts of groups at {self.step!r}"),
            self.rule,
            self.step_rule,
            *self.notes,
        ]


@checked
def group_inference(
    ladder: InvarianceLadder,
    *,
    step: str | None = None,
    named: str | Sequence[str] = (),
    adjustment: str = "holm",
    n_permutations: int | None = None,
    n_bootstrap: int = 0,
    seed: int | None = None,
    workers: int | None = None,
    progress: bool | None = None,
    checkpoint: str | Path | None = None,
) -> GroupInference:
    """One estimate, interval and p-value for each difference between groups.

    Where the group is a property of clusters (rural and urban of schools), rows of a cluster are
    no independent evidence on the difference between groups, and p-values are those of a
    studentised permutation of whole clusters. Where clusters have rows of several groups, they are
    those of Student's t with clusters as units; without clusters, those of the fit. Contrasts are
    on scales on which neither the order of groups nor the choice of marker items matters.

    Parameters
    ----------
    ladder : InvarianceLadder
    step : str, optional
        Whose contrasts are shown; by default the last step that holds.
    named : str or sequence of str
        Contrasts that were written down before the data were seen, as in the index of
        `contrasts`: adjusted for their own number, apart from the rest.
    adjustment : {"holm", "fdr", "none"}
        Holm (1979), Benjamini & Hochberg (1995), or none; of contrasts and of steps, apart.
    n_permutations : int, optional
        Groups dealt anew among whole clusters (or, where clusters are in several groups, among the
        rows of each); 0 for none. 999 if not given, where there are clusters.
    n_bootstrap : int
        Clusters (or rows) drawn within groups; 0 for none.
    seed : int, optional
        Of both.
    workers, progress, checkpoint
        Of the bootstrap, as for `tpn_sem.bootstrap`.

    Returns
    -------
    GroupInference

    Raises
    ------
    OptionError
        For a step or a contrast that there is not, an unknown adjustment, and options that would
        have no effect.
    """
    fits = taken_steps(ladder)
    chosen = choose("step", step or ladder.reached or next(iter(fits)), fits)
    choose("adjustment", adjustment, ADJUSTMENTS)
    for name, count in (("n_permutations", n_permutations or 0), ("n_bootstrap", n_bootstrap)):
        if count < 0:
            raise OptionError(f"{name}={count}: give a number of replicates, or 0 for none.")
    found = {name: fit.estimation for name, fit in fits.items()}
    samples = found[chosen].samples
    if n_permutations and not samples.cluster_labels:
        raise OptionError(
            "n_permutations= deals clusters between groups, and the fits have none: leave it out, "
            "or fit with cluster=."
        )
    if n_permutations is None:
        n_permutations = _DEALINGS if samples.cluster_labels else 0
    given = {"workers": workers, "progress": progress, "checkpoint": checkpoint}
    _refuse_unused(given if not n_bootstrap else {}, "n_bootstrap=")
    _refuse_unused({} if n_bootstrap or n_permutations else {"seed": seed}, "replicates")
    contrasts, notes = _with_values(scaled_contrasts(found[chosen]))
    before = [_read_name(name, contrasts.names) for name in as_names("named", named)]
    clusters, crossed = bool(samples.cluster_labels), bool(samples.crossed)
    dealt = None
    if n_permutations and clusters:
        dealt, failed = _dealt(found, contrasts, chosen, n_permutations, seed)
        notes += failed
    drawn = None
    if n_bootstrap:
        drawn = bootstrap(
            fits[chosen],
            n_bootstrap,
            seed=seed,
            workers=workers,
            progress=progress,
            checkpoint=None if checkpoint is None else Path(checkpoint) / "bootstrap",
        )
    evidence = _Evidence(clusters, crossed, dealt)
    return GroupInference(
        _steps(found, evidence, adjustment),
        _contrast_table(contrasts, evidence, drawn, before, adjustment),
        chosen,
        {one.label: one.n_clusters for one in samples.groups} if clusters else {},
        crossed,
        _rule_words(evidence, bool(before), adjustment),
        _step_words(evidence, adjustment),
        adjustment,
        dealt,
        drawn,
        (*notes, *_notes(dealt, drawn), *_too_coarse(evidence, len(contrasts), adjustment)),
    )


def _refuse_unused(options: Mapping[str, object], without: str) -> None:
    """Refuse options that were given for nothing.

    Raises
    ------
    OptionError
    """
    for name, value in options.items():
        if value is not None:
            raise OptionError(f"{name}= is without effect without {without}: leave it out.")


def _read_name(name: str, names: Sequence[str]) -> str:
    """A contrast as the table names it; covariances have no direction."""
    parameter, bracket, groups = name.partition("(")
    left, operator, right = parameter.replace(" ", "").partition("~~")
    for one in (f"{left}{operator}{right}", f"{right}{operator}{left}"):
        whole = f"{one} ({groups}" if bracket else one
        if whole in names:
            return whole
    return choose("named", name, names)


@dataclass(frozen=True)
class _Evidence:
    """What the p-values can rest on."""

    clusters: bool
    crossed: bool
    dealt: StudentisedPermutation | None

    @property
    def is_permuted(self) -> bool:
        """Whether the permutation decides: where the group is a property of clusters."""
        return self.dealt is not None and not self.crossed

    @property
    def rule(self) -> str:
        """What chooses the p-value of contrasts."""
        if self.is_permuted:
            return PERMUTED
        return CLUSTERED if self.clusters else ROWS

    @property
    def step_rule(self) -> str:
        """The same of steps."""
        if self.is_permuted:
            return PERMUTED
        return DIFFERENCE if self.clusters else ROW_DIFFERENCE

    @property
    def column(self) -> str:
        """The column that it chooses."""
        if self.is_permuted:
            return "p_permutation"
        return "p_clustered" if self.clusters else "p_naive"


def _with_values(contrasts: ScaledContrasts) -> tuple[ScaledContrasts, list[str]]:
    """Without those that have no value at the estimates, and a note of them."""
    known = np.isfinite(contrasts.values) & np.isfinite(contrasts.slopes).all(axis=1)
    lost = [name for name, is_in in zip(contrasts.names, known, strict=True) if not is_in]
    if not lost:
        return contrasts, []
    note = f"No contrast of {', '.join(lost)}: a variance is negative, or a correlation above 1."
    return contrasts.chosen([int(place) for place in np.flatnonzero(known)]), [note]


def _dealt(
    found: Mapping[str, Estimation],
    contrasts: ScaledContrasts,
    step: str,
    n: int,
    seed: int | None,
) -> tuple[StudentisedPermutation | None, list[str]]:
    try:
        return studentised_permutation(found, contrasts, step, n, seed), []
    except (TpnSemError, np.linalg.LinAlgError) as error:
        return None, [f"No permutation: {error}"]


def _notes(dealt: StudentisedPermutation | None, drawn: Bootstrap | None) -> list[str]:
    """What changed places, and what failed."""
    notes = []
    if dealt is not None:
        unit = {
            "cluster": "whole clusters changed places between groups",
            "row_within_cluster": "clusters are in several groups, so that rows changed places "
            "in them",
        }
        notes.append(f"Permutation: {unit[dealt.unit]}; {len(dealt.replicates)} times.")
    if drawn is not None and drawn.n_failed:
        notes.append(f"{drawn.n_failed} of {drawn.n_asked} bootstrap samples failed.")
        if _too_few(drawn):
            notes.append("That is too many for intervals: there are none.")
    return notes


def _too_coarse(evidence: _Evidence, count: int, adjustment: str) -> list[str]:
    """A note where there are too few permutations for an adjusted p-value below .05."""
    if evidence.dealt is None or not evidence.is_permuted or adjustment != "holm":
        return []
    made = len(evidence.dealt.replicates)
    if count / (made + 1.0) <= _LEVEL:
        return []
    return [
        f"{made} permutations have no p-value below {1.0 / (made + 1.0):.2g}: too few for an "
        f"adjusted one of .05 with {count} contrasts; take {int(np.ceil(count / _LEVEL)) - 1} at "
        "least."
    ]


def _rule_words(evidence: _Evidence, named: bool, adjustment: str) -> str:
    """Which p-value and interval a contrast has, and for how many it is adjusted."""
    reason = {
        PERMUTED: "The group is a property of clusters: p-values are those of a permutation of "
        "whole clusters, of each contrast over its error; intervals are Student's t with clusters "
        "as units",
        CLUSTERED: "P-values and intervals are Student's t with clusters as units",
        ROWS: "Rows are taken as independent: p-values and intervals are those of the normal "
        "distribution",
    }[evidence.rule]
    if evidence.rule == CLUSTERED and evidence.crossed:
        reason = (
            "Clusters have rows of several groups, and a difference may vary between them: "
            "p-values and intervals are Student's t with clusters as units"
        )
    return f"{reason}. {_adjustment_words('contrasts', adjustment, named)}"


def _step_words(evidence: _Evidence, adjustment: str) -> str:
    reason = {
        PERMUTED: "Steps are tested by the same permutation, of the scaled difference of "
        "chi-square",
        DIFFERENCE: "Steps are tested by difference tests with clusters as units",
        ROW_DIFFERENCE: "Steps are tested by difference tests that take rows as independent",
    }[evidence.step_rule]
    return f"{reason}. {_adjustment_words('steps', adjustment, False)}"


def _adjustment_words(what: str, adjustment: str, named: bool) -> str:
    if adjustment == "none":
        return f"P-values are not adjusted for the number of {what}."
    how = {
        "holm": "Holm's method, any false alarm",
        "fdr": "Benjamini and Hochberg's method, the share of false alarms",
    }[adjustment]
    apart = "; those named before are a family of their own" if named else ""
    return f"Adjusted p-values allow for the number of {what} ({how}){apart}."


def _too_few(drawn: Bootstrap) -> bool:
    return drawn.n_failed > _MOST_FAILED * len(drawn.replicates)


def taken_steps(ladder: InvarianceLadder) -> dict[str, Fit]:
    """The steps of a ladder that are compared with each other: exceptions replace what failed."""
    if not isinstance(ladder, InvarianceLadder):
        raise OptionError(
            f"group_inference takes a ladder of invariance, not {type(ladder).__name__}."
        )
    return {name: fit for name, fit in ladder.fits.items() if f"partial {name}" not in ladder.fits}


def without_clusters(estimation: Estimation) -> Estimation:
    """The same estimates with the rows taken as independent."""
    options = replace(
        estimation.options, se=_NO_CLUSTERS.get(estimation.options.se, estimation.options.se)
    )
    objective = replace(estimation.objective, samples=estimation.samples.without_clusters())
    return Estimation(objective, estimation.solution, options)


def _steps(found: Mapping[str, Estimation], evidence: _Evidence, adjustment: str) -> pd.DataFrame:
    columns = {"p_naive": {name: without_clusters(one) for name, one in found.items()}}
    if evidence.clusters:
        columns["p_clustered"] = dict(found)
    rows = []
    for before, step in pairwise(found):
        df = found[step].degrees_of_freedom - found[before].degrees_of_freedom
        row: dict[str, object] = {"step": step, "df_diff": df}
        for column, fits in columns.items():
            row[column] = _difference_p(fits[before], fits[step]) if df else np.nan
        if evidence.dealt is not None:
            shares = evidence.dealt.p_values
            row["p_permutation"] = float(shares["step", step]) if df else np.nan
        rows.append(row)
    names = ["step", "df_diff", *columns, *(["p_permutation"] * (evidence.dealt is not None))]
    table = pd.DataFrame(rows, columns=names).set_index("step")
    chosen = table[evidence.column].to_numpy(dtype=float)
    table.insert(1, "p_value", chosen)
    table.insert(2, "p_adjusted", adjusted_p_values(chosen, adjustment))
    table.insert(3, "rule", evidence.step_rule)
    return table


def _difference_p(before: Estimation, step: Estimation) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        table = compare_estimations({"before": before, "step": step}, are_nested=True)
    return float(table.loc["step", "p_value"])


def _contrast_table(
    contrasts: ScaledContrasts,
    evidence: _Evidence,
    drawn: Bootstrap | None,
    named: list[str],
    adjustment: str,
) -> pd.DataFrame:
    naive = _naive(contrasts)
    numbers = _clustered(contrasts) if evidence.clusters else naive
    table = pd.DataFrame(index=pd.Index(contrasts.names, name="parameter"))
    table["scale"], table["estimate"] = contrasts.scales, contrasts.values
    for name in ("se", "df", "ci_lower", "ci_upper"):
        if name in numbers:
            table[name] = numbers[name]
    tests = {"p_naive": naive["p_value"]}
    if evidence.clusters:
        tests["p_clustered"] = numbers["p_value"]
    if evidence.dealt is not None:
        shares = evidence.dealt.p_values
        tests["p_permutation"] = np.array([shares["contrast", one] for one in contrasts.names])
    table["p_value"] = tests[evidence.column]
    is_named = table.index.isin(named)
    table["p_adjusted"] = _adjusted(tests[evidence.column], is_named, adjustment)
    table["family"] = np.where(is_named, "named", "exploratory")
    table["rule"] = evidence.rule
    table["se_naive"] = naive["se"]
    for name, values in tests.items():
        table[name] = values
    if drawn is not None and not _too_few(drawn):
        table[["bootstrap_lower", "bootstrap_upper"]] = _bootstrap_intervals(contrasts, drawn)
    return table


def _adjusted(p_values: Array, named: Mask, adjustment: str) -> Array:
    """P-values adjusted within those that were named before, and within the rest."""
    found = np.array(p_values, dtype=float)
    for family in (named, ~named):
        found[family] = adjusted_p_values(found[family], adjustment)
    return found


def _naive(contrasts: ScaledContrasts) -> dict[str, Array]:
    """Errors, intervals and p-values that take rows as independent."""
    naive = without_clusters(contrasts.estimation)
    return against_zero(contrasts.values, contrasts.slopes, naive.covariance)


def _clustered(contrasts: ScaledContrasts) -> dict[str, Array]:
    """The same with clusters as units, Student's t: by CR2 where it is defined."""
    estimation, values, slopes = contrasts.estimation, contrasts.values, contrasts.slopes
    try:
        parts = cluster_parts(estimation)
    except NotAvailableError:
        clusters = float(estimation.cluster_degrees_of_freedom)
        return inference(estimation, values, slopes, clusters)
    df = parts.degrees_of_freedom(slopes, _CR2)
    return against_zero(values, slopes, parts.covariance(_CR2), df)


def _bootstrap_intervals(contrasts: ScaledContrasts, drawn: Bootstrap) -> Array:
    """Bias-corrected intervals of the contrasts, shape (k, 2)."""
    estimation = contrasts.estimation
    parameters = drawn.replicates.iloc[:, : len(estimation.parameters)].to_numpy()
    found = contrasts.quantity(estimation.objective.imply(parameters))
    values = pd.DataFrame(found, columns=contrasts.names)
    own = pd.Series(contrasts.values, index=contrasts.names)
    shifted = replace(drawn, replicates=values, estimates=own)
    return np.asarray(shifted.intervals("bias_corrected"))
