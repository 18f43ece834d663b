"""Indices that compare the model with the baseline. Bentler (1990); Bentler & Bonett (1980)."""

from __future__ import annotations

from .evidence import Evidence, Scaled, Value

_NAMES = ("cfi", "tli", "nnfi", "rfi", "nfi", "pnfi", "ifi", "rni")
_NO_BASELINE = "the baseline model fits perfectly: there is nothing to improve on"

_TOO_FEW = "the model has more degrees of freedom than the baseline: it is not nested in it"


def comparative(evidence: Evidence) -> dict[str, Value]:
    """cfi, tli, nnfi, rfi, nfi, pnfi, ifi, rni; of the corrected test ending in ``_scaled``.

    Those ending in ``_robust`` estimate what the index would be for normal, complete data:
    Brosseau-Liard & Savalei (2014); Zhang & Savalei (2022).
    """
    found = _family(
        evidence.chi_square,
        evidence.degrees_of_freedom,
        evidence.baseline_chi_square,
        evidence.baseline_degrees_of_freedom,
    )
    if evidence.scaled is not None:
        found |= {f"{name}_scaled": value for name, value in _scaled(evidence.scaled).items()}
    return found | _robust(evidence)


def _scaled(scaled: Scaled | str) -> dict[str, Value]:
    reason = scaled if isinstance(scaled, str) else scaled.reason
    if isinstance(scaled, str) or reason:
        return dict.fromkeys(_NAMES, reason)
    model, base = scaled.model, scaled.baseline
    return _family(
        model.statistic, model.degrees_of_freedom, base.statistic, base.degrees_of_freedom
    )


def _family(x: float, df: float, base: float, base_df: float) -> dict[str, Value]:
    tli = _tli(x, df, base, base_df)
    return {
        "cfi": _cfi(x - df, base - base_df),
        "tli": tli,
        "nnfi": tli,
        "rfi": _rfi(x, df, base, base_df),
        "nfi": _TOO_FEW if df > base_df else _share(base - x, base),
        "pnfi": _share(df * (base - x), base_df * base),
        "ifi": _share(base - x, base - df),
        "rni": _share((base - base_df) - (x - df), base - base_df),
    }


def _robust(evidence: Evidence) -> dict[str, Value]:
    found = evidence.corrected
    if found is None:
        return {}
    if isinstance(found, str):
        return dict.fromkeys(("cfi_robust", "tli_robust", "nnfi_robust", "rni_robust"), found)
    df, base_df = evidence.degrees_of_freedom, evidence.baseline_degrees_of_freedom
    excess = found.chi_square - found.expected
    worst = found.baseline_chi_square - found.baseline_expected
    tli = _robust_tli(excess, df, worst, base_df)
    return {
        "cfi_robust": _cfi(excess, worst),
        "tli_robust": tli,
        "nnfi_robust": tli,
        "rni_robust": _share(worst - excess, worst),
    }


def _robust_tli(excess: float, df: float, worst: float, base_df: float) -> Value:
    if df == 0:
        return 1.0
    return _share(worst / base_df - excess / df, worst / base_df) if base_df else _NO_BASELINE


def _cfi(excess: float, baseline_excess: float) -> Value:
    """One less the share of the baseline's excess over its expectation that the model has."""
    worst = max(excess, baseline_excess, 0.0)
    return 1.0 if worst == 0.0 else 1.0 - max(excess, 0.0) / worst


def _tli(x: float, df: float, base: float, base_df: float) -> Value:
    if df == 0:
        return 1.0
    if base_df == 0:
        return _NO_BASELINE
    return _share(base / base_df - x / df, base / base_df - 1.0)


def _rfi(x: float, df: float, base: float, base_df: float) -> Value:
    if df == 0:
        return 1.0
    if df > base_df:
        return _TOO_FEW
    return _share(base / base_df - x / df, base / base_df)


def _share(part: float, whole: float) -> Value:
    return part / whole if whole != 0.0 else _NO_BASELINE
