"""Moments and patterns of missing answers, added up batch by batch.

Every batch is centred at its own mean before it is added (Chan, Golub & LeVeque, 1983), so that
nothing is lost where means are large beside deviations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from ...errors import DataError
from ...moments import Patterns, find_patterns
from ...numerics import Array, Mask
from .source import Source

_MOST_PATTERNS = 50_000


@dataclass
class Sums:
    """Rows, their mean and their scatter matrix."""

    n: float
    mean: Array
    scatter: Array

    def add(self, n: float, mean: Array, scatter: Array) -> None:
        """Add others' sums."""
        total = self.n + n
        if n == 0.0:
            return
        shift = mean - self.mean
        self.scatter += scatter + np.outer(shift, shift) * (self.n * n / total)
        self.mean += shift * (n / total)
        self.n = total


@dataclass
class GroupSums:
    """What is known of one group.

    Attributes
    ----------
    p : int
    complete : Sums
        Of the rows without gaps.
    patterns : dict of bytes to Sums
        By what is missing, where this was asked for.
    dropped : int
        Rows that were not used.
    """

    p: int
    complete: Sums = field(init=False)
    patterns: dict[bytes, Sums] = field(default_factory=dict)
    dropped: int = 0

    def __post_init__(self) -> None:
        self.complete = self._empty()

    def _empty(self) -> Sums:
        return Sums(0.0, np.zeros(self.p), np.zeros((self.p, self.p)))

    def add_complete(self, values: Array) -> None:
        """Add the rows that have no gap."""
        gaps = np.isnan(values).any(axis=1)
        if gaps.any():
            values = values[~gaps]
            self.dropped += int(gaps.sum())
        if len(values):
            mean = values.mean(axis=0)
            centred = values - mean
            self.complete.add(len(values), mean, centred.T @ centred)

    def add_patterns(self, values: Array) -> None:
        """Add all rows that have an answer, by pattern."""
        empty = np.isnan(values).all(axis=1)
        if empty.any():
            values = values[~empty]
            self.dropped += int(empty.sum())
        if not len(values):
            return
        found = find_patterns(values)
        counts = found.shares * len(values)
        for place, observed in enumerate(found.observed):
            sums = self.patterns.setdefault(observed.tobytes(), self._empty())
            sums.add(counts[place], found.mean[place], counts[place] * found.covariance[place])
        if len(self.patterns) > _MOST_PATTERNS:
            raise DataError(
                f"there are more than {_MOST_PATTERNS} patterns of missing answers: name fewer "
                "columns, or take complete rows."
            )

    def found_patterns(self) -> tuple[Patterns, float]:
        """The patterns, and the number of their rows."""
        return patterns_of(
            np.array([np.frombuffer(key, dtype=bool) for key in self.patterns]),
            list(self.patterns.values()),
        )


def patterns_of(observed: Mask, sums: list[Sums]) -> tuple[Patterns, float]:
    """Patterns in a fixed order, and the number of their rows."""
    order = np.lexsort(observed.T[::-1])
    counts = np.array([sums[place].n for place in order])
    return (
        Patterns(
            observed[order],
            counts / counts.sum(),
            np.array([sums[place].mean for place in order]),
            np.array([sums[place].scatter / sums[place].n for place in order]),
            np.zeros(0, dtype=np.intp),
        ),
        float(counts.sum()),
    )


def merged_patterns(parts: list[tuple[Patterns, float]]) -> tuple[Patterns, float]:
    """Patterns of several samples together."""
    together = GroupSums(parts[0][0].observed.shape[1])
    for patterns, n in parts:
        for place, observed in enumerate(patterns.observed):
            count = patterns.shares[place] * n
            sums = together.patterns.setdefault(observed.tobytes(), together._empty())
            sums.add(count, patterns.mean[place], count * patterns.covariance[place])
    return together.found_patterns()


def add_up(source: Source, by_pattern: bool) -> dict[str, GroupSums]:
    """One pass over the data, by group in the order of their appearance.

    Raises
    ------
    DataError
        Where there are no rows.
    """
    groups: dict[str, GroupSums] = {}
    for label, values in grouped(source):
        sums = groups.setdefault(label, GroupSums(len(source.columns)))
        (sums.add_patterns if by_pattern else sums.add_complete)(values)
    if not groups:
        raise DataError(f"{source.name} has no rows.")
    return groups


def grouped(source: Source) -> Iterator[tuple[str, Array]]:
    """Rows of each batch by group."""
    for values, members, labels in source.batches():
        if len(labels) == 1:
            yield labels[0], values
            continue
        for place, label in enumerate(labels):
            yield label, values[members == place]
