"""Correlations of scales less what a marker, or the smallest of them, shares with all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import atanh, sqrt, tanh

import numpy as np
import pandas as pd

from ..numerics import Array, normal_quantile, student_two_sided

_LEVEL = 0.95
_FEWEST = 10
_LARGEST = 1.0 - 1e-9  # correlation


def partial_correlations(
    rows: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    marker: Sequence[str],
    n_draws: int,
    seed: int,
    weights: Array | None = None,
) -> tuple[pd.DataFrame, str]:
    """Lindell & Whitney (2001): a row per pair of scales; and why there are none, or "".

    With a marker, the method's share r_M is its smallest correlation with a scale; else the
    smallest correlation of two scales. (r - r_M) / (1 - r_M); intervals by Fisher's z with r_M as
    known, and percentiles over resampled rows, in which r_M varies too. Sampling `weights`, shape
    (n,), weight correlations and reliabilities; n is the number of rows all the same.
    """
    names, counts = list(scales), np.ones(len(rows)) if weights is None else weights
    rows, counts = rows[counts > 0.0], counts[counts > 0.0]
    scores = [rows[list(items)].mean(axis=1) for items in scales.values()]
    if marker:
        scores.append(rows[list(marker)].mean(axis=1))
    values = pd.concat(scores, axis=1).to_numpy(dtype=float)
    known = np.isfinite(values).all(axis=1)
    values = values[known]
    pairs = list(combinations(range(len(names)), 2))
    if len(values) < _FEWEST or not pairs:
        return pd.DataFrame(), "there are fewer than two scales, or fewer than ten rows with all"
    if (values.std(axis=0) == 0.0).any():
        return pd.DataFrame(), "a scale has no variance"
    correlations = _correlations(values, counts[known])
    alphas = [_alpha(rows[list(items)].to_numpy(dtype=float), counts) for items in scales.values()]
    draws = _bootstrapped(values, counts[known], pairs, bool(marker), n_draws, seed)
    shared = _shared(correlations, pairs, bool(marker))
    table = [
        _row(correlations[pair], shared, len(values), (alphas[pair[0]], alphas[pair[1]]))
        | _percentiles(draws[:, place])
        for place, pair in enumerate(pairs)
    ]
    index = pd.Index([f"{names[i]} ↔ {names[j]}" for i, j in pairs], name="pair")
    return pd.DataFrame(table, index=index), ""


def _correlations(values: Array, counts: Array) -> Array:
    """Weighted correlations of columns, shape (k, k)."""
    covariance = np.cov(values, rowvar=False, aweights=counts)
    scale = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(scale, scale))


def _shared(correlations: Array, pairs: Sequence[tuple[int, int]], has_marker: bool) -> float:
    """r_M: not below zero, as method that lowers correlations would be."""
    if has_marker:
        return max(float(correlations[-1, :-1].min()), 0.0)
    return max(float(min(correlations[pair] for pair in pairs)), 0.0)


def _row(
    correlation: float, shared: float, n: int, alphas: tuple[float, float]
) -> dict[str, float]:
    adjusted = min(max(_adjusted(correlation, shared), -_LARGEST), _LARGEST)
    t = adjusted / sqrt((1.0 - adjusted**2) / (n - 3))
    margin = float(normal_quantile(0.5 + _LEVEL / 2.0)) / sqrt(n - 4)
    room = (alphas[0] - shared) * (alphas[1] - shared)
    positive = min(alphas) > shared
    corrected = (correlation - shared) / sqrt(room) if positive else float("nan")
    return {
        "correlation": float(correlation),
        "r_marker": shared,
        "adjusted": adjusted,
        "t": t,
        "df": float(n - 3),
        "p_value": float(student_two_sided(np.array([t]), np.array([n - 3.0]))[0]),
        "ci_lower": tanh(atanh(adjusted) - margin),
        "ci_upper": tanh(atanh(adjusted) + margin),
        "disattenuated": corrected,
    }


def _adjusted(correlation: float, shared: float) -> float:
    return float((correlation - shared) / (1.0 - shared))


def _alpha(answers: Array, counts: Array) -> float:
    """Cronbach's alpha of complete rows; 1 of a single item."""
    known = np.isfinite(answers).all(axis=1)
    k = answers.shape[1]
    if k < 2 or known.sum() < 3:
        return 1.0
    covariance = np.cov(answers[known], rowvar=False, aweights=counts[known])
    return float(k / (k - 1) * (1.0 - np.trace(covariance) / covariance.sum()))


def _bootstrapped(
    values: Array,
    counts: Array,
    pairs: Sequence[tuple[int, int]],
    has_marker: bool,
    n_draws: int,
    seed: int,
) -> Array:
    """Adjusted correlations of resampled rows with their weights, shape (draws, pairs)."""
    generator = np.random.default_rng(seed)
    draws = np.full((n_draws, len(pairs)), np.nan)
    for draw in range(n_draws):
        chosen = generator.integers(0, len(values), len(values))
        taken = values[chosen]
        if (taken.std(axis=0) == 0.0).any():
            continue
        correlations = _correlations(taken, counts[chosen])
        shared = _shared(correlations, pairs, has_marker)
        draws[draw] = [_adjusted(correlations[pair], shared) for pair in pairs]
    return draws


def _percentiles(draws: Array) -> dict[str, float]:
    known = draws[~np.isnan(draws)]
    if not len(known):
        return {"boot_lower": float("nan"), "boot_upper": float("nan")}
    tail = (1.0 - _LEVEL) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail])
    return {"boot_lower": float(low), "boot_upper": float(high)}
