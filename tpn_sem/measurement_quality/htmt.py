"""Heterotrait-monotrait ratios of correlations, in stacks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..numerics import Array, Mask
from .measured_constructs import Construct

_SMALLEST = 1e-300  # correlation whose logarithm is taken


def membership(constructs: Sequence[Construct], n_variables: int) -> Array:
    """Which observed variable is an item of which construct, 0 or 1, shape (p, c)."""
    found = np.zeros((n_variables, len(constructs)))
    for column, construct in enumerate(constructs):
        found[construct.columns, column] = 1.0
    return found


def heterotrait_ratios(covariances: Array, members: Array, geometric: bool = False) -> Array:
    """Ratios of constructs' correlations, shape (..., c, c), 1 on the diagonal.

    The mean correlation between items of two constructs over the geometric mean of the mean
    correlations within each (Henseler, Ringle & Sarstedt, 2015), of absolute values (Ringle et
    al., 2023). With `geometric` all means are geometric, which asks for no equal loadings (HTMT2;
    Roemer, Schuberth & Henseler, 2021). A single item correlates with itself by 1. NaN where two
    constructs share items, or a correlation is NaN.

    Parameters
    ----------
    covariances : array, shape (..., p, p)
    members : array, shape (p, c)
        See `membership`.
    """
    deviations = np.sqrt(np.diagonal(covariances, axis1=-2, axis2=-1))
    sizes = np.abs(covariances) / deviations[..., :, None] / deviations[..., None, :]
    if geometric:
        sizes = np.log(np.maximum(sizes, _SMALLEST))
    unknown = np.isnan(sizes)
    sums = members.T @ np.where(unknown, 0.0, sizes) @ members
    lost = members.T @ unknown @ members > 0.0
    lost = lost | _of_either(np.diagonal(lost, axis1=-2, axis2=-1))
    count = members.sum(axis=0)
    within = np.diagonal(sums, axis1=-2, axis2=-1) - (0.0 if geometric else count)
    single = count < 2
    within = within / np.where(single, 1.0, count * (count - 1.0))
    within = np.where(single, 0.0 if geometric else 1.0, within)
    between = sums / np.outer(count, count)
    if geometric:
        found = np.exp(between - 0.5 * (within[..., :, None] + within[..., None, :]))
    else:
        found = between / np.sqrt(within[..., :, None] * within[..., None, :])
    overlap = members.T @ members
    np.fill_diagonal(overlap, 0.0)
    found = np.where((overlap > 0.0) | lost, np.nan, found)
    places = np.arange(len(count))
    found[..., places, places] = 1.0
    return np.asarray(found)


def _of_either(flags: Mask) -> Mask:
    """Whether one of two constructs has a flag, (..., c) to (..., c, c)."""
    return np.asarray(flags[..., :, None] | flags[..., None, :])
