"""Pairs of items given predictors: rows over nodes of their cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from ...numerics import Array, Indices, density, grid_distribution, normal_density
from .cluster_nodes import Nodes, nodes_around, nodes_of_pairs, posterior
from .clustered_answers import ClusteredRows, distinct
from .paired_intercepts import PairFactor, factor_slopes, least_spread
from .random_intercepts import ItemMargin, Predictors

_LEAST = 1e-16  # what the quadrature of rectangles can tell from zero
_FIRST_LOOK, _SECOND_LOOK, _AROUND = 13, 5, 9  # nodes for each part of a cluster
_WIDER = 1.2  # variances of nodes over those of the clusters' parts
_AT_ONCE = 4096  # rows


@dataclass(frozen=True, eq=False)
class ItemPairRows:
    """Log-likelihood of two items in clusters given what each has alone; see `pair_of_items`.

    Attributes
    ----------
    first, second : ItemMargin
    rows : ClusteredRows
        Distinct ones, R of them.
    codes : two int arrays, shape (R,)
    design : array, shape (R, q)
    """

    first: ItemMargin
    second: ItemMargin
    rows: ClusteredRows
    codes: tuple[Indices, Indices]
    design: Array

    @classmethod
    def of(
        cls, first: ItemMargin, second: ItemMargin, members: Indices, given: Predictors
    ) -> ItemPairRows:
        """From the rows."""
        rows, chosen = distinct(members, first.codes, second.codes, given.alike)
        codes = (first.codes[chosen], second.codes[chosen])
        return cls(first, second, rows, codes, given.values[chosen])

    def nodes(self, rho: float, factor: PairFactor, asked: int | None) -> Nodes:
        """Nodes for both intercepts: shared if a number is asked for, else about each cluster."""
        if asked is not None:
            return nodes_of_pairs(asked, np.eye(2))
        places, which = np.unique(self.rows.sizes, return_inverse=True)
        spread = np.array([least_spread(rho, factor, float(size)) for size in places])[which]
        nodes = nodes_of_pairs(_FIRST_LOOK, np.eye(2))
        for _ in range(2):
            shares = np.concatenate([one.shares for one in self._blocks(rho, factor, nodes)])
            whole = np.broadcast_to(_by_cluster(nodes.places), (2, *shares.shape))
            centres = np.einsum("jm,djm->jd", shares, whole)
            nodes = nodes_around(centres, 2.0 * spread, _SECOND_LOOK)
        shares = np.concatenate([one.shares for one in self._blocks(rho, factor, nodes)])
        centres = np.einsum("jm,djm->jd", shares, nodes.places)
        gap = nodes.places - centres.T[:, :, None]
        spread = np.einsum("jm,djm,ejm->jde", shares, gap, gap)
        return nodes_around(centres, _WIDER * spread, _AROUND)

    def at(self, rho: float, factor: PairFactor, nodes: Nodes) -> tuple[Array, Array]:
        """Log-likelihoods and scores in the correlation within and the covariance between."""
        slopes = factor_slopes(self.first.variance, self.second.variance, factor)[2]
        values, scores = [], []
        for block in self._blocks(rho, factor, nodes):
            values.append(block.value)
            between = block.factor_scores[:, 1:] @ slopes[1:]
            scores.append(np.column_stack([block.slope_scores, between]))
        return np.concatenate(values), np.concatenate(scores)

    def all_scores(self, rho: float, factor: PairFactor, nodes: Nodes) -> tuple[Array, Array]:
        """Scores in all that the first and the second item have alone, shapes (J, k) each."""
        slopes = factor_slopes(self.first.variance, self.second.variance, factor)
        first, second = [], []
        for block in self._blocks(rho, factor, nodes):
            in_factor = block.factor_scores
            first.append(np.column_stack([block.own_scores(0), in_factor @ slopes[0]]))
            second.append(np.column_stack([block.own_scores(1), in_factor @ slopes[1]]))
        return np.concatenate(first), np.concatenate(second)

    def _blocks(self, rho: float, factor: PairFactor, nodes: Nodes) -> Iterator[_Block]:
        """Whole clusters, some thousand rows at a time."""
        starts = np.append(self.rows.starts, len(self.rows.members))
        begin = 0
        while begin < self.rows.n_clusters:
            last = int(np.searchsorted(starts, starts[begin] + _AT_ONCE, side="right")) - 1
            end = max(last, begin + 1)
            yield _Block(self, slice(begin, end), rho, factor, nodes)
            begin = end


class _Block:
    """Some clusters at nodes: limits, probabilities of their rows' answers, shares of the nodes."""

    def __init__(
        self, pair: ItemPairRows, clusters: slice, rho: float, factor: PairFactor, nodes: Nodes
    ):
        starts = np.append(pair.rows.starts, len(pair.rows.members))
        part = slice(int(starts[clusters.start]), int(starts[clusters.stop]))
        self._pair, self._part, self._rho = pair, part, rho
        self._rows = ClusteredRows(pair.rows.members[part] - clusters.start, pair.rows.counts[part])
        own = nodes.places.ndim == 3
        self._places = nodes.places[:, clusters] if own else nodes.places[:, None]
        weights = nodes.log_weights[clusters] if own else nodes.log_weights
        parts = factor.parts(self._places)
        self._limits = [self._limit(item, parts[item]) for item in (0, 1)]
        self._share = np.maximum(_rectangles(*self._limits[0], *self._limits[1], rho), _LEAST)
        joint = self._rows.sums(np.log(self._share)) + weights
        self.value, self.shares = posterior(joint)

    def _limit(self, item: int, parts: Array) -> tuple[Array, Array]:
        """Lower and upper limits of the residuals of an item's responses, shape (R, M) each."""
        margin = (self._pair.first, self._pair.second)[item]
        codes, design = self._pair.codes[item][self._part], self._pair.design[self._part]
        members = self._rows.members if len(parts) > 1 else np.zeros_like(self._rows.members)
        here = (design @ margin.slopes)[:, None] + parts[members]
        edges = margin.edges
        return edges[codes, None] - here, edges[codes + 1, None] - here

    @cached_property
    def _own(self) -> Array:
        """Shares of a row's nodes over the probability of its answers, shape (R, M)."""
        return self.shares[self._rows.members] / self._share

    @property
    def slope_scores(self) -> Array:
        """Scores in the correlation within clusters, shape (J,)."""
        (low, high), (left, right) = self._limits
        rho = np.asarray(self._rho)
        slope = density(high, right, rho) - density(low, right, rho)
        slope += density(low, left, rho) - density(high, left, rho)
        return self._rows.sums((self._own * slope).sum(axis=1))

    @cached_property
    def _edges(self) -> list[tuple[Array, Array]]:
        """Weighted slopes in the lower and the upper limit of each item, shape (R, M) each."""
        found = []
        for own, other in (self._limits, self._limits[::-1]):
            low, high = _edge_slopes(*own, *other, self._rho)
            found.append((self._own * low, self._own * high))
        return found

    @cached_property
    def factor_scores(self) -> Array:
        """Scores in the three elements of the intercepts' factor, shape (J, 3)."""
        (low, high), (left, right) = self._edges
        places = np.broadcast_to(self._places, (2, self._rows.n_clusters, low.shape[1]))
        own = places[:, self._rows.members]
        first, second = -(low + high), -(left + right)
        parts = [(first * own[0]).sum(axis=1)]
        parts += [(second * one).sum(axis=1) for one in own]
        return self._rows.sums(np.column_stack(parts))

    def own_scores(self, item: int) -> Array:
        """Scores in the thresholds and slopes of an item, shape (J, c - 1 + q)."""
        low, high = (one.sum(axis=1) for one in self._edges[item])
        codes, design = self._pair.codes[item][self._part, None], self._pair.design[self._part]
        levels = np.arange(len((self._pair.first, self._pair.second)[item].thresholds))
        cuts = high[:, None] * (codes == levels) + low[:, None] * (codes == levels + 1)
        return self._rows.sums(np.hstack([cuts, -(low + high)[:, None] * design]))


def _by_cluster(places: Array) -> Array:
    return places if places.ndim == 3 else places[:, None]


def _rectangles(low: Array, high: Array, left: Array, right: Array, rho: float) -> Array:
    """P(low < X <= high, left < Y <= right), all of one shape."""
    first = np.stack([low.ravel(), high.ravel()], axis=1)
    second = np.stack([left.ravel(), right.ravel()], axis=1)
    corners = grid_distribution(first, second, np.full(len(first), rho))
    share = corners[:, 1, 1] - corners[:, 0, 1] - corners[:, 1, 0] + corners[:, 0, 0]
    return np.asarray(share.reshape(low.shape))


def _edge_slopes(
    low: Array, high: Array, left: Array, right: Array, rho: float
) -> tuple[Array, Array]:
    """Derivatives of a rectangle's probability in its lower and its upper limit of X."""
    rest = np.sqrt(1.0 - rho * rho)
    slopes = []
    for edge, sign in ((low, -1.0), (high, 1.0)):
        between = ndtr((right - rho * edge) / rest) - ndtr((left - rho * edge) / rest)
        slopes.append(sign * normal_density(edge) * between)
    return slopes[0], slopes[1]
