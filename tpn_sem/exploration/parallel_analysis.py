"""How many factors? Horn's (1965) parallel analysis."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import DataError


def parallel_analysis(
    data: pd.DataFrame, *, n_samples: int = 200, quantile: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Eigenvalues of the correlation matrix beside those of unrelated data of the same size.

    Parameters
    ----------
    data : DataFrame, shape (n, p)
        Complete rows. Each column is permuted, so that the comparison keeps its distribution.
    n_samples : int
    quantile : float
    seed : int

    Returns
    -------
    DataFrame
        A row per component: eigenvalue, reference (the quantile under permutation), retained
        (up to the first eigenvalue that is not above its reference).

    Raises
    ------
    DataError
        For answers that are missing, and for a column in which all rows say the same.
    """
    _check_varies(data)
    random = np.random.default_rng(seed)
    values = data.to_numpy(dtype=float)
    found = np.linalg.eigvalsh(np.corrcoef(values, rowvar=False))[::-1]
    permuted = [
        np.linalg.eigvalsh(np.corrcoef(random.permuted(values, axis=0), rowvar=False))[::-1]
        for _ in range(n_samples)
    ]
    reference = np.quantile(np.array(permuted), quantile, axis=0)
    above = found > reference
    retained = np.logical_and.accumulate(above)
    index = pd.RangeIndex(1, len(found) + 1, name="component")
    return pd.DataFrame(
        {"eigenvalue": found, "reference": reference, "retained": retained}, index=index
    )


def _check_varies(data: pd.DataFrame) -> None:
    if data.isna().to_numpy().any():
        raise DataError("parallel analysis needs complete rows; leave out those with a NaN first.")
    constant = [str(name) for name in data.columns if data[name].nunique() < 2]
    if constant:
        raise DataError(
            f"column {constant[0]!r} has one value in all {len(data)} complete rows: it has no "
            "correlation with anything. Leave it out."
        )
