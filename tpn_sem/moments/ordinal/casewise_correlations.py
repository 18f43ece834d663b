"""Correlations of pairs whose likelihood is worked out row by row, and what they depend on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Indices
from .casewise_pairs import (
    Kind,
    PairScores,
    continuous_and_ordinal,
    ordinal_and_continuous,
    two_continuous,
    two_ordinal,
)
from .coded_rows import Observations
from .correlation_newton import maximise, maximise_globally
from .statistic_order import Layout
from .univariate import Predicted, Regression, predicted

_ENTRIES = 1 << 16  # rows times pairs at a time
_START = 0.95
_KINDS: dict[tuple[bool, bool], Kind] = {
    (True, True): two_ordinal,
    (True, False): ordinal_and_continuous,
    (False, True): continuous_and_ordinal,
    (False, False): two_continuous,
}


@dataclass(frozen=True, eq=False)
class RowGroup:
    """Pairs of the same kind.

    Attributes
    ----------
    kind : callable
        Gives the derivatives of their likelihoods.
    pairs : int array, shape (k,)
        Which pairs, among those of the layout.
    first, second : int array, shape (k,)
        Their variables.
    """

    kind: Kind
    pairs: Indices
    first: Indices
    second: Indices

    def some(self, which: Indices) -> RowGroup:
        """Some of the pairs."""
        return RowGroup(self.kind, self.pairs[which], self.first[which], self.second[which])

    def scores(self, block: Predicted, rho: Array, margins: bool = True) -> PairScores:
        """Derivatives of the likelihoods, as if no answer were missing."""
        return self.kind(block, self.first, self.second, rho, margins)

    def shares(self, block: Predicted) -> Array:
        """Weights of the rows that have both variables, else 0, shape (rows, k)."""
        both = block.present[:, self.first] & block.present[:, self.second]
        return block.rows.weighted(both.astype(float))

    def size(self) -> int:
        """How many rows to take at a time."""
        return max(16, _ENTRIES // max(1, len(self.pairs)))


@dataclass(frozen=True, eq=False)
class Dependence:
    """Sums of products of a pair's score and others, over n.

    Attributes
    ----------
    information : array, shape (k,)
        With itself.
    cross : array, shape (k, u)
        With the pair's scores in the univariate statistics.
    """

    information: Array
    cross: Array


def row_groups(layout: Layout) -> Iterator[RowGroup]:
    """Pairs by kind, without those for which a contingency table says all."""
    first, second = layout.pairs
    ordinal = np.array(layout.categories) > 0
    for (one, other), kind in _KINDS.items():
        pairs = np.flatnonzero((ordinal[first] == one) & (ordinal[second] == other))
        by_table = one and other and not layout.n_exogenous
        if len(pairs) and not by_table:
            yield RowGroup(kind, pairs, first[pairs], second[pairs])


def correlate(group: RowGroup, rows: Observations, regressions: tuple[Regression, ...]) -> Array:
    """Correlations that maximise the likelihoods given the regressions, shape (k,).

    NaN where the likelihood is largest near a correlation of one.
    """

    def derivatives(rho: Array, which: Indices) -> tuple[Array, Array, Array]:
        some = group.some(which)
        sums = np.zeros((3, len(which)))
        total = np.zeros(len(which))
        for part in rows.blocks(some.size()):
            block = predicted(part, regressions)
            found, shares = some.scores(block, rho, False), some.shares(block)
            squares = found.score**2
            sums[0] += (shares * found.score).sum(axis=0)
            sums[1] += (shares * (found.bend - squares)).sum(axis=0)
            sums[2] += (shares * squares).sum(axis=0)
            total += shares.sum(axis=0)
        gradient, hessian, information = sums / total
        return gradient, hessian, information

    rho = maximise(derivatives, _products(group, rows, regressions))
    doubtful = np.flatnonzero(np.isnan(rho))
    if len(doubtful):
        rho[doubtful] = maximise_globally(derivatives, doubtful)
    return rho


def _products(group: RowGroup, rows: Observations, regressions: tuple[Regression, ...]) -> Array:
    """Mean products of residuals, or of the middles of limits: where to start, shape (k,)."""
    sums = np.zeros((4, len(group.pairs)))
    for part in rows.blocks(group.size()):
        block = predicted(part, regressions)
        middle = 0.5 * (np.clip(block.lower, -2.5, 2.5) + np.clip(block.upper, -2.5, 2.5))
        middle += block.residual
        shares = group.shares(block)
        first, second = middle[:, group.first], middle[:, group.second]
        for total, values in zip(
            sums, (first * second, first**2, second**2, np.ones_like(first)), strict=True
        ):
            total += (shares * values).sum(axis=0)
    product = sums[0] / np.sqrt(sums[1] * sums[2])
    return np.asarray(np.clip(product, -_START, _START))


def dependence(
    group: RowGroup,
    rho: Array,
    rows: Observations,
    regressions: tuple[Regression, ...],
    layout: Layout,
) -> Dependence:
    """How the pairs' scores hang together with those of the univariate statistics."""
    information = np.zeros(len(rho))
    cross = np.zeros((len(rho), layout.blocks["covariances"].start))
    for part in rows.blocks(group.size()):
        block = predicted(part, regressions)
        found = group.scores(block, rho)
        weighted = group.shares(block) * found.score
        information += (weighted * found.score).sum(axis=0)
        _collect(cross, block, group.first, found.first, weighted, layout)
        _collect(cross, block, group.second, found.second, weighted, layout)
    return Dependence(information / rows.n_observations, cross / rows.n_observations)


def _collect(
    cross: Array,
    block: Predicted,
    variables: Indices,
    pulls: tuple[Array, Array],
    weighted: Array,
    layout: Layout,
) -> None:
    """Add the products of scores in the correlation and in one variable's statistics."""
    if layout.categories[variables[0]]:
        total = _collect_thresholds(cross, block, variables, pulls, weighted, layout)
    else:
        total = _collect_moments(cross, variables, pulls, weighted, layout)
    if layout.n_exogenous:
        starts = layout.blocks["slopes"].start + variables * layout.n_exogenous
        places = starts[:, None] + np.arange(layout.n_exogenous)
        cross[np.arange(len(variables))[:, None], places] += total.T @ block.rows.exogenous


def _collect_thresholds(
    cross: Array,
    block: Predicted,
    variables: Indices,
    pulls: tuple[Array, Array],
    weighted: Array,
    layout: Layout,
) -> Array:
    """Add the thresholds' products; returns those in the linear predictor, shape (rows, k)."""
    above, below = weighted * pulls[0], weighted * pulls[1]
    codes = block.rows.codes[:, variables]
    starts = np.cumsum([0, *layout.threshold_counts])[variables]
    counts = np.array(layout.threshold_counts)[variables]
    for level in range(counts.max()):
        sums = np.where(codes == level, above, 0.0) + np.where(codes == level + 1, below, 0.0)
        has = np.flatnonzero(level < counts)
        cross[has, starts[has] + level] += sums.sum(axis=0)[has]
    return np.asarray(-above - below)


def _collect_moments(
    cross: Array, variables: Indices, pulls: tuple[Array, Array], weighted: Array, layout: Layout
) -> Array:
    """Add the mean's and the variance's products; returns those in the linear predictor."""
    number = np.searchsorted(layout.continuous, variables)
    which = np.arange(len(variables))
    linear = weighted * pulls[0]
    cross[which, layout.blocks["means"].start + number] += linear.sum(axis=0)
    cross[which, layout.blocks["variances"].start + number] += (weighted * pulls[1]).sum(axis=0)
    return np.asarray(linear)
