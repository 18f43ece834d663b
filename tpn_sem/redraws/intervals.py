"""Intervals from bootstrap replicates. Efron & Tibshirani (1993); Davison & Hinkley (1997)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..numerics import normal_distribution, normal_quantile

INTERVALS = ("percentile", "bias_corrected", "bca", "basic", "normal")


def intervals(
    replicates: pd.DataFrame,
    estimates: pd.Series,
    kind: str,
    level: float,
    acceleration: pd.Series | None = None,
) -> pd.DataFrame:
    """Lower and upper ends, a row per column of the replicates.

    Parameters
    ----------
    replicates : DataFrame
        Without failed ones.
    estimates : Series
    kind : {"percentile", "bias_corrected", "bca", "basic", "normal"}
    level : float
    acceleration : Series, optional
        For "bca"; see `acceleration`.
    """
    tails = np.array([0.5 * (1.0 - level), 0.5 * (1.0 + level)])
    if kind == "normal":
        width = normal_quantile(float(tails[1])) * replicates.std()
        centre = 2.0 * estimates - replicates.mean()
        return pd.DataFrame({"ci_lower": centre - width, "ci_upper": centre + width})
    rows = {}
    for name in replicates.columns:
        column, estimate = replicates[name].to_numpy(), float(estimates[name])
        levels = tails
        if kind in ("bias_corrected", "bca"):
            bend = 0.0 if acceleration is None else float(acceleration[name])
            levels = _corrected(column, estimate, tails, bend)
        finite = bool(np.isfinite(levels).all())
        ends = np.quantile(column, levels) if finite else np.full(2, np.nan)
        rows[name] = 2.0 * estimate - ends[::-1] if kind == "basic" else ends
    return pd.DataFrame(rows, index=["ci_lower", "ci_upper"]).T


def _corrected(
    column: np.ndarray, estimate: float, tails: np.ndarray, acceleration: float
) -> np.ndarray:
    """Levels of the quantiles that take the place of the tails."""
    below = np.mean(column < estimate) + 0.5 * np.mean(column == estimate)
    shift = normal_quantile(float(np.clip(below, 0.5 / len(column), 1.0 - 0.5 / len(column))))
    moved = [shift + normal_quantile(float(tail)) for tail in tails]
    return np.array([normal_distribution(shift + z / (1.0 - acceleration * z)) for z in moved])


def acceleration(without: pd.DataFrame) -> pd.Series:
    """Skewness of the influence of single units, from estimates without each of them."""
    influence = without.mean() - without
    squares = (influence**2).sum()
    return (influence**3).sum() / (6.0 * squares.where(squares > 0.0) ** 1.5)
