"""Unrestricted moments of many patterns of missing answers, and distances from them.

What a row's answers tell of its missing ones needs only matrices of the size of what is missing,
so that neither memory nor time grows with patterns x p^2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..errors import NotAvailableError
from ..numerics import Array, Indices, Mask, correlation, inverse, is_positive_definite
from .missing_patterns import find_patterns
from .saturated import saturate

_MOST_NUMBERS = 2_000_000  # in stacks over patterns, and in one block
_MOST_MOMENTS = 1000  # whose curvature Newton steps are to invert
_STEPS, _SMALL = 1000, 1e-9  # of EM, in standard deviations


def unrestricted_moments(rows: Array, names: tuple[str, ...]) -> tuple[Array, Array] | str:
    """Mean, shape (p,), and covariance matrix, (p, p), by maximum likelihood, or why there is none.

    EM (Dempster, Laird & Rubin, 1977; Little & Rubin, 2002, ch. 11). With few patterns Newton steps
    end it; with many it runs until no moment moves by 1e-9 of a standard deviation.

    Parameters
    ----------
    rows : array, shape (n, p)
        NaN where an answer is missing; each row has an answer, and each variable varies.
    names : tuple of str
        The variables, for the reason.
    """
    there = ~np.isnan(rows)
    unseen = np.argwhere(np.triu(there.T.astype(float) @ there == 0.0))
    if len(unseen):
        first, second = (names[place] for place in unseen[0])
        return f"no row has an answer to both {first} and {second}"
    mean, deviation = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    units = (rows - mean) / deviation
    size = rows.shape[1]
    few = len(pattern_means(units)[0]) * size * size <= _MOST_NUMBERS
    if few and size * (size + 3) // 2 <= _MOST_MOMENTS:
        found = saturate(find_patterns(units), (np.zeros(size), np.eye(size)))
    else:
        found = _em(units)
    if found is None or np.linalg.eigvalsh(found[1])[0] < 1e-10:
        return (
            "the covariance matrix of the answers is singular: too few rows, or items that sum up"
        )
    return mean + deviation * found[0], deviation[:, None] * found[1] * deviation


def likelihood_correlations(values: Array, names: tuple[str, ...]) -> Array:
    """Correlations of the maximum-likelihood moments of all rows with an answer, shape (p, p).

    Raises
    ------
    NotAvailableError
        Where the moments cannot be estimated.
    """
    found = unrestricted_moments(values[~np.isnan(values).all(axis=1)], names)
    if isinstance(found, str):
        raise NotAvailableError(f"there are no correlations by maximum likelihood: {found}.")
    return correlation(found[1])


def _em(rows: Array) -> tuple[Array, Array] | None:
    """EM from means of zero and uncorrelated variables with variance one."""
    missing = np.isnan(rows)
    mean, covariance = np.zeros(rows.shape[1]), np.eye(rows.shape[1])
    blocks = list(_blocks(missing))
    for _ in range(_STEPS):
        filled, spread = _expected(np.where(missing, 0.0, rows - mean), blocks, covariance)
        shift = filled.mean(axis=0)
        after = (filled.T @ filled + spread) / len(rows) - np.outer(shift, shift)
        moved = max(np.abs(shift).max(), np.abs(after - covariance).max())
        mean, covariance = mean + shift, after
        if not is_positive_definite(covariance):
            return None
        if moved < _SMALL:
            return mean, covariance
    return None


def squared_distances(rows: Array, mean: Array, covariance: Array) -> Array:
    """Squared Mahalanobis distance of what each row has, shape (n,); NaN where it has not."""
    missing = np.isnan(rows)
    centred = np.where(missing, 0.0, rows - mean)
    filled, _ = _expected(centred, list(_blocks(missing)), covariance)
    return np.asarray(((filled @ inverse(covariance)) * filled).sum(axis=1))


def _expected(
    centred: Array, blocks: list[tuple[Indices, Indices]], covariance: Array
) -> tuple[Array, Array]:
    """Rows with expected answers in their gaps, and the summed covariance of these.

    With precision matrix K and a gap M, the missing answers have the covariance matrix
    inv(K[M, M]) given the others, and the expectation -inv(K[M, M]) (K y)[M], where y is zero in M.

    Parameters
    ----------
    centred : array, shape (n, p)
        Less the mean; zero where missing.
    blocks : list of (rows, gaps)
        Rows with as many gaps as each other, shape (k,), and where these are, (k, m).
    covariance : array, shape (p, p)
    """
    precision = inverse(covariance)
    pull, filled = centred @ precision, centred.copy()
    size = len(precision)
    total = np.zeros(size * size)
    for rows, gaps in blocks:
        square = gaps[:, :, None] * size + gaps[:, None, :]
        inner = np.linalg.inv(precision.take(square))
        expected = inner @ pull[rows[:, None], gaps][:, :, None]
        filled[rows[:, None], gaps] = -expected[:, :, 0]
        total += np.bincount(square.ravel(), inner.ravel(), size * size)
    return filled, total.reshape(size, size)


def _blocks(missing: Mask) -> Iterator[tuple[Indices, Indices]]:
    """Rows with as many gaps as each other, and where their gaps are."""
    counts = missing.sum(axis=1)
    for count in np.unique(counts[counts > 0]).tolist():
        rows = np.flatnonzero(counts == count)
        step = max(1, _MOST_NUMBERS // count**2)
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            yield some, np.nonzero(missing[some])[1].reshape(len(some), count)


def pattern_means(rows: Array) -> tuple[Array, Indices]:
    """Mean answers of each pattern, shape (J, p), NaN where missing, and numbers of rows, (J,)."""
    packed = np.ascontiguousarray(np.packbits(np.isnan(rows), axis=1))
    keys = packed.view(f"V{packed.shape[1]}")[:, 0]
    _, member = np.unique(keys, return_inverse=True)
    member = member.reshape(-1)
    order = np.argsort(member, kind="stable")
    counts = np.bincount(member)
    starts = np.cumsum(counts) - counts
    return np.add.reduceat(rows[order], starts, axis=0) / counts[:, None], counts
