"""Mardia's multivariate skewness and kurtosis, with tests. Mardia (1970)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import numeric_columns
from ..errors import DataError
from ..numerics import chi_square_tail, is_positive_definite, two_sided


@checked
def mardia(data: pd.DataFrame, items: Sequence[str] | None = None) -> pd.DataFrame:
    """Multivariate skewness and kurtosis of complete rows, tested against normality.

    Parameters
    ----------
    data : DataFrame
    items : sequence of str, optional
        Columns of numbers; all of them if not given. Rows with a missing answer are left out.

    Returns
    -------
    DataFrame
        Rows skewness and kurtosis: value (Mardia's b1 and b2), expected (under normality: 0 and
        p (p + 2)), statistic (chi-square of n b1 / 6; z of b2), df, p_value. ``attrs["n"]`` is the
        number of rows.

    Raises
    ------
    DataError
        Where rows are too few or a column depends on others.
    """
    names = tuple(items if items is not None else data.columns)
    if not names:
        raise DataError("no columns are named: give those of the items.")
    values = numeric_columns(data, names)
    rows = values[~np.isnan(values).any(axis=1)]
    n, p = rows.shape
    if n <= p + 1:
        raise DataError(f"{n} complete rows are too few for {p} columns.")
    centred = rows - rows.mean(axis=0)
    covariance = centred.T @ centred / n
    if not is_positive_definite(covariance):
        raise DataError("a column is constant, or depends on others: leave it out.")
    products = centred @ np.linalg.solve(covariance, centred.T)
    skewness = float((products**3).mean())
    kurtosis = float((np.diag(products) ** 2).mean())
    df = p * (p + 1) * (p + 2) / 6.0
    chi_square = n * skewness / 6.0
    z = (kurtosis - p * (p + 2)) / np.sqrt(8.0 * p * (p + 2) / n)
    found = pd.DataFrame(
        {
            "value": [skewness, kurtosis],
            "expected": [0.0, float(p * (p + 2))],
            "statistic": [chi_square, z],
            "df": [df, np.nan],
            "p_value": [chi_square_tail(chi_square, df), float(two_sided(np.array([z]))[0])],
        },
        index=["skewness", "kurtosis"],
    )
    found.attrs["n"] = n
    return found
