"""Correlations of items: of complete rows or of pairs, of latent responses, by likelihood."""

from __future__ import annotations

import numpy as np

from ...errors import DataError
from ...moments import likelihood_correlations
from ...moments.ordinal import polychoric_correlations
from ...numerics import Array


def product_moment(values: Array) -> Array:
    """Product-moment correlations of stacks of data, shape (..., p, p).

    With missing answers (NaN), each of the rows that have both. What does not vary correlates zero.

    Parameters
    ----------
    values : array, shape (..., n, p)
    """
    there = ~np.isnan(values)
    if there.all():
        units = values - values.mean(axis=-2, keepdims=True)
        products = units.swapaxes(-1, -2) @ units
        squares = np.diagonal(products, axis1=-2, axis2=-1)
        scale = 1.0 / np.sqrt(np.where(squares > 0.0, squares, np.inf))
        found = products * scale[..., :, None] * scale[..., None, :]
    else:
        found = _of_pairs(values, there.astype(float))
    diagonal = np.arange(found.shape[-1])
    found[..., diagonal, diagonal] = 1.0
    return np.asarray(found)


def _of_pairs(values: Array, there: Array) -> Array:
    units = np.where(there > 0.0, values - np.nanmean(values, axis=-2, keepdims=True), 0.0)
    across = units.swapaxes(-1, -2)
    count = np.maximum(there.swapaxes(-1, -2) @ there, 1.0)
    sums, squares = across @ there, (across * across) @ there
    covariances = across @ units - sums * sums.swapaxes(-1, -2) / count
    variances = squares - sums * sums / count
    scale = variances * variances.swapaxes(-1, -2)
    return np.asarray(covariances / np.sqrt(np.where(scale > 0.0, scale, np.inf)))


def correlations_of(values: Array, names: tuple[str, ...], kind: str) -> Array:
    """Correlations of some rows, shape (p, p); refused where items determine each other.

    Raises
    ------
    DataError, NotAvailableError
    """
    if kind == "pearson":
        found = product_moment(values)
    elif kind == "polychoric":
        found = polychoric_correlations(values, names)
    else:
        found = likelihood_correlations(values, names)
    if kind != "polychoric":
        _refuse_collinear(found, names)
    return found


def _refuse_collinear(correlations: Array, names: tuple[str, ...]) -> None:
    values, vectors = np.linalg.eigh(correlations)
    if values[0] > 1e-8:
        return
    involved = np.flatnonzero(np.abs(vectors[:, 0]) > 0.05)
    listing = ", ".join(names[place] for place in involved[:6])
    raise DataError(
        f"some items determine another one exactly ({listing}): it adds nothing, and a score does "
        "not belong among its items. Leave it out of items=."
    )
