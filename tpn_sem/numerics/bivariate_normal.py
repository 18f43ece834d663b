"""The bivariate normal distribution with unit variances, in arrays."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtr

from .linalg import Array

# Nodes of the quadrature for absolute correlations up to a limit.
_NODES = ((0.3, 5), (0.5, 7), (0.7, 9), (0.85, 12), (0.95, 18), (0.99, 30), (1.0, 80))
_CHUNK = 1 << 16  # exponentials at a time, so that they stay in the processor's cache


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


def density(first: Array, second: Array, rho: Array) -> Array:
    """Density at (a, b), which is the derivative of the distribution in rho."""
    rest = 1.0 - rho * rho
    exponent = (rho * first * second - 0.5 * (first * first + second * second)) / rest
    return np.asarray(np.exp(exponent) / (2.0 * np.pi * np.sqrt(rest)))


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
