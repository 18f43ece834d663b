"""Rows sorted by cluster, and sums of what rows say over clusters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices


@dataclass(frozen=True, eq=False)
class ClusteredRows:
    """Rows in the order of their clusters; rows that are alike may stand once, with a count.

    Attributes
    ----------
    members : int array, shape (R,)
        The cluster of each row, from 0, ascending; every cluster has a row.
    counts : array, shape (R,)
        How many rows each stands for.
    """

    members: Indices
    counts: Array

    @cached_property
    def starts(self) -> Indices:
        """The first row of each cluster, shape (J,)."""
        return np.searchsorted(self.members, np.arange(self.n_clusters))

    @property
    def n_clusters(self) -> int:
        """Number of clusters, J."""
        return int(self.members[-1]) + 1

    @cached_property
    def sizes(self) -> Array:
        """Rows of each cluster, shape (J,)."""
        return self.sums(np.ones(len(self.members)))

    @property
    def largest(self) -> float:
        """Rows of the largest cluster."""
        return float(self.sizes.max())

    def sums(self, values: Array) -> Array:
        """Sums over the rows of each cluster, shape (R, ...) to (J, ...)."""
        weighted = values * self.counts.reshape(-1, *(1,) * (values.ndim - 1))
        return np.asarray(np.add.reduceat(weighted, self.starts, axis=0))


def distinct(members: Indices, *columns: Indices) -> tuple[ClusteredRows, Indices]:
    """Rows that differ in cluster or in a column of codes from 0, and where each stands first."""
    key = members.astype(np.int64)
    for column in columns:
        key = key * (int(column.max()) + 1) + column
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    return ClusteredRows(members[first], counts.astype(float)), first


def table_of(members: Indices, codes: Indices, n_codes: int) -> Array:
    """How often each code occurs in each cluster, shape (J, n_codes)."""
    n_clusters = int(members.max()) + 1
    flat = np.bincount(members * n_codes + codes, minlength=n_clusters * n_codes)
    return flat.reshape(n_clusters, n_codes).astype(float)
