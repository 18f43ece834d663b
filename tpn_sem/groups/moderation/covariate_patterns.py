"""Covariate patterns: rows with the same moderators and missing answers, summed up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Indices, Mask

_BLOCK = 512  # units that are evaluated together


@dataclass(frozen=True, eq=False)
class Units:
    """Rows with the same moderators and the same answers given, summed up.

    Attributes
    ----------
    moderators : array, shape (u, k)
    observed : bool array, shape (u, p)
    counts : array, shape (u,)
    mean : array, shape (u, p)
        Zero where an answer is missing, as in `covariance`.
    covariance : array, shape (u, p, p)
        Around the unit's own mean, divisor the number of its rows.
    first : int array, shape (u,)
        One of the rows of each unit.
    """

    moderators: Array
    observed: Mask
    counts: Array
    mean: Array
    covariance: Array
    first: Indices

    def part(self, part: slice) -> Units:
        """Some of the units."""
        return Units(
            self.moderators[part],
            self.observed[part],
            self.counts[part],
            self.mean[part],
            self.covariance[part],
            self.first[part],
        )

    def blocks(self) -> Iterator[Units]:
        """All units, in parts that are small enough to differentiate."""
        for start in range(0, len(self.counts), _BLOCK):
            yield self.part(slice(start, start + _BLOCK))


def find_units(answers: Array, moderators: Array, clusters: Indices | None = None) -> Units:
    """Sum up rows that share moderators and gaps, within clusters where these are given.

    Parameters
    ----------
    answers : array, shape (n, p)
        NaN where one is missing; each row has at least one.
    moderators : array, shape (n, k)
    clusters : int array, shape (n,), optional
    """
    given = ~np.isnan(answers)
    parts = [moderators, given] if clusters is None else [moderators, given, clusters[:, None]]
    keys = np.hstack([part.astype(float) for part in parts])
    _, first, member = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    member = member.reshape(-1)
    counts = np.bincount(member).astype(float)
    filled = np.where(given, answers, 0.0)
    mean = np.zeros((len(counts), answers.shape[1]))
    np.add.at(mean, member, filled)
    mean /= counts[:, None]
    centred = filled - mean[member]
    covariance = np.zeros((*mean.shape, answers.shape[1]))
    ends = np.cumsum(counts[:-1]).astype(np.intp)
    for unit, rows in enumerate(np.split(np.argsort(member, kind="stable"), ends)):
        if len(rows) > 1:
            covariance[unit] = centred[rows].T @ centred[rows] / len(rows)
    return Units(moderators[first], given[first], counts, mean, covariance, first)
