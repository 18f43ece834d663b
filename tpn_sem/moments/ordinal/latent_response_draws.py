"""Latent responses given the answers of rows, by importance sampling with fixed points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtr, ndtri

from ...numerics import Array, Indices

FAR = 40.0  # beyond every latent response
_EDGE = 1e-10  # how near to 0 and 1 a point comes


@dataclass(frozen=True, eq=False)
class LatentDraws:
    """Draws for n rows that lack the same number of answers.

    Attributes
    ----------
    order : int array, shape (n, p)
        Each row's variables, those that it answered first.
    n_answered : int
        How many these are, o.
    factor : array, shape (n, p, p)
        Lower triangular square root of the correlations in that order.
    noise : array, shape (n, d, o)
        Independent standard normal values; `factor` times them are the draws.
    weights : array, shape (n, d)
        Of the draws; a row's sum to one.
    """

    order: Indices
    n_answered: int
    factor: Array
    noise: Array
    weights: Array

    @property
    def means(self) -> Array:
        """Means of the missing responses given each draw, shape (n, d, p - o)."""
        return np.asarray(
            self.noise @ np.swapaxes(self.factor[:, self.n_answered :, : self.n_answered], 1, 2)
        )

    @property
    def covariance(self) -> Array:
        """Covariance matrix of the missing responses given the others, (n, p - o, p - o)."""
        root = self.factor[:, self.n_answered :, self.n_answered :]
        return np.asarray(root @ np.swapaxes(root, 1, 2))

    def average(self, values: Array) -> Array:
        """Mean over the draws of values of shape (n, d, ...)."""
        count = len(values)
        flat = values.reshape(count, self.weights.shape[1], -1)
        return np.asarray((self.weights[:, None] @ flat).reshape(count, *values.shape[2:]))


def draw(
    order: Indices, lower: Array, upper: Array, correlation: Array, shifts: Array, count: int
) -> LatentDraws:
    """Draw latent responses between bounds, one variable after the other.

    Each is normal given those before it, cut to its bounds; the weight is the product of the
    probabilities of the bounds (Geweke, 1991; Hajivassiliou & McFadden, 1998; Keane, 1994). The
    points are a Richtmyer sequence folded at one half (Genz & Bretz, 2009, ch. 4), moved
    by each row's shift.

    Parameters
    ----------
    order : int array, shape (n, p)
    lower, upper : array, shape (n, o)
        Bounds of the answered variables, in that order.
    correlation : array, shape (p, p)
        Positive definite.
    shifts : array, shape (n, p)
        Numbers between 0 and 1.
    count : int
        Number of draws, d.
    """
    n, answered = lower.shape
    factor = np.asarray(
        np.linalg.cholesky(correlation[order[:, :, None], order[:, None, :]]), float
    )
    noise = np.empty((n, count, answered))
    log_weights = np.zeros((n, count))
    points = _points(count, order.shape[1])
    for t in range(answered):
        mean = (noise[:, :, :t] @ factor[:, t, :t, None])[..., 0]
        scale = factor[:, t, t, None]
        low, high = (lower[:, t, None] - mean) / scale, (upper[:, t, None] - mean) / scale
        flipped = low > 0.0  # where the distribution function is exact
        low, high = np.where(flipped, -high, low), np.where(flipped, -low, high)
        start = ndtr(low)
        span = np.maximum(ndtr(high) - start, 1e-300)
        place = np.abs(2.0 * ((points[:, t] + shifts[:, t, None]) % 1.0) - 1.0)
        place = np.clip(np.where(flipped, 1.0 - place, place), _EDGE, 1.0 - _EDGE)
        found = ndtri(start + span * place)
        noise[:, :, t] = np.where(flipped, -found, found)
        log_weights += np.log(span)
    weights = np.exp(log_weights - log_weights.max(axis=1, keepdims=True))
    return LatentDraws(order, answered, factor, noise, weights / weights.sum(axis=1, keepdims=True))


@cache
def _points(count: int, dimensions: int) -> Array:
    """Multiples of the roots of primes, modulo one, shape (count, dimensions)."""
    primes: list[int] = []
    candidate = 2
    while len(primes) < dimensions:
        if all(candidate % prime for prime in primes):
            primes.append(candidate)
        candidate += 1
    return np.asarray(np.arange(1, count + 1)[:, None] * np.sqrt(primes) % 1.0)
