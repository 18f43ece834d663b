"""Newton's method for many likelihoods of one correlation each.

It does not share the loop of `numerics.optimiser`: a step in one dimension that is never longer
than Fisher's needs no search, so that the likelihoods themselves are never computed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...numerics import Array, Indices

_LIMIT = 5.3  # atanh of a correlation of .99995
_STEPS = 60
_TOLERANCE = 1e-13
_POINTS = 107  # of the search over all correlations, .1 apart in z
_HALVINGS = 40

# Correlations, and which of the pairs they belong to, to gradient, second derivative and expected
# information, all in the correlation.
Derivatives = Callable[[Array, Indices], tuple[Array, Array, Array]]


def maximise(derivatives: Derivatives, start: Array) -> Array:
    """The correlations that maximise each likelihood, shape (k,).

    Steps are taken in z = atanh(rho): Newton's where the likelihood is concave there and the step
    is short, Fisher's otherwise. NaN where the likelihood still grows at the limit of z.
    """
    z = np.arctanh(start)
    open_ = np.arange(len(z))
    for _ in range(_STEPS):
        rho = np.tanh(z[open_])
        gradient, hessian, expected = derivatives(rho, open_)
        step = _step(rho, gradient, hessian, expected)
        moved = np.clip(z[open_] + step, -_LIMIT, _LIMIT)
        change = np.abs(moved - z[open_])
        z[open_] = moved
        # The error that is left is of the order of the squared step.
        open_ = open_[change**2 > _TOLERANCE]
        if not len(open_):
            break
    found = np.tanh(z)
    found[open_] = np.nan
    found[np.abs(z) >= _LIMIT] = np.nan
    return np.asarray(found)


def _step(rho: Array, gradient: Array, hessian: Array, expected: Array) -> Array:
    """One step in z of each pair, at most one long."""
    slope = 1.0 - rho * rho
    downhill = gradient * slope
    curvature = -(hessian * slope**2 - 2.0 * rho * slope * gradient)
    fisher = downhill / np.maximum(expected * slope**2, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        newton = downhill / curvature
    use = (curvature > 0.0) & (np.abs(newton) < 3.0 * np.abs(fisher))
    return np.clip(np.where(use, newton, fisher), -1.0, 1.0)


def maximise_globally(derivatives: Derivatives, which: Indices) -> Array:
    """The correlations at the highest of all maxima of some likelihoods, shape (k,).

    The slopes at many values of z, added up, tell how high each maximum is; the highest one is
    bisected. NaN where the likelihood is highest at a limit of z.
    """
    z = np.linspace(-_LIMIT, _LIMIT, _POINTS)
    slopes = np.array([_slopes(derivatives, np.full(len(which), at), which) for at in z])
    rises = 0.5 * (slopes[1:] + slopes[:-1]) * np.diff(z)[:, None]
    heights = np.cumsum(np.vstack([np.zeros(len(which)), rises]), axis=0)
    best = heights.argmax(axis=0)
    inside = (best > 0) & (best < _POINTS - 1)
    low, high = z[np.maximum(best - 1, 0)], z[np.minimum(best + 1, _POINTS - 1)]
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        up = _slopes(derivatives, middle, which) > 0.0
        low, high = np.where(up, middle, low), np.where(up, high, middle)
    return np.where(inside, np.tanh(0.5 * (low + high)), np.nan)


def _slopes(derivatives: Derivatives, z: Array, which: Indices) -> Array:
    """Derivatives of likelihoods in z, shape (k,)."""
    rho = np.tanh(z)
    return np.asarray(derivatives(rho, which)[0] * (1.0 - rho * rho))
