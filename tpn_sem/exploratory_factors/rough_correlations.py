"""Correlations before anything is fitted: where an exploratory fit begins."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..data import Data, SampleMoments
from ..numerics import Array, correlation

_SHRINK = 1e-3


def rough_moments(data: Data, items: tuple[str, ...]) -> tuple[Array, Array]:
    """Correlations, shape (p, p), and standard deviations, shape (p,), as the data show them.

    Of rows, each pair's; answers in words count as ranks. What cannot be told is zero.
    """
    if isinstance(data, SampleMoments):
        covariance = data.covariance.loc[list(items), list(items)].to_numpy(dtype=float)
        return correlation(covariance), np.sqrt(np.diag(covariance))
    values = np.column_stack([_numbers(data[name]) for name in items])
    if np.isnan(values).any():
        found = pd.DataFrame(values).corr().to_numpy(dtype=float, copy=True)
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.corrcoef(values, rowvar=False)
    found[~np.isfinite(found)] = 0.0
    np.fill_diagonal(found, 1.0 + _SHRINK)
    with np.errstate(invalid="ignore"):
        spread = np.sqrt(np.nanmean((values - np.nanmean(values, axis=0)) ** 2, axis=0))
    return found / (1.0 + _SHRINK), np.where(spread > 0.0, spread, 1.0)


def _numbers(column: pd.Series) -> Array:
    """A column as numbers, in whatever way it is coded, shape (n,)."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy(dtype=float)
    elif pd.api.types.is_numeric_dtype(column):
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    else:
        codes = pd.factorize(column, sort=True)[0].astype(float)
    return np.where(codes < 0.0, np.nan, codes)
