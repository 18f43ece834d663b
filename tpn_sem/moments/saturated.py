"""The unrestricted moments of data with missing answers, by maximum likelihood."""

from __future__ import annotations

import numpy as np

from ..numerics import Array, is_positive_definite, unvech, vech
from .missing_patterns import Patterns

_EM_STEPS = 2000
_NEWTON_STEPS = 30
_NEAR = 1e-3  # decrement below which Newton steps take over from EM
_DECREMENT = 1e-18


def saturate(patterns: Patterns, start: tuple[Array, Array]) -> tuple[Array, Array] | None:
    """Mean, shape (p,), and covariance matrix, (p, p), that maximise the likelihood.

    EM (Dempster, Laird & Rubin, 1977; Little & Rubin, 2002, ch. 11), and Newton steps once it is
    near: EM alone slows down with the share of missing answers.

    Returns
    -------
    tuple or None
        None where no maximum was found: the moments are not identified by these answers.
    """
    mean, covariance = start
    if patterns.are_complete:
        return patterns.mean[0], patterns.covariance[0]
    for step in range(_EM_STEPS):
        if step % 5 == 4:
            found = _newton(patterns, mean, covariance)
            if found is not None:
                return found
        mean, covariance = _em_step(patterns, mean, covariance)
        if not is_positive_definite(covariance):
            return None
    return None


def _em_step(patterns: Patterns, mean: Array, covariance: Array) -> tuple[Array, Array]:
    """Expected moments given the answers, with the slopes G and g of the deviance.

    The expected mean is mu - Sigma g / 2 and the expected second moment around mu is
    Sigma - Sigma G Sigma.
    """
    matrix, vector = patterns.at(mean, covariance).slope
    shift = -0.5 * covariance @ vector
    second = covariance - covariance @ matrix @ covariance - np.outer(shift, shift)
    return mean + shift, (second + second.T) / 2.0


def _newton(patterns: Patterns, mean: Array, covariance: Array) -> tuple[Array, Array] | None:
    """Newton steps to the maximum; None where they do not lead there from here."""
    p = len(mean)
    point = np.concatenate([mean, vech(covariance)])
    deviance = np.inf
    for _ in range(_NEWTON_STEPS):
        here = patterns.at(point[:p], unvech(point[p:], p))
        if not here.deviance <= deviance + 1e-10:
            return None
        deviance = float(here.deviance)
        hessian = here.curvature
        if not is_positive_definite(hessian):
            return None
        gradient = half_gradient(*here.slope)
        step = np.linalg.solve(hessian, gradient)
        decrement = 0.5 * float(gradient @ step)
        if decrement > _NEAR:
            return None
        point = point - step
        if decrement <= _DECREMENT:
            return point[:p], unvech(point[p:], p)
    return None


def half_gradient(matrix: Array, vector: Array) -> Array:
    """Half the slope of a deviance, in the mean and vech(covariance), shape (m,)."""
    weight = 2.0 * vech(matrix) - vech(np.diag(np.diag(matrix)))
    return np.concatenate([vector, weight]) / 2.0
