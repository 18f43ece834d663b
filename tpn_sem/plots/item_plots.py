"""Items that work otherwise in another group: expected answers, and effect sizes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import answer_scale
from ..errors import choose
from ..groups.effect_sizes import EffectSizes
from .canvas import FAINT, canvas, colour, dash, grid, legend, marker, rows, rows_height
from .plot import Plot
from .questions import check_labels

_REFERENCE = (0.2, 0.4, 0.7)  # small, medium, large: Nye et al. (2019)


@checked
def dmacs(sizes: EffectSizes, *, labels: Mapping[str, str] | None = None, ax: Any = None) -> Plot:
    """How much items differ from the reference group, in standard deviations.

    Lines stand at .2, .4 and .7, which Nye, Bradburn, Olenick, Bialko & Drasgow (2019) call small,
    medium and large.

    Parameters
    ----------
    sizes : EffectSizes
    labels : mapping of str to str, optional
        What items are called.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: group, item, dmacs.
    """
    table = sizes.items[["group", "item", "dmacs"]]
    items, groups = list(dict.fromkeys(table["item"])), list(dict.fromkeys(table["group"]))
    called = check_labels(labels, items)
    shown = [called.get(item, item) for item in items]
    with canvas(ax, 600.0, 100.0 + rows_height(shown)) as axes:
        for place, group in enumerate(groups):
            own = table[table["group"] == group]
            y = np.array([items.index(item) for item in own["item"]], dtype=float)
            shift = (place - (len(groups) - 1) / 2) * 0.5 / len(groups)
            y = y + shift
            axes.hlines(y, 0.0, own["dmacs"], color=colour(place), linewidth=1.8)
            axes.plot(own["dmacs"], y, marker(place), color=colour(place), label=str(group))
        for size, word in zip(_REFERENCE, ("small", "medium", "large"), strict=True):
            if size <= 1.3 * max(float(table["dmacs"].max()), 0.2):
                axes.axvline(size, color=FAINT, linewidth=0.9, linestyle=":")
                axes.annotate(
                    word,
                    (size, 0.0),
                    (3, 3),
                    xycoords=("data", "axes fraction"),
                    textcoords="offset points",
                    fontsize=8.0,
                    color=FAINT,
                )
        rows(axes, shown)
        axes.set_xlim(left=0.0)
        if not float(table["dmacs"].max()) > 0.0:
            axes.set_xlim(0.0, 0.25)
        axes.set_xlabel(f"dMACS against {sizes.reference}, standard deviations of the item")
        grid(axes, "x")
        legend(axes)
    worst = table.loc[table["dmacs"].idxmax()]
    said = (
        f"Effect sizes of {len(items)} items against {sizes.reference}; the largest, "
        f"{worst['dmacs']:.2f}, is that of {worst['item']} in {worst['group']}."
    )
    return Plot(axes, table.reset_index(drop=True), "Differences of items", said)


@checked
def item_curve(sizes: EffectSizes, item: str, *, ax: Any = None) -> Plot:
    """The expected answer to an item along its factor, a curve for each group.

    Other factors that the item measures stay at their means in the first group. Pale areas say
    how the factor is distributed in each group.

    Parameters
    ----------
    sizes : EffectSizes
    item : str
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: group, factor (its value), expected, density.
    """
    groups = sizes.groups
    first = groups[0]
    place = first.items.index(choose("item", item, first.items))
    factor = int(np.argmax(np.abs(first.loadings[place])))
    means = np.array([group.factor_mean[factor] for group in groups])
    spread = np.sqrt([group.factor_covariance[factor, factor] for group in groups])
    axis = np.linspace(float((means - 3 * spread).min()), float((means + 3 * spread).max()), 161)
    at = np.tile(first.factor_mean, (len(axis), 1))
    at[:, factor] = axis
    frames = []
    for group, mean, sd in zip(groups, means, spread, strict=True):
        expected = group.expected(place, group.predictors(at)[:, place])
        density = np.exp(-0.5 * ((axis - mean) / sd) ** 2) / sd
        columns = {"group": group.label, "factor": axis, "expected": expected, "density": density}
        frames.append(pd.DataFrame(columns))
    table = pd.concat(frames, ignore_index=True)
    with canvas(ax, 520.0, 380.0) as axes:
        _curves(axes, table, answer_scale(groups, place))
        axes.set_xlabel(f"{first.factors[factor]}; pale: its distribution in each group")
        axes.set_ylabel(f"Expected answer to {item}")
        legend(axes)
    names = ", ".join(group.label for group in groups)
    said = f"Expected answers to {item} along {first.factors[factor]} in {names}."
    return Plot(axes, table, f"Item curve of {item}", said)


def _curves(axes: Any, table: pd.DataFrame, scale: tuple[int, int] | None) -> None:
    """Curves above the densities; ticks at the answers, and no curve beyond, where they are few."""
    low, high = float(table["expected"].min()), float(table["expected"].max())
    if scale is not None:
        low, high = map(float, scale)
        axes.set_yticks(range(scale[0], scale[1] + 1))
    span = max(high - low, 1e-9)
    bottom = low - 0.3 * span
    tallest = float(table["density"].max())
    for place, (group, own) in enumerate(table.groupby("group", sort=False)):
        shade = bottom + 0.22 * span * own["density"] / tallest
        axes.fill_between(own["factor"], bottom, shade, color=colour(place), alpha=0.16, lw=0)
        axes.plot(
            own["factor"],
            own["expected"].where(own["expected"].between(low - 1e-9, high + 1e-9)),
            dash(place),
            color=colour(place),
            lw=2.0,
            label=str(group),
        )
    axes.set_ylim(bottom, high + 0.06 * span)
    axes.margins(x=0.0)
    grid(axes, "both")
