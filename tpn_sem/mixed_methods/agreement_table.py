"""How far two coders agree, code by code and over all codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..numerics import Array, normal_quantile
from .interview_coding import Coding
from .nominal_agreement import alpha_of_coincidences, cohen_kappa, coincidences
from .theme_codebook import ThemeCodebook

OVERALL = "(all codes)"
_COLUMNS = [
    *("n", "both", "first_only", "second_only", "neither", "agreement"),
    *("kappa", "kappa_lower", "kappa_upper", "alpha", "alpha_lower", "alpha_upper", "reason"),
]
_LEVEL = 0.95


def agreement_table(coding: Coding, codebook: ThemeCodebook, draws: int, seed: int) -> pd.DataFrame:
    """A row per code and one for all of them; no rows where nobody was coded twice.

    Parameters
    ----------
    draws, seed : int
        How often interviewees are drawn with replacement, for the interval of alpha.
    """
    if not coding.coded_twice:
        return pd.DataFrame(columns=_COLUMNS).rename_axis("code")
    decisions = _decisions(coding, codebook)
    generator = np.random.default_rng(seed)
    n = len(decisions)
    weights = generator.multinomial(n, np.full(n, 1.0 / n), size=draws).astype(float)
    rows = {OVERALL: _row(decisions, weights)}
    for place, code in enumerate(codebook.codes):
        rows[code] = _row(decisions[:, place : place + 1], weights)
    return pd.DataFrame.from_dict(rows, orient="index", columns=_COLUMNS).rename_axis("code")


def _decisions(coding: Coding, codebook: ThemeCodebook) -> Array:
    """Whether each coder gave each code, shape (interviewees, codes, 2), of those coded twice."""
    given = {(one.interviewee, one.code, one.coder) for one in coding.mentions}
    return np.array(
        [
            [
                [(one.name, code, coder) in given for coder in coding.coders]
                for code in codebook.codes
            ]
            for one in coding.coded_twice
        ],
        dtype=float,
    )


def _row(decisions: Array, weights: Array) -> dict[str, object]:
    """Agreement on some codes, shape (interviewees, codes, 2)."""
    tables = _tables(decisions)
    shares = np.stack([1.0 - decisions, decisions], axis=-1).sum(axis=2)
    pairs = coincidences(shares.reshape(-1, 2)).reshape(*shares.shape[:2], 2, 2).sum(axis=1)
    total = tables.sum(axis=0)
    kappa, error = cohen_kappa(tables)
    alpha = float(alpha_of_coincidences(pairs.sum(axis=0)))
    drawn = alpha_of_coincidences(np.einsum("bi,ijk->bjk", weights, pairs))
    kept = drawn[np.isfinite(drawn)]
    margin = normal_quantile(0.5 + 0.5 * _LEVEL) * error
    none = _reason_for_no_interval(total, len(decisions))
    tail = 0.5 * (1.0 - _LEVEL)
    limits = [np.nan, np.nan] if none else np.quantile(kept, (tail, 1.0 - tail)).tolist()
    fixed = none or _reason_for_fixed_kappa(total)
    reason = fixed or _lost_draws(len(weights) - len(kept), len(weights))
    return {
        "n": len(decisions),
        "both": int(total[1, 1]),
        "first_only": int(total[1, 0]),
        "second_only": int(total[0, 1]),
        "neither": int(total[0, 0]),
        "agreement": float(np.trace(total) / total.sum()),
        "kappa": kappa,
        "kappa_lower": np.nan if fixed else max(-1.0, kappa - margin),
        "kappa_upper": np.nan if fixed else min(1.0, kappa + margin),
        "alpha": alpha,
        "alpha_lower": limits[0],
        "alpha_upper": limits[1],
        "reason": reason,
    }


def _tables(decisions: Array) -> Array:
    """First coder by second, "no" before "yes", summed over codes: shape (interviewees, 2, 2)."""
    one = np.stack([1.0 - decisions[..., 0], decisions[..., 0]], axis=-1)
    other = np.stack([1.0 - decisions[..., 1], decisions[..., 1]], axis=-1)
    return np.asarray(np.einsum("ucj,uck->ujk", one, other))


def _reason_for_no_interval(total: Array, n: int) -> str:
    """Why neither coefficient has an interval; "" where they have."""
    if total[0, 1] + total[1, 0] == 0.0:
        if total[1, 1] == 0.0:
            return "neither coder gave it to anybody: nothing varies, so that no coefficient exists"
        if total[0, 0] == 0.0:
            return "both coders gave it to all: nothing varies, so that no coefficient exists"
        return "the coders agree always: such data give no interval"
    return "one interview was coded twice: that gives no interval" if n == 1 else ""


def _reason_for_fixed_kappa(total: Array) -> str:
    """Why kappa alone has no interval: a coder who always says the same makes it zero."""
    if (total.sum(axis=0) == 0.0).any() or (total.sum(axis=1) == 0.0).any():
        return "one coder gave it to nobody, or to all: kappa is 0 whatever the other did"
    return ""


def _lost_draws(lost: int, draws: int) -> str:
    if not lost:
        return ""
    return f"in {lost} of {draws} draws nothing varies: left out of the interval of alpha"
