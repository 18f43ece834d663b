"""Charts of ordinal answers as SVG: Likert bars, and a heat map of polychoric correlations."""

from __future__ import annotations

from functools import partial
from html import escape

import numpy as np
import pandas as pd

from .drawing import Drawing
from .number_formats import format_below_one, with_minus
from .svg_parts import svg_page, svg_text

_BAR, _ROW, _GAP, _CELL = 420, 16, 8, 30
_SCALE = ("#B35806", "#F1A340", "#F7F7F7", "#998EC3", "#542788")  # low, neutral, high answers
_text = partial(svg_text, size=11)


def draw_bars(categories: pd.DataFrame) -> Drawing:
    """A bar an item and group, split by the shares of its answers.

    Parameters
    ----------
    categories : DataFrame
        Of `OrdinalReport.categories`: columns group, item, category, share.
    """
    items = list(dict.fromkeys(categories["item"]))
    groups = list(dict.fromkeys(categories["group"]))
    several = len(groups) > 1
    left = (
        14
        + 7 * max(len(str(name)) for name in items)
        + (12 + 7 * max(len(group) for group in groups) if several else 0)
    )
    parts, y = [], 34.0
    for item in items:
        parts.append(_text(8, y + 12, item))
        for group in groups:
            rows = categories[(categories["item"] == item) & (categories["group"] == group)]
            if several:
                parts.append(_text(left - 8, y + 12, group, "end"))
            parts += _bar(rows, left, y)
            y += _ROW
        y += _GAP
    most = int(categories["category"].max())
    parts += [_swatch(left + 44 * k, 10, _colour(k, most), f"{k + 1}") for k in range(most)]
    size = f"{len(items)} items" + (f" in {len(groups)} groups" if several else "")
    return Drawing(
        svg_page(left + _BAR + 20, y + 8, parts, "Shares of answers"), f"Answers to {size}."
    )


def _bar(rows: pd.DataFrame, left: float, y: float) -> list[str]:
    parts, x = [], left
    for row in rows.itertuples():
        width = _BAR * row.share
        colour = _colour(row.category - 1, len(rows))
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_ROW - 2}" '
            f'fill="{colour}" stroke="#ffffff" stroke-width="0.5">'
            f"<title>{escape(str(row.item))}: category {row.category}, {row.share:.0%}</title>"
            "</rect>"
        )
        if width > 26:
            ink = "#ffffff" if colour in (_SCALE[0], _SCALE[-1]) else "#222222"
            parts.append(_text(x + width / 2, y + 11, f"{row.share:.0%}", "middle", ink))
        x += width
    return parts


def _colour(place: int, count: int) -> str:
    """From the first to the last colour of the scale, evenly."""
    position = (len(_SCALE) - 1) * place / max(count - 1, 1)
    low = min(int(position), len(_SCALE) - 2)
    ends = np.array([_channels(_SCALE[low]), _channels(_SCALE[low + 1])])
    return _hexadecimal(ends[0] + (position - low) * (ends[1] - ends[0]))


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _hexadecimal(channels: np.ndarray) -> str:
    return "#" + "".join(f"{round(value):02X}" for value in channels.tolist())


def draw_heat_map(pairs: pd.DataFrame, items: list[str], group: str) -> Drawing:
    """Polychoric correlations below the diagonal, residuals above; pairs of trouble are framed.

    Parameters
    ----------
    pairs : DataFrame
        Of `OrdinalReport.pairs`, of one group.
    """
    left = 16 + 7 * max(len(name) for name in items)
    top = left + 16
    place = {name: index for index, name in enumerate(items)}
    parts = [_text(left - 6, top + _CELL * i + 19, name, "end") for i, name in enumerate(items)]
    parts += [_upright(name, left + _CELL * (i + 0.5), top - 6) for i, name in enumerate(items)]
    for row in pairs.itertuples():
        i, j = sorted((place[row.item_1], place[row.item_2]))
        framed = bool(row.trouble)
        own, left_over = map(_number, (row.polychoric, row.residual))
        said = f"{row.item_1}, {row.item_2}: {own}, residual {left_over}"
        said += f". {row.trouble}" if framed else ""
        for x, y, value in ((i, j, row.polychoric), (j, i, row.residual)):
            parts.append(_square(left + _CELL * x, top + _CELL * y, value, framed, said))
    below = top + _CELL * len(items) + 20
    parts.append(_text(8, below, "below: correlations; above: residuals; framed: read the title"))
    width = max(left + _CELL * len(items) + 16, 400)
    troubled = int((pairs["trouble"] != "").sum())
    where = f" in {group}" if group else ""
    told = f"Polychoric correlations of {len(items)} items{where}; {troubled} pairs are framed."
    return Drawing(svg_page(width, below + 12, parts, "Polychoric correlations"), told)


def _number(value: float) -> str:
    return with_minus(format_below_one(value, 2))


def _square(x: float, y: float, value: float, framed: bool, said: str) -> str:
    share = min(abs(value), 1.0)
    base = np.array(_channels(_SCALE[-1] if value >= 0 else _SCALE[0]))
    colour = _hexadecimal(255 + (base - 255) * share)
    ink = "#ffffff" if share > 0.55 else "#222222"
    frame = ' stroke="#D7191C" stroke-width="2"' if framed else ""
    text = _number(value)
    return (
        f'<g><title>{escape(said)}</title><rect x="{x + 1}" y="{y + 1}" width="{_CELL - 2}" '
        f'height="{_CELL - 2}" fill="{colour}"{frame}/>'
        f"{_text(x + _CELL / 2, y + 19, text, 'middle', ink, size=10)}</g>"
    )


def _swatch(x: float, y: float, colour: str, word: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="14" height="12" fill="{colour}" stroke="#cccccc"/>'
        + _text(x + 19, y + 10, word)
    )


def _upright(name: str, x: float, y: float) -> str:
    return (
        f'<text x="{x}" y="{y}" transform="rotate(-90 {x} {y})" dominant-baseline="middle">'
        f"{escape(name)}</text>"
    )
