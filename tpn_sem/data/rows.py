"""Rows of answers of one group, with what is known of each row."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import NotAvailableError
from ..numerics import Array, Indices


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of numbers, their places in the data, weights and clusters.

    Attributes
    ----------
    values : array, shape (n, p)
        NaN where an answer is missing; ordinal items as codes from 0.
    places : int array, shape (n,)
        Where they stand in the data.
    weights : array, shape (n,), or None
        Sampling weights, normalised.
    repeats : array, shape (n,), or None
        Frequency weights: how many rows each row stands for.
    clusters : int array, shape (n,), or None
        The cluster of each row, numbered over all groups.
    norms : array, shape (n,), or None
        What normalisation multiplied the sampling weights by.
    """

    values: Array
    places: Indices
    weights: Array | None = None
    repeats: Array | None = None
    clusters: Indices | None = None
    norms: Array | None = None

    def __len__(self) -> int:
        return len(self.values)

    def take(self, chosen: Indices, columns: Indices | None = None) -> Rows:
        """Some of the rows, and of their columns, in the order given."""

        def part(column: Any) -> Any:
            return None if column is None else column[chosen]

        values = self.values[chosen] if columns is None else self.values[np.ix_(chosen, columns)]
        known = (self.places, self.weights, self.repeats, self.clusters, self.norms)
        return Rows(values, *(part(column) for column in known))

    def part(self, chosen: Indices, normalization: str) -> Rows:
        """Some of the rows; weights that add up to their number in a group do so again."""
        own = self.take(chosen)
        if own.weights is None or normalization != "group" or not len(own):
            return own
        return replace(own, weights=own.weights * (len(own) / own.weights.sum()))

    def with_values(self, values: Array) -> Rows:
        """The same rows with other answers, shape (n, p)."""
        return replace(self, values=values)

    @property
    def counts(self) -> Array | None:
        """What each row counts, by sampling or frequency weights; None where all count one."""
        return self.weights if self.weights is not None else self.repeats

    @property
    def membership(self) -> Indices:
        """The cluster of each row, shape (n,).

        Raises
        ------
        NotAvailableError
            Without clusters.
        """
        if self.clusters is None:
            raise NotAvailableError("the fit has no clusters: name their column with cluster=.")
        return self.clusters


def joined(parts: list[Rows]) -> Rows:
    """The rows of several groups, one group after the other."""

    def one(columns: list[Any]) -> Any:
        there = [column for column in columns if column is not None]
        return np.concatenate(there) if len(there) == len(columns) else None

    return Rows(
        *(
            one([getattr(part, name) for part in parts])
            for name in ("values", "places", "weights", "repeats", "clusters", "norms")
        )
    )
