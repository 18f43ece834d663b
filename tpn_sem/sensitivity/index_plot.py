"""An index plot: a number of every unit, the largest with their names, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from ..drawing import Drawing, svg_page, svg_text, upward_text, value_axis
from ..numerics import Array, Mask

_WIDTH, _HEIGHT, _LEFT, _TOP = 620.0, 280.0, 64.0, 20.0
_BLUE, _ORANGE = "#0072B2", "#D55E00"


def draw_index_plot(
    values: Array,
    labels: Sequence[object],
    marked: Mask,
    words: tuple[str, str],
    description: str,
    named: int = 5,
) -> Drawing:
    """A stem for each unit in their order; the largest are named.

    Parameters
    ----------
    values : array, shape (u,)
        NaN is left out.
    labels : sequence, u
    marked : bool array, shape (u,)
        Units that are drawn in another colour.
    words : (str, str)
        Below the axis of units, and beside that of values.
    description : str
        What the drawing says, in a sentence.
    named : int
        How many of the largest have their name beside them.
    """
    known = np.flatnonzero(np.isfinite(values))
    low = min(0.0, float(values[known].min())) if len(known) else 0.0
    high = max(0.0, float(values[known].max())) if len(known) else 1.0
    high = high if high > low else low + 1.0
    scale = _HEIGHT / ((high - low) * 1.08)

    def x(unit: int) -> float:
        return _LEFT + (_WIDTH - 16.0) * (unit + 0.5) / max(len(values), 1)

    def y(value: float) -> float:
        return _TOP + _HEIGHT - (value - low) * scale

    parts = value_axis(low, high, _LEFT, _LEFT + _WIDTH - 16.0, y)
    for unit in known.tolist():
        colour = _ORANGE if marked[unit] else _BLUE
        here, top = x(unit), y(float(values[unit]))
        said = escape(f"{labels[unit]}: {values[unit]:.3g}")
        parts.append(
            f'<line x1="{here:.1f}" x2="{here:.1f}" y1="{y(0.0):.1f}" y2="{top:.1f}" '
            f'stroke="{colour}"/><circle cx="{here:.1f}" cy="{top:.1f}" r="3" fill="{colour}">'
            f"<title>{said}</title></circle>"
        )
    for unit in known[np.argsort(-np.abs(values[known]), kind="stable")][:named].tolist():
        up = -7.0 if values[unit] >= 0 else 15.0
        parts.append(svg_text(x(unit), y(float(values[unit])) + up, str(labels[unit]), "middle"))
    parts.append(svg_text(_LEFT + _WIDTH / 2, _TOP + _HEIGHT + 24.0, words[0], "middle"))
    parts.append(upward_text(14.0, _TOP + _HEIGHT / 2, words[1]))
    page = svg_page(_LEFT + _WIDTH, _TOP + _HEIGHT + 40.0, parts, "Index plot", description)
    return Drawing(page, description)
