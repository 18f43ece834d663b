"""Contingency tables of all pairs of ordinal variables, and what is done about empty cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Indices
from .coded_rows import Observations
from .statistic_order import Layout


@dataclass(frozen=True, eq=False)
class PairTables:
    """The tables of all pairs that have the same numbers of categories.

    Attributes
    ----------
    pairs : int array, shape (k,)
        Which pairs, among those of the layout.
    first, second : int array, shape (k,)
        Their variables.
    counts : array, shape (k, r, s)
        Sums of weights by the first and the second variable's category.
    """

    pairs: Indices
    first: Indices
    second: Indices
    counts: Array

    @property
    def with_empty_cells(self) -> Indices:
        """Which of the tables have an empty cell."""
        return np.flatnonzero((self.counts == 0.0).any(axis=(1, 2)))


def cross_counts(rows: Observations, layout: Layout) -> Array:
    """Sums of weights by the categories of any two variables, shape (sum of c, sum of c).

    Missing answers count nowhere.
    """
    counts = [layout.categories[place] for place in layout.ordinal]
    variables = np.repeat(layout.ordinal, counts)
    levels = np.concatenate([np.arange(count) for count in counts])
    total = np.zeros((len(variables), len(variables)))
    for block in rows.blocks():
        member = (block.codes[:, variables] == levels).astype(float)
        total += block.weighted(member).T @ member
    return total


def pair_tables(cross: Array, layout: Layout) -> Iterator[PairTables]:
    """The tables of all pairs of ordinal variables, by their shapes."""
    categories = np.array(layout.categories)
    starts = np.cumsum(categories) - categories
    first, second = layout.pairs
    most = int(categories.max(initial=0)) + 1
    shapes = categories[first] * most + categories[second]
    for shape in np.unique(shapes).tolist():
        r, s = divmod(shape, most)
        if not (r and s):
            continue
        pairs = np.flatnonzero(shapes == shape)
        rows = starts[first[pairs], None] + np.arange(r)
        columns = starts[second[pairs], None] + np.arange(s)
        counts = cross[rows[:, :, None], columns[:, None, :]]
        yield PairTables(pairs, first[pairs], second[pairs], counts)


def without_empty_cells(counts: Array, add: tuple[float, float], keep_margins: bool) -> Array:
    """Tables with something added to empty cells, shape (k, r, s).

    Tables of two by two with more than one empty cell stay as they are.

    Parameters
    ----------
    counts : array, shape (k, r, s)
    add : two floats
        What is added in tables of two by two, and in larger ones.
    keep_margins : bool
        Whether the same is taken from and given to the other cells of a table of two by two, so
        that its margins stay.
    """
    empty = (counts == 0.0).astype(float)
    if counts.shape[1:] != (2, 2):
        return counts + add[1] * empty
    empty *= empty.sum(axis=(1, 2), keepdims=True) == 1.0
    if keep_margins:
        sign = np.array([[1.0, -1.0], [-1.0, 1.0]])
        empty = (empty * sign).sum(axis=(1, 2), keepdims=True) * sign
    return counts + add[0] * empty
