"""Correlation matrices drawn evenly from all that there are."""

from __future__ import annotations

import numpy as np

from ..numerics import Array


def random_correlations(generator: np.random.Generator, size: int, count: int) -> Array:
    """Correlation matrices, uniform over all positive definite ones, shape (count, size, size).

    The onion method: a variable after the other, whose correlations with those before lie in the
    ellipsoid that these leave. Ghosh & Henderson (2003); Lewandowski, Kurowicka & Joe (2009).
    """
    found = np.broadcast_to(np.eye(size), (count, size, size)).copy()
    beta = 0.5 * size
    if size > 1:
        first = 2.0 * generator.beta(beta, beta, count) - 1.0
        found[:, 0, 1] = found[:, 1, 0] = first
    for k in range(2, size):
        beta -= 0.5
        radius = np.sqrt(generator.beta(0.5 * k, beta, count))
        direction = generator.standard_normal((count, k))
        direction /= np.linalg.norm(direction, axis=1)[:, None]
        root = np.linalg.cholesky(found[:, :k, :k])
        own = np.einsum("rij,rj->ri", root, radius[:, None] * direction)
        found[:, k, :k] = found[:, :k, k] = own
    return found
