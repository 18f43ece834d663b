"""Statistics of two levels in two steps: each variable alone, then each pair given those."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...numerics import Array, Indices
from ..ordinal import CategoricalMoments
from .item_pairs import pair_of_items
from .level_order import LevelOrder
from .linear_intercepts import LinearMargin, linear_margin
from .linear_pairs import pair_of_numbers
from .mixed_pairs import mixed_pair
from .paired_intercepts import PairEstimate
from .random_intercepts import ItemMargin, Predictors, item_margin

Margin = ItemMargin | LinearMargin


@dataclass(frozen=True, eq=False)
class LevelStatistics:
    """Statistics of both levels, and what was met on the way.

    Attributes
    ----------
    moments : CategoricalMoments
        In the order of a `LevelOrder`.
    edges : tuple of two ints each
        Places of pairs, within clusters, whose correlation between clusters is one.
    """

    moments: CategoricalMoments
    edges: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class ClusterInfluence:
    """Influence of clusters, each at the first of its rows: rows of a cluster count together.

    Attributes
    ----------
    rows : int array, shape (n,)
        The cluster at whose first row a row stands; -1 for other rows.
    values : array, shape (J, m)
    """

    rows: Indices
    values: Array

    def __call__(self, part: slice) -> Array:
        """Influence values of some rows, shape (rows, m)."""
        here = self.rows[part]
        return np.where((here >= 0)[:, None], self.values[here], 0.0)


def level_statistics(
    rows: Array,
    given: Array,
    members: Indices,
    order: LevelOrder,
    nodes: int | None = None,
) -> LevelStatistics:
    """Thresholds, slopes, variances and covariances of both levels, and their covariance matrix.

    Each variable's regression with random intercepts by maximum likelihood, then each pair's
    covariances within and between given those (Asparouhov & Muthén, 2007). Derivatives of the
    scores are sums of outer products of clusters' scores, as with one level (Muthén, 1984).

    Parameters
    ----------
    rows : array, shape (n, p)
        Complete; items as 0, 1, ...; both parts of a variable have the same column.
    given : array, shape (n, q)
        Exogenous variables of both levels.
    members : int array, shape (n,)
        The cluster of each row, from 0.
    order : LevelOrder
    nodes : int or None
        Of the quadrature, for each part of a cluster; as many as data need if None. If a number,
        at most 13 for each of a pair of items, as lavaan has it.

    Raises
    ------
    DataError
        Where a likelihood has no maximum, or nothing varies at a level.
    """
    sequence = np.argsort(members, kind="stable")
    values, clusters = rows[sequence], members[sequence]
    predictors = _predictors(given[sequence])
    inside = [place for place, level in enumerate(order.levels) if level == 1]
    twins = {order.within[place]: place for place, level in enumerate(order.levels) if level == 2}
    margins = {
        place: _margin(
            values[:, place], clusters, predictors, order, twins.get(place), place, nodes
        )
        for place in inside
    }
    pairs = {
        (one, other): _pair(margins, one, other, clusters, predictors, order, nodes)
        for one, other in combinations(inside, 2)
    }
    assembly = _Assembly(order, twins, predictors, given.std(axis=0), len(rows))
    assembly.add_margins(margins)
    assembly.add_pairs(margins, pairs)
    first = np.full(len(rows), -1, dtype=np.intp)
    starts = np.flatnonzero(np.diff(clusters, prepend=-1))
    first[sequence[starts]] = np.arange(len(starts))
    influence = ClusterInfluence(first, len(rows) * assembly.influence)
    edges = tuple(pair for pair, found in pairs.items() if found.is_edge)
    empty = tuple(_empty(margins, pairs))
    return LevelStatistics(assembly.moments(influence, empty), edges)


def _predictors(given: Array) -> Predictors:
    """Standardised predictors; rows that have the same ones."""
    centre, scale = given.mean(axis=0), given.std(axis=0)
    alike = np.zeros(len(given), dtype=np.intp)
    if given.shape[1]:
        alike = np.unique(given, axis=0, return_inverse=True)[1].reshape(-1)
    return Predictors((given - centre) / np.where(scale > 0.0, scale, 1.0), alike, centre)


def _margin(
    values: Array,
    members: Indices,
    given: Predictors,
    order: LevelOrder,
    twin: int | None,
    place: int,
    nodes: int | None,
) -> Margin:
    name = order.called(place)
    if place not in order.scaled:
        return linear_margin(values, members, given, twin is not None, name)
    assert twin is not None
    return item_margin(values.astype(np.intp), members, given, order.categories[twin], nodes, name)


def _pair(
    margins: dict[int, Margin],
    one: int,
    other: int,
    members: Indices,
    given: Predictors,
    order: LevelOrder,
    nodes: int | None,
) -> PairEstimate:
    first, second = margins[one], margins[other]
    names = f"{order.called(one)} and {order.called(other)}"
    if isinstance(first, ItemMargin):
        if isinstance(second, ItemMargin):
            return pair_of_items(first, second, members, given, nodes, names)
        return mixed_pair(first, second, nodes, names)
    if isinstance(second, ItemMargin):
        return mixed_pair(second, first, nodes, names).turned
    return pair_of_numbers(first, second, names)


def _empty(
    margins: dict[int, Margin], pairs: dict[tuple[int, int], PairEstimate]
) -> Iterator[tuple[int, int]]:
    """Pairs of items whose table has an empty cell."""
    for one, other in pairs:
        first, second = margins[one], margins[other]
        if isinstance(first, ItemMargin) and isinstance(second, ItemMargin):
            shape = (len(first.thresholds) + 1, len(second.thresholds) + 1)
            flat = np.ravel_multi_index((first.codes, second.codes), shape)
            if len(np.unique(flat)) < shape[0] * shape[1]:
                yield one, other


class _Assembly:
    """Estimates and influence of clusters, put in their places among the statistics."""

    def __init__(
        self,
        order: LevelOrder,
        twins: dict[int, int],
        given: Predictors,
        scale: Array,
        n: int,
    ):
        self.order, self.twins, self.given, self.n = order, twins, given, n
        self.scale = np.where(scale > 0.0, scale, 1.0)
        self.influence: Array = np.zeros((0, 0))
        self.vector = np.zeros(order.size)
        self._changes: dict[int, Array] = {}
        self._slope_places = np.full((order.n_variables, order.n_exogenous), -1, dtype=np.intp)
        self._slope_places[order.slope_pairs] = np.arange(order.size)[order.blocks["slopes"]]
        self._mean_places = np.full(order.n_variables, -1, dtype=np.intp)
        self._mean_places[order.with_mean] = np.arange(order.size)[order.blocks["means"]]

    def add_margins(self, margins: dict[int, Margin]) -> None:
        """What each variable has alone."""
        for place, margin in margins.items():
            scores = margin.scores
            change: Array = np.linalg.solve(scores.T @ scores, scores.T).T.astype(float)
            self._changes[place] = change
            raw, parameters = self._in_units(margin)
            self._put(self._places(place, margin), parameters, change @ raw.T)

    def add_pairs(
        self, margins: dict[int, Margin], pairs: dict[tuple[int, int], PairEstimate]
    ) -> None:
        """Covariances, given what each variable has alone."""
        for (one, other), found in pairs.items():
            scores = found.scores
            left = scores - self._changes[one] @ (found.first.T @ scores)
            left = left - self._changes[other] @ (found.second.T @ scores)
            change: Array = np.linalg.solve(scores.T @ scores, left.T).T.astype(float)
            places = [int(self.order.matrix_places[one, other])]
            if scores.shape[1] == 2:
                places.append(int(self.order.matrix_places[self.twins[one], self.twins[other]]))
            parts = np.array([found.within, found.between])[: len(places)]
            self._put(np.array(places, dtype=np.intp), parts, change)

    def _put(self, places: Indices, values: Array, change: Array) -> None:
        if not len(self.influence):
            self.influence = np.zeros((len(change), self.order.size))
        told = places >= 0
        self.vector[places[told]] = values[told]
        self.influence[:, places[told]] = change[:, told]

    def _places(self, place: int, margin: Margin) -> Indices:
        """Where the parameters of a margin stand; -1 where they are no statistics."""
        twin = self.twins.get(place)
        levels = np.array(self.order.given_levels, dtype=int)
        within = self._slope_places[place]
        between = np.full_like(within, -1) if twin is None else self._slope_places[twin]
        slopes = np.where(levels == 1, within, between)
        own = self.order.matrix_places
        if isinstance(margin, ItemMargin):
            assert twin is not None
            cuts = np.arange(self.order.size)[self.order.thresholds_of(twin)]
            return np.concatenate([cuts, slopes, [own[twin, twin]]])
        variances = [own[place, place]] + ([] if twin is None else [own[twin, twin]])
        mean = self._mean_places[place if twin is None else twin]
        return np.concatenate([[mean], slopes, variances]).astype(np.intp)

    def _in_units(self, margin: Margin) -> tuple[Array, Array]:
        """From standardised predictors to these: a matrix for changes, and the parameters."""
        is_item = isinstance(margin, ItemMargin)
        cuts = len(margin.thresholds) if isinstance(margin, ItemMargin) else 1
        q = len(margin.slopes)
        raw = np.eye(len(margin.parameters))
        slopes = np.arange(cuts, cuts + q)
        raw[slopes, slopes] = 1.0 / self.scale
        raw[:cuts, slopes] = (1.0 if is_item else -1.0) * self.given.centre / self.scale
        return raw, raw @ margin.parameters

    def moments(
        self, influence: ClusterInfluence, empty: tuple[tuple[int, int], ...]
    ) -> CategoricalMoments:
        """All statistics of the group."""
        order, p = self.order, self.order.n_variables
        places = order.matrix_places
        covariance = np.where(places >= 0, self.vector[places], 0.0)
        covariance[order.scaled, order.scaled] = 1.0
        mean, slopes = np.zeros(p), np.zeros((p, order.n_exogenous))
        mean[order.with_mean] = self.vector[order.blocks["means"]]
        slopes[order.slope_pairs] = self.vector[order.blocks["slopes"]]
        return CategoricalMoments(
            order,
            tuple(self.vector[order.thresholds_of(place)] for place in range(p)),
            mean,
            slopes,
            covariance,
            self.n,
            empty,
            influence,
        )
