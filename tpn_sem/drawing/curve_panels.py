"""Panels of curves with axes, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..numerics import Array
from .drawing import Drawing, drawn_at_widths
from .scenes import said_width
from .svg_parts import round_ticks, svg_page, svg_text, upward_text, value_axis

_HIGH, _LEFT, _BELOW, _ABOVE, _SIZE = 150.0, 46.0, 42.0, 24.0, 12
_LEAST, _MOST = 235.0, 480.0  # pixels that a panel may take with its axis
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
    """Panels of curves, up to three in a row, with one scale and one key for all of them.

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
    names = list(dict.fromkeys(name for panel in panels for name in panel.curves))

    def draw(width: float) -> str:
        columns = max(1, min(len(panels), int(width // _LEAST)))
        wide, tall = min((width - 8.0) / columns, _MOST), _HIGH + _ABOVE + _BELOW
        parts, begin = _key(names, width)
        for number, panel in enumerate(panels):
            left = 2.0 + (number % columns) * wide + _LEFT
            top = begin + (number // columns) * tall + _ABOVE
            own = _Panel(left, top, wide - _LEFT - 14.0, (low, high), panel)
            parts += own.parts(across, up)
        height = begin + 6.0 + -(-len(panels) // columns) * tall
        return svg_page(width, height, parts, description, description)

    return drawn_at_widths(draw, description)


def _key(names: list[str], width: float) -> tuple[list[str], float]:
    """A line and a name for each curve, in as many rows as it takes, and where they end."""
    parts: list[str] = []
    x, y = 12.0, 14.0
    for place, name in enumerate(names if len(names) > 1 else []):
        colour, dash = _style(place)
        own = 48.0 + 1.05 * said_width(name, _SIZE)
        if x + own > width and place:
            x, y = 12.0, y + 18.0
        parts.append(
            f'<line x1="{x:.1f}" x2="{x + 24:.1f}" y1="{y:.0f}" y2="{y:.0f}" stroke="{colour}" '
            f'stroke-width="2" stroke-dasharray="{dash}"/>'
            + svg_text(x + 30.0, y + 4.0, name, size=_SIZE)
        )
        x += own
    return parts, y + 14.0


def _style(place: int) -> tuple[str, str]:
    return _COLOURS[place % len(_COLOURS)], _DASHES[place % len(_DASHES)]


class _Panel:
    """Where values of one panel stand on the page."""

    def __init__(
        self, left: float, top: float, wide: float, reach: tuple[float, float], panel: CurvePanel
    ):
        self.left, self.top, self.wide, self.panel = left, top, wide, panel
        self.low, self.high = reach

    def parts(self, across: str, up: str) -> list[str]:
        """The panel's axes, words and curves."""
        middle = self.left + self.wide / 2.0
        words = [
            svg_text(middle, self.top - 8.0, self.panel.title, "middle"),
            svg_text(middle, self.top + _HIGH + 32.0, across, "middle", size=_SIZE),
            upward_text(self.left - 34.0, self.top + _HIGH / 2, up, size=_SIZE),
        ]
        curves = [
            self._line(curve, *_style(place), name)
            for place, (name, curve) in enumerate(self.panel.curves.items())
        ]
        return [*self._grid(), *words, *curves]

    def _x(self, value: float) -> float:
        first, last = float(self.panel.x[0]), float(self.panel.x[-1])
        return self.left + self.wide * (value - first) / (last - first)

    def _y(self, value: float) -> float:
        return self.top + _HIGH * (self.high - value) / (self.high - self.low)

    def _grid(self) -> list[str]:
        parts = value_axis(
            self.low, self.high, self.left, self.left + self.wide, self._y, size=_SIZE
        )
        for value in round_ticks(float(self.panel.x[0]), float(self.panel.x[-1])):
            below = self.top + _HIGH + 15
            parts.append(svg_text(self._x(value), below, f"{value:g}", "middle", size=_SIZE))
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
