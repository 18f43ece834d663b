"""Matrices over the moments of one group: means, then vech(covariance), m in all."""

from __future__ import annotations

import numpy as np

from ..numerics import Array, half_indices, half_weights, vech


def normal_theory_weight(weight: Array, means: bool) -> Array:
    """tr((W dSigma)^2) / 2 + dmu' W dmu as a quadratic form, shape (..., m, m).

    With W the inverse of a covariance matrix it is the information of one row under normality.
    """
    twice = half_weights(weight.shape[-1])
    return _join(weight, 0.25 * twice[:, None] * twice * _paired(weight), means)


def normal_theory_spread(covariance: Array, means: bool) -> Array:
    """Covariance matrix of the sample moments of normal data, times n, shape (..., m, m)."""
    return _join(covariance, _paired(covariance), means)


def unbiased_fourth_order(gamma: Array, covariance: Array, n: int) -> Array:
    """Fourth-order moments without bias, after Browne (1974).

    Their means are n - 1 times the covariances of sample covariances with divisor n - 1. Those with
    means, of third order, are without bias, too; means' own are as they were.

    Parameters
    ----------
    gamma : array, shape (m, m)
        The same with the divisor n, of means, if there are any, and vech(covariance).
    covariance : array, shape (p, p)
        With the divisor n.
    n : int
        Number of rows, above three.
    """
    p = len(covariance)
    n_means = len(gamma) - p * (p + 1) // 2
    half = vech(covariance)
    normal = normal_theory_spread(covariance, False)
    found = gamma.copy()
    inside = (n - 1) * gamma[n_means:, n_means:] - normal + 2.0 / (n - 1) * np.outer(half, half)
    found[n_means:, n_means:] = n / ((n - 2) * (n - 3)) * inside
    found[:n_means, n_means:] *= n / (n - 2)
    found[n_means:, :n_means] *= n / (n - 2)
    return found


def _paired(matrix: Array) -> Array:
    """M[ac] M[bd] + M[ad] M[bc] over half pairs (ab) and (cd), for symmetric M."""
    rows, columns = half_indices(matrix.shape[-1])
    first, second = matrix.take(rows, axis=-2), matrix.take(columns, axis=-2)
    crossed = first.take(columns, axis=-1)
    straight = first.take(rows, axis=-1) * second.take(columns, axis=-1)
    return np.asarray(straight + crossed * np.swapaxes(crossed, -1, -2))


def _join(mean: Array, halves: Array, means: bool) -> Array:
    if not means:
        return halves
    p, m = mean.shape[-1], mean.shape[-1] + halves.shape[-1]
    total = np.zeros((*mean.shape[:-2], m, m))
    total[..., :p, :p] = mean
    total[..., p:, p:] = halves
    return total
