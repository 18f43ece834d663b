"""Plots of the study: intervals of paths, and variants by their criterion."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from ...drawing import (
    AXIS,
    GRID,
    Drawing,
    round_ticks,
    svg_page,
    svg_text,
    text_width,
)
from ...model_choice import EXCLUDED

_TICKS = (0, 2, 5, 10, 30, 100, 300, 1000, 3000, 10000)
_BLUE, _ORANGE = "#0072B2", "#A84700"
_WIDTH, _TOP, _BELOW, _SIZE = 620.0, 10.0, 48.0, 12
_MARKS, _KEPT = ("improper", "not converged"), "not excluded"


def interval_plot(table: pd.DataFrame, label: str, value: str, xlabel: str) -> Drawing:
    """Estimates as dots with 95% intervals, a row each."""
    low, high = table["ci_lower"].to_numpy(dtype=float), table["ci_upper"].to_numpy(dtype=float)
    centre = table[value].to_numpy(dtype=float)
    every = np.concatenate([[0.0], centre, low[np.isfinite(low)], high[np.isfinite(high)]])
    margin = 0.03 * max(float(np.ptp(every)), 1e-9)
    ends = float(every.min()) - margin, float(every.max()) + margin
    names = [str(name) for name in table[label]]
    rows = _Rows(names, lambda number: (number - ends[0]) / (ends[1] - ends[0]), 30.0)
    ticks = {tick: f"{tick + 0.0:.4g}" for tick in round_ticks(*ends)}
    parts = rows.axis(ticks, xlabel)
    for place, (own, lower, upper) in enumerate(zip(centre, low, high, strict=True)):
        if np.isfinite(lower + upper):
            parts.append(rows.stroke(place, lower, upper, _BLUE, 2.5))
        parts.append(rows.dot(place, own, _BLUE))
    said = [f"{name} {own:.2f}" for name, own in zip(names, centre, strict=True)]
    return rows.drawing(parts, f"Estimates with 95% intervals: {', '.join(said)}.")


def contest_plot(table: pd.DataFrame) -> Drawing:
    """BIC of each variant above the smallest, on a logarithmic scale from 1, by verdict."""
    shown = table.dropna(subset=["delta_bic"])
    marked = table[table["state"].isin(_MARKS)]
    gaps = shown["delta_bic"].to_numpy(dtype=float)
    most = float(np.log1p(max(gaps.max(), 3.0) * 1.2))
    names = [str(name) for name in (*shown.index, *marked.index)]
    rows = _Rows(names, lambda gap: float(np.log1p(gap)) / most, 24.0, key=24.0)
    ticks = {float(tick): str(tick) for tick in _TICKS if np.log1p(tick) <= most}
    parts = rows.axis(ticks, "BIC above the smallest (logarithmic scale)")
    fills = {_KEPT: _BLUE, EXCLUDED: "#ffffff"}
    parts += rows.legend(fills)
    for place, (gap, verdict) in enumerate(zip(gaps, shown["verdict"], strict=True)):
        parts.append(rows.stroke(place, 0.0, gap, AXIS, 1.2))
        parts.append(
            rows.dot(place, gap, fills[EXCLUDED if verdict == EXCLUDED else "not excluded"])
        )
    for place, state in enumerate(marked["state"], start=len(shown)):
        parts.append(rows.words(place, f"{state}: not judged"))
    said = [f"{name} {gap:.1f}" for name, gap in zip(names, gaps, strict=False)]
    return rows.drawing(parts, f"BIC above the smallest: {', '.join(said)}.")


class _Rows:
    """Rows with their names at the left, and one axis below them."""

    def __init__(
        self, names: Sequence[str], share: Callable[[float], float], row: float, key: float = 0.0
    ):
        self.names, self.share, self.row, self.top = names, share, row, _TOP + key
        widest = max((text_width(name, _SIZE) for name in names), default=0.0)
        self.left = 20.0 + 1.05 * widest
        self.right = max(_WIDTH - 14.0, self.left + 300.0)
        self.bottom = self.top + row * len(names)

    def x(self, number: float) -> float:
        return self.left + (self.right - self.left) * self.share(number)

    def y(self, place: int) -> float:
        return self.top + self.row * (place + 0.5)

    def axis(self, ticks: dict[float, str], title: str) -> list[str]:
        """Lines up at round values with their numbers, names of the rows, and the axis' title."""
        parts = []
        for tick, word in ticks.items():
            at, ink = self.x(tick), AXIS if tick == 0.0 else GRID
            parts.append(
                f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{self.top:.1f}" y2="{self.bottom:.1f}" '
                f'stroke="{ink}"/>' + svg_text(at, self.bottom + 18.0, word, "middle", size=_SIZE)
            )
        parts += [
            svg_text(self.left - 10.0, self.y(place) + 4.0, name, "end", size=_SIZE)
            for place, name in enumerate(self.names)
        ]
        middle = (self.left + self.right) / 2
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
            x += 40.0 + text_width(word, _SIZE)
        return parts

    def drawing(self, parts: Sequence[str], description: str) -> Drawing:
        page = svg_page(self.right + 14.0, self.bottom + _BELOW, parts, description)
        return Drawing(page, description)


def _dot(x: float, y: float, fill: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{_BLUE}"/>'
