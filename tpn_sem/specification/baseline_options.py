"""What the baseline model of fit measures is, and what that goes with."""

from __future__ import annotations

from ..errors import OptionError, choose
from .options import Options

BASELINES = ("independence", "nested")


def check_baseline(options: Options, levels: bool) -> None:
    """Refuse baselines that a fit cannot have.

    Raises
    ------
    OptionError
    """
    data, model, how = options.data, options.model, options.estimation
    choose("baseline_type", how.baseline_type, BASELINES)
    given = bool(data.ordered) and how.link is None and model.conditional_x is not False
    changed = {
        "baseline_type": how.baseline_type != "independence",
        "baseline_fixed_x_free_cov": not how.baseline_fixed_x_free_cov,
        "baseline_conditional_x_free_slopes": not how.baseline_conditional_x_free_slopes,
    }
    for name in (name for name, is_asked in changed.items() if is_asked):
        if levels or how.link is not None or data.missing == "fiml_x":
            other = "level: blocks" if levels else f"missing={data.missing!r}"
            other = "full information of ordinal items" if how.link is not None else other
            raise OptionError(f"{name}= is not available with {other}: leave it out.")
    if changed["baseline_conditional_x_free_slopes"] and not given:
        raise OptionError(
            "baseline_conditional_x_free_slopes= is for ordinal items given their predictors "
            "(ordered=, conditional_x=True): leave it out."
        )
    if changed["baseline_fixed_x_free_cov"] and given:
        raise OptionError(
            "baseline_fixed_x_free_cov= is without effect on ordinal items given their predictors, "
            "whose covariances are no part of the model: give conditional_x=False, or leave it out."
        )
    if how.baseline_type == "nested":
        _check_nested(options)


def _check_nested(options: Options) -> None:
    model, how = options.model, options.estimation
    for is_asked, what in (
        (bool(model.correlation), "correlation="),
        (not how.baseline_fixed_x_free_cov, "baseline_fixed_x_free_cov="),
        (not how.baseline_conditional_x_free_slopes, "baseline_conditional_x_free_slopes="),
    ):
        if is_asked:
            raise OptionError(
                f"baseline_type='nested' is the model itself without what relates its variables, "
                f"which leaves {what} without effect: leave one of them out."
            )


def refuse_baseline(options: Options) -> None:
    """Refuse other baselines where nothing is compared with one, unless a program's defaults are.

    Raises
    ------
    OptionError
    """
    how = options.estimation
    for name, is_asked in (
        ("baseline_type", how.baseline_type != "independence"),
        ("baseline_fixed_x_free_cov", not how.baseline_fixed_x_free_cov),
    ):
        if is_asked and not options.model.mimic:
            raise OptionError(f"{name}= is without effect on a likelihood of products: drop it.")
