"""Correlations of items that have gaps, with the reason where there are none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...numerics import Array
from .item_statistics import listed

Correlate = Callable[[Array, tuple[str, ...]], Array]


def with_gaps(method: Correlate, values: Array, names: tuple[str, ...]) -> tuple[Array, str]:
    """Correlations of what varies, shape (p, p), NaN elsewhere, and the reason of that.

    Parameters
    ----------
    method : function of values, shape (n, k), and names
    values : array, shape (n, p)
    names : tuple of str
    """
    low, high = (end.reduce(values, axis=0, initial=np.nan) for end in (np.fmin, np.fmax))
    varied = np.flatnonzero(low < high)
    found = np.full((len(names), len(names)), np.nan)
    if len(varied):
        own = tuple(names[place] for place in varied)
        found[np.ix_(varied, varied)] = method(values[:, varied], own)
    others = [name for place, name in enumerate(names) if place not in varied]
    told = [f"{listed(others)}: no correlations, as nothing varies"] if others else []
    first, second = np.nonzero(np.triu(np.isnan(found[np.ix_(varied, varied)]), 1))
    if len(first):
        pairs = [
            f"{names[varied[i]]} and {names[varied[j]]}" for i, j in zip(first, second, strict=True)
        ]
        told.append(f"{listed(pairs)}: too few rows that have both and vary")
    return found, "; ".join(told)


def pearson(values: Array, names: tuple[str, ...]) -> Array:
    """Product-moment correlations, each of the rows that have both answers, shape (p, p)."""
    there = (~np.isnan(values)).astype(float)
    scale = np.nanstd(values, axis=0)
    units = np.where(there > 0.0, (values - np.nanmean(values, axis=0)) / scale, 0.0)
    count = there.T @ there
    sums, squares, products = units.T @ there, (units * units).T @ there, units.T @ units
    with np.errstate(invalid="ignore", divide="ignore"):
        variances = squares - sums * sums / count
        covariances = products - sums * sums.T / count
        varies = (variances > 1e-12 * squares) & (variances.T > 1e-12 * squares.T)
        found = np.where(varies, covariances / np.sqrt(variances * variances.T), np.nan)
    np.fill_diagonal(found, 1.0)
    return np.clip(found, -1.0, 1.0)
