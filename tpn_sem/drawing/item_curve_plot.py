"""Item characteristic curves by group as SVG: expected answers along the factor."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Protocol

import numpy as np

from ..languages import said
from ..numerics import Array
from .drawing import Drawing, drawn_at_widths
from .scenes import said_width, wrapped_label
from .svg_parts import AXIS, round_ticks, svg_page, svg_text, upward_text

_HIGH, _LEFT, _BELOW, _ABOVE, _SIZE = 170, 46, 38, 24, 12
_LEAST, _MOST = 235.0, 480.0  # pixels that a panel may take with its axis
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
    def scales(self) -> dict[int, tuple[int, int]]:
        """Lowest and highest answer by place of the item, where answers are few whole numbers."""

    def predictors(self, factors: Array) -> Array:
        """Linear predictors at values of the factors."""

    def expected(self, item: int, predictor: Array) -> Array:
        """Expected answers."""


def draw_item_curves(groups: Sequence[Measured], items: Sequence[str]) -> Drawing:
    """A panel an item, a curve a group, with the groups' distributions of the factor below.

    Other factors that an item measures stay at their means in the first group.
    """
    names = ", ".join(items)
    told = f"Expected answers to {names} along their factor, a curve for each group."
    return drawn_at_widths(lambda width: _drawn(groups, items, width), told)


def _drawn(groups: Sequence[Measured], items: Sequence[str], width: float) -> str:
    columns = max(1, min(len(items), int(width // _LEAST)))
    whole = min((width - 8.0) / columns, _MOST)
    parts, top = _key([group.label for group in groups], width)
    tall = _HIGH + _ABOVE + _BELOW + 12.0
    for number, item in enumerate(items):
        left, y = 4.0 + (number % columns) * whole, top + (number // columns) * tall
        parts += _panel(groups, item, left + _LEFT, y + _ABOVE, whole - _LEFT - 14.0)
    bottom = top + -(-len(items) // columns) * tall
    caption = (
        "Expected answers along the factor; pale: how the factor is distributed in each group."
    )
    lines = wrapped_label(said(caption), width - 28.0, _SIZE).split("\n")
    for place, line in enumerate(lines, start=1):
        parts.append(svg_text(14, bottom - 4 + 16.0 * place, line, ink="#555555", size=_SIZE))
    return svg_page(width, bottom + 16.0 * len(lines) + 6.0, parts, "Item curves")


def _key(labels: Sequence[str], width: float) -> tuple[list[str], float]:
    """A line and a name for each group, in as many rows as it takes, and where they end."""
    parts, x, y = [], 14.0, 18.0
    for place, label in enumerate(labels):
        own = 60.0 + 1.05 * said_width(label, _SIZE)
        if x + own > width and place:
            x, y = 14.0, y + 18.0
        parts.append(f'<line x1="{x:.1f}" y1="{y}" x2="{x + 30:.1f}" y2="{y}" {_stroke(place)}/>')
        parts.append(svg_text(x + 36, y + 4, label))
        x += own
    return parts, y + 16.0


def _stroke(place: int) -> str:
    dash = _DASHES[place % len(_DASHES)]
    style = f' stroke-dasharray="{dash}"' if dash else ""
    return f'fill="none" stroke="{_COLOURS[place % len(_COLOURS)]}" stroke-width="2"{style}'


def _panel(
    groups: Sequence[Measured], item: str, left: float, top: float, wide: float
) -> list[str]:
    first = groups[0]
    place = first.items.index(item)
    factor = int(np.argmax(np.abs(first.loadings[place])))
    deviations = [float(np.sqrt(group.factor_covariance[factor, factor])) for group in groups]
    means = [float(group.factor_mean[factor]) for group in groups]
    low = min(m - 3 * d for m, d in zip(means, deviations, strict=True))
    high = max(m + 3 * d for m, d in zip(means, deviations, strict=True))
    axis = np.linspace(low, high, 241)
    values = np.tile(first.factor_mean, (len(axis), 1))
    values[:, factor] = axis
    curves = [group.expected(place, group.predictors(values)[:, place]) for group in groups]
    scale = answer_scale(groups, place)
    bottom, height = _range(curves) if scale is None else (float(scale[0]), float(scale[1]))
    ticks = round_ticks(bottom, height) if scale is None else list(range(scale[0], scale[1] + 1))
    parts = [_frame(left, top, item, first.factors[factor], wide)]
    parts += _axis_labels(left, top, wide, (low, high), (bottom, height), ticks)
    for number, curve in enumerate(curves):
        y = top + _HIGH - _HIGH * (curve - bottom) / (height - bottom)
        x = left + wide * (axis - low) / (high - low)
        there = (curve >= bottom - 1e-9) & (curve <= height + 1e-9)
        density = np.exp(-0.5 * ((axis - means[number]) / deviations[number]) ** 2)
        shade = top + _HIGH - 0.22 * _HIGH * density * min(deviations) / deviations[number]
        parts.append(f'<path d="{_path(x[::2], shade[::2])}" {_stroke(number)} opacity="0.35"/>')
        parts.append(
            f'<path d="{_path(x[there], y[there])}" {_stroke(number)}><title>{escape(item)} in '
            f"{escape(groups[number].label)}</title></path>"
        )
    return parts


def answer_scale(groups: Sequence[Measured], item: int) -> tuple[int, int] | None:
    """Lowest and highest answer to an item in any group; None where answers are no scale.

    Curves of answers taken as numbers lead beyond both, where no answer is.
    """
    ends = [group.scales[item] for group in groups if item in group.scales]
    if len(ends) < len(groups):
        return None
    return min(low for low, _ in ends), max(high for _, high in ends)


def _range(curves: Sequence[Array]) -> tuple[float, float]:
    low, high = min(curve.min() for curve in curves), max(curve.max() for curve in curves)
    return float(low), float(max(high, low + 1e-9))


def _frame(left: float, top: float, item: str, factor: str, wide: float) -> str:
    bold = ' font-weight="bold"'
    return (
        f'<rect x="{left}" y="{top}" width="{wide:.1f}" height="{_HIGH}" fill="none" '
        f'stroke="{AXIS}"/>'
        + svg_text(left, top - 8, item, size=13, more=bold)
        + svg_text(left + wide / 2, top + _HIGH + 33, factor, "middle", size=_SIZE)
        + upward_text(left - 32, top + _HIGH / 2, "expected answer", size=_SIZE)
    )


def _axis_labels(
    left: float,
    top: float,
    wide: float,
    across: tuple[float, float],
    up: tuple[float, float],
    answers: Sequence[float],
) -> list[str]:
    """Round values of the factor and round answers, each with a short stroke."""
    parts = []
    for value in round_ticks(*across):
        x = left + wide * (value - across[0]) / (across[1] - across[0])
        bottom = top + _HIGH
        parts.append(_tick(x, bottom, x, bottom + 4))
        parts.append(svg_text(x, bottom + 16, f"{value + 0.0:.4g}", "middle", size=_SIZE))
    for answer in answers:
        y = top + _HIGH * (1.0 - (answer - up[0]) / (up[1] - up[0]))
        parts.append(_tick(left - 4, y, left, y))
        parts.append(svg_text(left - 7, y + 3.5, f"{answer + 0.0:.4g}", "end", size=_SIZE))
    return parts


def _tick(x: float, y: float, to_x: float, to_y: float) -> str:
    return f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" stroke="{AXIS}"/>'


def _path(x: Array, y: Array) -> str:
    return "M" + " L".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
