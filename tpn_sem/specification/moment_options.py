"""What options about moments go with: their information, their spread, their scales."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, nan
from typing import Any

from ..arguments import as_names, plain
from ..errors import NotEstimatedError, OptionError
from .estimators import ESTIMATORS, Recipe
from .options import Options

_WITHOUT_FOURTH = (
    "standard",
    "yuan_bentler",
    "yuan_bentler_mplus",
    "browne_residual_nt",
    "browne_residual_nt_model",
    "bartlett",
    "swain",
)


def check_moment_options(options: Options) -> None:
    """Refuse what has no effect beside the other options.

    Raises
    ------
    OptionError
    """
    if options.estimation.h1_information == "unstructured":
        _check_unstructured(options)
    _check_other_information(options)
    if options.data.gamma_unbiased or options.data.gamma_n_minus_one:
        _check_gamma(options)
    if options.model.correlation:
        _check_correlation(options)
    for name in ("zero_add", "zero_keep_margins"):
        if getattr(options.data, name) is not None:
            _check_empty_cells(options, name)


def with_single_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Pairs of `information` and `h1_information`, for errors and for tests, as two options each.

    Numbers and truth values of numpy's become Python's.

    Raises
    ------
    OptionError
    """
    values = {name: plain(value) for name, value in given.items()}
    for name in ("information", "h1_information"):
        if not isinstance(values.get(name, ""), str) and values[name] is not None:
            pair = as_names(name, values[name])
            if len(pair) != 2:
                raise OptionError(f"{name}= is one word, or two: for errors, and for tests.")
            values[name] = pair[0]
            values.setdefault(f"omega_{name}", pair[1])
    return values


def read_zero_add(given: Any) -> tuple[float, float]:
    """What is added to empty cells: of tables of two by two, and of larger ones.

    Raises
    ------
    OptionError
    """
    try:
        first, second = (float(one) for one in given)
    except (TypeError, ValueError):
        first = second = nan
    if isinstance(given, str) or not (0.0 <= first < inf and 0.0 <= second < inf):
        raise OptionError(
            "zero_add= is two numbers from 0, what is added to empty cells of tables of two by two "
            f"and of larger ones, such as (0.5, 0.0), not {given!r:.60}."
        )
    return first, second


def _discrepancy(options: Options) -> str:
    name = options.estimation.estimator
    return ESTIMATORS.get(name, Recipe("")).discrepancy if isinstance(name, str) else ""


def _check_unstructured(options: Options) -> None:
    data, how = options.data, options.estimation
    by_moments = _discrepancy(options) == "ML" and not data.ordered
    hessian = how.information == "observed" and how.observed_information == "hessian"
    for is_asked, what in (
        (not by_moments, f"estimator={how.estimator!r:.40}, only on continuous items' 'ML'"),
        (data.missing in ("two_stage", "robust_two_stage"), f"missing={data.missing!r}"),
        (how.se.startswith("cluster_"), f"se={how.se!r}"),
        (options.model.products is not None, f"products={options.model.products!r}"),
        (how.se == "none" and set(how.test) <= {"standard"}, "a fit without errors (se='none')"),
        (
            hessian and how.se != "robust_huber_white",
            "exact second derivatives: give information='expected', or observed_information='h1'",
        ),
    ):
        if is_asked:
            raise OptionError(f"h1_information='unstructured' has no effect on {what}.")


def _check_other_information(options: Options) -> None:
    """Information of tests alone, and of scores alone."""
    data, how = options.data, options.estimation
    by_moments = _discrepancy(options) == "ML" and not data.ordered
    by_rows = data.missing not in ("two_stage", "robust_two_stage")
    corrected = bool(set(how.test) - {"standard", "browne_residual_nt", "bartlett", "swain"})
    for name in ("omega_information", "omega_h1_information"):
        if getattr(how, name) is not None and not (by_moments and by_rows and corrected):
            raise OptionError(
                f"{name}= is for corrected tests of maximum likelihood: take estimator='MLM' or "
                "'MLR', or leave it out."
            )
    if how.h1_information_meat is not None and not (
        by_moments and by_rows and how.se == "robust_huber_white"
    ):
        raise OptionError(
            "h1_information_meat= is for se='robust_huber_white' (estimator='MLR'): leave it out."
        )


def _check_gamma(options: Options) -> None:
    data, how = options.data, options.estimation
    name = "gamma_unbiased" if data.gamma_unbiased else "gamma_n_minus_one"
    if data.gamma_unbiased and data.gamma_n_minus_one:
        raise OptionError("gamma_unbiased= has divisors of its own: leave gamma_n_minus_one= out.")
    for is_asked, what in (
        (bool(data.ordered), "ordered="),
        (data.missing != "listwise", f"missing={data.missing!r}"),
        (data.cluster is not None, "cluster="),
        (data.strata is not None or data.fpc is not None, "a survey's design"),
        (data.sampling_weights is not None, "sampling_weights="),
        (data.frequency_weights is not None, "frequency_weights="),
    ):
        if is_asked:
            raise OptionError(
                f"{name}= is for independent, complete rows of continuous variables, not for "
                f"{what}: leave it out."
            )
    unused = how.se != "robust_sem" and set(how.test) <= set(_WITHOUT_FOURTH)
    if unused and _discrepancy(options) not in ("WLS", "DWLS"):
        raise OptionError(
            f"{name}= is without effect where no errors and tests rest on fourth-order moments: "
            "take estimator='MLM' or another of these, or leave it out."
        )


def _check_correlation(options: Options) -> None:
    data, model, how = options.data, options.model, options.estimation
    if _discrepancy(options) != "ML":
        raise NotEstimatedError(
            f"correlation= is estimated by maximum likelihood, not by estimator={how.estimator!r}: "
            "take 'ML', 'MLM' or 'MLR'."
        )
    for is_asked, what in (
        (data.missing in ("two_stage", "robust_two_stage"), f"missing={data.missing!r}"),
        (bool(model.auxiliary), "auxiliary="),
        (model.products is not None, f"products={model.products!r}"),
        (how.se.startswith("cluster_"), f"se={how.se!r}"),
    ):
        if is_asked:
            raise NotEstimatedError(f"correlation= is not estimated together with {what}.")
    for is_asked, what in (
        (model.bounds not in ("none", "pos_lv_var"), f"bounds={model.bounds!r}"),
        ("residuals" in model.group_equal, "group_equal='residuals'"),
    ):
        if is_asked:
            raise OptionError(
                f"{what} is without effect beside correlation=, where residual variances follow "
                "from the rest: leave it out."
            )


def _check_empty_cells(options: Options, name: str) -> None:
    data, how = options.data, options.estimation
    if not data.ordered:
        raise OptionError(f"{name}= is for tables of ordinal items: name them in ordered=.")
    if how.link is not None or _discrepancy(options) == "PML":
        raise OptionError(
            f"{name}= is without effect on a likelihood of answers: leave it out, or take 'WLSMV'."
        )
