"""Plots of the study: intervals of paths, and variants by their criterion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ...drawing import (
    AXIS,
    GRID,
    Drawing,
    drawn_at_widths,
    round_ticks,
    said_width,
    svg_page,
    svg_text,
    wrapped_label,
)
from ...languages import said
from ...model_choice import EXCLUDED

_TICKS = (0, 2, 5, 10, 30, 100, 300, 1000, 3000, 10000)
_BLUE, _ORANGE = "#0072B2", "#A84700"
_TOP, _BELOW, _SIZE, _LINE = 10.0, 48.0, 12, 15.0
_NAMES = 0.42  # share of the width that names may take
_SCALE = "logarithmic scale, linear near 0"
_MARKS, _KEPT = ("improper", "not converged"), "not excluded"


def interval_plot(table: pd.DataFrame, label: str, value: str, xlabel: str) -> Drawing:
    """Estimates as dots with 95% intervals, a row each."""
    low, high = table["ci_lower"].to_numpy(dtype=float), table["ci_upper"].to_numpy(dtype=float)
    centre = table[value].to_numpy(dtype=float)
    every = np.concatenate([[0.0], centre, low[np.isfinite(low)], high[np.isfinite(high)]])
    margin = 0.03 * max(float(np.ptp(every)), 1e-9)
    ends = float(every.min()) - margin, float(every.max()) + margin
    names = [str(name) for name in table[label]]
    ticks = {tick: f"{tick + 0.0:.4g}" for tick in round_ticks(*ends)}
    each = [f"{name} {own:.2f}" for name, own in zip(names, centre, strict=True)]
    said = f"Estimates with 95% intervals: {', '.join(each)}."

    def draw(width: float) -> str:
        rows = _Rows(names, lambda number: (number - ends[0]) / (ends[1] - ends[0]), 30.0, width)
        parts = rows.axis(ticks, xlabel)
        for place, (own, lower, upper) in enumerate(zip(centre, low, high, strict=True)):
            if np.isfinite(lower + upper):
                parts.append(rows.stroke(place, lower, upper, _BLUE, 2.5))
            parts.append(rows.dot(place, own, _BLUE))
        return rows.page(parts, said)

    return drawn_at_widths(draw, said)


def contest_plot(table: pd.DataFrame) -> Drawing:
    """BIC of each variant above the smallest, by verdict.

    The scale is the logarithm of the difference plus one: linear near zero, where it begins.
    """
    shown = table.dropna(subset=["delta_bic"])
    marked = table[table["state"].isin(_MARKS)]
    gaps = shown["delta_bic"].to_numpy(dtype=float)
    most = float(np.log1p(max(gaps.max(), 3.0) * 1.2))
    names = [str(name) for name in (*shown.index, *marked.index)]
    ticks = {float(tick): str(tick) for tick in _TICKS if np.log1p(tick) <= most}
    fills = {_KEPT: _BLUE, EXCLUDED: "#ffffff"}
    each = [f"{name} {gap:.1f}" for name, gap in zip(names, gaps, strict=False)]
    said = f"BIC above the smallest, {_SCALE}: {', '.join(each)}."

    def draw(width: float) -> str:
        rows = _Rows(names, lambda gap: float(np.log1p(gap)) / most, 24.0, width, key=24.0)
        parts = rows.axis(ticks, f"BIC above the smallest ({_SCALE})")
        parts += rows.legend(fills)
        for place, (gap, verdict) in enumerate(zip(gaps, shown["verdict"], strict=True)):
            parts.append(rows.stroke(place, 0.0, gap, AXIS, 1.2))
            parts.append(rows.dot(place, gap, fills[EXCLUDED if verdict == EXCLUDED else _KEPT]))
        for place, state in enumerate(marked["state"], start=len(shown)):
            parts.append(rows.words(place, f"{state}: not judged"))
        return rows.page(parts, said)

    return drawn_at_widths(draw, said)


class _Rows:
    """Rows with their names at the left, and one axis below them."""

    def __init__(
        self,
        names: Sequence[str],
        share: Callable[[float], float],
        row: float,
        width: float,
        key: float = 0.0,
    ):
        self.share, self.top, self.width = share, _TOP + key, width
        self.names = [
            wrapped_label(said(name), _NAMES * width, _SIZE).split("\n") for name in names
        ]
        lines = (line for name in self.names for line in name)
        self.left = 20.0 + 1.05 * max((said_width(line, _SIZE) for line in lines), default=0.0)
        self.right = width - 14.0
        heights = [max(row, _LINE * len(name) + 8.0) for name in self.names]
        ends = [self.top + sum(heights[:place]) for place in range(len(heights) + 1)]
        self.middles = [end + height / 2 for end, height in zip(ends, heights, strict=False)]
        self.bottom = ends[-1]

    def x(self, number: float) -> float:
        return self.left + (self.right - self.left) * self.share(number)

    def y(self, place: int) -> float:
        return self.middles[place]

    def axis(self, ticks: dict[float, str], title: str) -> list[str]:
        """Lines up at round values with their numbers, names of the rows, and the axis' title."""
        parts = []
        for tick, word in ticks.items():
            at, ink = self.x(tick), AXIS if tick == 0.0 else GRID
            parts.append(
                f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{self.top:.1f}" y2="{self.bottom:.1f}" '
                f'stroke="{ink}"/>' + svg_text(at, self.bottom + 18.0, word, "middle", size=_SIZE)
            )
        for place, lines in enumerate(self.names):
            first = self.y(place) + 4.0 - _LINE * (len(lines) - 1) / 2
            parts += [
                svg_text(self.left - 10.0, first + _LINE * number, line, "end", size=_SIZE)
                for number, line in enumerate(lines)
            ]
        half = said_width(title, _SIZE) / 2 + 8.0
        middle = min((self.left + self.right) / 2, self.width - half)
        return [*parts, svg_text(middle, self.bottom + 38.0, title, "middle", size=_SIZE)]

    def stroke(self, place: int, start: float, end: float, ink: str, width: float) -> str:
        y = self.y(place)
        return (
            f'<line x1="{self.x(start):.1f}" x2="{self.x(end):.1f}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{ink}" stroke-width="{width:g}"/>'
        )

    def dot(self, place: int, number: float, fill: str) -> str:
        return _dot(self.x(number), self.y(place), fill)

    def words(self, place: int, text: str) -> str:
        return svg_text(self.left + 4.0, self.y(place) + 4.0, text, ink=_ORANGE, size=_SIZE)

    def legend(self, fills: dict[str, str]) -> list[str]:
        """A dot and its word, side by side above the rows."""
        parts, x = [], self.left + 6.0
        for word, fill in fills.items():
            parts += [_dot(x, _TOP + 8.0, fill), svg_text(x + 10.0, _TOP + 12.0, word, size=_SIZE)]
            x += 40.0 + said_width(word, _SIZE)
        return parts

    def page(self, parts: Sequence[str], description: str) -> str:
        return svg_page(self.width, self.bottom + _BELOW, parts, description)


def _dot(x: float, y: float, fill: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{_BLUE}"/>'
