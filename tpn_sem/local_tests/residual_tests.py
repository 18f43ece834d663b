"""Tests of residual correlations, and of means and thresholds that the model restricts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..numerics import adjusted_p_values
from .residual_moments import CORRELATION, ResidualMoments
from .residual_sampling import p_values_of

EXACT = "the model reproduces it whatever the data"
UNSEEN = "no row has both variables"


def residual_table(
    estimation: Estimation, groups: Sequence[ResidualMoments], adjustment: str
) -> pd.DataFrame:
    """A row per residual; the tests of all rows are one family.

    Variances, means, thresholds and slopes stand in it where the model restricts them.
    """
    table = pd.concat([_one_group(estimation, one) for one in groups], ignore_index=True)
    p_values = table["p_value"].to_numpy(float)
    table.insert(
        table.columns.get_loc("p_value") + 1, "p_adjusted", adjusted_p_values(p_values, adjustment)
    )
    return table


def _one_group(estimation: Estimation, residuals: ResidualMoments) -> pd.DataFrame:
    is_pair = np.array(residuals.kinds) == CORRELATION
    kept = np.flatnonzero(is_pair | residuals.tested)
    error, gap = residuals.errors, residuals.residuals
    z = gap / error
    reasons = np.where(residuals.seen, np.where(residuals.exact, EXACT, ""), UNSEEN)
    known = np.where(residuals.seen, residuals.observed, np.nan)
    columns = {
        "group": np.full(len(gap), residuals.label, dtype=object),
        "kind": np.array(residuals.kinds, dtype=object),
        "item_1": np.array(residuals.lhs, dtype=object),
        "item_2": np.array(residuals.rhs, dtype=object),
        "observed": known,
        "implied": residuals.implied,
        "residual": np.where(residuals.seen, gap, np.nan),
        "se": error,
        "z": z,
        "p_value": p_values_of(estimation, z),
        "reason": reasons.astype(object),
    }
    return pd.DataFrame({name: values[kept] for name, values in columns.items()})
