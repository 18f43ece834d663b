"""The residual-based F test, which keeps its level in small samples. Yuan & Bentler (1998)."""

from __future__ import annotations

from scipy.special import fdtrc

from tpn_sem.estimation import Minimum
from tpn_sem.model_fit.tests import FitTest, run_test


def residual_f(found: Minimum) -> FitTest:
    """F = (n - df) / (n df) T with Browne's T; df and n - df degrees of freedom."""
    residual = run_test(found, "browne_residual_adf")
    n, df = found.multiplier, residual.degrees_of_freedom
    value = residual.statistic * (n - df) / (n * df)
    return FitTest("residual_f", value, df, float(fdtrc(df, n - df, value)))
