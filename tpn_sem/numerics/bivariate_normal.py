"""The bivariate normal distribution with unit variances, in arrays."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import log_ndtr, ndtr

from .linalg import Array

# Nodes of the quadrature for absolute correlations up to a limit.
_NODES = ((0.3, 5), (0.5, 7), (0.7, 9), (0.85, 12), (0.95, 18), (0.99, 30), (1.0, 80))
_CHUNK = 1 << 16  # exponentials at a time, so that they stay in the processor's cache
_END = 40.0  # stands for an infinite limit
_DROP = 40.0  # in logarithms, below its peak, where an integrand no longer counts
_POINTS, _ROUNDS = 33, 5  # of the search for where it counts
_PANELS, _PANEL_NODES = 6, 16


@cache
def _legendre(count: int) -> tuple[Array, Array]:
    """Nodes and weights of Gauss and Legendre on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1.0), 0.5 * weights


def grid_distribution(first: Array, second: Array, rho: Array) -> Array:
    """P(X <= a, Y <= b) for all a and b of each pair of variables, shape (k, r, s).

    The density is integrated over the correlation, from none to rho = sin(t) (Plackett, 1954;
    Drezner and Wesolowsky, 1990), with the same nodes for all; accurate to 1e-12 for
    correlations up to .9999.

    Parameters
    ----------
    first : array, shape (k, r)
        Finite values.
    second : array, shape (k, s)
    rho : array, shape (k,)
    """
    product = first[:, :, None] * second[:, None, :]
    half_squares = 0.5 * (first[:, :, None] ** 2 + second[:, None, :] ** 2)
    total = ndtr(first)[:, :, None] * ndtr(second)[:, None, :]
    lower = -1.0
    for limit, count in _NODES:
        chosen = np.flatnonzero((np.abs(rho) > lower) & (np.abs(rho) <= limit))
        lower = limit
        step = max(1, _CHUNK // (count * max(1, product[0].size))) if len(product) else 1
        for start in range(0, len(chosen), step):
            part = chosen[start : start + step]
            total[part] += _increment(product[part], half_squares[part], rho[part], count)
    return total


def _increment(product: Array, half_squares: Array, rho: Array, count: int) -> Array:
    """What correlation adds to the product of the margins, shape (k, r, s)."""
    nodes, weights = _legendre(count)
    span = np.arcsin(rho)
    sine = np.sin(span[:, None] * nodes)
    precision = 1.0 / (1.0 - sine * sine)
    shape = (*sine.shape, -1)
    exponent = (sine * precision)[:, :, None] * product.reshape(len(rho), 1, -1)
    exponent -= precision[:, :, None] * half_squares.reshape(len(rho), 1, -1)
    np.exp(exponent, out=exponent)
    weighted = (span / (2.0 * np.pi))[:, None] * weights
    return np.asarray((weighted[:, None, :] @ exponent.reshape(shape)).reshape(product.shape))


def log_interval(lower: Array, upper: Array) -> Array:
    """Logarithm of P(lower < Z <= upper) of a standard normal Z, accurate in both tails."""
    flip = lower + upper > 0.0
    low, high = np.where(flip, -upper, lower), np.where(flip, -lower, upper)
    above = log_ndtr(high)
    with np.errstate(divide="ignore"):
        return np.asarray(above + np.log(-np.expm1(np.minimum(log_ndtr(low) - above, 0.0))))


def log_rectangle(low: Array, high: Array, left: Array, right: Array, rho: Array) -> Array:
    """Logarithm of P(low < X <= high, left < Y <= right), accurate however small, shape (k,).

    What differences of `grid_distribution` cannot tell from zero. The density of X times the
    probability of Y given X has a concave logarithm (Prekopa, 1973), so that the interval where it
    counts can be narrowed down around its peak, and is integrated by Gauss and Legendre's rule.

    Parameters
    ----------
    low, high, left, right : array, shape (k,)
        Limits; infinite ones are taken as 40.
    rho : array, shape (k,)
        Between -1 and 1, exclusive.
    """
    low, high, left, right = (np.clip(side, -_END, _END) for side in (low, high, left, right))
    rest = np.sqrt((1.0 - rho) * (1.0 + rho))[:, None]

    def height(x: Array) -> Array:
        middle = rho[:, None] * x
        share = log_interval((left[:, None] - middle) / rest, (right[:, None] - middle) / rest)
        return np.asarray(share - 0.5 * x * x)

    shares = np.linspace(0.0, 1.0, _POINTS)
    every = np.arange(_POINTS)
    for _ in range(_ROUNDS):
        points = low[:, None] + (high - low)[:, None] * shares
        heights = height(points)
        counts = heights > heights.max(axis=1, keepdims=True) - _DROP
        first = np.where(counts, every, _POINTS).min(axis=1) - 1
        last = np.where(counts, every, -1).max(axis=1) + 1
        pick = np.arange(len(rho))
        low, high = points[pick, np.maximum(first, 0)], points[pick, np.minimum(last, _POINTS - 1)]
    nodes, weights = _legendre(_PANEL_NODES)
    places = ((np.arange(_PANELS)[:, None] + nodes) / _PANELS).ravel()
    heights = height(low[:, None] + (high - low)[:, None] * places)
    peak = heights.max(axis=1)
    total = np.exp(heights - peak[:, None]) @ np.tile(weights / _PANELS, _PANELS)
    return np.asarray(peak + np.log(total * (high - low)) - 0.5 * np.log(2.0 * np.pi))


def density(first: Array, second: Array, rho: Array, log_scale: Array | float = 0.0) -> Array:
    """Density at (a, b), the derivative of the distribution in rho, over exp(log_scale)."""
    rest = 1.0 - rho * rho
    exponent = (rho * first * second - 0.5 * (first * first + second * second)) / rest
    return np.asarray(np.exp(exponent - log_scale) / (2.0 * np.pi * np.sqrt(rest)))


def density_slope(first: Array, second: Array, rho: Array) -> Array:
    """Derivative of the logarithm of the density in rho."""
    rest = 1.0 - rho * rho
    return (
        rho / rest
        + (first * second * (1.0 + rho * rho) - rho * (first * first + second * second)) / rest**2
    )


def normal_density(z: Array) -> Array:
    """Density of the standard normal distribution."""
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi))
