"""Tail probabilities and quantiles, from scipy's special functions."""

from __future__ import annotations

import numpy as np
from scipy.special import chdtrc, chdtri, chndtr, chndtrinc, fdtrc, ndtr, ndtri, stdtr, stdtrit

from .linalg import Array


def chi_square_tail(statistic: float, degrees_of_freedom: float) -> float:
    """P(X > statistic); NaN without degrees of freedom."""
    if degrees_of_freedom <= 0:
        return float("nan")
    return float(chdtrc(degrees_of_freedom, max(statistic, 0.0)))


def chi_square_tails(statistics: Array, degrees_of_freedom: float = 1.0) -> Array:
    """The same for many statistics."""
    return np.asarray(chdtrc(degrees_of_freedom, np.maximum(statistics, 0.0)))


def chi_square_quantile(probability: float, degrees_of_freedom: float) -> float:
    """The value that X exceeds with probability 1 - `probability`."""
    return float(chdtri(degrees_of_freedom, 1.0 - probability))


def noncentral_distribution(
    statistic: float, degrees_of_freedom: float, noncentrality: float
) -> float:
    """P(X <= statistic) for a non-central chi-square."""
    return float(chndtr(max(statistic, 0.0), degrees_of_freedom, noncentrality))


def noncentrality(statistic: float, degrees_of_freedom: float, probability: float) -> float:
    """The non-centrality at which P(X <= statistic) equals `probability`; 0 where none does."""
    if noncentral_distribution(statistic, degrees_of_freedom, 0.0) < probability:
        return 0.0
    return float(chndtrinc(max(statistic, 0.0), degrees_of_freedom, probability))


def two_sided(z: Array) -> Array:
    """P(|Z| > |z|) for a standard normal Z."""
    return np.asarray(2.0 * ndtr(-np.abs(z)))


def normal_distribution(z: float) -> float:
    """P(Z <= z) for a standard normal Z."""
    return float(ndtr(z))


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal distribution."""
    return float(ndtri(probability))


def upper_tail(z: float, degrees_of_freedom: float | None = None) -> float:
    """P(Z > z), of Student's T where there are degrees of freedom; exact far out."""
    return float(ndtr(-z) if degrees_of_freedom is None else stdtr(degrees_of_freedom, -z))


def student_two_sided(t: Array, degrees_of_freedom: Array) -> Array:
    """P(|T| > |t|) for Student's T."""
    return np.asarray(2.0 * stdtr(degrees_of_freedom, -np.abs(t)))


def student_quantile(probability: float, degrees_of_freedom: Array) -> Array:
    """Quantiles of Student's distributions."""
    return np.asarray(stdtrit(degrees_of_freedom, probability))


def f_tail(statistic: float, numerator: float, denominator: float) -> float:
    """P(F > statistic) for Fisher's F."""
    return float(fdtrc(numerator, denominator, max(statistic, 0.0)))
