"""Agreement of coders on nominal values: Cohen's kappa and Krippendorff's alpha, of arrays."""

from __future__ import annotations

import numpy as np

from ..numerics import Array


def cohen_kappa(tables: Array) -> tuple[float, float]:
    """Cohen's (1960) kappa of two coders, and its large-sample standard error.

    The error is that of Fleiss, Cohen & Everitt (1969) where each unit holds one decision, got by
    the delta method: kappa's slopes in the cells, summed up within units before they are squared.
    So decisions of one unit may depend on each other.

    Parameters
    ----------
    tables : array, shape (units, k, k)
        Of each unit, how often the first coder gave the value of the row and the second that of
        the column.

    Returns
    -------
    (float, float)
        NaN both where there is one value only, so that chance alone agrees always.
    """
    counts = np.asarray(tables, dtype=float)
    total = counts.sum()
    shares = counts.sum(axis=0) / total
    first, second = shares.sum(axis=1), shares.sum(axis=0)
    observed, expected = float(np.trace(shares)), float(first @ second)
    if 1.0 - expected < 1e-12:
        return float("nan"), float("nan")
    kappa = (observed - expected) / (1.0 - expected)
    # Cell (i, j) moves the observed share by 1 where i = j, the expected one by second_i + first_j.
    slopes = np.eye(len(shares)) - (1.0 - kappa) * (second[:, None] + first[None, :])
    slopes = slopes / (1.0 - expected)
    centred = slopes - float((slopes * shares).sum())
    pulls = (counts * centred).sum(axis=(1, 2)) / total
    return kappa, float(np.sqrt((pulls**2).sum()))


def coincidences(values: Array) -> Array:
    """Pairs of values within units, as Krippendorff (2019, ch. 12) counts them.

    Parameters
    ----------
    values : array, shape (units, k)
        How many coders gave each value to each unit. Units with one value or none have no pairs.

    Returns
    -------
    array, shape (units, k, k)
        Symmetric; sums to the number of values of the unit that can be paired.
    """
    counts = np.asarray(values, dtype=float)
    coders = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    places = np.arange(counts.shape[1])
    pairs[:, places, places] -= counts
    weights = np.where(coders > 1.0, 1.0 / np.maximum(coders - 1.0, 1.0), 0.0)
    return np.asarray(pairs * weights[:, None, None])


def alpha_of_coincidences(pairs: Array) -> Array:
    """Krippendorff's nominal alpha of matrices of coincidences, shape (..., k, k) to (...).

    One less (n - 1) times the observed over the expected disagreement; NaN where all values are
    the same, so that no disagreement could be expected.
    """
    matrices = np.asarray(pairs, dtype=float)
    margins = matrices.sum(axis=-1)
    n = margins.sum(axis=-1)
    observed = n - np.trace(matrices, axis1=-2, axis2=-1)
    expected = n**2 - (margins**2).sum(axis=-1)
    possible = expected > 1e-9
    return np.asarray(
        np.where(possible, 1.0 - (n - 1.0) * observed / np.where(possible, expected, 1.0), np.nan)
    )


def nominal_alpha(values: Array) -> float:
    """Krippendorff's alpha for nominal values of any number of coders, some of them missing.

    Parameters
    ----------
    values : array, shape (units, k)
        How many coders gave each value to each unit.

    Returns
    -------
    float
        NaN where all values are the same.
    """
    return float(alpha_of_coincidences(coincidences(values).sum(axis=0)))
