"""Likert bars: a bar an item and group, split by the shares of its answers, as SVG."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import numpy as np
import pandas as pd

from ..numerics import Array
from .drawing import Drawing, drawn_at_widths
from .scenes import said_width
from .svg_parts import svg_page, svg_text

_ROW, _GAP, _SIZE, _LINE = 20.0, 8.0, 12, 17.0
_NAME, _GROUP = 220.0, 120.0  # most that names of items and of groups may take
_BESIDE = 500.0  # width from which names stand beside the bars, and not above them
_SCALE = ("#B35806", "#F1A340", "#EDEDED", "#998EC3", "#542788")  # low, neutral, high answers


def draw_likert_bars(
    shares: pd.DataFrame, titles: Mapping[str, str] | None = None, centred: bool = False
) -> Drawing:
    """A bar an item, and a group: shares of the lowest answer at the left, of the highest right.

    The colours, from orange over grey to purple, are told apart by the colour-blind too.

    Parameters
    ----------
    shares : DataFrame
        A row per item, or per group and item; a column per answer, lowest first. Rows sum to one,
        or are NaN.
    titles : mapping of str to str, optional
        What items are called.
    centred : bool
        Whether the middles of the scale stand below each other, rather than the starts.
    """
    several = shares.index.nlevels > 1
    table = shares if several else pd.concat({"": shares}, names=["group"])
    items = list(dict.fromkeys(table.index.get_level_values(-1)))
    groups = list(dict.fromkeys(table.index.get_level_values(0)))
    called = {item: str((titles or {}).get(item, item)) for item in items}
    own = 12.0 + _widest(groups, _GROUP) if several else 0.0
    colours = [_colour(place, table.shape[1]) for place in range(table.shape[1])]
    starts = _starts(table.to_numpy(dtype=float), centred)
    shift, span = float(starts.min()), float((starts + 1.0).max() - starts.min())
    found = dict(
        zip(table.index, zip(table.to_numpy(dtype=float), starts, strict=True), strict=True)
    )

    def draw(width: float) -> str:
        above = width < _BESIDE
        left = 8.0 + own if above else 16.0 + _widest(called.values(), _NAME) + own
        bar, most = width - left - 8.0, width - 16.0 if above else _NAME
        parts, y = _legend([str(answer) for answer in table.columns], colours, left, bar)
        for item in items:
            parts.append(_cut(8.0, y + 14, called[item], most, "start"))
            y += _LINE if above else 0.0
            for group in groups:
                if several:
                    parts.append(_cut(left - 8, y + 14, group, _GROUP, "end"))
                values, start = found[group, item]
                said = f"{called[item]}{f', {group}' if several else ''}"
                x = left + bar * (float(start) - shift) / span
                parts += _bar(values, x, y, bar / span, colours, said, list(table.columns))
                y += _ROW
            y += _GAP
        return svg_page(width, y + 4, parts, "Shares of answers")

    size = f"{len(items)} items" + (f" in {len(groups)} groups" if several else "")
    return drawn_at_widths(draw, f"Shares of the answers to {size}.")


def _starts(shares: Array, centred: bool) -> Array:
    """Where each bar starts, in lengths of a bar, shape (rows,)."""
    if not centred:
        return np.zeros(len(shares))
    known, half = np.nan_to_num(shares), shares.shape[1] // 2
    below = known[:, :half].sum(axis=1)
    return -below - 0.5 * known[:, half] if shares.shape[1] % 2 else -below


def _bar(
    values: Array,
    x: float,
    y: float,
    length: float,
    colours: list[str],
    said: str,
    answers: list[object],
) -> list[str]:
    if np.isnan(values).any():
        return [svg_text(x + 4, y + 14, "no answers", "start", "#6f6f6f")]
    parts = []
    for share, colour, answer in zip(values.tolist(), colours, answers, strict=True):
        width = length * share
        if width <= 0.0:
            continue
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{_ROW - 2:.0f}" '
            f'fill="{colour}" stroke="#ffffff" stroke-width="0.5">'
            f"<title>{escape(f'{said}: {answer}, {share:.1%}')}</title></rect>"
        )
        if width > 30.0:
            parts.append(svg_text(x + width / 2, y + 13.5, f"{share:.0%}", "middle", _ink(colour)))
        x += width
    return parts


def _legend(
    words: list[str], colours: list[str], left: float, bar: float
) -> tuple[list[str], float]:
    """A swatch an answer, in as many lines as it takes, and where the bars begin."""
    parts, x, y = [], left, 10.0
    for word, colour in zip(words, colours, strict=True):
        width = 34.0 + said_width(word, _SIZE)
        if x + width > left + bar and x > left:
            x, y = left, y + 20.0
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="14" height="12" fill="{colour}" '
            'stroke="#bbbbbb"/>' + svg_text(x + 19, y + 10.5, word)
        )
        x += width
    return parts, y + 28.0


def _widest(words: object, most: float) -> float:
    return min(most, max(said_width(str(word), _SIZE) for word in words))  # type: ignore[attr-defined]


def _cut(x: float, y: float, text: str, most: float, anchor: str) -> str:
    """A text that is cut where it is too long, whole in its title."""
    shown = text[:200]
    while said_width(shown, _SIZE) > most:
        shown = shown.removesuffix("…")[:-1].rstrip() + "…"
    return f"<g><title>{escape(text)}</title>{svg_text(x, y, shown, anchor)}</g>"


def _channels(colour: str) -> Array:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def _colour(place: int, count: int) -> str:
    """From the first to the last colour of the scale, evenly."""
    position = (len(_SCALE) - 1) * place / max(count - 1, 1)
    low = min(int(position), len(_SCALE) - 2)
    start, end = _channels(_SCALE[low]), _channels(_SCALE[low + 1])
    mixed = start + (position - low) * (end - start)
    return "#" + "".join(f"{round(value):02X}" for value in mixed.tolist())


def _ink(colour: str) -> str:
    """White on dark colours, else nearly black."""
    brightness = float(_channels(colour) @ np.array([0.299, 0.587, 0.114]))
    return "#ffffff" if brightness < 125.0 else "#222222"
