"""A specification curve: the estimates of all defensible choices in order, and the choices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import choice_words, level_words, round_ticks
from ..errors import NotAvailableError, choose
from ..multiverse import SpecificationCurve
from .canvas import FAINT, INK, canvas, colour, grid, legend, row_label
from .plot import Plot

_SHOWN = ["specification", "estimate", "ci_lower", "ci_upper", "p_value"]


@checked
def specification_curve(
    curve: SpecificationCurve, path: str | None = None, *, ax: Any = None
) -> Plot:
    """The path's estimates from the smallest to the largest, with intervals; below, the choices.

    Simonsohn, Simmons & Nelson (2020).

    Parameters
    ----------
    curve : SpecificationCurve
    path : str, optional
        As "NPC → KS"; the first if not given.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: specification, each choice, estimate, ci_lower, ci_upper, p_value, in order.

    Raises
    ------
    NotAvailableError
        Where no specification gave an estimate.
    """
    paths = list(dict.fromkeys(curve.table["path"]))
    chosen = paths[0] if path is None else choose("path", path, paths)
    own = curve.table[(curve.table["path"] == chosen) & curve.table["estimate"].notna()]
    if own.empty:
        raise NotAvailableError("specification_curve: no specification gave an estimate.")
    names = [name for name in curve.choices if name in own.columns and own[name].nunique() > 1]
    own = own.sort_values("estimate", kind="stable").reset_index(drop=True)
    levels = [(name, level) for name in names for level in dict.fromkeys(own[name])]
    with canvas(ax, 720.0, 300.0 + 19.0 * len(levels)) as axes:
        _draw(axes, own, levels)
        axes.set_xlabel(f"{len(own)} specifications, in the order of their estimates")
        legend(axes)
    share = float((own["p_value"] < 0.05).mean())
    said = (
        f"{chosen} in {len(own)} specifications: from {own['estimate'].min():.2f} to "
        f"{own['estimate'].max():.2f}, significant in {100 * share:.0f}%."
    )
    shown = [_SHOWN[0], *names, *_SHOWN[1:]]
    return Plot(axes, own[shown], f"Specification curve of {chosen}", said)


def _draw(axes: Any, own: pd.DataFrame, levels: list[tuple[str, Any]]) -> None:
    """Estimates above; below them a row for each level of each choice, on the same axes."""
    x = np.arange(1, len(own) + 1)
    low = min(0.0, float(own["ci_lower"].min(skipna=True)), float(own["estimate"].min()))
    high = max(0.0, float(own["ci_upper"].max(skipna=True)), float(own["estimate"].max()))
    span = max(high - low, 1e-9)
    significant = (own["p_value"] < 0.05).to_numpy()
    for place, (mask, word) in enumerate(((significant, "p < .05"), (~significant, "p ≥ .05"))):
        ink = colour(0) if place == 0 else FAINT
        part = own[mask]
        if len(part):
            axes.vlines(x[mask], part["ci_lower"], part["ci_upper"], color=ink, lw=1.0, alpha=0.55)
            axes.plot(x[mask], part["estimate"], "os"[place], color=ink, ms=4.5, label=word)
    axes.axhline(0.0, color=FAINT, linewidth=1.0)
    ticks = [tick for tick in round_ticks(low, high) if low <= tick <= high]
    places, labels = list(ticks), [f"{tick:.3g}".replace("-", "−") for tick in ticks]
    step = 0.075 * span
    y, before = low - 1.2 * step, ""
    for name, level in levels:
        y -= step * (1.6 if name != before else 1.0)
        before = name
        here = (own[name] == level).to_numpy()
        axes.plot(x[here], np.full(int(here.sum()), y), "|", color=INK, ms=7, mew=1.2)
        places.append(y)
        labels.append(row_label(f"{choice_words(name)}: {level_words(name, level)}"))
    axes.set_yticks(places, labels=labels)
    axes.set_ylim(y - step, high + 0.05 * span)
    axes.set_xlim(0.3, len(own) + 0.7)
    axes.xaxis.get_major_locator().set_params(integer=True)
    _two_titles(axes, 0.5 * (low + high), 0.5 * (low - 1.2 * step + y))
    grid(axes, "y")


def _two_titles(axes: Any, estimates: float, choices: float) -> None:
    """What the axis is above and what it is below, each beside the middle of its part."""
    bottom, top = axes.get_ylim()
    axes.set_ylabel("Estimate, 95% interval", y=(estimates - bottom) / (top - bottom), ha="center")
    label = axes.yaxis.label
    axes.annotate(
        "Choices",
        (0.5, choices),
        xycoords=(label, "data"),
        rotation=90,
        ha="center",
        va="center",
        color=label.get_color(),
        fontsize=label.get_fontsize(),
        annotation_clip=False,
    )
