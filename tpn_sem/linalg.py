"""Stacks of small symmetric matrices, shape (..., p, p)."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]


@cache
def half_indices(size: int) -> tuple[Indices, Indices]:
    """Rows and columns of the lower triangle with the diagonal, column by column."""
    columns, rows = np.triu_indices(size)
    return rows, columns


@cache
def half_weights(size: int) -> Array:
    """How often each entry of `vech` stands in the matrix: 1 on the diagonal, 2 elsewhere."""
    rows, columns = half_indices(size)
    return np.where(rows == columns, 1.0, 2.0)


def unvech(half: Array, size: int) -> Array:
    """The symmetric matrix with that lower triangle, shape (..., p, p)."""
    rows, columns = half_indices(size)
    matrix = np.zeros((*half.shape[:-1], size, size))
    matrix[..., rows, columns] = half
    matrix[..., columns, rows] = half
    return matrix


def vech(matrix: Array) -> Array:
    """Lower triangle with the diagonal, column by column, shape (..., p(p+1)/2)."""
    rows, columns = half_indices(matrix.shape[-1])
    return matrix[..., rows, columns]


def correlation(covariance: Array) -> Array:
    """Correlation matrix of a covariance matrix with a positive diagonal."""
    deviation = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return covariance / (deviation[..., :, None] * deviation[..., None, :])


def inverse(matrix: Array) -> Array:
    """Inverse of matrices that are known to have one, shape (..., p, p)."""
    return np.asarray(np.linalg.inv(matrix), dtype=float)


def inverse_and_log_determinant(covariance: Array) -> tuple[Array, Array]:
    """Inverse and log determinant; where a matrix is not positive definite, the latter is +inf.

    Parameters
    ----------
    covariance : array, shape (..., p, p)

    Returns
    -------
    inverse : array, shape (..., p, p)
        Undefined where the matrix is not positive definite.
    log_determinant : array, shape (...)
    """
    try:
        factor = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        return _one_by_one(covariance)
    diagonal = np.diagonal(factor, axis1=-2, axis2=-1)
    return np.asarray(np.linalg.inv(covariance), dtype=float), 2.0 * np.log(diagonal).sum(-1)


def _one_by_one(covariance: Array) -> tuple[Array, Array]:
    """`inverse_and_log_determinant` where at least one of the matrices has no Cholesky factor."""
    size = covariance.shape[-1]
    flat = covariance.reshape(-1, size, size)
    inverse = np.broadcast_to(np.eye(size), flat.shape).copy()
    log_determinant = np.full(flat.shape[0], np.inf)
    for index, matrix in enumerate(flat):
        if is_positive_definite(matrix):
            inverse[index] = np.linalg.inv(matrix)
            log_determinant[index] = np.linalg.slogdet(matrix)[1]
    return inverse.reshape(covariance.shape), log_determinant.reshape(covariance.shape[:-2])


def is_positive_definite(matrix: Array) -> bool:
    """Whether one symmetric matrix has a Cholesky factor."""
    if not np.all(np.isfinite(matrix)):
        return False
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def null_space(matrix: Array, tolerance: float = 1e-10) -> Array:
    """Orthonormal basis of the vectors that `matrix` sends to zero, shape (columns, nullity)."""
    if matrix.shape[0] == 0:
        return np.eye(matrix.shape[1])
    _, singular, right = np.linalg.svd(matrix)
    largest = singular[0] if singular.size else 0.0
    rank = int(np.sum(singular > tolerance * max(largest, 1e-300)))
    return right[rank:].T.copy()
