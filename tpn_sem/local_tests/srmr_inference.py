"""SRMR and unbiased SRMR with standard errors, a test of exact and one of close fit.

Maydeu-Olivares (2017); Maydeu-Olivares, Shi & Rosseel (2018). With e the t standardised residuals
and X their sampling covariance matrix, E(e'e) is tr X if the model holds and e'e + tr X else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..numerics import Array, Indices, normal_distribution, normal_quantile
from .residual_moments import CORRELATION, MEAN, SLOPE, THRESHOLD, VARIANCE, ResidualMoments
from .residual_sampling import residual_spread

_EXACT = "the model reproduces these moments whatever the data"
_COLUMNS = (
    *("n_residuals", "srmr", "srmr_se", "exact_z", "exact_p"),
    *("usrmr", "usrmr_se", "usrmr_lower", "usrmr_upper", "close_z", "close_p", "reason"),
)


@dataclass(frozen=True)
class SrmrInference:
    """What t standardised residuals say of the size of misfit; NaN where `reason` says why.

    Attributes
    ----------
    srmr, srmr_se : float
        Root of the mean squared residual, and its standard error if the model holds.
    exact_z, exact_p : float
        Test of that; one-sided.
    usrmr, usrmr_se : float
        The population's, without the part that sampling adds; its standard error.
    reason : str
    """

    srmr: float
    srmr_se: float = float("nan")
    exact_z: float = float("nan")
    usrmr: float = float("nan")
    usrmr_se: float = float("nan")
    reason: str = ""


def infer_srmr(residuals: Array, spread: Array, count: int) -> SrmrInference:
    """SRMR of residuals whose sampling covariance matrix is `spread`.

    Parameters
    ----------
    residuals : array e, shape (k,)
    spread : array X, shape (k, k)
    count : int
        Residuals that count, those that are zero by definition included: t.
    """
    squares = float(residuals @ residuals)
    trace = float(np.trace(spread))
    if count == 0 or trace <= 0.0:
        return SrmrInference(np.sqrt(squares / max(count, 1)), reason=_EXACT)
    trace_squared = float((spread * spread.T).sum())
    srmr = float(np.sqrt(squares / count))
    expected = np.sqrt(trace / count) * (1.0 - trace_squared / (4.0 * trace**2))
    error = float(np.sqrt(trace_squared / (2.0 * count * trace)))
    drift = trace_squared + 2.0 * float(residuals @ spread @ residuals)
    shrinkage = 1.0 - drift / (4.0 * squares**2) if squares > 0.0 else 0.0
    if shrinkage <= 0.0:
        why = "residuals are so small beside their errors that the correction for bias fails"
        return SrmrInference(srmr, error, (srmr - expected) / error, reason=why)
    unbiased = float(np.sqrt(max(squares - trace, 0.0) / count)) / shrinkage
    own_error = float(np.sqrt(drift / (2.0 * count * squares))) / shrinkage
    return SrmrInference(srmr, error, (srmr - expected) / error, unbiased, own_error)


def srmr_table(
    estimation: Estimation, groups: Sequence[ResidualMoments], level: float, close: float
) -> pd.DataFrame:
    """A row per group and part: covariances, means or thresholds, all; then of all groups."""
    rows = [
        (one.label, name, *_numbers(_of_part(one, places, count), level, close, count))
        for one in groups
        for name, (places, count) in _parts(one).items()
    ]
    if len(groups) > 1:
        rows += _of_all_groups(residual_spread(estimation), groups, level, close)
    return pd.DataFrame(rows, columns=["group", "part", *_COLUMNS])


def _of_all_groups(
    spread: Array, groups: Sequence[ResidualMoments], level: float, close: float
) -> list[tuple[object, ...]]:
    """The residuals of all groups together, which may share clusters."""
    starts = np.cumsum([0, *(len(one.kinds) for one in groups)])
    scale = np.concatenate([one.scale for one in groups])
    gaps = np.concatenate([one.residuals for one in groups])
    exact = np.concatenate([one.exact for one in groups])
    all_parts = [_parts(one) for one in groups]
    rows = []
    for name in all_parts[0]:
        pairs = list(zip(all_parts, starts, strict=False))
        places = np.concatenate([parts[name][0] + start for parts, start in pairs])
        count = sum(parts[name][1] for parts in all_parts)
        block = spread[np.ix_(places, places)] / scale[places][:, None] / scale[places]
        found = SrmrInference(0.0, reason=_EXACT)
        if not exact[places].all():
            found = infer_srmr(gaps[places], block, count)
        rows.append(("all groups", name, *_numbers(found, level, close, count)))
    return rows


def _parts(residuals: ResidualMoments) -> dict[str, tuple[Indices, int]]:
    """Places of each part's residuals, and how many of them count.

    Variances that are one by definition count, as in `fit.measures`; means of continuous variables
    beside ordinal ones do not.
    """
    inside = residuals.places(CORRELATION, VARIANCE)
    is_ordinal = THRESHOLD in residuals.kinds
    beside = residuals.places(THRESHOLD, SLOPE) if is_ordinal else residuals.places(MEAN)
    pairs = residuals.places(CORRELATION)
    if is_ordinal:
        inside = pairs
    items = {*np.array(residuals.lhs)[pairs], *np.array(residuals.rhs)[pairs]}
    count = len(pairs) + len(items)
    parts = {"covariances": (inside, count)}
    if len(beside) or MEAN in residuals.kinds:
        both = np.sort(np.concatenate([inside, beside]))
        parts |= {
            "thresholds" if is_ordinal else "means": (beside, len(beside)),
            "total": (both, count + len(beside)),
        }
    return parts


def _of_part(residuals: ResidualMoments, places: Indices, count: int) -> SrmrInference:
    """Nothing but rounding where all of a part's residuals are zero by construction."""
    if residuals.exact[places].all():
        return SrmrInference(0.0, reason=_EXACT)
    return infer_srmr(residuals.residuals[places], residuals.spread[np.ix_(places, places)], count)


def _numbers(found: SrmrInference, level: float, close: float, count: int) -> tuple[object, ...]:
    margin = normal_quantile(0.5 + level / 2.0) * found.usrmr_se
    close_z = (found.usrmr - close) / found.usrmr_se if found.usrmr_se > 0.0 else float("nan")
    return (
        count,
        found.srmr,
        found.srmr_se,
        found.exact_z,
        normal_distribution(-found.exact_z),
        found.usrmr,
        found.usrmr_se,
        found.usrmr - margin,
        found.usrmr + margin,
        close_z,
        normal_distribution(-close_z),
        found.reason,
    )
