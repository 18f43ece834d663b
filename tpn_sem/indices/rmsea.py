"""Root mean square error of approximation. Steiger (1990, 1998); Browne & Cudeck (1993)."""

from __future__ import annotations

from math import sqrt

from ..distributions import noncentral_distribution, noncentrality
from .evidence import Evidence, Value

CLOSE, NOT_CLOSE, LEVEL = 0.05, 0.08, 0.90


def rmsea(evidence: Evidence) -> dict[str, Value]:
    """rmsea, its 90 % interval, and the tests of close (.05) and of not close (.08) fit."""
    x, df = evidence.chi_square, evidence.degrees_of_freedom
    n, groups = evidence.multiplier, evidence.n_groups
    fixed: dict[str, Value] = {
        "rmsea_ci_level": LEVEL,
        "rmsea_close_h0": CLOSE,
        "rmsea_notclose_h0": NOT_CLOSE,
    }
    if df == 0:
        reason = "the model is saturated: no degrees of freedom to average the error over"
        zero = dict.fromkeys(("rmsea", "rmsea_ci_lower", "rmsea_ci_upper"), 0.0)
        return {**zero, "rmsea_pvalue": reason, "rmsea_notclose_pvalue": reason, **fixed}

    def error(excess: float) -> float:
        return sqrt(max(excess, 0.0) * groups / (n * df))

    def excess(level: float) -> float:
        return n * df * level**2 / groups

    tail = (1.0 - LEVEL) / 2.0
    return {
        "rmsea": error(x - df),
        "rmsea_ci_lower": error(noncentrality(x, df, 1.0 - tail)),
        "rmsea_ci_upper": error(noncentrality(x, df, tail)),
        "rmsea_pvalue": 1.0 - noncentral_distribution(x, df, excess(CLOSE)),
        "rmsea_notclose_pvalue": noncentral_distribution(x, df, excess(NOT_CLOSE)),
        **fixed,
    }
