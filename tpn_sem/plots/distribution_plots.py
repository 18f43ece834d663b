"""Distributions over resamples: bootstrap and permutation."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import check_level, checked
from ..drawing import words_of, words_of_column
from ..errors import NotAvailableError, OptionError, choose
from ..numerics import Array
from ..resampling import Bootstrap, Permutation
from .canvas import canvas, colour, grid, legend, number
from .plot import Plot

_INDICES = ("chisq", "cfi", "tli", "rmsea", "srmr", "mfi")  # others are names of parameters
_STATEMENT = re.compile(r"(.+?)(=~|~~|~1|~)(.*)")


@checked
def bootstrap_distribution(
    found: Bootstrap, parameter: str, *, level: float = 0.95, ax: Any = None
) -> Plot:
    """A parameter over the resamples, with its estimate and a percentile interval.

    Parameters
    ----------
    found : Bootstrap
    parameter : str
        A column of ``found.replicates``, as "KS~NPC" or a label.
    level : float
        Of the interval.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: a row per resample.

    Raises
    ------
    NotAvailableError
        Where less than two resamples gave an estimate.
    """
    check_level(level)
    choose("parameter", parameter, list(map(str, found.replicates.columns)))
    drawn = _finite(found.replicates[parameter], parameter)
    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
    estimate = float(found.estimates[parameter])
    with canvas(ax, 540.0, 340.0) as axes:
        _bars(axes, drawn)
        axes.axvspan(
            low,
            high,
            color=colour(5),
            alpha=0.2,
            lw=0,
            label=f"{100 * level:g}% percentile interval",
        )
        axes.axvline(estimate, color=colour(1), lw=2.0, label=f"estimate, {number(estimate)}")
        axes.set_xlabel(_words(parameter))
        _finish(axes, len(drawn), "resamples")
    said = f"{_words(parameter)} over {len(drawn)} resamples: {100 * level:g}% of them lie between "
    said += f"{number(low)} and {number(high)}; the estimate is {number(estimate)}."
    return Plot(axes, pd.DataFrame({parameter: drawn}), "Bootstrap distribution", said)


@checked
def permutation_distribution(
    found: Permutation, statistic: str, *, model: str | None = None, ax: Any = None
) -> Plot:
    """A statistic where groups are dealt anew, with what was observed.

    Parameters
    ----------
    found : Permutation
    statistic : str
        Of ``found.table`` or ``found.contrasts``.
    model : str, optional
        A step of a ladder; may be left out where there is one model.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: a row per permutation.

    Raises
    ------
    NotAvailableError
        Where less than two permutations gave the statistic.
    """
    models = list(dict.fromkeys(found.replicates.columns.get_level_values(0)))
    if model is None and len(models) > 1:
        raise OptionError(f"give model=, one of {', '.join(map(str, models))}.")
    chosen = models[0] if model is None else choose("model", model, models)
    choose("statistic", statistic, list(found.replicates[chosen].columns))
    drawn = _finite(found.replicates[chosen][statistic], statistic)
    observed, p = _observed(found, chosen, statistic)
    with canvas(ax, 540.0, 340.0) as axes:
        _bars(axes, drawn)
        axes.axvline(observed, color=colour(1), lw=2.0, label=f"observed, {number(observed)}")
        axes.set_xlabel(_words(statistic))
        _finish(axes, len(drawn), "permutations")
    said = f"{_words(statistic)} over {len(drawn)} permutations of {found.unit}s; "
    said += f"observed {number(observed)}, permutation p = {p:.3f}."
    return Plot(axes, pd.DataFrame({statistic: drawn}), "Permutation distribution", said)


def _words(name: str) -> str:
    """A parameter or index in words: "textual on visual", "CFI"."""
    found = _STATEMENT.fullmatch(name)
    if found:
        return words_of(dict(zip(("lhs", "op", "rhs"), found.groups(), strict=True)))
    return words_of_column(name) if name in _INDICES else name


def _observed(found: Permutation, model: str, statistic: str) -> tuple[float, float]:
    if (model, statistic) in found.table.index:
        row = found.table.loc[(model, statistic)]
        return float(row["observed"]), float(row["p_permutation"])
    row = found.contrasts.loc[(model, statistic)]
    return float(row["estimate"]), float(row["p_permutation"])


def _finite(column: pd.Series, name: str) -> Array:
    drawn = column.to_numpy(dtype=float)
    drawn = drawn[np.isfinite(drawn)]
    if len(drawn) < 2:
        raise NotAvailableError(f"{name}: less than two resamples gave a value to plot.")
    return drawn


def _bars(axes: Any, drawn: Array) -> None:
    """Bins by the rule of Freedman & Diaconis (1981), within reason."""
    spread = float(np.subtract(*np.quantile(drawn, [0.75, 0.25])))
    span = float(np.ptp(drawn))
    if not span > 0.0:
        axes.bar(drawn[0], len(drawn), 0.1 * max(abs(drawn[0]), 1.0), color=colour(0), alpha=0.75)
        return
    wanted = span / (2.0 * spread * len(drawn) ** (-1 / 3)) if spread > 0.0 else 10.0
    bins = int(np.clip(np.ceil(wanted), 8, 60))
    axes.hist(drawn, bins=bins, color=colour(0), alpha=0.75, edgecolor="white", linewidth=0.4)


def _finish(axes: Any, count: int, unit: str) -> None:
    axes.set_ylabel(f"Number of {count} {unit}")
    axes.yaxis.get_major_locator().set_params(integer=True)
    grid(axes, "y")
    legend(axes)
