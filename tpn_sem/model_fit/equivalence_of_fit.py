"""Whether fit is close enough, as a hypothesis that is tested and not taken for granted.

T-size indices and equivalence tests. Yuan, Chan, Marcoulides & Bentler (2016); Marcoulides & Yuan
(2017).
"""

from __future__ import annotations

from math import sqrt

import pandas as pd

from ..numerics import noncentral_distribution, noncentrality
from .indices import Evidence

SUPPORTED, UNTOLD = "close enough", "can't tell"


def equivalence_of_fit(evidence: Evidence, rmsea: float, cfi: float, alpha: float) -> pd.DataFrame:
    """RMSEA and CFI with the size that the data vouch for, and the test of a margin.

    Chi-squares are the corrected ones where a corrected test was asked for.

    Returns
    -------
    DataFrame
        Rows rmsea and cfi: value, t_size (the worst value that is not rejected), margin, p_value
        (of misfit as large as the margin or larger; that of cfi takes the baseline's noncentrality
        at its lower limit, and is doubled for it), verdict.
    """
    statistic, base = _statistics(evidence)
    df, base_df = float(evidence.degrees_of_freedom), float(evidence.baseline_degrees_of_freedom)
    n, groups = evidence.multiplier, evidence.n_groups

    def as_rmsea(excess: float) -> float:
        return sqrt(max(excess, 0.0) / (df * n)) * sqrt(groups)

    def as_cfi(excess: float, base_excess: float) -> float:
        largest = max(excess, base_excess, 0.0)
        return 1.0 - (max(excess, 0.0) / largest if largest > 0.0 else 0.0)

    upper = noncentrality(statistic, df, alpha)
    upper_half = noncentrality(statistic, df, 0.5 * alpha)
    lower_base = noncentrality(base, base_df, 1.0 - 0.5 * alpha)
    margins = {"rmsea": df * n * rmsea**2 / groups, "cfi": (1.0 - cfi) * lower_base}
    rows = {
        "rmsea": (as_rmsea(statistic - df), as_rmsea(upper), rmsea),
        "cfi": (as_cfi(statistic - df, base - base_df), as_cfi(upper_half, lower_base), cfi),
    }
    table = pd.DataFrame(rows, ["value", "t_size", "margin"]).T
    tails = {name: noncentral_distribution(statistic, df, at) for name, at in margins.items()}
    table["p_value"] = [tails["rmsea"], min(1.0, 2.0 * tails["cfi"])]
    better = [table.loc["rmsea", "t_size"] <= rmsea, table.loc["cfi", "t_size"] >= cfi]
    table["verdict"] = [SUPPORTED if one else UNTOLD for one in better]
    return table


def _statistics(evidence: Evidence) -> tuple[float, float]:
    """Chi-squares of the model and of the baseline."""
    scaled = evidence.scaled
    if scaled is None or isinstance(scaled, str) or scaled.reason:
        return evidence.chi_square, evidence.baseline_chi_square
    return scaled.model.statistic, scaled.baseline.statistic
