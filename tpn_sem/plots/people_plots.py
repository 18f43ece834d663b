"""Rows, their answers and their scores: influence, factor scores, distributions, information."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..errors import NotAvailableError, OptionError, choose
from ..fit import Fit
from ..graded_responses import ItemResponse
from ..numerics import Array
from ..sensitivity import Influence
from .canvas import FAINT, canvas, colour, dash, grid, legend, marker, rows, rows_height
from .plot import Plot
from .questions import answers_of, check_labels, groups_of, require_fitted, rows_of

_DISTANCES = {
    "cook": "Cook's distance",
    "displacement": "Likelihood displacement",
    "mahalanobis": "Mahalanobis distance",
    "chisq_change": "Change of chi-square",
}
_NAMED = 5


@checked
def influence(found: Influence, by: str = "cook", *, ax: Any = None) -> Plot:
    """What leaving out each row, or cluster, would change; the largest are named.

    Parameters
    ----------
    found : Influence
    by : {"cook", "displacement", "mahalanobis", "chisq_change"}
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: unit, distance.

    Raises
    ------
    NotAvailableError
        Where no unit has the distance.
    """
    choose("by", by, _DISTANCES)
    units = found.units
    if by not in units or not units[by].notna().any():
        raise NotAvailableError(f"influence: no {found.unit} has {by}.")
    values = units[by].to_numpy(dtype=float)
    table = pd.DataFrame({"unit": units.index.map(str), "distance": values})
    top = np.argsort(-np.nan_to_num(np.abs(values)))[:_NAMED]
    with canvas(ax, 680.0, 330.0) as axes:
        axes.vlines(np.arange(len(values)), 0.0, values, color=FAINT, lw=0.7)
        axes.plot(np.arange(len(values)), values, "o", color=colour(0), ms=3.5)
        axes.plot(top, values[top], "s", color=colour(1), ms=5)
        for place in top:
            axes.annotate(
                table["unit"][place],
                (place, values[place]),
                (4, 3),
                fontsize=8.5,
                textcoords="offset points",
            )
        axes.axhline(0.0, color=FAINT, lw=0.8)
        axes.set_xlabel(f"{found.unit.capitalize()}, in the order of the data")
        axes.set_ylabel(_DISTANCES[by])
        axes.margins(x=0.03, y=0.12)
        if not float(np.nanmin(values)) < 0.0:
            axes.set_ylim(bottom=0.0)
        grid(axes, "y")
    said = (
        f"{_DISTANCES[by]} of {len(values)} units; the largest is that of {found.unit} "
        f"{table['unit'][top[0]]}, {values[top[0]]:.2f}."
    )
    return Plot(axes, table, "Influence", said)


@checked
def factor_scores(fit: Fit, factor: str | None = None, *, ax: Any = None) -> Plot:
    """The distribution of factor scores, by group.

    Scores shrink to the mean of their group: latent means and variances are in the estimates.

    Parameters
    ----------
    fit : Fit
    factor : str, optional
        The first one if not given.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: group, score, a row per row of the data.

    Raises
    ------
    NotAvailableError
        Where nothing converged, or there are no rows or factors.
    """
    require_fitted(fit, "factor_scores")
    scores = pd.DataFrame(fit.factor_scores()).reset_index(drop=True)
    known = [name for name in scores.columns if name not in ("group", "cluster")]
    if not known:
        raise NotAvailableError("factor_scores: the model has no factor.")
    chosen = known[0] if factor is None else choose("factor", factor, known)
    groups = fit.group_labels
    of_row = scores["group"].astype(str) if groups else pd.Series("", scores.index)
    table = pd.DataFrame({"group": of_row, "score": scores[chosen].to_numpy(dtype=float)}).dropna()
    edges = np.histogram_bin_edges(table["score"], bins=min(40, max(10, len(table) // 15)))
    with canvas(ax, 560.0, 350.0) as axes:
        for place, (group, own) in enumerate(table.groupby("group", sort=False)):
            values = own["score"].to_numpy()
            weights = np.full(len(values), 100.0 / len(values))
            axes.hist(values, edges, weights=weights, color=colour(place), alpha=0.22)
            axes.hist(
                values,
                edges,
                weights=weights,
                histtype="step",
                color=colour(place),
                linestyle=dash(place),
                lw=1.6,
                label=f"{group}, {len(values)} rows" if group else f"{len(values)} rows",
            )
            axes.axvline(values.mean(), color=colour(place), linestyle=dash(place), lw=1.2)
        axes.set_xlabel(f"Score of {chosen}; lines: means")
        axes.set_ylabel("Share of the group's rows, %" if groups else "Share of rows, %")
        grid(axes, "y")
        legend(axes)
    means = table.groupby("group", sort=False)["score"].mean()
    parts = [f"{mean:z.2f}{f' in {label}' if label else ''}" for label, mean in means.items()]
    said = f"Scores of {chosen} of {len(table)} rows; means {', '.join(parts)}."
    return Plot(axes, table.reset_index(drop=True), f"Factor scores of {chosen}", said)


@checked
def information(found: ItemResponse, factor: str | None = None, *, ax: Any = None) -> Plot:
    """How much all items of a factor tell along it, by group, with the reliability it means.

    Parameters
    ----------
    found : ItemResponse
    factor : str, optional
        The first one if not given.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: group, point, information, se, reliability.
    """
    table = found.information(factor)[["group", "point", "information", "se", "reliability"]]
    name = factor or str(found.items["factor"].iloc[0])
    with canvas(ax, 560.0, 360.0) as axes:
        for place, (group, own) in enumerate(table.groupby("group", sort=False)):
            axes.plot(
                own["point"],
                own["information"],
                dash(place),
                color=colour(place),
                lw=2.0,
                label=str(group) or None,
            )
        top = 1.1 * float(table["information"].max())
        for reliability in (0.7, 0.8, 0.9):
            least = reliability / (1.0 - reliability)
            if least < top:
                axes.axhline(least, color=FAINT, lw=0.9, linestyle=":")
                axes.annotate(
                    f"reliability {reliability:g}",
                    (1.0, least),
                    (-2, 2),
                    ha="right",
                    fontsize=8.0,
                    color=FAINT,
                    xycoords=("axes fraction", "data"),
                    textcoords="offset points",
                )
        axes.set_ylim(0.0, top)
        axes.set_xlabel(f"{name}; reliability is that where its variance is one")
        axes.set_ylabel("Information")
        axes.margins(x=0.0)
        grid(axes, "both")
        legend(axes)
    best = table.loc[table["information"].idxmax()]
    said = f"Information of the items of {name} along it; largest at {best['point']:.1f}."
    return Plot(axes, table.reset_index(drop=True), f"Information on {name}", said)


@checked
def item_distributions(
    data: pd.DataFrame,
    items: Sequence[str] | None = None,
    *,
    group: str | None = None,
    labels: Mapping[str, str] | None = None,
    ax: Any = None,
) -> Plot:
    """How answers to each item are distributed, by group; marks stand at the means.

    Parameters
    ----------
    data : DataFrame
        Of answers.
    items : sequence of str, optional
        Columns; all of numbers if not given.
    group : str, optional
        A column.
    labels : mapping of str to str, optional
        What items are called.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: group, item, n, mean, sd, skewness.

    Raises
    ------
    DataError
        Where columns are missing or hold no numbers.
    """
    answers, of_row = answers_of(data, items, group)
    groups, called = groups_of(of_row), check_labels(labels, list(answers))
    names = [called.get(item, item) for item in answers]
    edges = _edges(answers.to_numpy())
    found = []
    with canvas(ax, 640.0, 110.0 + rows_height(names, 52.0)) as axes:
        for row, item in enumerate(answers):
            for place, label in enumerate(groups):
                own = answers.loc[rows_of(of_row, label), item].dropna()
                found.append((label, item, len(own), own.mean(), own.std(), own.skew()))
                if len(own):
                    _ridge(axes, own.to_numpy(), edges, row, place, label if row == 0 else "")
        rows(axes, names)
        axes.set_ylim(len(names) - 0.45, -0.62)
        if float(edges[0]).is_integer() is False and len(edges) <= 14:
            axes.set_xticks(np.arange(edges[0] + 0.5, edges[-1], 1.0))
        axes.set_xlabel("Answer; marks: means")
        grid(axes, "x")
        legend(axes)
    columns = ["group", "item", "n", "mean", "sd", "skewness"]
    said = f"Distributions of answers to {len(names)} items{f' by {group}' if group else ''}."
    return Plot(axes, pd.DataFrame(found, columns=columns), "Distributions of answers", said)


def _edges(values: Array) -> Array:
    """Of bins: around each answer where these are few whole numbers."""
    known = values[np.isfinite(values)]
    low, high = float(known.min()), float(known.max())
    if high - low <= 12 and (known == np.round(known)).all():
        return np.arange(low - 0.5, high + 1.0)
    if not high > low:
        raise OptionError("item_distributions: all answers are the same.")
    return np.linspace(low, high, 31)


def _ridge(axes: Any, own: Array, edges: Array, row: int, place: int, label: str) -> None:
    """One group's bars as an outline that stands on the row's line."""
    counts, _ = np.histogram(own, edges)
    heights = 0.8 * counts / max(counts.max(), 1)
    x, y = np.repeat(edges, 2)[1:-1], row + 0.35 - np.repeat(heights, 2)
    axes.fill_between(x, row + 0.35, y, color=colour(place), alpha=0.18, lw=0)
    axes.plot(x, y, dash(place), color=colour(place), lw=1.4, label=label or None)
    axes.plot([own.mean()], [row + 0.35], marker(place), color=colour(place), ms=5.5, clip_on=False)
