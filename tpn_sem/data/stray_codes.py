"""Codes that stand outside the scale of an item: 99, 9, -1, 0, or 44 where 4 was meant.

Each is told by the values' own pattern: a body of consecutive scale points that holds most answers,
and points apart from it. Variances say nothing of this: a code 9 beside a scale 1-5 hardly widens
them, and an honest count or age may.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ..numerics import Array, Indices

_WIDEST = 2048  # range of whole numbers that are counted rather than sorted
_GLANCE = 32  # rows at which continuous columns are told
_FEWEST = 10  # answers below which nothing is told
_MOST_POINTS = 11  # of a rating scale
_MOST_STRAY = 4  # different points apart from the body; more are a measure, not codes
_BODY = 0.5  # share of the answers that the body holds at least
_RARE = 0.05  # share of a point beside the scale that all other items end at
_ENDINGS = {"7", "8", "9"}


@dataclass(frozen=True)
class Tally:
    """How often each value of a column occurs, values ascending."""

    name: str
    points: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """Number of answers."""
        return sum(self.counts)

    def count(self, point: float) -> int:
        """How often one value occurs."""
        return self.counts[self.points.index(point)]


@dataclass(frozen=True)
class StrayCode:
    """A code outside the scale of a column.

    Attributes
    ----------
    column : str
    code : float
    count : int
        How often it occurs.
    low, high : float
        The scale, as far as answers show it.
    is_slip : bool
        Whether it looks like a slip of the hand (44 for 4), not like a code for no answer.
    """

    column: str
    code: float
    count: int
    low: float
    high: float
    is_slip: bool

    def __str__(self) -> str:
        return f"{self.column}: {self.code:g} ({self.count} times, beside {self.scale})"

    @property
    def scale(self) -> str:
        """As "1-5"."""
        return f"{self.low:g}\N{EN DASH}{self.high:g}"


def tallies(values: Array, names: Sequence[str]) -> list[Tally]:
    """Counts of the values of each column of whole numbers, shape (n, p); others have none."""
    if not len(values) or not _some_whole(values[:_GLANCE]):
        return []
    with np.errstate(invalid="ignore"):
        low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
        whole = (np.isnan(values) | (values == np.floor(values))).all(axis=0)
        whole &= np.isfinite(low) & np.isfinite(high)
        narrow = whole & (high - low < _WIDEST)
    found: dict[int, Tally] = {}
    places = np.flatnonzero(narrow)
    if len(places):
        found |= _counted(values[:, places], places, low[places], names)
    for place in np.flatnonzero(whole & ~narrow).tolist():
        own = values[:, place]
        points, counts = np.unique(own[~np.isnan(own)], return_counts=True)
        found[place] = Tally(names[place], tuple(points.tolist()), tuple(counts.tolist()))
    return [found[place] for place in sorted(found)]


def _some_whole(values: Array) -> bool:
    with np.errstate(invalid="ignore"):
        return bool(((values == np.floor(values)) | np.isnan(values)).all(axis=0).any())


def _counted(values: Array, places: Indices, low: Array, names: Sequence[str]) -> dict[int, Tally]:
    """Counts of columns with a small range, all at once."""
    shifted = values - low
    there = ~np.isnan(shifted)
    width = int(np.fmax.reduce(shifted, axis=None)) + 1
    cells = np.where(there, shifted, 0.0) + width * np.arange(len(places))
    counts = np.bincount(cells[there].astype(np.intp), minlength=width * len(places))
    table = counts.reshape(len(places), width)
    found = {}
    for row, place in enumerate(places.tolist()):
        used = np.flatnonzero(table[row])
        points, counts = (used + low[row]).tolist(), table[row, used].tolist()
        found[place] = Tally(names[place], tuple(points), tuple(counts))
    return found


def stray_codes(columns: Iterable[Tally]) -> list[StrayCode]:
    """Codes outside the scales of items, told by the pattern of each and of the others."""
    known = [tally for tally in columns if tally.n >= _FEWEST]
    bodies = [_body(tally) for tally in known]
    scales = Counter(body for body in bodies if body is not None)
    found: list[StrayCode] = []
    for tally, body in zip(known, bodies, strict=True):
        if body is None:
            found += _far_codes(tally)
        else:
            found += _beside(tally, body, scales)
    return found


Body = tuple[float, float]


def _body(tally: Tally) -> Body | None:
    """Lowest and highest point of the consecutive whole numbers that hold most answers."""
    points, counts = tally.points, tally.counts
    if len(points) > _MOST_POINTS + _MOST_STRAY:
        return None
    edges = [place for place in range(1, len(points)) if points[place] - points[place - 1] > 1.0]
    runs = list(pairwise([0, *edges, len(points)]))
    start, end = max(runs, key=lambda run: sum(counts[run[0] : run[1]]))
    low, high, size = points[start], points[end - 1], end - start
    few = len(points) - size <= _MOST_STRAY
    fits = few and 2 <= size <= _MOST_POINTS and abs(low) <= _MOST_POINTS
    return (low, high) if fits and sum(counts[start:end]) >= _BODY * tally.n else None


def _beside(tally: Tally, body: Body, scales: Counter[Body]) -> list[StrayCode]:
    """Points of a rating scale that are none."""
    low, high = _without_edges(tally, body, scales)
    if (low, high) == (tally.points[0], tally.points[-1]):
        return []
    found = []
    for point, count in zip(tally.points, tally.counts, strict=True):
        if low <= point <= high:
            continue
        slip = _is_slip(point, count, low, high, tally.n)
        below = point < low and _is_code_below(point, low, scales)
        above = point > high and _is_apart(tally, point, count, (low, high), scales)
        if slip or below or above:
            found.append(StrayCode(tally.name, point, count, low, high, slip))
    return found


def _without_edges(tally: Tally, body: Body, scales: Counter[Body]) -> Body:
    """The body without a rare point just outside the scale that the other items share."""
    low, high = body
    if low == -1.0 and high >= 3.0:  # scales below zero go as far below as above
        low = 0.0
    shared, count = scales.most_common(1)[0]
    if count < max(2, 2 * (scales.total() // 3)) or shared == body:
        return low, high
    rare = _RARE * tally.n
    if body == (shared[0] - 1.0, shared[1]) and tally.count(low) < rare:
        low = shared[0]
    if body == (shared[0], shared[1] + 1.0) and tally.count(high) < rare:
        high = shared[1]
    return low, high


def _is_slip(point: float, count: int, low: float, high: float, n: int) -> bool:
    """Whether a number of several digits is made of scale points, and rare: 44, 45, 50."""
    digits = f"{abs(point):.0f}"
    inside = all(low <= float(digit) <= high or digit == "0" for digit in digits)
    return len(digits) > 1 and point > high and inside and count <= max(3, n // 100)


def _is_code_below(point: float, low: float, scales: Counter[Body]) -> bool:
    """Whether a point below the body is a code: negative, or 0 where scales begin at 1 or more."""
    if point < 0.0:
        return low >= 0.0
    begin_above = sum(count for scale, count in scales.items() if scale[0] >= 1.0)
    return point == 0.0 and 2 * begin_above > scales.total()


def _is_apart(tally: Tally, point: float, count: int, body: Body, scales: Counter[Body]) -> bool:
    """Whether a point above the body is a code, not an end of the scale or a tail."""
    low, high = body
    is_code = set(f"{point:.0f}") <= _ENDINGS
    last = tally.count(high)
    if point - high == 1.0:  # what the other items have not, see `_without_edges`
        return True
    if point - high == 2.0:  # one point between: it may just be that nobody took it
        longer = any(scale[0] == low and scale[1] >= point for scale in scales)
        return is_code and point == 9.0 and not longer and last >= 10
    alike = sum(scales[low, high + more] for more in (-1.0, 0.0, 1.0))
    is_tail = alike < 3 and last <= max(2, tally.n // 50) and count <= last + 1 and point < 66.0
    far = point - high > high - low + 1.0
    return not is_tail and (is_code or far)


def _far_codes(tally: Tally) -> list[StrayCode]:
    """Codes such as 999 or -99 at the ends of a column of other numbers, as ages."""
    points, counts = tally.points, tally.counts
    if len(points) <= _MOST_POINTS:
        return []
    low, high = 0, len(points) - 1
    while high > len(points) - 1 - _MOST_STRAY and _is_far_code(points, counts, high, low, 1):
        high -= 1
    while low < _MOST_STRAY and points[low] < 0.0 and _is_far_code(points, counts, low, high, -1):
        low += 1
    outside = [*range(low), *range(high + 1, len(points))]
    return [
        StrayCode(tally.name, points[place], counts[place], points[low], points[high], False)
        for place in outside
    ]


def _is_far_code(
    points: Sequence[float], counts: Sequence[int], place: int, other: int, side: int
) -> bool:
    """Whether a value is a code by its digits, alike others or alone far from all others."""
    digits = f"{abs(points[place]):.0f}"
    if not set(digits) <= _ENDINGS or (side > 0 and len(digits) < 2):
        return False
    inner = place - side
    while abs(points[place] - points[inner]) <= 3.0 and inner != other:  # 98 beside 99
        inner -= side
    gap, spread = abs(points[place] - points[inner]), abs(points[inner] - points[other])
    return gap > (spread / 2.0 if counts[place] > 1 else spread)


def stray_code_note(found: Sequence[StrayCode]) -> str:
    """One sentence for the notes of a fit: columns, codes and counts."""
    by_column: dict[str, list[StrayCode]] = {}
    for one in found:
        by_column.setdefault(one.column, []).append(one)
    told = [
        f"{name} {', '.join(f'{one.code:g} ({one.count} times)' for one in own)} beside "
        f"{own[0].scale}"
        for name, own in by_column.items()
    ]
    more = f"; and {len(told) - 6} more columns" if len(told) > 6 else ""
    example = found[0]
    return (
        f"codes outside the scale are counted as numbers: {'; '.join(told[:6])}{more}. If they "
        "stand for no answer, recode them as missing (NaN), or name them, as "
        f"skipped={{{example.column!r}: {example.code:g}}}; if they are slips, correct them."
    )
