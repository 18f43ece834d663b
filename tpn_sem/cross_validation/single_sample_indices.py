"""What one sample says of the next: expected cross-validation index, AIC and BIC."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..errors import attempted
from ..estimation import Estimation
from ..fit import Fit
from ..model_fit.indices import information_criteria
from ..numerics import noncentrality

_LEVEL = 0.90


def expected_index(estimation: Estimation) -> tuple[float, float, float]:
    """ECVI and its 90% interval; NaN where there is none.

    (chi-square + 2 q) / n, and (lambda + df + 2 q) / n with the bounds of the noncentrality. Browne
    & Cudeck (1989, 1993).
    """
    x, df = estimation.chi_square, float(estimation.degrees_of_freedom)
    n, q = estimation.multiplier, estimation.n_parameters
    likelihood = estimation.discrepancy.is_likelihood and not estimation.is_two_stage
    if not (likelihood and estimation.converged and np.isfinite(x)):
        return np.nan, np.nan, np.nan
    tail = (1.0 - _LEVEL) / 2.0
    bounds = [noncentrality(x, df, p) if df else 0.0 for p in (1.0 - tail, tail)]
    low, high = ((bound + df + 2.0 * q) / n for bound in bounds)
    return (x + 2.0 * q) / n, low, high


def single_sample(models: Mapping[str, Estimation]) -> pd.DataFrame:
    """A row per model: npar, df, aic, bic, ecvi, ecvi_lower, ecvi_upper, reason."""
    rows = {}
    for name, estimation in models.items():
        row: dict[str, object] = {
            "npar": estimation.n_parameters,
            "df": estimation.degrees_of_freedom,
        }
        criteria = attempted(Fit(estimation).assess, information_criteria)
        known = {} if isinstance(criteria, str) else dict(criteria)
        row |= {name: float(known.get(name, np.nan)) for name in ("aic", "bic")}
        row |= dict(
            zip(("ecvi", "ecvi_lower", "ecvi_upper"), expected_index(estimation), strict=True)
        )
        rows[name] = {**row, "reason": _reason(estimation)}
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index.name = "model"
    return table


def _reason(estimation: Estimation) -> str:
    if not estimation.converged:
        return "the fit to all rows did not converge"
    if not estimation.discrepancy.is_likelihood:
        return "the discrepancy function is not a likelihood"
    return "" if np.isfinite(estimation.chi_square) else "there is no unrestricted model"
