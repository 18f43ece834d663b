"""Answers to items as bars that part around the middle of the scale, by group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import legible, wrapped_label
from ..numerics import Array
from ..optional_packages import optional
from .canvas import INK, canvas, grid, legend, lines_of, row_label, rows, rows_height
from .plot import Plot
from .questions import answers_of, check_labels, few_answers, groups_of, rows_of

_SCALE = ("#B35806", "#F1A340", "#EDEDED", "#998EC3", "#542788")  # low, neutral, high answers
_LEAST = 0.07  # share that has room for its number
_ROW, _LINE, _GAP = 24.0, 0.66, 0.3  # pixels of a bar; a line and a gap in bars
_HEAD = 520.0  # pixels of a line above the bars


@checked
def likert(
    data: pd.DataFrame,
    items: Sequence[str] | None = None,
    *,
    group: str | None = None,
    labels: Mapping[str, str] | None = None,
    centred: bool = True,
    ax: Any = None,
) -> Plot:
    """Shares of each answer to each item, a bar for each group.

    Parameters
    ----------
    data : DataFrame
        Of answers.
    items : sequence of str, optional
        Columns; all of numbers if not given.
    group : str, optional
        A column.
    labels : mapping of str to str, optional
        What items are called, as their wordings.
    centred : bool
        Whether the middles of the scale stand below each other; else bars start together.
    ax : Axes, optional
        Of matplotlib.

    Returns
    -------
    Plot
        Its data: group, item, answer, share, n.

    Raises
    ------
    DataError
        Where columns are missing, or answers are too many to be bars.
    """
    answers, of_row = answers_of(data, items, group)
    scale, groups = few_answers(answers), groups_of(of_row)
    called = check_labels(labels, list(answers))
    table = _shares(answers, of_row, groups, scale)
    names = [str(called.get(item, item)) for item in answers]
    several = group is not None
    heads = [wrapped_label(legible(name), _HEAD, 12.0) for name in names] if several else []
    at, end = _places(len(names), len(groups), heads)
    high = max(_ROW * (end + 0.5), 0.0 if several else rows_height(names))
    with canvas(ax, 720.0, 110.0 + high) as axes:
        _draw(axes, table, at, scale, centred)
        if several:
            _heads(axes, heads, at[:: len(groups)])
            axes.set_yticks(at, labels=[row_label(label) for label in groups] * len(names))
            axes.set_ylim(end, -0.5)
        else:
            rows(axes, names)
        grid(axes, "x")
        axes.set_xlabel("Share of answers, %" + (", lower half to the left" if centred else ""))
        legend(axes, "Answer", ncols=len(scale))
    where = f" by {group}" if group else ""
    said = (
        f"Shares of the answers {scale[0]:g} to {scale[-1]:g} to {answers.shape[1]} items{where}."
    )
    return Plot(axes, table, "Answers to items", said)


def _places(items: int, groups: int, heads: list[str]) -> tuple[Array, float]:
    """Where bars stand, and where the last row ends; above those of an item is room for a head."""
    at: list[float] = []
    start = 0.0
    for item in range(items):
        start += _LINE * lines_of(heads[item]) if heads else 0.0
        at += [start + place for place in range(groups)]
        start += groups + (_GAP if heads else 0.0)
    return np.array(at), start - 0.5


def _heads(axes: Any, heads: list[str], at: Array) -> None:
    """What items are called, each above its first bar, from the left edge."""
    for text, first in zip(heads, at.tolist(), strict=True):
        where = axes.get_yaxis_transform()
        words = axes.text(0.005, first - 0.5, text, transform=where, va="bottom", fontsize=9.0)
        words.set_bbox({"facecolor": axes.get_facecolor(), "edgecolor": "none", "pad": 0.0})


def _shares(
    answers: pd.DataFrame, of_row: pd.Series, groups: list[str], scale: list[float]
) -> pd.DataFrame:
    found = []
    for item in answers:
        for label in groups:
            own = answers.loc[rows_of(of_row, label), item].dropna()
            for answer in scale:
                share = float((own == answer).mean()) if len(own) else float("nan")
                found.append((label, item, answer, share, len(own)))
    return pd.DataFrame(found, columns=["group", "item", "answer", "share", "n"])


def _draw(axes: Any, table: pd.DataFrame, at: Array, scale: list[float], centred: bool) -> None:
    colours = optional("matplotlib.colors", "report").LinearSegmentedColormap.from_list("", _SCALE)
    shares = 100.0 * table["share"].to_numpy().reshape(len(at), len(scale))
    shares = np.nan_to_num(shares)
    lower = np.array([answer < (scale[0] + scale[-1]) / 2 for answer in scale])
    middle = np.array([answer == (scale[0] + scale[-1]) / 2 for answer in scale])
    start = -(shares @ lower + 0.5 * shares @ middle) if centred else np.zeros(len(at))
    ends = np.cumsum(shares, axis=1) + start[:, None]
    for place, answer in enumerate(scale):
        paint = colours(place / max(len(scale) - 1, 1))
        left = ends[:, place] - shares[:, place]
        axes.barh(
            at,
            shares[:, place],
            0.78,
            left,
            color=paint,
            label=f"{answer:g}",
            edgecolor="white",
            linewidth=0.6,
        )
        dark = 0.3 * paint[0] + 0.59 * paint[1] + 0.11 * paint[2] < 0.55
        for row, share in enumerate(shares[:, place]):
            if share >= 100.0 * _LEAST:
                axes.text(
                    left[row] + share / 2,
                    at[row],
                    f"{share:.0f}",
                    ha="center",
                    va="center",
                    fontsize=8.0,
                    color="white" if dark else INK,
                )
    if centred:
        axes.axvline(0.0, color=INK, linewidth=0.9, zorder=0.5)
        low, high = min(float(start.min()), 0.0), float(ends.max())
        axes.set_xlim(min(low * 1.03, -1.0), high * 1.03)
        axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}")
