"""Tests that keep more of U Gamma's eigenvalues than their mean. Foldnes, Moss & Gronneberg (2024).

Chi-square is a sum of squared normals with the eigenvalues as weights. Estimated one by one they
are too uneven; averaged over all, they lose what sets the tail.
"""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc

from ...estimation import Minimum
from ...numerics import Array
from .fit_test import FitTest
from .u_gamma import eigenvalues

_FLOOR = 0.01
_MISSED = 1e-10  # probability of what the mixture leaves out
_TERMS = 5000


def peba(minimum: Minimum, blocks: int = 4) -> FitTest:
    """Eigenvalues averaged within blocks of neighbours (penalised eigenvalue block averaging)."""
    values = eigenvalues(minimum)
    parts = np.array_split(values, min(blocks, len(values)))
    smoothed = np.concatenate([np.full(len(part), part.mean()) for part in parts])
    weights = 0.5 * (smoothed + values.mean())
    return _weighted_test(f"peba{blocks}", minimum, weights)


def pols(minimum: Minimum, penalty: float = 2.0) -> FitTest:
    """Eigenvalues on a line through their ranks, its slope divided by `penalty`."""
    values = eigenvalues(minimum)
    rank = np.arange(len(values)) - (len(values) - 1) / 2.0
    slope = float(rank @ values) / max(float(rank @ rank), 1.0) / penalty
    return _weighted_test(f"pols{penalty:g}", minimum, values.mean() + slope * rank)


def _weighted_test(name: str, minimum: Minimum, weights: Array) -> FitTest:
    p_value = weighted_chi_square_tail(minimum.chi_square, weights)
    return FitTest(
        name, minimum.chi_square, float(len(weights)), p_value, trace=float(weights.sum())
    )


def weighted_chi_square_tail(statistic: float, weights: Array) -> float:
    """P(sum of w X^2 > statistic) for independent standard normal X. Ruben (1962).

    A mixture of chi-squares: with the smallest weight b, sum of w X^2 / b has len(w) + 2 k
    degrees of freedom with probability c_k, and k c_k = sum over j of g_j c_(k-j) with
    g_j = sum (1 - b / w)^j / 2. Weights below a hundredth of their mean are raised to that.
    """
    weights = np.maximum(weights, _FLOOR * weights.mean())
    smallest = float(weights.min())
    share = 1.0 - smallest / weights
    powers, mixture = [], [1.0]
    power = np.ones_like(share)
    total, scale = 1.0, float(np.sqrt(smallest / weights).prod())
    while scale * total < 1.0 - _MISSED and len(mixture) < _TERMS:
        power = power * share
        powers.append(0.5 * power.sum())
        mixture.append(float(np.dot(powers, mixture[::-1])) / len(powers))
        total += mixture[-1]
    places = len(weights) + 2.0 * np.arange(len(mixture))
    tails = chdtrc(places, max(statistic, 0.0) / smallest)
    return float(np.clip(np.dot(mixture, tails) / total, 0.0, 1.0))
