"""Chi-square, degrees of freedom and p-values, of the model and the baseline."""

from __future__ import annotations

from ...numerics import chi_square_tail
from ..tests import FitTest
from .evidence import Evidence, Value

_SCALED = ("chisq_scaled", "df_scaled", "pvalue_scaled", "chisq_scaling_factor")
SATURATED = "the model is saturated (no degrees of freedom): there is nothing to test"

_NO_DISTRIBUTION = (
    "the minimum of this discrepancy is not chi-square distributed; ask for a corrected test, as "
    "estimator='ULSMV' or 'WLSMV'"
)


def exact_fit(evidence: Evidence) -> dict[str, Value]:
    """npar, fmin, chisq, df, pvalue; the corrected test; and the same of the baseline model."""
    df, baseline_df = evidence.degrees_of_freedom, evidence.baseline_degrees_of_freedom
    found: dict[str, Value] = {
        "npar": float(evidence.n_parameters),
        "fmin": evidence.minimum,
        "chisq": evidence.chi_square,
        "df": float(df),
        "pvalue": _p_value(evidence, evidence.chi_square, df),
        "baseline_chisq": evidence.baseline_chi_square,
        "baseline_df": float(baseline_df),
        "baseline_pvalue": _p_value(evidence, evidence.baseline_chi_square, baseline_df),
    }
    if isinstance(evidence.scaled, str):
        names = [f"{prefix}{name}" for prefix in ("", "baseline_") for name in _SCALED]
        found |= dict.fromkeys(names, evidence.scaled)
    elif evidence.scaled is not None:
        found |= _scaled("", evidence.scaled.model)
        found |= _scaled("baseline_", evidence.scaled.baseline)
    return found


def _p_value(evidence: Evidence, chi_square: float, df: int) -> Value:
    if df == 0:
        return SATURATED
    if not evidence.has_distribution:
        return _NO_DISTRIBUTION
    return chi_square_tail(chi_square, df)


def _scaled(prefix: str, test: FitTest) -> dict[str, Value]:
    p_value: Value = test.p_value if test.degrees_of_freedom else SATURATED
    return {
        f"{prefix}chisq_scaled": test.reason or test.statistic,
        f"{prefix}df_scaled": test.degrees_of_freedom,
        f"{prefix}pvalue_scaled": test.reason or p_value,
        f"{prefix}chisq_scaling_factor": (
            test.scaling_factor if test.degrees_of_freedom else SATURATED
        ),
    }
