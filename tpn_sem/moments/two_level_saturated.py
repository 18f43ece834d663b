"""Unrestricted moments of two levels, by maximum likelihood."""

from __future__ import annotations

import numpy as np

from ..numerics import Array
from .two_levels import ClustersBySize, TwoLevelLikelihood

_STEPS = 2000
_ENOUGH = 1e-13  # fall of the deviance of a row
_SHORTEST = 1e-6


def saturate_levels(clusters: ClustersBySize) -> tuple[Array, Array]:
    """Means, shape (P,), and covariances, (P, P), of both levels that maximise the likelihood.

    The covariance matrix between clusters is positive semidefinite: where it may be anything, the
    likelihood of clusters of unequal size has no maximum. Steps of scoring that take each level's
    information for that of the other held fixed, and the nearest semidefinite matrix in the metric
    of the information, which is the projected gradient method (Bertsekas, 1976).
    """
    mean, covariance = _start(clusters)
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


def _start(clusters: ClustersBySize) -> tuple[Array, Array]:
    """Moments by analysis of variance."""
    layout = clusters.layout
    share = clusters.sizes * clusters.counts / clusters.n_rows
    typical = (clusters.n_rows - share @ clusters.sizes) / max(clusters.n_clusters - 1.0, 1.0)
    centre = np.average(clusters.mean, axis=0, weights=clusters.counts)
    distance = clusters.mean - centre
    second = clusters.covariance + distance[:, :, None] * distance[:, None, :]
    whole = np.average(second, axis=0, weights=clusters.counts)
    mean, covariance = np.zeros(layout.size), np.zeros((layout.size, layout.size))
    p, split = len(layout.within), layout.split
    mean[layout.within] = centre[:p]
    mean[layout.within[split]] = 0.0
    chosen = np.concatenate([split, np.arange(p, len(centre))])
    mean[layout.between] = centre[chosen]
    between = whole[np.ix_(chosen, chosen)]
    count = len(split)
    noise, metric = clusters.deviations[np.ix_(split, split)] / typical, between.copy()
    metric[:count, :count] += noise  # so that few clusters give a positive definite one
    between[:count, :count] -= noise
    covariance[np.ix_(layout.within, layout.within)] = clusters.deviations
    covariance[np.ix_(layout.between, layout.between)] = _semidefinite(between, metric)
    return mean, covariance


def _step(
    clusters: ClustersBySize,
    here: TwoLevelLikelihood,
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
    whole[outside] = _semidefinite(moved, spread)
    known = np.flatnonzero(layout.has_mean)
    information = here.mean_weight[np.ix_(known, known)]
    shifted = mean.copy()
    shifted[known] -= 0.5 * length * np.linalg.solve(information, vector[known])
    return shifted, whole


def _imbalance(clusters: ClustersBySize) -> float:
    """By how much the mean of squared sizes is above the squared mean."""
    sizes, counts = clusters.sizes, clusters.counts
    return float(np.average(sizes**2, weights=counts) / np.average(sizes, weights=counts) ** 2)


def _semidefinite(matrix: Array, metric: Array) -> Array:
    """The nearest positive semidefinite matrix, tr((M^-1 D)^2) being the squared distance."""
    factor = np.linalg.cholesky(metric)
    half = np.linalg.solve(factor, np.linalg.solve(factor, matrix).T)
    values, vectors = np.linalg.eigh(0.5 * (half + half.T))
    if values[0] >= 0.0:
        return matrix
    turned = factor @ vectors
    return np.asarray((turned * np.maximum(values, 0.0)) @ turned.T)
