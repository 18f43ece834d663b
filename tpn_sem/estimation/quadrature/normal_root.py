"""Derivatives through the root of the covariance matrix of what is integrated out."""

from __future__ import annotations

import numpy as np

from ...numerics import Array


def root_slope(root: Array, by_root: Array) -> Array:
    """Derivatives of a function in a covariance matrix from those in its Cholesky factor.

    Parameters
    ----------
    root : array L, shape (c, c)
    by_root : array, shape (c, c)
        What lies above the diagonal is not read.

    Returns
    -------
    array, shape (c, c)
        A change dV changes the function by the sum of the products of entries.
    """
    inverse = np.linalg.inv(root)
    lower = np.tril(root.T @ np.tril(by_root))
    lower[np.diag_indices_from(lower)] *= 0.5
    return np.asarray(inverse.T @ lower @ inverse)
