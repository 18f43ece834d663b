"""Formulas of single numbers that Mplus has otherwise, each an option."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import OptionError
from .estimators import ESTIMATORS, Recipe
from .options import Options
from .statistic_options import SCALED_TESTS

_BY_TRACES = ("satorra_bentler", "mean_var_adjusted", "scaled_shifted")


def with_formulas(options: Options, levels: bool) -> Options:
    """The options with what these formulas imply.

    Raises
    ------
    OptionError
        For a formula that is asked for and has no effect.
    """
    for name, reason in FORMULAS.items():
        if _is_asked(options, name) and (why := reason(options, levels)):
            raise OptionError(f"{name}= is without effect on {why}: leave it out.")
    if not options.estimation.information_expected_mplus or options.data.ordered:
        return options
    errors = "unstructured" if options.estimation.se == "robust_sem" else "structured"
    return options.changed(h1_information=errors, omega_h1_information="unstructured")


def refuse_formulas(options: Options) -> None:
    """Refuse them for likelihoods of products, unless another program's defaults set them.

    Raises
    ------
    OptionError
    """
    asked = [name for name in FORMULAS if _is_asked(options, name)]
    if asked and not options.model.mimic:
        raise OptionError(f"{asked[0]}= is without effect on a likelihood of products: drop it.")


def _is_asked(options: Options, name: str) -> bool:
    return bool(getattr(options.estimation, name, False) or getattr(options.data, name, False))


def _kind(options: Options) -> str:
    name = options.estimation.estimator
    return ESTIMATORS.get(name, Recipe("")).discrepancy if isinstance(name, str) else ""


def _dependent(options: Options, levels: bool) -> str:
    """What makes rows depend, lack answers or differ in weight; empty where nothing does."""
    data, how = options.data, options.estimation
    for is_so, what in (
        (levels, "level: blocks"),
        (how.link is not None, "full information of ordinal items"),
        (data.missing not in ("listwise", "pairwise"), f"missing={data.missing!r}"),
        (data.cluster is not None, "cluster="),
        (data.strata is not None or data.fpc is not None, "a survey's design"),
        (data.sampling_weights is not None, "sampling_weights="),
        (data.frequency_weights is not None, "frequency_weights="),
        (options.model.products is not None, "products="),
    ):
        if is_so:
            return what
    return ""


def _information(options: Options, levels: bool) -> str:
    how, kind = options.estimation, _kind(options)
    if why := _dependent(options, levels):
        return why
    if options.data.ordered:
        rests = kind in ("ULS", "DWLS", "WLS") and bool(set(how.test) & set(_BY_TRACES))
        return "" if rests else "tests that are not corrected"
    if kind != "ML":
        return f"estimator={how.estimator!r:.40} of continuous variables"
    expected = (how.omega_information or how.information) == "expected"
    rests = how.se == "robust_sem" or bool(set(how.test) & set(_BY_TRACES))
    if not (rests and expected and how.information == "expected"):
        return "errors and tests that do not rest on fourth-order moments and expected information"
    return ""


def _errors(options: Options, levels: bool) -> str:
    how, kind = options.estimation, _kind(options)
    if why := _dependent(options, levels):
        return why
    if how.se == "robust_sem" or (how.se == "standard" and kind in ("ULS", "DWLS")):
        return ""
    return f"se={how.se!r}, only on errors from moments (se='robust_sem')"


def _weights(options: Options, levels: bool) -> str:
    how, data, kind = options.estimation, options.data, _kind(options)
    if why := _dependent(options, levels):
        return why
    if data.ordered:
        return "ordinal items"
    if data.gamma_unbiased or data.gamma_n_minus_one:
        return (
            "fourth-order moments with a divisor of their own (gamma_unbiased, gamma_n_minus_one)"
        )
    if kind in ("WLS", "DWLS") or (kind == "ULS" and how.se == "robust_sem"):
        return ""
    return f"estimator={how.estimator!r:.40}, only on least squares with fourth-order moments"


def _means(options: Options, levels: bool) -> str:
    if why := _dependent(options, levels):
        return why
    if _kind(options) != "GLS":
        return f"estimator={options.estimation.estimator!r:.40}, only on 'GLS'"
    without = options.model.mean_structure is False
    return "a model without means (mean_structure=False)" if without else ""


def _interval(options: Options, levels: bool) -> str:
    tests = [name for name in options.estimation.test if name in SCALED_TESTS]
    if not tests or tests[0] == "scaled_shifted":
        return "measures without a test that is scaled and not shifted"
    return ""


FORMULAS: dict[str, Callable[[Options, bool], str]] = {
    "information_expected_mplus": _information,
    "gamma_vcov_mplus": _errors,
    "gamma_wls_mplus": _weights,
    "gls_v11_mplus": _means,
    "rmsea_scaled_mplus": _interval,
}
