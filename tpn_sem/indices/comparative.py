"""Indices that compare the model with the baseline. Bentler (1990); Bentler & Bonett (1980)."""

from __future__ import annotations

from .evidence import Evidence, Value

_NO_BASELINE = "the baseline model fits perfectly: there is nothing to improve on"

_TOO_FEW = "the model has more degrees of freedom than the baseline: it is not nested in it"


def comparative(evidence: Evidence) -> dict[str, Value]:
    """cfi, tli, nnfi, rfi, nfi, pnfi, ifi, rni."""
    x, df = evidence.chi_square, evidence.degrees_of_freedom
    base, base_df = evidence.baseline_chi_square, evidence.baseline_degrees_of_freedom
    tli = _tli(x, df, base, base_df)
    return {
        "cfi": _cfi(x, df, base, base_df),
        "tli": tli,
        "nnfi": tli,
        "rfi": _rfi(x, df, base, base_df),
        "nfi": _TOO_FEW if df > base_df else _share(base - x, base),
        "pnfi": _share(df * (base - x), base_df * base),
        "ifi": _share(base - x, base - df),
        "rni": _share((base - base_df) - (x - df), base - base_df),
    }


def _cfi(x: float, df: int, base: float, base_df: int) -> Value:
    excess = max(x - df, 0.0)
    worst = max(x - df, base - base_df, 0.0)
    return 1.0 if worst == 0.0 else 1.0 - excess / worst


def _tli(x: float, df: int, base: float, base_df: int) -> Value:
    if df == 0:
        return 1.0
    if base_df == 0:
        return _NO_BASELINE
    return _share(base / base_df - x / df, base / base_df - 1.0)


def _rfi(x: float, df: int, base: float, base_df: int) -> Value:
    if df == 0:
        return 1.0
    if df > base_df:
        return _TOO_FEW
    return _share(base / base_df - x / df, base / base_df)


def _share(part: float, whole: float) -> Value:
    return part / whole if whole != 0.0 else _NO_BASELINE
