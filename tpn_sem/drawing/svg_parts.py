"""What drawings are put together from: words, axes, and the page around them, as SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import numpy as np

from ..languages import said
from .dark_colours import DRAWING

INK, GRID, AXIS = "#222222", "#e4e4e4", "#999999"
WIDE, NARROW = 760.0, 380.0  # pixels of a page's column, and of a telephone's


def svg_text(
    x: float,
    y: float,
    text: str,
    anchor: str = "start",
    ink: str = INK,
    size: float = 12,
    more: str = "",
) -> str:
    """Words whose start, middle or end is at a place; `more` are further attributes."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{ink}" '
        f'font-size="{size:g}"{more}>{escape(said(text))}</text>'
    )


def upward_text(x: float, y: float, text: str, size: float = 12) -> str:
    """Words that go up, their middle at a place."""
    turn = f'transform="rotate(-90 {x:.1f} {y:.1f})"'
    return f"<g {turn}>{svg_text(x, y, text, 'middle', size=size)}</g>"


def svg_page(width: float, height: float, parts: Sequence[str], label: str, told: str = "") -> str:
    """The whole drawing on white ground.

    Parameters
    ----------
    label : str
        What it is, for readers of the screen.
    told : str
        What it says, in a sentence.
    """
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" class="{DRAWING}" role="img" '
        'style="max-width:100%;height:auto" font-family="Helvetica, Arial, sans-serif" '
        f'aria-label="{escape(said(label))}">'
    )
    words = [f"<desc>{escape(said(told))}</desc>"] if told else []
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return "\n".join([head, *words, ground, *parts, "</svg>"])


def round_ticks(low: float, high: float) -> list[float]:
    """Round numbers within a range, some five of them."""
    span = (high - low) / 5.0
    if not span > 0.0:
        return [low]
    power = 10.0 ** np.floor(np.log10(span))
    step = float(next(power * k for k in (1.0, 2.0, 5.0, 10.0) if power * k >= span * (1 - 1e-9)))
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [place * step for place in range(first, last + 1)]


def value_axis(
    low: float,
    high: float,
    left: float,
    right: float,
    y: Callable[[float], float],
    size: float = 12,
) -> list[str]:
    """Lines across at round values, each with its number on the left; that of zero is darker."""
    parts = []
    for value in round_ticks(low, high):
        at, ink = y(value), AXIS if value == 0.0 else GRID
        parts.append(
            f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{at:.1f}" y2="{at:.1f}" stroke="{ink}"/>'
            + svg_text(left - 6, at + 4, f"{value:.4g}", "end", size=size)
        )
    return parts
