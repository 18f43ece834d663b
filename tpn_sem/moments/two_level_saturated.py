"""Unrestricted moments of two levels, by maximum likelihood."""

from __future__ import annotations

import numpy as np

from ..numerics import Array
from .incomplete_clusters import IncompleteClusters, IncompleteLikelihood
from .two_levels import ClustersBySize, TwoLevelLikelihood, nearest_semidefinite

Clusters = ClustersBySize | IncompleteClusters

_STEPS = 2000
_ENOUGH = 1e-13  # fall of the deviance of a row
_SHORTEST = 1e-6


def saturate_levels(clusters: Clusters) -> tuple[Array, Array]:
    """Means, shape (P,), and covariances, (P, P), of both levels that maximise the likelihood.

    The covariance matrix between clusters is positive semidefinite: where it may be anything, the
    likelihood of clusters of unequal size has no maximum. Steps of scoring that take each level's
    information for that of the other held fixed, and the nearest semidefinite matrix in the metric
    of the information, which is the projected gradient method (Bertsekas, 1976).
    """
    mean, covariance = clusters.start()
    here, length = clusters.at(mean, covariance), 1.0
    for _ in range(_STEPS):
        while True:
            moved = _step(clusters, here, mean, covariance, length)
            there = clusters.at(*moved)
            fall = float(here.deviance - there.deviance)
            if fall >= 0.0 or length < _SHORTEST:
                break
            length *= 0.5
        if fall < _ENOUGH:
            return moved if fall > 0.0 else (mean, covariance)
        (mean, covariance), here = moved, there
        length = min(1.0, 2.0 * length)
    return mean, covariance


def _step(
    clusters: Clusters,
    here: TwoLevelLikelihood | IncompleteLikelihood,
    mean: Array,
    covariance: Array,
    length: float,
) -> tuple[Array, Array]:
    layout = clusters.layout
    matrix, vector = here.slope
    inside, outside = np.ix_(*2 * (layout.within,)), np.ix_(*2 * (layout.between,))
    whole, within = covariance.copy(), covariance[inside]
    whole[inside] = within - length * (within @ matrix[inside] @ within)
    metric = np.asarray(np.linalg.inv(here.mean_weight[outside]), dtype=float)  # of one row
    spread: Array = metric * (clusters.n_clusters / clusters.n_rows)
    scale = length * clusters.n_rows / clusters.n_clusters / _imbalance(clusters)
    moved = covariance[outside] - scale * (spread @ matrix[outside] @ spread)
    whole[outside] = nearest_semidefinite(moved, spread)
    known = np.flatnonzero(layout.has_mean)
    information = here.mean_weight[np.ix_(known, known)]
    shifted = mean.copy()
    shifted[known] -= 0.5 * length * np.linalg.solve(information, vector[known])
    return shifted, 0.5 * (whole + whole.T)  # rounding would grow from step to step


def _imbalance(clusters: Clusters) -> float:
    """By how much the mean of squared sizes is above the squared mean."""
    sizes, counts = clusters.sizes, clusters.counts
    return float(np.average(sizes**2, weights=counts) / np.average(sizes, weights=counts) ** 2)
