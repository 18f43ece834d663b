"""Pairs of items without predictors: tables of clusters over nodes that all clusters share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Indices
from ..ordinal import cells, threshold_slopes
from .cluster_nodes import Nodes, nodes_of_pairs, posterior
from .clustered_answers import table_of
from .paired_intercepts import PairFactor, factor_slopes, least_spread
from .random_intercepts import ItemMargin


@dataclass(frozen=True, eq=False)
class ItemPairTables:
    """Log-likelihood of two items in clusters given what each has alone; see `pair_of_items`.

    Attributes
    ----------
    first, second : ItemMargin
    counts : array, shape (J, r s)
        Tables of the clusters.
    """

    first: ItemMargin
    second: ItemMargin
    counts: Array

    @classmethod
    def of(cls, first: ItemMargin, second: ItemMargin, members: Indices) -> ItemPairTables:
        """From the rows."""
        r, s = len(first.thresholds) + 1, len(second.thresholds) + 1
        return cls(first, second, table_of(members, first.codes * s + second.codes, r * s))

    def nodes(self, rho: float, factor: PairFactor, asked: int | None) -> Nodes:
        """Nodes for both intercepts, near enough for the largest cluster."""
        size = float(self.counts.sum(axis=1).max())
        return nodes_of_pairs(asked, least_spread(rho, factor, size))

    def at(self, rho: float, factor: PairFactor, nodes: Nodes) -> tuple[Array, Array]:
        """Log-likelihoods and scores in the correlation within and the covariance between."""
        here = _Located(self, rho, factor, nodes)
        _, second = here.moves
        slopes = factor_slopes(self.first.variance, self.second.variance, factor)[2]
        along, across = (here.expected(second * z) for z in nodes.places)
        return here.value, np.column_stack(
            [here.expected(here.slope), -slopes[1] * along - slopes[2] * across]
        )

    def all_scores(self, rho: float, factor: PairFactor, nodes: Nodes) -> tuple[Array, Array]:
        """Scores in all that the first and the second item have alone, shapes (J, k) each."""
        here = _Located(self, rho, factor, nodes)
        one, other = here.moves
        parts = [here.expected(one * nodes.places[0])]
        parts += [here.expected(other * z) for z in nodes.places]
        in_factor = -np.column_stack(parts)
        slopes = factor_slopes(self.first.variance, self.second.variance, factor)
        cuts = (here.cut_scores(0), here.cut_scores(1))
        first, second = (
            np.column_stack([own, in_factor @ slope])
            for own, slope in zip(cuts, slopes[:2], strict=True)
        )
        return first, second


class _Located:
    """Cells of the tables at nodes, M of them, and what clusters make of these."""

    def __init__(self, pair: ItemPairTables, rho: float, factor: PairFactor, nodes: Nodes):
        one, other = factor.parts(nodes.places)
        first = pair.first.thresholds - one[:, None]
        second = pair.second.thresholds - other[:, None]
        stacked = np.full(len(one), rho)
        found = cells(first, second, stacked)
        self._probability = found.probability
        self._counts = pair.counts
        self._ends = (first, second, stacked)
        logs = np.log(found.probability).reshape(len(one), -1)
        joint = pair.counts @ logs.T + nodes.log_weights
        self.value, self._shares = posterior(joint)
        self.slope = self._flat(found.slope / found.probability)
        self._edges = (
            threshold_slopes(first, second, stacked),
            threshold_slopes(second, first, stacked).swapaxes(1, 2),
        )

    @staticmethod
    def _flat(values: Array) -> Array:
        """A matrix of cells by nodes."""
        return values.reshape(len(values), -1).T

    @property
    def moves(self) -> tuple[Array, Array]:
        """Slopes of the cells' logarithms where all thresholds of an item move, (r s, M) each."""
        found = []
        for axis, edges in enumerate(self._edges, start=1):
            ends = np.zeros((3, 2), dtype=int)
            ends[axis] = 1
            padded = np.pad(edges, ends)
            found.append(self._flat(np.diff(padded, axis=axis) / self._probability))
        return found[0], found[1]

    def expected(self, values: Array) -> Array:
        """What clusters expect of sums of values of cells, shape (r s, M) to (J,)."""
        return np.asarray((self._counts * (self._shares @ values.T)).sum(axis=1))

    def cut_scores(self, item: int) -> Array:
        """Scores in the thresholds of one of the items, shape (J, c - 1)."""
        edges, axis = self._edges[item], item + 1
        found = []
        for cut in range(edges.shape[axis]):
            move = np.zeros_like(self._probability)
            gain = edges.take(cut, axis=axis)
            place: list[slice | int] = [slice(None)] * 3
            place[axis] = cut
            move[tuple(place)] = gain
            place[axis] = cut + 1
            move[tuple(place)] = -gain
            found.append(self.expected(self._flat(move / self._probability)))
        return np.column_stack(found)
