"""Residual correlations as a heat map: numbers, with those framed that are significant."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from ..drawing import (
    INK,
    Drawing,
    drawn_at_widths,
    format_below_one,
    format_signed,
    p_phrase,
    said_width,
    svg_page,
    svg_text,
    with_minus,
    without_zero,
    wrapped_label,
)
from ..languages import said
from .residual_moments import CORRELATION

_CELL, _WRITTEN, _SIZE, _NAME = 46.0, 24.0, 12.0, 12.0  # most of a cell; least for a number
_NEGATIVE, _POSITIVE = (179, 88, 6), (84, 39, 136)  # orange and purple: told apart by everybody
_FULL = 0.25  # residual correlation that has the full colour
_GREY, _BLANK = "#767676", "#f2f2f2"


def draw_residuals(table: pd.DataFrame, alpha: float) -> Drawing:
    """Residual correlations below the diagonal, a panel for each group.

    Parameters
    ----------
    table : DataFrame
        Of `residual_table`.
    alpha : float
        Adjusted p-values below it are framed and bold.
    """
    pairs = table[table["kind"] == CORRELATION]
    labels = list(dict.fromkeys(pairs["group"]))
    panels = [(str(label), pairs[pairs["group"] == label]) for label in labels]
    count = int((pairs["p_adjusted"] < alpha).sum())
    said = f"Residual correlations of {len(pairs)} pairs of items; {count} are significant."

    def draw(width: float) -> str:
        parts, top, written = [], 8.0, True
        for label, own in panels:
            items = list(dict.fromkeys([*own["item_1"], *own["item_2"]]))
            cell = _cell_size(items, width)
            panel, height = _panel(own, items, label, top, alpha, cell)
            parts += panel
            top, written = top + height, written and cell >= _WRITTEN
        legend = _legend(alpha, written, width)
        for place, line in enumerate(legend, start=1):
            parts.append(svg_text(12.0, top - 2.0 + 16.0 * place, line, size=_SIZE))
        height = top + 16.0 * len(legend) + 10.0
        return svg_page(width, height, parts, "Residual correlations", said)

    return drawn_at_widths(draw, said)


def _legend(alpha: float, written: bool, width: float) -> list[str]:
    told = (
        "Observed less implied correlations. Purple: more than implied; orange: less.",
        f"Framed{' and bold' if written else ''}: significant at {alpha:g} after adjustment. "
        "Grey: no test.",
        "" if written else "The table has the numbers.",
    )
    lines = (wrapped_label(said(line), width - 24.0, _SIZE).split("\n") for line in told if line)
    return [line for several in lines for line in several]


def _left(items: Sequence[str]) -> float:
    return 20.0 + max(said_width(name, _NAME) for name in items)


def _cell_size(items: Sequence[str], width: float) -> float:
    """As large as the width allows."""
    return float(np.clip((width - _left(items) - 16.0) / len(items), 8.0, _CELL))


def _panel(
    pairs: pd.DataFrame, items: Sequence[str], label: str, top: float, alpha: float, cell: float
) -> tuple[list[str], float]:
    """One group's cells, row and column names, and the height that they take."""
    left = _left(items)
    head = 26.0 if label else 0.0
    place = {name: index for index, name in enumerate(items)}
    parts = (
        [svg_text(12.0, top + 16.0, label, size=14.0, more=' font-weight="600"')] if label else []
    )
    start = top + head
    for index, name in enumerate(items):
        y = start + cell * (index + 0.5) + 4.0
        parts.append(svg_text(left - 8.0, y, name, "end", size=_NAME))
    for row in pairs.itertuples():
        i, j = sorted((place[row.item_1], place[row.item_2]))
        parts.append(_cell(left + cell * i, start + cell * j, row, alpha, cell))
    bottom = start + cell * len(items)
    for index, name in enumerate(items):
        x = left + cell * (index + 0.5)
        parts.append(
            f'<text x="{x:.1f}" y="{bottom + 8:.1f}" font-size="{_NAME:g}" text-anchor="end" '
            f'transform="rotate(-60 {x:.1f} {bottom + 8:.1f})" fill="{INK}">{escape(name)}</text>'
        )
    longest = max(said_width(name, _NAME) for name in items)
    return parts, head + cell * len(items) + longest + 26.0


def _cell(x: float, y: float, row: pd.Series, alpha: float, cell: float) -> str:
    """One pair: its colour, its number, and a sentence for who points at it."""
    value = float(row.residual)
    told = np.isfinite(value)
    tested = bool(np.isfinite(row.p_adjusted))
    framed = tested and float(row.p_adjusted) < alpha
    share = min(abs(value) / _FULL, 1.0) if told else 0.0
    colour = _mixed(_POSITIVE if value >= 0.0 else _NEGATIVE, share) if told else _BLANK
    colour = colour if tested else _BLANK
    ink = "#ffffff" if share > 0.55 and tested else (INK if tested else _GREY)
    said = f"{row.item_1}, {row.item_2}: "
    said += f"residual {without_zero(format_signed(value))}" if told else "no residual"
    said += f", z = {row.z:.2f}, adjusted {p_phrase(float(row.p_adjusted))}" if tested else ""
    said += f" ({row.reason})" if row.reason else ""
    edge = f' stroke="{INK}" stroke-width="2.2"' if framed else ""
    weight = ' font-weight="700"' if framed else ""
    number = _number(value) if told and cell >= _WRITTEN else ""
    gap = min(1.5, 0.06 * cell)
    side = cell - 2.0 * gap
    words = svg_text(
        x + cell / 2, y + cell / 2 + 4.0, number, "middle", ink, min(_SIZE, 0.38 * cell), weight
    )
    return (
        f'<g class="{"significant" if framed else "pair"}"><title>{escape(said)}</title>'
        f'<rect x="{x + gap:.1f}" y="{y + gap:.1f}" width="{side:.1f}" height="{side:.1f}" '
        f'fill="{colour}"{edge}/>{words if number else ""}</g>'
    )


def _number(value: float) -> str:
    return with_minus(format_below_one(value, 2))


def _mixed(colour: tuple[int, int, int], share: float) -> str:
    """White, and so much of a colour."""
    channels = (round(255 + (channel - 255) * share) for channel in colour)
    return "#" + "".join(f"{channel:02x}" for channel in channels)
