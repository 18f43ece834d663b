"""Tests that keep more of U Gamma's eigenvalues than their mean. Foldnes, Moss & Gronneberg (2024).

Chi-square is a sum of squared normals with the eigenvalues as weights. Estimated one by one they
are too uneven; averaged over all, they lose what sets the tail.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import chdtrc

from ...estimation import Minimum
from ...numerics import Array
from .fit_test import FitTest
from .u_gamma import eigenvalues

_FLOOR = 0.01  # smallest weight, over the mean, for which the mixture is short enough
_ZERO = 1e-9  # eigenvalue, over the largest, that is zero but for rounding
_MISSED = 1e-10  # probability of what the mixture leaves out
_TERMS = 5000
_LONGEST = 8.0  # log of where integration ends at the latest
_NODES, _PANELS, _MOST_PANELS = 16, 16, 4096  # of the integral
_EXACT = 1e-11


def peba(minimum: Minimum, blocks: int = 4) -> FitTest:
    """Eigenvalues averaged within blocks of neighbours (penalised eigenvalue block averaging).

    With fewer clusters than degrees of freedom the others are zero: blocks are of what is left.
    """
    values = nonzero_eigenvalues(minimum)
    parts = np.array_split(values, min(blocks, len(values)))
    smoothed = np.concatenate([np.full(len(part), part.mean()) for part in parts])
    weights = 0.5 * (smoothed + values.mean())
    return _weighted_test(f"peba{blocks}", minimum, weights)


def pols(minimum: Minimum, penalty: float = 2.0) -> FitTest:
    """Eigenvalues on a line through their ranks, its slope divided by `penalty`.

    The ends of the line may be negative: the tail then counts them as such.
    """
    values = nonzero_eigenvalues(minimum)
    rank = np.arange(len(values)) - (len(values) - 1) / 2.0
    slope = float(rank @ values) / max(float(rank @ rank), 1.0) / penalty
    return _weighted_test(f"pols{penalty:g}", minimum, values.mean() + slope * rank)


def nonzero_eigenvalues(minimum: Minimum) -> Array:
    """Those of U Gamma that are not zero but for rounding, descending, shape (k,)."""
    values = eigenvalues(minimum)
    return values[values > _ZERO * values[0]]


def _weighted_test(name: str, minimum: Minimum, weights: Array) -> FitTest:
    """Chi-square beside the tail of a weighted sum; `degrees_of_freedom` are those of the model."""
    df = minimum.degrees_of_freedom
    p_value = weighted_chi_square_tail(minimum.chi_square, weights)
    return FitTest(
        name,
        minimum.chi_square,
        float(df),
        p_value,
        trace=float(weights.sum()),
        n_eigenvalues=len(weights),
    )


def weighted_chi_square_tail(statistic: float, weights: Array) -> float:
    """P(sum of w X^2 > statistic) for independent standard normal X.

    Where a weight is negative or small beside the others, by Imhof's (1961) integral; else by
    Ruben's (1962) mixture, which is exact also far out in the tail.
    """
    if weights.min() < _FLOOR * weights.mean():
        return _imhof(statistic, weights)
    return _ruben(statistic, weights)


def _imhof(statistic: float, weights: Array) -> float:
    """1/2 + 1/pi times the integral over u > 0 of sin(theta(u)) / (u rho(u)). Imhof (1961)."""
    unit = float(np.abs(weights).max())
    shares, value = weights / unit, statistic / unit

    def integrand(u: Array) -> Array:
        scaled = np.outer(u, shares)
        theta = 0.5 * (np.arctan(scaled).sum(axis=1) - value * u)
        log_rho = 0.25 * np.log1p(scaled**2).sum(axis=1)
        return np.asarray(np.sin(theta) * np.exp(-log_rho) / u)

    # Beyond u the integral is at most 2 / (pi k) over the product of the roots of |shares| u.
    sizes = np.abs(shares[shares != 0.0])
    log_end = -(np.log(_MISSED) + 0.5 * np.log(sizes).sum()) / (0.5 * len(sizes))
    total = _integral(integrand, float(np.exp(min(log_end, _LONGEST))))
    return float(np.clip(0.5 + total / np.pi, 0.0, 1.0))


def _integral(integrand: Callable[[Array], Array], end: float) -> float:
    """The integral from 0, by Gauss's rule in ever more panels, finer towards 0."""
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    found, panels = np.inf, _PANELS
    while panels <= _MOST_PANELS:
        edges = end * np.linspace(0.0, 1.0, panels + 1) ** 2
        half = 0.5 * np.diff(edges)[:, None]
        points = edges[:-1, None] + half * (nodes + 1.0)
        values = integrand(points.ravel()).reshape(points.shape) * half
        before, found = found, float((values @ weights).sum())
        if abs(found - before) < _EXACT:
            break
        panels *= 2
    return found


def _ruben(statistic: float, weights: Array) -> float:
    """A mixture of chi-squares, for positive weights. Ruben (1962).

    With the smallest weight b, sum of w X^2 / b has len(w) + 2 k degrees of freedom with
    probability c_k, and k c_k = sum over j of g_j c_(k-j) with g_j = sum (1 - b / w)^j / 2.
    """
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
