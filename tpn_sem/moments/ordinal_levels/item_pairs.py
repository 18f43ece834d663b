"""Pairs of items given what each has alone: correlation within clusters, covariance between."""

from __future__ import annotations

from functools import partial
from typing import Protocol

import numpy as np

from ...errors import DataError
from ...numerics import Array, Indices
from .cluster_nodes import Nodes
from .item_pair_rows import ItemPairRows
from .item_pair_tables import ItemPairTables
from .paired_intercepts import PairEstimate, PairFactor, pair_factor
from .random_intercepts import ItemMargin, Predictors
from .score_descent import maximise_scored

_LARGEST = 0.9999  # correlation within clusters
_EDGE = 0.999  # correlation between clusters that stands for one
_NEAR = 0.97
_ROUNDING = 1e-9
_ROUNDS = 4
_FEW = 7  # nodes to begin with


class _PairLikelihood(Protocol):
    """The log-likelihood of two items in clusters."""

    @property
    def first(self) -> ItemMargin:
        """What the first item has alone."""

    @property
    def second(self) -> ItemMargin:
        """What the second item has alone."""

    def nodes(self, rho: float, factor: PairFactor, asked: int | None) -> Nodes:
        """Nodes for both intercepts."""

    def at(self, rho: float, factor: PairFactor, nodes: Nodes) -> tuple[Array, Array]:
        """Log-likelihoods, shape (J,), and scores, (J, 2)."""

    def all_scores(self, rho: float, factor: PairFactor, nodes: Nodes) -> tuple[Array, Array]:
        """Scores in what both have alone."""


def pair_of_items(
    first: ItemMargin,
    second: ItemMargin,
    members: Indices,
    given: Predictors,
    nodes: int | None,
    names: str,
) -> PairEstimate:
    """Maximum likelihood of a pair in two covariances, all else as each item has it alone.

    Raises
    ------
    DataError
        Where answers to one tell those to the other perfectly.
    """
    pair: _PairLikelihood
    if given.values.shape[1]:
        pair = ItemPairRows.of(first, second, members, given)
    else:
        pair = ItemPairTables.of(first, second, members)
    point, inverse = _start(first, second, members), None
    if nodes is None:
        point, inverse = _roughly(pair, point)
    for _ in range(_ROUNDS):
        factor = _factor_at(pair, point[1])
        assert factor is not None
        grid = pair.nodes(float(point[0]), factor, nodes)
        found, inverse = maximise_scored(partial(_at, pair, grid), point, inverse)
        moved, point = np.abs(found.point - point), found.point
        if not found.converged:
            break
        if nodes is not None or moved.max() < 0.05:
            return _estimate(pair, point, grid, found.here.scores)
    return _at_edge(pair, point, grid, names)


def _roughly(pair: _PairLikelihood, point: Array) -> tuple[Array, Array | None]:
    """A point, and a curvature, from which few looks at many nodes are needed."""
    factor = _factor_at(pair, point[1])
    assert factor is not None
    grid = pair.nodes(float(point[0]), factor, _FEW)
    found, inverse = maximise_scored(partial(_at, pair, grid), point)
    return (found.point, inverse) if found.converged else (point, None)


def _factor_at(pair: _PairLikelihood, covariance: float) -> PairFactor | None:
    return pair_factor(pair.first.variance, pair.second.variance, float(covariance))


def _at(pair: _PairLikelihood, nodes: Nodes, point: Array) -> tuple[Array, Array] | None:
    factor = _factor_at(pair, point[1])
    if factor is None or abs(point[0]) > _LARGEST:
        return None
    return pair.at(float(point[0]), factor, nodes)


def _estimate(
    pair: _PairLikelihood, point: Array, nodes: Nodes, known: Array | None = None
) -> PairEstimate:
    """The estimate with its scores, of the pair's covariances if these are known."""
    factor = _factor_at(pair, point[1])
    assert factor is not None
    largest = float(np.sqrt(pair.first.variance * pair.second.variance))
    is_edge = abs(float(point[1])) > (_EDGE - _ROUNDING) * largest
    scores = pair.at(float(point[0]), factor, nodes)[1] if known is None else known
    rest = pair.all_scores(float(point[0]), factor, nodes)
    return PairEstimate(float(point[0]), float(point[1]), scores, *rest, is_edge)


def _at_edge(pair: _PairLikelihood, point: Array, nodes: Nodes, names: str) -> PairEstimate:
    """The correlation between clusters is one: only that within is left to estimate."""
    largest = float(np.sqrt(pair.first.variance * pair.second.variance))
    if abs(point[1]) < _NEAR * largest:
        raise DataError(
            f"{names}: the correlation of latent responses within clusters has no maximum: answers "
            "to one tell those to the other perfectly. Leave one out."
        )
    covariance = np.copysign(_EDGE * largest, point[1])

    def scored(alone: Array) -> tuple[Array, Array] | None:
        found = _at(pair, nodes, np.array([alone[0], covariance]))
        return None if found is None else (found[0], found[1][:, :1])

    found, _ = maximise_scored(scored, point[:1])
    if not found.converged:
        raise DataError(
            f"{names}: the correlation of latent responses within clusters has no maximum. Leave "
            "one out, or join categories."
        )
    return _estimate(pair, np.array([found.point[0], covariance]), nodes)


def _start(first: ItemMargin, second: ItemMargin, members: Indices) -> Array:
    """Correlations of answers around their clusters' means, and of these means."""
    codes = np.column_stack([first.codes, second.codes]).astype(float)
    sizes = np.bincount(members)
    means = np.column_stack([np.bincount(members, one) / sizes for one in codes.T])
    centred = codes - means[members]
    within, between = (
        float(np.clip((one.T @ one)[0, 1] / np.sqrt(np.prod((one * one).sum(axis=0))), -0.8, 0.8))
        for one in (centred, means - means.mean(axis=0))
    )
    return np.array([within, between * np.sqrt(first.variance * second.variance)])
