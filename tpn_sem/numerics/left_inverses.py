"""Linear least squares by QR: rounding grows with the condition, not with its square."""

from __future__ import annotations

import numpy as np
from scipy.linalg import solve_triangular

from ..errors import NotAvailableError
from .linalg import Array, unit_scale

_SINGULAR = 1e20  # 1 / (1 - R^2) of a column on the others, that is none but for rounding


def square_root(weight: Array) -> Array:
    """R with R'R = W, of a symmetric matrix without negative eigenvalues, shape (m, m)."""
    size = unit_scale(weight)
    values, vectors = np.linalg.eigh(size[:, None] * weight * size)
    return np.asarray(np.sqrt(np.maximum(values, 0.0))[:, None] * vectors.T / size)


def left_inverse(design: Array) -> Array:
    """(X'X)^-1 X' of a matrix X with independent columns, in any units, shape (n, m).

    Raises
    ------
    NotAvailableError
        Where columns are collinear but for rounding.
    """
    size = np.linalg.norm(design, axis=0)
    orthogonal, triangle = np.linalg.qr(design / np.where(size > 0.0, size, 1.0))
    if (triangle.diagonal() != 0.0).all():
        upper = solve_triangular(triangle, np.eye(len(triangle)))
        if (np.sum(upper**2, axis=1) < _SINGULAR).all():
            return np.asarray(upper @ orthogonal.T / size[:, None])
    raise NotAvailableError(
        "slopes of estimates cannot be had: some parameters are not told apart by these data. "
        "Hold one of them fixed or equal, or leave a variable out."
    )


def weighted_left_inverse(design: Array, weight: Array) -> Array:
    """(X'WX)^-1 X'W, shape (n, m), with W as in `square_root`.

    Raises
    ------
    NotAvailableError
        Where columns are collinear but for rounding.
    """
    root = square_root(weight)
    return left_inverse(root @ design) @ root
