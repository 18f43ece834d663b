"""Item characteristic curves by group as SVG: expected answers along the factor."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Protocol

import numpy as np

from ..numerics import Array
from .drawing import Drawing
from .scenes import text_width
from .svg_parts import AXIS, round_ticks, svg_page, svg_text, upward_text

_WIDE, _HIGH, _LEFT, _BELOW, _ABOVE, _COLUMNS = 250, 170, 46, 36, 24, 3
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_DASHES = ("", "7 3", "2 3", "9 3 2 3")


class Measured(Protocol):
    """What is needed of a group's measurement."""

    @property
    def label(self) -> str:
        """Of the group."""

    @property
    def items(self) -> tuple[str, ...]:
        """Names, p of them."""

    @property
    def factors(self) -> tuple[str, ...]:
        """Names, m of them."""

    @property
    def loadings(self) -> Array:
        """Shape (p, m)."""

    @property
    def factor_mean(self) -> Array:
        """Shape (m,)."""

    @property
    def factor_covariance(self) -> Array:
        """Shape (m, m)."""

    @property
    def thresholds(self) -> dict[int, Array]:
        """By place of the item, of ordinal ones."""

    def predictors(self, factors: Array) -> Array:
        """Linear predictors at values of the factors."""

    def expected(self, item: int, predictor: Array) -> Array:
        """Expected answers."""


def draw_item_curves(groups: Sequence[Measured], items: Sequence[str]) -> Drawing:
    """A panel an item, a curve a group, with the groups' distributions of the factor below.

    Other factors that an item measures stay at their means in the first group.
    """
    parts: list[str] = []
    for number, item in enumerate(items):
        x = 10 + (number % _COLUMNS) * (_WIDE + _LEFT + 14)
        y = 34 + (number // _COLUMNS) * (_HIGH + _ABOVE + _BELOW + 12)
        parts += _panel(groups, item, x + _LEFT, y + _ABOVE)
    columns, rows = min(len(items), _COLUMNS), -(-len(items) // _COLUMNS)
    head, right = _key([group.label for group in groups])
    caption = (
        "Expected answers along the factor; pale: how the factor is distributed in each group."
    )
    widths = (20.0 + columns * (_WIDE + _LEFT + 14), right, 28.0 + 1.05 * text_width(caption, 10))
    height = 52.0 + rows * (_HIGH + _ABOVE + _BELOW + 12)
    parts.append(svg_text(14, height - 6, caption, ink="#555555", size=10))
    names = ", ".join(items)
    return Drawing(
        svg_page(max(widths), height, [*head, *parts], "Item curves"),
        f"Expected answers to {names} along their factor, a curve for each group.",
    )


def _key(labels: Sequence[str]) -> tuple[list[str], float]:
    """A line and a name for each group, and where they end."""
    parts, x = [], 14.0
    for place, label in enumerate(labels):
        parts.append(f'<line x1="{x:.1f}" y1="18" x2="{x + 30:.1f}" y2="18" {_stroke(place)}/>')
        parts.append(svg_text(x + 36, 22, label))
        x += 60.0 + 1.05 * text_width(label, 12)
    return parts, x


def _stroke(place: int) -> str:
    dash = _DASHES[place % len(_DASHES)]
    style = f' stroke-dasharray="{dash}"' if dash else ""
    return f'fill="none" stroke="{_COLOURS[place % len(_COLOURS)]}" stroke-width="2"{style}'


def _panel(groups: Sequence[Measured], item: str, left: float, top: float) -> list[str]:
    first = groups[0]
    place = first.items.index(item)
    factor = int(np.argmax(np.abs(first.loadings[place])))
    deviations = [float(np.sqrt(group.factor_covariance[factor, factor])) for group in groups]
    means = [float(group.factor_mean[factor]) for group in groups]
    low = min(m - 3 * d for m, d in zip(means, deviations, strict=True))
    high = max(m + 3 * d for m, d in zip(means, deviations, strict=True))
    axis = np.linspace(low, high, 121)
    values = np.tile(first.factor_mean, (len(axis), 1))
    values[:, factor] = axis
    curves = [group.expected(place, group.predictors(values)[:, place]) for group in groups]
    bottom, height = _range(first, place, curves)
    parts = [_frame(left, top, item, first.factors[factor])]
    parts += _axis_labels(left, top, (low, high), (bottom, height))
    for number, curve in enumerate(curves):
        y = top + _HIGH - _HIGH * (curve - bottom) / (height - bottom)
        x = left + _WIDE * (axis - low) / (high - low)
        density = np.exp(-0.5 * ((axis - means[number]) / deviations[number]) ** 2)
        shade = top + _HIGH - 0.22 * _HIGH * density * min(deviations) / deviations[number]
        parts.append(f'<path d="{_path(x, shade)}" {_stroke(number)} opacity="0.35"/>')
        parts.append(
            f'<path d="{_path(x, y)}" {_stroke(number)}><title>{escape(item)} in '
            f"{escape(groups[number].label)}</title></path>"
        )
    return parts


def _range(first: Measured, place: int, curves: Sequence[Array]) -> tuple[float, float]:
    if place in first.thresholds:
        return 1.0, 1.0 + len(first.thresholds[place])
    low, high = min(curve.min() for curve in curves), max(curve.max() for curve in curves)
    return float(low), float(max(high, low + 1e-9))


def _frame(left: float, top: float, item: str, factor: str) -> str:
    bold = ' font-weight="bold"'
    return (
        f'<rect x="{left}" y="{top}" width="{_WIDE}" height="{_HIGH}" fill="none" '
        f'stroke="{AXIS}"/>'
        + svg_text(left, top - 8, item, size=13, more=bold)
        + svg_text(left + _WIDE / 2, top + _HIGH + 31, factor, "middle", size=11)
        + upward_text(left - 32, top + _HIGH / 2, "expected answer", size=11)
    )


def _axis_labels(
    left: float, top: float, across: tuple[float, float], up: tuple[float, float]
) -> list[str]:
    """Round values of the factor and round answers, each with a short stroke."""
    parts = []
    for value in round_ticks(*across):
        x = left + _WIDE * (value - across[0]) / (across[1] - across[0])
        bottom = top + _HIGH
        parts.append(_tick(x, bottom, x, bottom + 4))
        parts.append(svg_text(x, bottom + 16, f"{value + 0.0:.4g}", "middle", size=10))
    for answer in round_ticks(*up):
        y = top + _HIGH * (1.0 - (answer - up[0]) / (up[1] - up[0]))
        parts.append(_tick(left - 4, y, left, y))
        parts.append(svg_text(left - 7, y + 3.5, f"{answer + 0.0:.4g}", "end", size=10))
    return parts


def _tick(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{AXIS}"/>'


def _path(x: Array, y: Array) -> str:
    return "M" + " L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
