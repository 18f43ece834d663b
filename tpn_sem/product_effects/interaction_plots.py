"""Slopes, regions of significance and surfaces as drawings."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd

from ..drawing import Drawing, round_ticks, svg_page, svg_text, upward_text, value_axis
from ..numerics import Array

_WIDE, _HIGH, _LEFT, _BELOW, _ABOVE, _KEY = 300.0, 200.0, 56.0, 44.0, 28.0, 26.0
_COLOURS = ("#0072B2", "#444444", "#D55E00")
_DASHES = ("7 3", "1 0", "2 3")
_PALE, _SHADE = 0.16, "#009E73"
_AT = (-1.0, 0.0, 1.0)
_WORDS = ("one deviation below", "at its mean", "one deviation above")


class _Axes:
    """One panel: where numbers stand on the page."""

    def __init__(self, place: int, x: tuple[float, float], y: tuple[float, float]):
        self.left = 10.0 + place * (_WIDE + _LEFT + 18.0) + _LEFT
        self.top = _KEY + _ABOVE
        (self.x_low, self.x_high), (self.y_low, self.y_high) = x, y

    def x(self, value: float) -> float:
        """Across."""
        return self.left + _WIDE * (value - self.x_low) / (self.x_high - self.x_low)

    def y(self, value: float) -> float:
        """Up."""
        return self.top + _HIGH * (self.y_high - value) / (self.y_high - self.y_low)

    def frame(self, title: str, across: str, up: str) -> list[str]:
        """Axes and words."""
        middle, below = self.left + _WIDE / 2.0, self.top + _HIGH
        parts = value_axis(self.y_low, self.y_high, self.left, self.left + _WIDE, self.y, size=10)
        for value in round_ticks(self.x_low, self.x_high):
            parts.append(svg_text(self.x(value), below + 15, f"{value:g}", "middle", size=10))
        parts.append(svg_text(middle, below + 32, across, "middle", size=11))
        parts.append(upward_text(self.left - 42, self.top + _HIGH / 2, up, size=11))
        if title:
            parts.append(svg_text(middle, self.top - 8, title, "middle"))
        return parts

    def line(self, x: Array, y: Array, colour: str, dash: str = "1 0") -> str:
        """A curve."""
        points = " ".join(f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in zip(x, y, strict=True))
        return (
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
        )

    def band(self, x: Array, low: Array, high: Array, colour: str) -> str:
        """What lies between two curves."""
        there = [f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in zip(x, high, strict=True)]
        back = [f"{self.x(a):.1f},{self.y(b):.1f}" for a, b in zip(x, low, strict=True)]
        return (
            f'<polygon points="{" ".join(there + back[::-1])}" fill="{colour}" '
            f'fill-opacity="{_PALE}"/>'
        )


def _page(parts: list[str], count: int, description: str) -> Drawing:
    width = 20.0 + count * (_WIDE + _LEFT + 18.0)
    height = _KEY + _ABOVE + _HIGH + _BELOW
    return Drawing(svg_page(width, height, parts, description, description), description)


def _within(*columns: Array) -> tuple[float, float]:
    low = min(float(np.nanmin(column)) for column in columns)
    high = max(float(np.nanmax(column)) for column in columns)
    room = 0.05 * max(high - low, 1e-12)
    return low - room, high + room


def draw_slopes(
    surface: pd.DataFrame, predictor: str, moderator: str, labels: Sequence[str]
) -> Drawing:
    """The outcome along the predictor for three values of the moderator, with bands."""
    outcome = str(surface["outcome"].iloc[0])
    near = surface[np.isclose(np.abs(surface[f"{moderator}_sd"].round(9)) % 1.0, 0.0)]
    shown = near[near[f"{moderator}_sd"].round(6).isin(_AT)]
    reach = _within(shown["ci_lower"].to_numpy(), shown["ci_upper"].to_numpy())
    parts: list[str] = []
    for place, words in enumerate(_WORDS):
        x = 16.0 + 190.0 * place
        parts.append(
            f'<line x1="{x:.0f}" x2="{x + 26:.0f}" y1="14" y2="14" stroke="{_COLOURS[place]}" '
            f'stroke-width="2" stroke-dasharray="{_DASHES[place]}"/>'
            + svg_text(x + 32, 18, f"{moderator} {words}", size=11)
        )
    for number, label in enumerate(labels):
        own = shown[shown["group"] == label]
        values = own[predictor].to_numpy()
        axes = _Axes(number, (values.min(), values.max()), reach)
        parts += axes.frame(label, predictor, outcome)
        for place, at in enumerate(_AT):
            line = own[np.isclose(own[f"{moderator}_sd"], at)]
            x, y = line[predictor].to_numpy(), line["estimate"].to_numpy()
            low, high = line["ci_lower"].to_numpy(), line["ci_upper"].to_numpy()
            parts.append(axes.band(x, low, high, _COLOURS[place]))
            parts.append(axes.line(x, y, _COLOURS[place], _DASHES[place]))
    said = (
        f"{outcome} along {predictor} where {moderator} is one standard deviation below its mean, "
        "at it and above, with 95% bands."
    )
    return _page(parts, max(len(labels), 2), said)


def draw_regions(
    slopes: pd.DataFrame,
    regions: pd.DataFrame,
    predictor: str,
    moderator: str,
    labels: Sequence[str],
) -> Drawing:
    """The slope along the moderator with its band; where it is significant is shaded."""
    reach = _within(slopes["ci_lower"].to_numpy(), slopes["ci_upper"].to_numpy(), np.zeros(1))
    parts: list[str] = []
    for number, label in enumerate(labels):
        own, parted = slopes[slopes["group"] == label], regions[regions["group"] == label]
        x = own["at"].to_numpy()
        axes = _Axes(number, (x[0], x[-1]), reach)
        for region in parted.itertuples():
            if region.effect == "not significant":
                continue
            left, right = np.clip([region.from_sd, region.to_sd], x[0], x[-1])
            parts.append(
                f'<rect x="{axes.x(left):.1f}" y="{axes.top:.1f}" '
                f'width="{max(axes.x(right) - axes.x(left), 0.0):.1f}" height="{_HIGH:.1f}" '
                f'fill="{_SHADE}" fill-opacity="0.10"><title>{escape(region.effect)}</title></rect>'
            )
        across = f"{moderator}, standard deviations from its mean"
        parts += axes.frame(label, across, f"slope on {predictor}")
        low, high = own["ci_lower"].to_numpy(), own["ci_upper"].to_numpy()
        parts.append(axes.band(x, low, high, _COLOURS[0]))
        parts.append(axes.line(x, own["estimate"].to_numpy(), _COLOURS[0]))
    said = (
        f"The slope on {predictor} along {moderator} with its 95% band; shaded where it is "
        "significant (Johnson-Neyman)."
    )
    parts.append(svg_text(16, 18, said, size=10))
    return _page(parts, max(len(labels), 2), said)


def draw_surface(
    surface: pd.DataFrame, predictor: str, moderator: str, labels: Sequence[str]
) -> Drawing:
    """The expected outcome over predictor and moderator: pale is low, dark is high."""
    outcome = str(surface["outcome"].iloc[0])
    low, high = float(surface["estimate"].min()), float(surface["estimate"].max())
    parts: list[str] = []
    for number, label in enumerate(labels):
        own = surface[surface["group"] == label]
        x, z = (np.unique(own[f"{name}_sd"]) for name in (predictor, moderator))
        axes = _Axes(number, (x[0], x[-1]), (z[0], z[-1]))
        wide, tall = _WIDE / (len(x) - 1), _HIGH / (len(z) - 1)
        for row in own.itertuples(index=False):
            point = dict(zip(own.columns, row, strict=True))
            share = (point["estimate"] - low) / max(high - low, 1e-12)
            left = axes.x(point[f"{predictor}_sd"]) - wide / 2
            above = axes.y(point[f"{moderator}_sd"]) - tall / 2
            said = f"{outcome} {point['estimate']:.2f}, se {point['se']:.2f}"
            parts.append(
                f'<rect x="{left:.1f}" y="{above:.1f}" width="{wide + 0.5:.1f}" '
                f'height="{tall + 0.5:.1f}" fill="{_colour(share)}"><title>{escape(said)}</title>'
                "</rect>"
            )
        across, up = (f"{name}, standard deviations" for name in (predictor, moderator))
        parts += axes.frame(label, across, up)
    said = (
        f"Expected {outcome} over {predictor} and {moderator}: from {low:.2f} (pale) to "
        f"{high:.2f} (dark)."
    )
    parts.append(svg_text(16, 18, said, size=10))
    return _page(parts, max(len(labels), 2), said)


def _colour(share: float) -> str:
    pale, dark = np.array([247, 251, 255]), np.array([8, 69, 148])
    red, green, blue = (pale + (dark - pale) * share).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"
