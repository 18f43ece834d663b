"""Influence values that depend on categories alone, looked up in tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Indices, normal_density
from .contingency_tables import PairTables
from .polychoric import cells, threshold_slopes
from .statistic_order import Layout


@dataclass(frozen=True, eq=False)
class LookUps:
    """Values of some statistics by the categories of one or two variables.

    Attributes
    ----------
    columns : int array, shape (k,)
        Where the statistics stand.
    first, second : int array, shape (k,)
        Variables; both are the same where one category is enough.
    first_stride, second_stride, offset : int array, shape (k,)
        Where in `values` a statistic starts, and how far apart categories are.
    values : array
    """

    columns: Indices
    first: Indices
    second: Indices
    first_stride: Indices
    second_stride: Indices
    offset: Indices
    values: Array

    def __call__(self, codes: Indices) -> Array:
        """Values of each row, shape (rows, k)."""
        place = codes[:, self.first] * self.first_stride
        place += codes[:, self.second] * self.second_stride
        place += self.offset
        return np.asarray(self.values.take(place))


def joined(parts: list[LookUps]) -> LookUps:
    """Several look-ups as one, in the order of their columns."""
    order = np.argsort(np.concatenate([part.columns for part in parts]), kind="stable")
    starts = np.cumsum([0, *(len(part.values) for part in parts)])
    offsets = [part.offset + start for part, start in zip(parts, starts[:-1], strict=True)]

    def join(arrays: list[Indices]) -> Indices:
        return np.asarray(np.concatenate(arrays)[order])

    return LookUps(
        columns=join([part.columns for part in parts]),
        first=join([part.first for part in parts]),
        second=join([part.second for part in parts]),
        first_stride=join([part.first_stride for part in parts]),
        second_stride=join([part.second_stride for part in parts]),
        offset=join(offsets),
        values=np.concatenate([part.values for part in parts]),
    )


def threshold_influence(thresholds: Array, counts: Array) -> Array:
    """Change of a variable's thresholds by one more answer, shape (c + 1, c - 1).

    The last row is that of a missing answer, zero.

    Parameters
    ----------
    thresholds : array, shape (c - 1,)
    counts : array, shape (c,)
        How often each category was answered.
    """
    below = np.arange(len(counts))[:, None] <= np.arange(len(thresholds))
    total = counts.sum()
    gaps = below - np.cumsum(counts)[:-1] / total
    return np.vstack([gaps / (total * normal_density(thresholds)), np.zeros(len(thresholds))])


def threshold_lookups(influences: list[Array], layout: Layout) -> LookUps:
    """Look-ups of the thresholds of all ordinal variables without exogenous ones."""
    counts = layout.threshold_counts
    variables, levels = layout.threshold_variables, layout.threshold_levels
    sizes = [influences[place].size for place in range(layout.n_variables)]
    starts = np.cumsum([0, *sizes])[:-1]
    return LookUps(
        columns=np.arange(len(variables)),
        first=variables,
        second=variables,
        first_stride=np.array(counts, dtype=np.intp)[variables],
        second_stride=np.zeros(len(variables), dtype=np.intp),
        offset=starts[variables] + levels,
        values=np.concatenate([values.ravel() for values in influences]),
    )


def correlation_lookups(
    tables: PairTables,
    first: Array,
    second: Array,
    rho: Array,
    influences: list[Array],
    total: float,
    layout: Layout,
) -> LookUps:
    """Look-ups of polychoric correlations whose tables have the same shape.

    The derivatives of each pair's score are sums of outer products of scores (Muthén, 1984).

    Parameters
    ----------
    tables : PairTables
    first, second : array, shape (k, r - 1) and (k, s - 1)
        Thresholds of the first and of the second variables.
    rho : array, shape (k,)
    influences : list of arrays
        Influence on the thresholds of each variable: n times `threshold_influence`.
    total : float
        Sum of all rows' weights.
    layout : Layout
    """
    found = cells(first, second, rho, tables.counts)
    score = found.slope / found.probability
    weight = tables.counts * score / found.probability
    along = np.array([influences[place] for place in tables.first])
    across = np.array([influences[place] for place in tables.second])
    move = threshold_slopes(first, second, rho)
    cross = -(move * np.diff(weight, axis=1)).sum(axis=2)
    move = threshold_slopes(second, first, rho)
    other = -(move * np.diff(weight, axis=2).swapaxes(1, 2)).sum(axis=2)
    values = total * np.pad(score, ((0, 0), (0, 1), (0, 1)))
    values -= along @ cross[:, :, None]
    values -= (across @ other[:, :, None]).swapaxes(1, 2)
    values /= (tables.counts * score**2).sum(axis=(1, 2))[:, None, None]
    k, r, s = values.shape
    return LookUps(
        columns=layout.blocks["covariances"].start + tables.pairs,
        first=tables.first,
        second=tables.second,
        first_stride=np.full(k, s),
        second_stride=np.ones(k, dtype=np.intp),
        offset=np.arange(k) * (r * s),
        values=values.ravel(),
    )
