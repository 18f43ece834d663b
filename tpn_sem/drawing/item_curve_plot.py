"""Item characteristic curves by group as SVG: expected answers along the factor."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Protocol

import numpy as np

from ..numerics import Array
from .drawing import Drawing
from .number_formats import positive_zero

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
    width = max(20 + columns * (_WIDE + _LEFT + 14), 360)
    height = 52 + rows * (_HIGH + _ABOVE + _BELOW + 12)
    head = [_line_key(14 + 130 * place, group.label, place) for place, group in enumerate(groups)]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family="sans-serif" role="img" aria-label="Item curves">'
        '<rect width="100%" height="100%" fill="white"/>'
    )
    names = ", ".join(items)
    caption = (
        f'<text x="14" y="{height - 6}" font-size="10" fill="#555555">Expected answers along the '
        "factor; pale: how the factor is distributed in each group.</text>"
    )
    return Drawing(
        "\n".join([svg, *head, *parts, caption, "</svg>"]),
        f"Expected answers to {names} along their factor, a curve for each group.",
    )


def _line_key(x: float, label: str, place: int) -> str:
    return (
        f'<line x1="{x}" y1="18" x2="{x + 30}" y2="18" {_stroke(place)}/>'
        f'<text x="{x + 36}" y="22" font-size="12">{escape(label)}</text>'
    )


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
    return (
        f'<rect x="{left}" y="{top}" width="{_WIDE}" height="{_HIGH}" fill="none" '
        'stroke="#999999"/>'
        f'<text x="{left}" y="{top - 8}" font-size="13" font-weight="bold">{escape(item)}</text>'
        f'<text x="{left + _WIDE / 2}" y="{top + _HIGH + 30}" font-size="11" '
        f'text-anchor="middle">{escape(factor)}</text>'
    )


def _axis_labels(
    left: float, top: float, across: tuple[float, float], up: tuple[float, float]
) -> list[str]:
    parts = []
    for share in (0.0, 0.5, 1.0):
        x, y = left + _WIDE * share, top + _HIGH * (1.0 - share)
        value = across[0] + share * (across[1] - across[0])
        answer = up[0] + share * (up[1] - up[0])
        parts.append(
            f'<text x="{x:.1f}" y="{top + _HIGH + 15}" font-size="10" text-anchor="middle">'
            f"{positive_zero(value, 1)}</text>"
            f'<text x="{left - 5}" y="{y + 4:.1f}" font-size="10" text-anchor="end">'
            f"{answer:.1f}</text>"
        )
    return parts


def _path(x: Array, y: Array) -> str:
    return "M" + " L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
