"""Rows in units of the group's standard deviations, as ``std_ov=`` asks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..numerics import Array, Indices
from .rows import Rows


def standardised_rows(rows: Rows, as_given: Indices) -> Rows:
    """Rows whose columns have mean 0 and variance 1 (divisor n - 1), missing answers left out.

    Parameters
    ----------
    rows : Rows
        Of one group.
    as_given : int array
        Columns that keep their units: predictors that are taken as given.
    """
    weights = np.ones(len(rows.values)) if rows.counts is None else rows.counts
    known = ~np.isnan(rows.values) * weights[:, None]
    total = known.sum(axis=0)
    filled = np.nan_to_num(rows.values)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (known * filled).sum(axis=0) / total
        variance = (known * (filled - mean) ** 2).sum(axis=0) / (total - 1.0)
    mean[as_given], variance[as_given] = 0.0, 1.0
    return replace(rows, values=(rows.values - mean) / _deviations(variance))


def _deviations(variance: Array) -> Array:
    """Standard deviations; 1 of a constant column, which is refused later by its name."""
    return np.sqrt(np.where(variance > 0.0, variance, 1.0))
