"""Square tables of correlations as colours with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import format_below_one, with_minus
from ..errors import DataError, OptionError, choose
from ..fit import Fit
from ..numerics import Array
from ..optional_packages import optional
from .canvas import INK, LINE, canvas, lines_of, row_label
from .plot import Plot
from .questions import answers_of, check_labels, one_group, require_fitted

_TWO_WAYS = ("#B35806", "#F6F6F6", "#542788")  # orange for negative, purple for positive
_WRITTEN = 22  # variables beyond which numbers do not fit the cells
_METHODS = ("pearson", "spearman", "kendall")


@checked
def correlations(
    data: pd.DataFrame,
    items: Sequence[str] | None = None,
    *,
    method: str = "pearson",
    labels: Mapping[str, str] | None = None,
    ax: Any = None,
) -> Plot:
    """Correlations of items, pairs of answers as they are there.

    Parameters
    ----------
    data : DataFrame
        Of answers.
    items : sequence of str, optional
        Columns; all of numbers if not given.
    method : {"pearson", "spearman", "kendall"}
    labels : mapping of str to str, optional
        What items are called.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: the matrix; NaN where one of the two never varies.

    Raises
    ------
    DataError
        Where columns are missing, or there are less than two.
    """
    choose("method", method, _METHODS)
    answers, _ = answers_of(data, items, None)
    if answers.shape[1] < 2:
        raise DataError("correlations need two items or more.")
    found = answers.corr(method=method)
    called = check_labels(labels, list(answers))
    word = {"pearson": "Pearson's", "spearman": "Spearman's", "kendall": "Kendall's"}[method]
    title = f"{word} correlation"
    with _square(ax, list(found), called) as (axes, names):
        _draw(axes, found.to_numpy(), names, 1.0, title)
    largest = _largest(found)
    said = f"Correlations of {len(found)} items{largest}"
    return Plot(axes, found, "Correlations of items", said)


@checked
def residuals(
    fit: Fit,
    *,
    group: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Any = None,
) -> Plot:
    """Residual correlations: what the model leaves of the observed ones.

    Parameters
    ----------
    fit : Fit
    group : str, optional
        Needed where there are several.
    labels : mapping of str to str, optional
        What variables are called.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: the matrix of observed less implied correlations.

    Raises
    ------
    NotAvailableError
        Where nothing converged.
    OptionError
        Where a group has to be chosen.
    """
    require_fitted(fit, "residuals")
    chosen = one_group(fit, group, "residuals")
    table = pd.DataFrame(fit.residuals("correlation"))
    if fit.group_labels:
        table = table.loc[chosen]
    if not table.columns.is_unique or table.index.nlevels > 1:
        raise OptionError("residuals shows models of one level; look at fit.residuals().")
    table = table[[name for name in table.columns if name in table.index]]
    called = check_labels(labels, list(table))
    values = table.to_numpy(dtype=float)
    reach = max(float(np.nanmax(np.abs(values), initial=0.0)), 0.1)
    with _square(ax, list(table), called) as (axes, names):
        _draw(axes, values, names, reach, "Observed less implied correlation")
        if chosen:
            axes.set_title(chosen)
    said = f"Residual correlations of {len(table)} variables{f' in {chosen}' if chosen else ''}"
    return Plot(axes, table, "Residual correlations", said + _largest(table))


def _largest(table: pd.DataFrame) -> str:
    """In a sentence, the pair whose number is furthest from zero."""
    values = np.abs(np.tril(table.to_numpy(dtype=float), -1))
    if not np.isfinite(values).any() or not np.nanmax(values) > 0.0:
        return "."
    row, column = np.unravel_index(np.nanargmax(values), values.shape)
    value = with_minus(format_below_one(table.iloc[int(row), int(column)], 2))
    return f"; the largest is that of {table.index[row]} and {table.columns[column]}, {value}."


class _square:  # noqa: N801 - used as a function
    """Axes for a square table, and the labels of its rows."""

    def __init__(self, ax: Any, names: list[str], called: Mapping[str, str]):
        self.names = [row_label(called.get(name, name)) for name in names]
        lines = max(map(lines_of, self.names))
        cell = max(34.0 if len(names) <= _WRITTEN else 16.0, LINE * lines + 5.0)
        longest = max(max(map(len, name.split("\n"))) for name in self.names)
        size = max(cell * len(names), 230.0) + 7.0 * longest
        self.canvas = canvas(ax, size + 110.0, size + 40.0)

    def __enter__(self) -> tuple[Any, list[str]]:
        return self.canvas.__enter__(), self.names

    def __exit__(self, *problem: Any) -> None:
        self.canvas.__exit__(*problem)


def _draw(axes: Any, values: Array, names: list[str], reach: float, title: str) -> None:
    """The lower half as colours from -reach to reach; numbers where they fit."""
    colours = optional("matplotlib.colors", "report").LinearSegmentedColormap.from_list(
        "", _TWO_WAYS, 64
    )
    half = np.where(np.tri(len(values), dtype=bool), values, np.nan)
    edges = np.arange(len(half) + 1) - 0.5
    image = axes.pcolormesh(edges, edges, half, cmap=colours, vmin=-reach, vmax=reach)
    axes.set_aspect("equal")
    axes.invert_yaxis()
    places = range(len(names))
    turned = 90 if max(map(len, names), default=0) > 4 else 0
    axes.set_xticks(places, labels=names, rotation=turned)
    axes.set_yticks(places, labels=names)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if len(names) <= _WRITTEN:
        for row, column in zip(*np.nonzero(np.isfinite(half)), strict=True):
            value = half[row, column]
            ink = "white" if abs(value) > 0.62 * reach else INK
            text = with_minus(format_below_one(value, 2))
            text = "0" if text == ".00" else text
            axes.text(column, row, text, ha="center", va="center", fontsize=8.0, color=ink)
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.9, aspect=25)
    bar.set_label(title)
    bar.outline.set_visible(False)
    bar.solids.set_rasterized(False)  # colours that can be turned for dark screens
