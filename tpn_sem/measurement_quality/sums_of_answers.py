"""Covariances of ordinal answers, as numbers 1, 2, 3, ..., that correlations behind them make."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from ..data import OrdinalStatistics
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array, grid_distribution, half_indices
from .measured_constructs import Construct

_CLOSEST = 0.9999  # correlation that is taken for one


def standard_cuts(
    estimation: Estimation, group: int, construct: Construct, implied: Implied
) -> list[Array] | None:
    """Thresholds of each item in deviations of its latent response, shape (..., cuts) each.

    None where the items are continuous.
    """
    sample = estimation.samples.groups[group]
    if not isinstance(sample, OrdinalStatistics):
        return None
    layout = sample.statistics.layout
    if not set(construct.places) <= {int(place) for place in layout.ordinal}:
        return None
    vector = implied.vector(True)
    return [vector[..., layout.thresholds_of(place)] for place in construct.places]


def answer_covariance(cuts: list[Array], correlations: Array) -> Array:
    """Covariances of answers given correlations of latent responses, shape (..., k, k).

    A correlation of one with itself gives the variance of an answer; a smaller one on the
    diagonal the covariance of two answers to the same item that share only the factors (Green
    & Yang, 2009). Sums of bivariate normal probabilities over thresholds.
    """
    k, batch = len(cuts), correlations.shape[:-2]
    flat = correlations.reshape(-1, k, k)
    found = np.empty_like(flat)
    for i, j in zip(*half_indices(k), strict=True):
        one, two = (-cuts[place].reshape(len(flat), -1) for place in (i, j))
        rho = flat[:, i, j]
        if i == j and np.all(np.abs(rho - 1.0) < 1e-9):
            value = _answer_variance(-one)
        else:
            together = grid_distribution(one, two, np.clip(rho, -_CLOSEST, _CLOSEST))
            apart = ndtr(one)[:, :, None] * ndtr(two)[:, None, :]
            value = (together - apart).sum(axis=(-2, -1))
        found[:, i, j] = found[:, j, i] = value
    return found.reshape(*batch, k, k)


def _answer_variance(cuts: Array) -> Array:
    """Of answers with these thresholds, shape (b, cuts) to (b,)."""
    above = ndtr(-cuts)
    mean = above.sum(-1)
    odd = 2.0 * np.arange(cuts.shape[-1]) + 1.0
    return np.asarray((odd * above).sum(-1) - mean**2)
