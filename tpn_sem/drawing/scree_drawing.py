"""A scree plot: eigenvalues beside those of data without factors, as SVG."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..numerics import Array
from .drawing import Drawing, drawn_at_widths
from .scenes import said_width
from .svg_parts import INK, svg_page, svg_text, upward_text, value_axis

_HEIGHT, _LEFT, _TOP, _RIGHT, _SIZE = 300.0, 52.0, 16.0, 12.0, 12
_MOST = 30  # components that are drawn
_NUMBER = 22.0  # pixels that the number of a component needs
_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#6f6f6f"


def draw_scree(table: pd.DataFrame, reduced: bool, description: str) -> Drawing:
    """Eigenvalues as dots, and as lines what they are compared with.

    Parameters
    ----------
    table : DataFrame
        A row per component: eigenvalue, mean, reference, empirical_kaiser; or reduced,
        reduced_mean, reduced_reference.
    reduced : bool
        Which of them.
    description : str
        What the drawing says, in a sentence.
    """
    stem = "reduced" if reduced else "eigenvalue"
    before = "reduced_" if reduced else ""
    lines = {
        "mean without factors": (table[f"{before}mean"], _GREY, "2 3"),
        "quantile without factors": (table[f"{before}reference"], _ORANGE, "6 3"),
    }
    if not reduced:
        lines["empirical Kaiser criterion"] = (table["empirical_kaiser"], INK, "1 0")
    shown = min(len(table), _MOST)
    own = table[stem].to_numpy()[:shown]
    others = {word: (line.to_numpy()[:shown], *how) for word, (line, *how) in lines.items()}
    legend = {"data": (_BLUE, "1 0")} | {word: how for word, (_, *how) in others.items()}

    def draw(width: float) -> str:
        plot = _Axes.of(width, own, *(line for line, *_ in others.values()))
        parts = plot.axes(shown)
        for line, colour, dash in others.values():
            parts.append(plot.line(line, colour, f'stroke-dasharray="{dash}"'))
        parts += [plot.line(own, _BLUE, 'stroke-width="2"'), *plot.dots(own)]
        for place, (word, (colour, dash)) in enumerate(legend.items()):
            parts += _entry(word, colour, dash, width, _TOP + 8 + 18 * place)
        return svg_page(width, _TOP + _HEIGHT + 46.0, parts, "Scree plot", description)

    return drawn_at_widths(draw, description)


class _Axes:
    """Where components and eigenvalues stand on the page."""

    def __init__(self, width: float, low: float, high: float, count: int):
        self.low, self.high, self.count = low, high, count
        self.right = width - _RIGHT

    @classmethod
    def of(cls, width: float, *lines: Array) -> _Axes:
        """From the smallest value, or zero, to the largest."""
        every = np.concatenate(lines)
        return cls(width, min(0.0, float(every.min())), float(every.max()) * 1.05, len(lines[0]))

    def x(self, component: float) -> float:
        return _LEFT + (self.right - _LEFT) * (component - 0.5) / self.count

    def y(self, value: float) -> float:
        return _TOP + _HEIGHT * (self.high - value) / (self.high - self.low)

    def line(self, values: Array, colour: str, style: str) -> str:
        """A line through the values."""
        points = " ".join(
            f"{self.x(place + 1):.1f},{self.y(value):.1f}"
            for place, value in enumerate(values.tolist())
        )
        return f'<polyline points="{points}" fill="none" stroke="{colour}" {style}/>'

    def dots(self, values: Array) -> list[str]:
        """A dot for each value, which says it."""
        return [
            f'<circle cx="{self.x(k + 1):.1f}" cy="{self.y(value):.1f}" r="4" fill="{_BLUE}">'
            f"<title>{k + 1}: {value:.2f}</title></circle>"
            for k, value in enumerate(values.tolist())
        ]

    def axes(self, count: int) -> list[str]:
        """Ticks, numbers and words."""
        parts = value_axis(self.low, self.high, _LEFT, self.right, self.y)
        below = _TOP + _HEIGHT + 16.0
        room = (self.right - _LEFT) / count
        every = next(step for step in (1, 2, 5, 10) if step * room >= _NUMBER or step == 10)
        parts += [
            svg_text(self.x(k), below, str(k), "middle")
            for k in range(1, count + 1)
            if k % every == 0
        ]
        middle = (_LEFT + self.right) / 2
        parts.append(svg_text(middle, below + 20.0, "component", "middle"))
        parts.append(upward_text(14.0, _TOP + _HEIGHT / 2, "eigenvalue"))
        return parts


def _entry(word: str, colour: str, dash: str, width: float, y: float) -> list[str]:
    left = width - _RIGHT - said_width("empirical Kaiser criterion", _SIZE) - 34.0
    return [
        f'<line x1="{left:.1f}" x2="{left + 26:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}" '
        f'stroke-width="2" stroke-dasharray="{dash}"/>',
        svg_text(left + 32.0, y + 4, word, "start"),
    ]
