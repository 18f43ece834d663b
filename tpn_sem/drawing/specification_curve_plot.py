"""Specification curves: sorted estimates with intervals above, what was chosen below, as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ..numerics import Array, Indices
from .drawing import Drawing
from .number_formats import format_estimate
from .scenes import said_width
from .svg_parts import AXIS, GRID, INK, svg_page, svg_text, upward_text, value_axis
from .tables import words_of_column

_HIGH, _ROW, _TOP, _GAP, _KEY = 220.0, 15.0, 30.0, 16.0, 24.0
_WIDEST, _NARROWEST, _TOTAL, _AXIS = 620.0, 190.0, 900.0, 50.0
_COLOURS = {1: "#0072B2", 0: "#6f6f6f", -1: "#D55E00"}
_WORDS = {1: "positive, significant", 0: "not significant", -1: "negative, significant"}
_LETTERS = 34  # of a label
_LEVELS = {  # of options, where their names are codes
    "missing": {
        "listwise": "listwise deletion",
        "pairwise": "pairwise deletion",
        "fiml": "full information (FIML)",
        "doubly_robust": "doubly robust",
    },
}
_SAID = 600  # specifications, up to which each says its numbers


@dataclass(frozen=True, eq=False)
class SortedCurve:
    """One path in k specifications, smallest estimate first.

    Attributes
    ----------
    title : str
    estimates, lower, upper : array, shape (k,)
    verdicts : int array, shape (k,)
        1 and -1 where significant, by sign; 0 where not.
    members : mapping of choice to int array, shape (k,)
        Which level each specification has.
    """

    title: str
    estimates: Array
    lower: Array
    upper: Array
    verdicts: Indices
    members: Mapping[str, Indices]


def choice_words(choice: str) -> str:
    """What a choice is called in drawings: its name in words."""
    return words_of_column(choice)


def level_words(choice: str, level: object) -> str:
    """What a level of a choice is called in drawings; as the user has it, unless it is a code."""
    return _LEVELS.get(choice, {}).get(str(level), str(level))


def draw_specification_curves(
    curves: Sequence[SortedCurve],
    levels: Mapping[str, Sequence[str]],
    up: str,
    description: str,
) -> Drawing:
    """One panel a path, side by side, with one scale and one matrix of choices below each.

    Parameters
    ----------
    curves : sequence of SortedCurve
    levels : mapping of choice to labels
        Rows of the matrix.
    up : str
        What the estimates are.
    description : str
        What the drawing says, in a sentence.
    """
    page = _Page(curves, levels)
    parts = [*_key(), *page.labels(), upward_text(page.left - 40.0, page.top + _HIGH / 2, up, 11)]
    for place, curve in enumerate(curves):
        parts += page.panel(curve, page.left + place * (page.wide + _GAP + _AXIS))
    return Drawing(svg_page(page.width, page.height, parts, description, description), description)


def _key() -> list[str]:
    parts, x = [], 14.0
    for verdict, word in _WORDS.items():
        parts.append(f'<circle cx="{x:.1f}" cy="14" r="4" fill="{_COLOURS[verdict]}"/>')
        parts.append(svg_text(x + 9.0, 18.0, word, size=11))
        x += 34.0 + said_width(word, 11)
    return parts


class _Page:
    """Where things stand."""

    def __init__(self, curves: Sequence[SortedCurve], levels: Mapping[str, Sequence[str]]):
        self.levels = levels
        lower = np.concatenate([curve.lower for curve in curves])
        upper = np.concatenate([curve.upper for curve in curves])
        low, high = min(0.0, float(lower.min())), max(0.0, float(upper.max()))
        margin = 0.04 * max(high - low, 1e-9)
        self.low, self.high = low - margin, high + margin
        words = [
            _short(level_words(name, label)) for name, own in levels.items() for label in own
        ] + [choice_words(name) for name in levels]
        widest = max((said_width(word, 11) for word in words), default=0.0)
        self.left = max(30.0 + widest, _AXIS) + _AXIS
        share = (_TOTAL - (_GAP + _AXIS) * (len(curves) - 1)) / len(curves)
        self.wide = float(np.clip(share, _NARROWEST, _WIDEST))
        self.top = _KEY + _TOP
        self.matrix = self.top + _HIGH + 22.0
        self.width = self.left + len(curves) * (self.wide + _GAP + _AXIS) - _AXIS
        self.height = self.matrix + sum(self._rows(own) for own in levels.values()) + 8.0

    def _rows(self, labels: Sequence[str]) -> float:
        return _ROW * (len(labels) + 1) + 6.0

    def y(self, value: float) -> float:
        return self.top + _HIGH * (self.high - value) / (self.high - self.low)

    def labels(self) -> list[str]:
        """Names of the choices and of their levels, beside the matrix."""
        parts, y, right = [], self.matrix, self.left - 14.0
        for choice, own in self.levels.items():
            labels = [level_words(choice, label) for label in own]
            bold = ' font-weight="bold"'
            parts.append(svg_text(right, y + 4, choice_words(choice), "end", size=11, more=bold))
            for place, label in enumerate(labels):
                at = y + _ROW * (place + 1) + 4
                words = svg_text(right, at, _short(label), "end", size=11)
                parts.append(f"<g><title>{escape(label)}</title>{words}</g>")
            y += self._rows(labels)
        return parts

    def panel(self, curve: SortedCurve, left: float) -> list[str]:
        """One path: its estimates, and what was chosen."""
        right = left + self.wide
        count = len(curve.estimates)
        step = (self.wide - 12.0) / max(count, 1)
        x: Array = left + 6.0 + step * (np.arange(count, dtype=float) + 0.5)
        parts = value_axis(self.low, self.high, left, right, self.y, 10)
        parts.append(svg_text(0.5 * (left + right), self.top - 12.0, curve.title, "middle"))
        parts += self._median(curve, left, right)
        parts += self._intervals(curve, x, min(2.0, max(0.4, 0.5 * step)))
        parts += self._dots(curve, x, float(np.clip(0.4 * step, 1.2, 4.0)))
        return [*parts, *self._choices(curve, x, left, right, min(6.0, max(0.8, 0.6 * step)))]

    def _median(self, curve: SortedCurve, left: float, right: float) -> list[str]:
        median = float(np.median(curve.estimates))
        at = self.y(median)
        words = f"median {format_estimate(median)}"
        return [
            f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{at:.1f}" y2="{at:.1f}" stroke="{INK}" '
            'stroke-dasharray="5 3"/>',
            svg_text(left + 4, self.top + 8, words, size=10),
        ]

    def _intervals(self, curve: SortedCurve, x: Array, stroke: float) -> list[str]:
        """The intervals of each verdict as one path."""
        parts = []
        for verdict, colour in _COLOURS.items():
            lines = [
                f"M{x[k]:.1f} {self.y(float(curve.lower[k])):.1f}"
                f"V{self.y(float(curve.upper[k])):.1f}"
                for k in np.flatnonzero(curve.verdicts == verdict).tolist()
            ]
            if lines:
                parts.append(
                    f'<path d="{"".join(lines)}" stroke="{colour}" stroke-width="{stroke:.1f}" '
                    'stroke-opacity="0.35"/>'
                )
        return parts

    def _dots(self, curve: SortedCurve, x: Array, radius: float) -> list[str]:
        parts = []
        for k, value in enumerate(curve.estimates.tolist()):
            said = ""
            if len(x) <= _SAID:
                low, high = (float(one[k]) for one in (curve.lower, curve.upper))
                said = f"<title>{value:.3f} [{low:.3f}, {high:.3f}]</title>"
            colour = _COLOURS[int(curve.verdicts[k])]
            parts.append(
                f'<circle cx="{x[k]:.1f}" cy="{self.y(value):.1f}" r="{radius:.1f}" '
                f'fill="{colour}">{said}</circle>'
            )
        return parts

    def _choices(
        self, curve: SortedCurve, x: Array, left: float, right: float, wide: float
    ) -> list[str]:
        """A stroke for each specification in the row of each level that it has."""
        parts, y = [], self.matrix
        for choice, labels in self.levels.items():
            parts.append(
                f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}" '
                f'stroke="{AXIS}"/>'
            )
            for place in range(len(labels)):
                at = y + _ROW * (place + 1)
                parts.append(
                    f'<line x1="{left:.1f}" x2="{right:.1f}" y1="{at:.1f}" y2="{at:.1f}" '
                    f'stroke="{GRID}"/>'
                )
                here = curve.members[choice] == place
                parts += self._strokes(x, at, here, curve.verdicts, wide)
            y += self._rows(labels)
        return parts

    def _strokes(
        self, x: Array, at: float, here: Array, verdicts: Indices, wide: float
    ) -> list[str]:
        parts = []
        for verdict, colour in _COLOURS.items():
            chosen = np.flatnonzero(here & (verdicts == verdict)).tolist()
            if chosen:
                marks = "".join(f"M{x[k]:.1f} {at - 4.5:.1f}V{at + 4.5:.1f}" for k in chosen)
                parts.append(f'<path d="{marks}" stroke="{colour}" stroke-width="{wide:.1f}"/>')
        return parts


def _short(label: str) -> str:
    return label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"
