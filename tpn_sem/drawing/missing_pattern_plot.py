"""A chart of missing-data patterns, as SVG."""

from __future__ import annotations

from functools import partial
from html import escape

import pandas as pd

from ..errors import OptionError
from .drawing import Drawing
from .svg_parts import svg_page, svg_text

_COLOURS = {"x": "#0072B2", ".": "#f2f2f2", "s": "#E69F00"}
_WORDS = {"x": "answered", ".": "missing", "s": "skipped by design"}
_CELL, _ROW, _BAR = 18, 15, 160
_text = partial(svg_text, size=11)


def draw_patterns(patterns: pd.DataFrame, most: int) -> Drawing:
    """Rows are patterns, columns variables; bars and numbers say how many rows have each.

    Parameters
    ----------
    patterns : DataFrame
        Of `MissingData.patterns`.
    most : int
        How many patterns are drawn; the others are counted in a last line.
    """
    if isinstance(most, bool) or not isinstance(most, int) or most < 1:
        raise OptionError(f"most is a whole number above 0, not {most!r}.")
    names = [str(name) for name in patterns.columns if name not in ("count", "share")]
    ordered = patterns.sort_values("count", ascending=False, kind="stable")
    shown = ordered.head(most)
    several = "group" in patterns.index.names
    left = 110 if several else 16
    top = 16 + 7 * max(len(name) for name in names)
    right = left + _CELL * len(names) + 12
    width, height = right + _BAR + 60, top + _ROW * len(shown) + 64
    parts = [_name(name, left + _CELL * (i + 0.5), top - 6) for i, name in enumerate(names)]
    largest = int(shown["count"].max())
    for line, (label, row) in enumerate(shown.iterrows()):
        y = top + _ROW * line
        if several:
            parts.append(_text(left - 8, y + 11, str(label[0]), "end"))
        marks = [str(row[name]) for name in names]
        parts += [_cell(left + _CELL * i, y, mark) for i, mark in enumerate(marks)]
        length = _BAR * int(row["count"]) / largest
        parts.append(
            f'<rect x="{right}" y="{y + 2}" width="{length:.1f}" height="{_ROW - 4}" '
            'fill="#8a8a8a"/>'
        )
        parts.append(_text(right + length + 5, y + 11, f"{int(row['count'])}"))
    bottom = top + _ROW * len(shown) + 18
    if len(ordered) > len(shown):
        rest = ordered.iloc[len(shown) :]
        told = f"and {len(rest)} more patterns of {int(rest['count'].sum())} rows"
        parts.append(_text(left, bottom, told))
    parts += _legend(left, bottom + 14)
    return Drawing(
        svg_page(width, height, parts, "Patterns of missing answers"), _description(ordered)
    )


def _description(patterns: pd.DataFrame) -> str:
    return f"{len(patterns)} patterns of missing answers in {int(patterns['count'].sum())} rows."


def _cell(x: float, y: float, mark: str) -> str:
    return (
        f'<rect x="{x}" y="{y}" width="{_CELL - 1}" height="{_ROW - 1}" '
        f'fill="{_COLOURS[mark]}"><title>{_WORDS[mark]}</title></rect>'
    )


def _name(name: str, x: float, y: float) -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="11" transform="rotate(-90 {x} {y})" '
        'dominant-baseline="middle">'
        f"{escape(name)}</text>"
    )


def _legend(x: float, y: float) -> list[str]:
    parts = []
    for mark, word in _WORDS.items():
        parts.append(_cell(x, y, mark))
        parts.append(_text(x + _CELL + 4, y + 11, word))
        x += _CELL + 30 + 6.5 * len(word)
    return parts
