"""Tail probabilities and quantiles, from scipy's special functions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import chdtrc, chdtri, chndtr, ndtr, ndtri

from .linalg import Array


def chi_square_tail(statistic: float, degrees_of_freedom: float) -> float:
    """P(X > statistic); NaN without degrees of freedom."""
    if degrees_of_freedom <= 0:
        return float("nan")
    return float(chdtrc(degrees_of_freedom, max(statistic, 0.0)))


def chi_square_quantile(probability: float, degrees_of_freedom: float) -> float:
    """The value that X exceeds with probability 1 - `probability`."""
    return float(chdtri(degrees_of_freedom, 1.0 - probability))


def noncentral_distribution(
    statistic: float, degrees_of_freedom: float, noncentrality: float
) -> float:
    """P(X <= statistic) for a non-central chi-square."""
    return float(chndtr(statistic, degrees_of_freedom, noncentrality))


def noncentrality(statistic: float, degrees_of_freedom: float, probability: float) -> float:
    """The non-centrality at which P(X <= statistic) equals `probability`; 0 where none does."""
    if noncentral_distribution(statistic, degrees_of_freedom, 0.0) < probability:
        return 0.0
    from_below = max(statistic - degrees_of_freedom, 1.0)

    def excess(value: float) -> float:
        return noncentral_distribution(statistic, degrees_of_freedom, value) - probability

    low, high = 0.0, from_below
    while excess(high) > 0.0:
        low, high = high, 2.0 * high
    return _root(excess, low, high)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Root of a falling function between two points: Illinois variant of regula falsi."""
    above, below = function(low), function(high)
    for _ in range(100):
        middle = (low * below - high * above) / (below - above)
        value = function(middle)
        if abs(value) < 1e-13 or high - low < 1e-11 * high:
            return middle
        if value > 0.0:
            low, above, below = middle, value, 0.5 * below
        else:
            high, below, above = middle, value, 0.5 * above
    return middle


def two_sided(z: Array) -> Array:
    """P(|Z| > |z|) for a standard normal Z."""
    return np.asarray(2.0 * ndtr(-np.abs(z)))


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal distribution."""
    return float(ndtri(probability))
