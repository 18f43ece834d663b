"""What a forward search monitors, against the size of the subset, as SVG."""

from __future__ import annotations

import numpy as np

from ..drawing import (
    INK,
    Drawing,
    drawn_at_widths,
    round_ticks,
    svg_page,
    svg_text,
    upward_text,
    value_axis,
)
from ..numerics import Array, Indices, Mask

_HEIGHT, _LEFT, _TOP, _RIGHT = 280.0, 64.0, 16.0, 16.0
_BLUE, _ORANGE = "#0072B2", "#D55E00"


class _Page:
    """Where sizes and values stand."""

    def __init__(self, width: float, sizes: Indices, values: list[Array]):
        self.right = width - _RIGHT
        whole = np.concatenate(values)
        whole = whole[np.isfinite(whole)]
        low, high = (float(whole.min()), float(whole.max())) if len(whole) else (0.0, 1.0)
        margin = 0.05 * (high - low) or 0.5
        self.low, self.high = low - margin, high + margin
        self.first, self.last = int(sizes[0]), int(sizes[-1])

    def x(self, size: float) -> float:
        return _LEFT + (self.right - _LEFT) * (size - self.first) / max(self.last - self.first, 1)

    def y(self, value: float) -> float:
        return _TOP + _HEIGHT * (self.high - value) / (self.high - self.low)

    def line(self, sizes: Indices, values: Array, style: str) -> str:
        points = " ".join(
            f"{self.x(size):.1f},{self.y(value):.1f}"
            for size, value in zip(sizes.tolist(), values.tolist(), strict=True)
            if np.isfinite(value)
        )
        return f'<polyline points="{points}" fill="none" {style}/>'

    def axes(self) -> list[str]:
        """Ticks and numbers of both axes."""
        parts = value_axis(self.low, self.high, _LEFT, self.right, self.y)
        for tick in round_ticks(self.first, self.last):
            if tick == round(tick):
                parts.append(svg_text(self.x(tick), _TOP + _HEIGHT + 18, f"{tick:.0f}", "middle"))
        return parts


def draw_search(
    sizes: Indices,
    values: Array,
    marked: Mask,
    bounds: tuple[Array, Array] | None,
    word: str,
    description: str,
) -> Drawing:
    """A line, dots where it jumps, and its envelope dashed.

    Parameters
    ----------
    sizes : int array, shape (s,)
    values : array, shape (s,)
        NaN is left out.
    marked : bool array, shape (s,)
    bounds : (array, array), optional
    word, description : str
        What is drawn, beside the axis and in a sentence.
    """

    def draw(width: float) -> str:
        page = _Page(width, sizes, [values, *(bounds or ())])
        parts = page.axes()
        for bound in bounds or ():
            parts.append(page.line(sizes, bound, f'stroke="{INK}" stroke-dasharray="5 4"'))
        parts.append(page.line(sizes, values, f'stroke="{_BLUE}" stroke-width="2"'))
        for place in np.flatnonzero(marked & np.isfinite(values)).tolist():
            x, y = page.x(float(sizes[place])), page.y(float(values[place]))
            parts.append(
                f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_ORANGE}">'
                f"<title>{sizes[place]}: {values[place]:.4g}</title></circle>"
            )
        middle, below = (_LEFT + page.right) / 2, _TOP + _HEIGHT + 36.0
        parts.append(svg_text(middle, below, "units in the subset", "middle"))
        parts.append(upward_text(14.0, _TOP + _HEIGHT / 2, word))
        return svg_page(width, below + 12.0, parts, "Forward search", description)

    return drawn_at_widths(draw, description)
