"""Panels of curves with axes, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..numerics import Array
from .drawing import Drawing
from .svg_parts import round_ticks, svg_page, svg_text, upward_text, value_axis

_WIDE, _HIGH, _LEFT, _BELOW, _ABOVE, _COLUMNS, _KEY = 230.0, 150.0, 46.0, 40.0, 24.0, 3, 20.0
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("1 0", "7 3", "2 3", "9 3 2 3", "4 2", "12 3", "1 2")


@dataclass(frozen=True, eq=False)
class CurvePanel:
    """Curves over one axis.

    Attributes
    ----------
    title : str
    x : array, shape (n,)
    curves : mapping of str to array, shape (n,)
        By the name that the key gives them; not more than seven.
    """

    title: str
    x: Array
    curves: Mapping[str, Array]


def draw_curve_panels(
    panels: Sequence[CurvePanel], across: str, up: str, description: str
) -> Drawing:
    """Panels of curves, three in a row, with one scale and one key for all of them.

    Parameters
    ----------
    panels : sequence of CurvePanel
    across, up : str
        What the axes are.
    description : str
        What the drawing says, in a sentence.
    """
    values = np.concatenate([curve for panel in panels for curve in panel.curves.values()])
    high = max(float(np.nanmax(values)) * 1.04, 1e-9)
    low = min(float(np.nanmin(values)), 0.0)
    columns = min(len(panels), _COLUMNS)
    rows = -(-len(panels) // _COLUMNS)
    wide, tall = _WIDE + _LEFT + 12.0, _HIGH + _ABOVE + _BELOW
    parts = _key(list(dict.fromkeys(name for panel in panels for name in panel.curves)), wide)
    for number, panel in enumerate(panels):
        left = 8.0 + (number % _COLUMNS) * wide + _LEFT
        top = _KEY + 8.0 + (number // _COLUMNS) * tall + _ABOVE
        parts += _Panel(left, top, low, high, panel).parts(across, up)
    width, height = 16.0 + columns * wide, _KEY + 14.0 + rows * tall
    return Drawing(svg_page(width, height, parts, description, description), description)


def _key(names: list[str], wide: float) -> list[str]:
    if len(names) < 2:
        return []
    parts, x = [], 12.0
    for place, name in enumerate(names):
        colour, dash = _style(place)
        parts.append(
            f'<line x1="{x:.1f}" x2="{x + 24:.1f}" y1="14" y2="14" stroke="{colour}" '
            f'stroke-width="2" stroke-dasharray="{dash}"/>'
            + svg_text(x + 30.0, 18.0, name, size=11)
        )
        x += 48.0 + 7.0 * len(name)
    return parts


def _style(place: int) -> tuple[str, str]:
    return _COLOURS[place % len(_COLOURS)], _DASHES[place % len(_DASHES)]


class _Panel:
    """Where values of one panel stand on the page."""

    def __init__(self, left: float, top: float, low: float, high: float, panel: CurvePanel):
        self.left, self.top, self.low, self.high, self.panel = left, top, low, high, panel

    def parts(self, across: str, up: str) -> list[str]:
        """The panel's axes, words and curves."""
        middle = self.left + _WIDE / 2.0
        words = [
            svg_text(middle, self.top - 8.0, self.panel.title, "middle"),
            svg_text(middle, self.top + _HIGH + 30.0, across, "middle", size=11),
            upward_text(self.left - 34.0, self.top + _HIGH / 2, up, size=11),
        ]
        curves = [
            self._line(curve, *_style(place), name)
            for place, (name, curve) in enumerate(self.panel.curves.items())
        ]
        return [*self._grid(), *words, *curves]

    def _x(self, value: float) -> float:
        first, last = float(self.panel.x[0]), float(self.panel.x[-1])
        return self.left + _WIDE * (value - first) / (last - first)

    def _y(self, value: float) -> float:
        return self.top + _HIGH * (self.high - value) / (self.high - self.low)

    def _grid(self) -> list[str]:
        parts = value_axis(self.low, self.high, self.left, self.left + _WIDE, self._y, size=10)
        for value in round_ticks(float(self.panel.x[0]), float(self.panel.x[-1])):
            below = self.top + _HIGH + 15
            parts.append(svg_text(self._x(value), below, f"{value:g}", "middle", size=10))
        return parts

    def _line(self, values: Array, colour: str, dash: str, name: str) -> str:
        points = " ".join(
            f"{self._x(x):.1f},{self._y(y):.1f}"
            for x, y in zip(self.panel.x.tolist(), values.tolist(), strict=True)
            if np.isfinite(y)
        )
        return (
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"><title>{escape(name)}</title></polyline>'
        )
