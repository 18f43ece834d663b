"""What is looked at before a model: eigenvalues, and gaps in the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import check_range, checked
from ..errors import NotAvailableError, choose
from ..exploration import MissingData
from ..exploration.number_of_factors import NumberOfFactors
from ..optional_packages import optional
from .canvas import FAINT, canvas, colour, grid, legend, row_label
from .plot import Plot
from .questions import check_labels

_KINDS = {
    "components": ("eigenvalue", "mean", "reference"),
    "factors": ("reduced", "reduced_mean", "reduced_reference"),
}


@checked
def scree(found: NumberOfFactors, eigenvalues: str = "components", *, ax: Any = None) -> Plot:
    """Eigenvalues beside those of random data, and how many factors are suggested.

    Parameters
    ----------
    found : NumberOfFactors
    eigenvalues : {"components", "factors"}
        Of the correlation matrix, or of the reduced one.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: eigenvalue, mean and reference (of random data), by component.
    """
    columns = _KINDS[choose("eigenvalues", eigenvalues, _KINDS)]
    missing = [name for name in columns if name not in found.eigenvalues]
    if missing:
        raise NotAvailableError(f"scree: there are no eigenvalues of {eigenvalues}.")
    table = found.eigenvalues[list(columns)]
    table.columns = ["eigenvalue", "mean", "reference"]
    with canvas(ax, 560.0, 360.0) as axes:
        x = np.arange(1, len(table) + 1)
        axes.plot(
            x,
            table["reference"],
            "--",
            color=colour(1),
            lw=1.5,
            label="random data, 95th percentile",
        )
        axes.plot(x, table["mean"], ":", color=FAINT, lw=1.5, label="random data, mean")
        axes.plot(x, table["eigenvalue"], "-o", color=colour(0), lw=1.8, ms=6, label="these data")
        axes.set_xlabel("Component" if eigenvalues == "components" else "Factor")
        axes.set_ylabel("Eigenvalue")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_ylim(top=1.08 * float(table.max().max()))
        grid(axes, "y")
        legend(axes)
    above = int((table["eigenvalue"] > table["reference"]).to_numpy().cumprod().sum())
    said = f"Eigenvalues of {len(table)} items; the first {above} are above those of random data."
    return Plot(axes, table, "Scree", said)


@checked
def missing_patterns(
    found: MissingData,
    most: int = 20,
    *,
    labels: Mapping[str, str] | None = None,
    ax: Any = None,
) -> Plot:
    """Patterns of missing answers, the most frequent on top, with their shares of rows.

    Parameters
    ----------
    found : MissingData
    most : int
        Patterns that are shown.
    labels : mapping of str to str, optional
        What items are called.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: the patterns that are shown, as ``found.patterns``.
    """
    check_range("most", most, 1, 1000)
    patterns = found.patterns
    if patterns.index.nlevels > 1 or patterns.index.name == "group":
        patterns = patterns.reset_index(level=0)
    elif "group" not in patterns and len(patterns):
        patterns = patterns.assign(group="")
    table = patterns.sort_values("count", ascending=False, kind="stable").head(most)
    table = table.reset_index(drop=True)
    items = [name for name in table.columns if name not in ("count", "share", "group")]
    if table.empty:
        raise NotAvailableError("missing_patterns: there are no rows.")
    called = check_labels(labels, items)
    there = (table[items] == "x").to_numpy()
    kinds = np.where(there, 0, np.where((table[items] == "s").to_numpy(), 2, 1))
    paint = optional("matplotlib.colors", "report").ListedColormap(
        ["#dfe8ee", colour(1), colour(4)]
    )
    names = [row_label(called.get(item, item)) for item in items]
    longest = max(max(map(len, name.split("\n"))) for name in names)
    shares = _shares(table)
    width = max(28.0 * len(items), 260.0) + 6.5 * max(map(len, shares)) + 60.0
    height = max(120.0 + 24.0 * len(table), 200.0) + 6.5 * longest
    with canvas(ax, width, height) as axes:
        axes.pcolormesh(kinds, cmap=paint, vmin=0, vmax=2, edgecolors="white", linewidth=1.5)
        axes.invert_yaxis()
        axes.set_xticks(np.arange(len(items)) + 0.5, labels=names, rotation=90)
        axes.set_yticks(np.arange(len(table)) + 0.5, labels=shares)
        axes.tick_params(length=0)
        axes.set_ylabel("Rows with the pattern")
        axes.set_xlabel("Item")
        words = ["answered", "missing", "skipped by design"]
        for kind in np.unique(kinds):
            axes.plot([], [], "s", ms=9, color=paint(int(kind)), label=words[int(kind)])
        legend(axes)
    of_rows = table["count"].sum() / max(patterns["count"].sum(), 1)
    said = (
        f"The {len(table)} most frequent of {len(found.patterns)} patterns of missing answers; "
        f"{100 * of_rows:.0f}% of rows."
    )
    return Plot(axes, table, "Patterns of missing answers", said)


def _shares(table: pd.DataFrame) -> list[str]:
    """How many rows have each pattern, and which share of their group they are."""
    labels = []
    for _, row in table.iterrows():
        text = f"{row['count']} ({100 * row['share']:.1f}%)"
        labels.append(f"{row['group']}: {text}" if row["group"] else text)
    return labels
