"""Stacks of small symmetric matrices, shape (..., p, p)."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri, dpotrs

from ..errors import NotAvailableError

Array = NDArray[np.float64]
Indices = NDArray[np.intp]
Mask = NDArray[np.bool_]


Cells = TypeVar("Cells", Array, Mask)

_SINGULAR = 1e10  # 1 / (1 - R^2) of a variable on the others, that is none but for rounding
_NO_RANK = 1e-10  # eigenvalue, in units of the diagonal, that counts as zero
_KEPT = 30 * 2**20  # bytes; the most that glibc keeps is 32 MB


@cache
def half_indices(size: int) -> tuple[Indices, Indices]:
    """Rows and columns of the lower triangle with the diagonal, column by column."""
    columns, rows = np.triu_indices(size)
    return rows, columns


def half_places(size: int) -> Indices:
    """Place of each entry of a symmetric matrix in its vech, shape (size, size)."""
    rows, columns = half_indices(size)
    square = np.zeros((size, size), dtype=np.intp)
    square[rows, columns] = square[columns, rows] = np.arange(len(rows))
    return square


def mapped_moments(mapping: Array, means: bool) -> Array:
    """Derivatives of M S M' in S, as vech, and before them of M mean in the mean, if asked for."""
    size = mapping.shape[1]
    first, second = half_indices(size)
    a, b = half_indices(len(mapping))
    covariances = mapping[a][:, first] * mapping[b][:, second]
    other = mapping[a][:, second] * mapping[b][:, first]
    covariances = covariances + np.where(first == second, 0.0, other)
    if not means:
        return np.asarray(covariances)
    found = np.zeros((len(mapping) + len(a), size + len(first)))
    found[: len(mapping), :size] = mapping
    found[len(mapping) :, size:] = covariances
    return found


@cache
def half_weights(size: int) -> Array:
    """How often each entry of `vech` stands in the matrix: 1 on the diagonal, 2 elsewhere."""
    rows, columns = half_indices(size)
    return np.where(rows == columns, 1.0, 2.0)


def weighted(weight: Array, matrix: Array) -> Array:
    """W M, shape (m, k), at the price of a scaling where W is diagonal."""
    diagonal = weight.diagonal()
    if np.count_nonzero(weight) == np.count_nonzero(diagonal):
        return np.asarray(diagonal[:, None] * matrix)
    return np.asarray(weight @ matrix)


def unvech(half: Array, size: int) -> Array:
    """The symmetric matrix with that lower triangle, shape (..., p, p)."""
    rows, columns = half_indices(size)
    matrix = np.zeros((*half.shape[:-1], size, size))
    matrix[..., rows, columns] = half
    matrix[..., columns, rows] = half
    return matrix


def vech(matrix: Cells) -> Cells:
    """Lower triangle with the diagonal, column by column, shape (..., p(p+1)/2)."""
    rows, columns = half_indices(matrix.shape[-1])
    return matrix[..., rows, columns]


def correlation(covariance: Array) -> Array:
    """Correlation matrix of a covariance matrix with a positive diagonal."""
    deviation = np.sqrt(np.diagonal(covariance, axis1=-2, axis2=-1))
    return covariance / (deviation[..., :, None] * deviation[..., None, :])


def inverse(matrix: Array) -> Array:
    """Inverse of symmetric or triangular matrices, shape (..., p, p).

    Raises
    ------
    NotAvailableError
        Where a matrix is singular but for rounding: a variable's variance is inflated more than
        1e10 times by the others, whatever the units.
    """
    with suppress(np.linalg.LinAlgError):
        size = np.exp2(np.rint(np.log2(unit_scale(matrix))))  # exact: pivots know no units
        both = size[..., :, None] * size[..., None, :]
        found = np.asarray(np.linalg.inv(matrix * both) * both, dtype=float)
        diagonals = (np.diagonal(one, axis1=-2, axis2=-1) for one in (matrix, found))
        inflation = np.abs(np.multiply(*diagonals))
        if (inflation < _SINGULAR).all():
            return found
    raise NotAvailableError(
        "a matrix that has to be inverted is singular, or nearly so: variables or statistics are "
        "collinear. Leave one of them out, or take an estimator that does without, as ULSMV or MLR."
    )


