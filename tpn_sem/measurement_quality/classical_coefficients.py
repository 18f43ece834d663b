"""Alpha and statistics of items, of covariance matrices in stacks; they need no model."""

from __future__ import annotations

import numpy as np

from ..numerics import Array
from .explained_parts import diagonal, total_of


def alpha(covariance: Array) -> Array:
    """Cronbach's (1951) alpha of covariance matrices, (..., k, k) to (...).

    NaN where the sum of the items does not vary.
    """
    k, whole = covariance.shape[-1], total_of(covariance)
    trace = diagonal(covariance).sum(-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = k / (k - 1.0) * (1.0 - trace / whole)
    return np.where(whole > 1e-12 * trace, found, np.nan)


def alpha_without_each(covariance: Array) -> Array:
    """Alpha of the other items, an item each, (..., k, k) to (..., k); NaN for two items."""
    k = covariance.shape[-1]
    if k < 3:
        return np.full(covariance.shape[:-1], np.nan)
    others = [np.delete(np.arange(k), item) for item in range(k)]
    return np.stack([alpha(covariance[..., rest[:, None], rest]) for rest in others], axis=-1)


def item_rest_correlations(covariance: Array) -> Array:
    """Correlations of each item with the sum of the others, (..., k, k) to (..., k)."""
    own, across = diagonal(covariance), covariance.sum(-1)
    rest = total_of(covariance)[..., None] - 2.0 * across + own
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((across - own) / np.sqrt(own * rest))


def mean_correlation(covariance: Array) -> Array:
    """Mean correlation of the items, (..., k, k) to (...)."""
    deviations = np.sqrt(diagonal(covariance))
    scaled = covariance / deviations[..., :, None] / deviations[..., None, :]
    k = covariance.shape[-1]
    return (total_of(scaled) - k) / (k * (k - 1.0))
