"""Estimates with their intervals, a row each, groups beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..errors import NotAvailableError, choose
from ..fit import Fit
from .canvas import FAINT, canvas, colour, grid, legend, marker, rows, rows_height
from .plot import Plot
from .questions import require_fitted

_KINDS = {"loadings": "=~", "paths": "~", "covariances": "~~"}
_SHOWN = ["group", "lhs", "op", "rhs", "label", "estimate", "ci_lower", "ci_upper"]


@checked
def forest(
    fit: Fit,
    what: str = "loadings",
    *,
    standardized: bool = True,
    labels: Mapping[str, str] | None = None,
    ax: Any = None,
) -> Plot:
    """Loadings, paths or covariances with their 95% intervals, by group.

    What is fixed has an open mark and no interval.

    Parameters
    ----------
    fit : Fit
    what : {"loadings", "paths", "covariances"}
    standardized : bool
        Fully standardised estimates, or raw ones.
    labels : mapping of str to str, optional
        What variables are called.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: group, lhs, op, rhs, label (in words), estimate, ci_lower, ci_upper.

    Raises
    ------
    NotAvailableError
        Where nothing converged, or the model has none of these.
    """
    choose("what", what, _KINDS)
    require_fitted(fit, "forest")
    table = fit.standardized() if standardized else fit.estimates
    table = pd.DataFrame(table[table["op"] == _KINDS[what]]).reset_index(drop=True)
    table = table[table["lhs"] != table["rhs"]]
    if table.empty:
        raise NotAvailableError(f"forest: the model has no {what}.")
    table = table.assign(label=[_words(row, labels or {}) for _, row in table.iterrows()])
    names = list(dict.fromkeys(table["label"]))
    groups = list(dict.fromkeys(table["group"]))
    with canvas(ax, 640.0, 90.0 + rows_height(names, 18.0 + 9.0 * len(groups))) as axes:
        for place, group in enumerate(groups):
            _draw(axes, table[table["group"] == group], names, place, len(groups), str(group))
        axes.axvline(0.0, color=FAINT, linewidth=1.0)
        rows(axes, names)
        grid(axes, "x")
        scale = "Standardised" if standardized else "Unstandardised"
        axes.set_xlabel(f"{scale} estimate, 95% interval")
        if groups != [""]:
            legend(axes)
    said = f"{len(names)} {what} with 95% intervals"
    said += f" in groups {', '.join(map(str, groups))}." if groups != [""] else "."
    return Plot(axes, table[_SHOWN].reset_index(drop=True), what.capitalize(), said)


def _words(row: pd.Series, labels: Mapping[str, str]) -> str:
    lhs, rhs = (labels.get(str(row[name]), str(row[name])) for name in ("lhs", "rhs"))
    level = f" (level {row['level']})" if row.get("level") else ""
    if row["op"] == "~":
        return f"{rhs} → {lhs}{level}"
    return f"{lhs} {'↔' if row['op'] == '~~' else '→'} {rhs}{level}"


def _draw(
    axes: Any, own: pd.DataFrame, names: list[str], place: int, count: int, group: str
) -> None:
    """One group's marks, shifted so that those of a row stand below each other."""
    shift = (place - (count - 1) / 2) * 0.64 / count
    y = np.array([names.index(name) for name in own["label"]]) + shift
    x = own["estimate"].to_numpy(dtype=float)
    low, high = (own[side].to_numpy(dtype=float) for side in ("ci_lower", "ci_upper"))
    free = high > low
    ink = colour(place)
    axes.hlines(y[free], low[free], high[free], color=ink, linewidth=1.8)
    axes.plot(x[free], y[free], marker(place), color=ink, markersize=6, label=group or None)
    axes.plot(x[~free], y[~free], marker(place), color=ink, markersize=6, fillstyle="none")
    if group and not free.any():
        axes.plot([], [], marker(place), color=ink, fillstyle="none", label=group)