def generalised_inverse(matrix: Array) -> Array:
    """Inverse on the range of one covariance or information matrix, shape (p, p).

    In units in which its diagonal is one, so that its rank does not depend on the units.
    """
    scale = unit_scale(matrix)
    scaled = scale[:, None] * matrix * scale
    inner = np.linalg.pinv(scaled, rcond=_NO_RANK, hermitian=True)
    return np.asarray(scale[:, None] * inner * scale)


def has_full_rank(matrix: Array) -> bool:
    """Whether one covariance or information matrix is not singular, whatever its units."""
    scale = unit_scale(matrix)
    scaled = scale[:, None] * matrix * scale
    return bool(np.linalg.matrix_rank(scaled, tol=_NO_RANK, hermitian=True) == len(matrix))


def unit_scale(matrix: Array) -> Array:
    """What rows and columns are multiplied by to make the diagonal one, shape (..., p).

    One where the diagonal is zero.
    """
    diagonal = np.abs(np.diagonal(matrix, axis1=-2, axis2=-1))
    return np.asarray(1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0)))


def cholesky(matrix: Array) -> Array | None:
    """Lower Cholesky factor of one symmetric matrix; None where it is not positive definite.

    LAPACK is called directly: for matrices this small the wrappers of `numpy.linalg` cost more
    than the arithmetic, also where a stack is gone through one by one.
    """
    factor, failed = dpotrf(matrix, lower=1)
    return None if failed else factor


def solve_factored(factor: Array, target: Array) -> Array:
    """M^-1 t of a matrix M with a given Cholesky factor, shape (p,)."""
    return np.asarray(dpotrs(factor, target, lower=1)[0])


def invert_factored(factor: Array) -> Array:
    """Inverse of a matrix with a given Cholesky factor, shape (p, p)."""
    half = dpotri(factor, lower=1)[0]  # the upper triangle is zero
    inverse: Array = half + half.T
    np.einsum("ii->i", inverse)[:] *= 0.5
    return inverse


def inverse_and_log_determinant(covariance: Array) -> tuple[Array, Array]:
    """Inverse and log determinant; where a matrix is not positive definite, the latter is +inf.

    Parameters
    ----------
    covariance : array, shape (..., p, p)

    Returns
    -------
    inverse : array, shape (..., p, p)
        The identity where the matrix is not positive definite.
    log_determinant : array, shape (...)
    """
    size = covariance.shape[-1]
    if not size:
        return covariance, np.zeros(covariance.shape[:-2])
    flat = covariance.reshape(-1, size, size)
    if len(flat) > 1:
        with suppress(np.linalg.LinAlgError):  # raised if a single one is not positive definite
            factors = np.diagonal(np.linalg.cholesky(covariance), axis1=-2, axis2=-1)
            return np.asarray(np.linalg.inv(covariance)), np.asarray(
                2.0 * np.log(factors).sum(axis=-1)
            )
    inverse = np.empty(flat.shape)
    log_determinant = np.full(len(flat), np.inf)
    for place, matrix in enumerate(flat):
        factor = cholesky(matrix)
        if factor is None:
            inverse[place] = np.eye(size)
        else:
            inverse[place] = invert_factored(factor)
            log_determinant[place] = 2.0 * np.log(factor.diagonal()).sum()
    return inverse.reshape(covariance.shape), log_determinant.reshape(covariance.shape[:-2])


def is_positive_definite(matrix: Array) -> bool:
    """Whether one symmetric matrix has a Cholesky factor."""
    return bool(np.isfinite(matrix).all()) and cholesky(matrix) is not None


def null_space(matrix: Array, tolerance: float = 1e-10) -> Array:
    """Orthonormal basis of the vectors that `matrix` sends to zero, shape (columns, nullity)."""
    if matrix.shape[0] == 0:
        return np.eye(matrix.shape[1])
    _, singular, right = np.linalg.svd(matrix)
    largest = singular[0] if singular.size else 0.0
    rank = int(np.sum(singular > tolerance * max(largest, 1e-300)))
    return right[rank:].T.copy()


@cache
def keep_memory() -> None:
    """Free a large array that was never touched, once in each process.

    The allocator of glibc then keeps arrays up to that size, rather than give them back to the
    system and ask for them again at every step, which costs a page fault for each 4 kB.
    """
    np.empty(_KEPT, dtype=np.uint8)
