"""The bivariate standard normal distribution, in arrays."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.special import ndtr

from ..linalg import Array

INFINITE = 100.0  # stands for infinity: its density is zero, and it can be multiplied by zero
_DIGITS = 13.0


def density(z: Array) -> Array:
    """Standard normal density."""
    return np.asarray(np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi))


def interval(lower: Array, upper: Array) -> Array:
    """P(lower < Z <= upper) without cancellation in the upper tail."""
    flip = lower > 0.0
    return np.asarray(ndtr(np.where(flip, -lower, upper)) - ndtr(np.where(flip, -upper, lower)))


def joint_density(h: Array, k: Array, rho: Array) -> Array:
    """Bivariate normal density, which is also the derivative of the distribution in rho."""
    inside = 1.0 - rho * rho
    exponent = (h * h - 2.0 * rho * h * k + k * k) / (-2.0 * inside)
    return np.asarray(np.exp(exponent) / (2.0 * np.pi * np.sqrt(inside)))


def log_density_slope(h: Array, k: Array, rho: Array) -> Array:
    """Derivative in rho of the log of the bivariate normal density."""
    inside = 1.0 - rho * rho
    return log_density_slope_from(h * k, h * h + k * k, rho, inside)


def log_density_slope_from(product: Array, squares: Array, rho: Array, inside: Array) -> Array:
    """The same from h k and h^2 + k^2; linear in both, so that means of them serve as well."""
    return np.asarray(
        rho / inside + ((1.0 + rho * rho) * product - rho * squares) / (inside * inside)
    )


def excess(h: Array, k: Array, rho: Array) -> Array:
    """P(X <= h, Y <= k) less its value under independence.

    The integral over the arc sine of the correlation (Drezner and Wesolowsky 1990), in the log of
    the angle's distance from a right angle: so the integrand is smooth up to correlations near
    one. By the ellipse of Bernstein, n Gauss-Legendre nodes err by exp(-2 n asinh(pi / 2L)), L
    being the length of the interval; all elements share the nodes that the largest |rho| needs.

    Parameters
    ----------
    h, k, rho : arrays that broadcast
    """
    distance = np.arccos(np.abs(rho))  # from a right angle
    length = np.log(0.5 * np.pi / distance)
    longest = float(length.max(initial=1e-3))
    needed = _DIGITS * np.log(10.0) / (2.0 * np.arcsinh(0.5 * np.pi / max(longest, 1e-3)))
    nodes, weights = _legendre(int(np.ceil(needed)) + 1)
    product, squares = h * k, -0.5 * (h * h + k * k)
    total = np.zeros(np.broadcast_shapes(product.shape, rho.shape))
    for node, weight in zip(nodes, weights, strict=True):
        angle = 0.5 * np.pi * np.exp(-node * length)
        sine = np.sin(angle)
        per_square = 1.0 / (sine * sine)
        exponent = squares * per_square
        exponent += product * (np.sign(rho) * np.cos(angle) * per_square)
        np.exp(exponent, out=exponent)
        exponent *= weight * angle
        total += exponent
    return np.asarray(total * (np.sign(rho) * length / (2.0 * np.pi)))


@cache
def _legendre(count: int) -> tuple[Array, Array]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1.0), 0.5 * weights
