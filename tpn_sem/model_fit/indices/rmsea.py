"""Root mean square error of approximation. Steiger (1990, 1998); Browne & Cudeck (1993)."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

from ...data import OrdinalStatistics
from ...numerics import noncentral_distribution, noncentrality
from ..tests import NEGATIVE, FitTest
from .evidence import Evidence, Value, total_size

CLOSE, NOT_CLOSE, LEVEL = 0.05, 0.08, 0.90
_NAMES = ("rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "rmsea_pvalue", "rmsea_notclose_pvalue")
_SATURATED = "the model is saturated: no degrees of freedom to average the error over"


def rmsea(evidence: Evidence) -> dict[str, Value]:
    """rmsea, its 90% interval, and the tests of close (.05) and of not close (.08) fit.

    Those ending in ``_scaled`` are of the corrected test, those in ``_robust`` estimate what it
    would be for normal, complete data: Brosseau-Liard, Savalei & Li (2012); Zhang & Savalei
    (2022).
    """
    df = float(evidence.degrees_of_freedom)
    found = _family(evidence, "", evidence.chi_square, df, 1.0, evidence.chi_square - df)
    if isinstance(evidence.scaled, str):
        found |= {name + "_scaled": evidence.scaled for name in _NAMES}
    elif evidence.scaled is not None:
        found |= _scaled(evidence, evidence.scaled.model)
    if isinstance(evidence.corrected, str):
        found |= {name + "_robust": evidence.corrected for name in _NAMES}
    elif evidence.corrected is not None:
        item = evidence.corrected
        excess = item.chi_square - item.expected
        found |= _family(
            _as_robust(evidence),
            "_robust",
            item.interval_statistic,
            df,
            item.interval_scale,
            excess,
        )
    return found | {
        "rmsea_ci_level": LEVEL,
        "rmsea_close_h0": CLOSE,
        "rmsea_notclose_h0": NOT_CLOSE,
    }


def _as_robust(evidence: Evidence) -> Evidence:
    """The chi-square of latent responses is a likelihood's, which is multiplied by n."""
    if isinstance(evidence.samples[0], OrdinalStatistics):
        return replace(evidence, multiplier=total_size(evidence))
    return evidence


def _scaled(evidence: Evidence, test: FitTest) -> dict[str, Value]:
    """From the shifted statistic, or else from chi-square, which has the trace to expect."""
    if test.reason:
        return {name + "_scaled": test.reason for name in _NAMES}
    if test.shift or test.trace is None:
        excess = test.statistic - test.degrees_of_freedom
        return _family(evidence, "_scaled", test.statistic, test.degrees_of_freedom, 1.0, excess)
    excess = evidence.chi_square - test.trace
    found = _family(evidence, "_scaled", evidence.chi_square, test.trace, 1.0, excess)
    if not evidence.rmsea_by_scaled:
        return found
    own = _family(evidence, "_scaled", test.statistic, test.degrees_of_freedom, 1.0, excess)
    return own | {"rmsea_scaled": found["rmsea_scaled"]}


def _family(
    evidence: Evidence, suffix: str, x: float, df: float, scale: float, excess: float
) -> dict[str, Value]:
    """All of one statistic x that was divided by `scale`; `excess` gives the point estimate."""
    n, groups = evidence.multiplier, evidence.n_groups
    if df < 0.0 or scale <= 0.0:
        return {name + suffix: NEGATIVE for name in _NAMES}
    if df == 0:
        values: tuple[Value, ...] = (0.0, 0.0, 0.0, _SATURATED, _SATURATED)
        return {name + suffix: value for name, value in zip(_NAMES, values, strict=True)}

    def error(excess: float) -> float:
        return error_of_approximation(excess, df, n, groups)

    def expected(level: float) -> float:
        return n * df * level**2 / groups / scale

    tail = (1.0 - LEVEL) / 2.0
    values = (
        error(excess),
        error(scale * noncentrality(x, df, 1.0 - tail)),
        error(scale * noncentrality(x, df, tail)),
        1.0 - noncentral_distribution(x, df, expected(CLOSE)),
        noncentral_distribution(x, df, expected(NOT_CLOSE)),
    )
    return {name + suffix: value for name, value in zip(_NAMES, values, strict=True)}


def error_of_approximation(excess: float, df: float, n: float, groups: int) -> float:
    """The index itself, of what chi-square exceeds its expectation by."""
    return sqrt(max(excess, 0.0) * groups / (n * df)) if df else 0.0
