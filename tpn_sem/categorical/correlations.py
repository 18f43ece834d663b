"""Newton steps for many correlations at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..linalg import Array, Mask

_FARTHEST = 7.0  # atanh of a correlation of 1 - 1.7e-6: beyond, an association is perfect
_LARGEST_STEP = 0.7
_LAST_STEP = 1e-7  # convergence is quadratic: the step after it would be of the order 1e-14
_STEPS = 60

Derivatives = Callable[[Array], tuple[Array, Array, Array]]


def start_from(value: Array) -> Array:
    """Correlations to start from, away from one."""
    return np.clip(np.nan_to_num(value), -0.9, 0.9)


def maximise(derivatives: Derivatives, start: Array) -> tuple[Array, Mask]:
    """Correlations that maximise their likelihoods, and which of them run off to -1 or 1.

    Steps are taken in atanh(rho). Where the likelihood is not concave the scores' squares
    serve as curvature.

    Parameters
    ----------
    derivatives : function
        Correlations to the sums of the scores, of their squares and of their derivatives.
    start : array, shape (pairs,)
    """
    place = np.arctanh(start)
    perfect = np.zeros(len(start), dtype=bool)
    if not len(start):
        return start, perfect
    for _ in range(_STEPS):
        rho = np.tanh(place)
        score, squares, change = derivatives(rho)
        inside = 1.0 - rho * rho
        curvature = 2.0 * rho * inside * score - change * inside * inside
        usual = squares * inside * inside
        curvature = np.where(curvature > 0.1 * usual, curvature, usual)
        step = score * inside / np.maximum(curvature, 1e-300)
        step = np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        step[perfect] = 0.0
        place = place + step
        perfect |= np.abs(place) > _FARTHEST
        if np.abs(step).max() < _LAST_STEP:
            break
    else:
        perfect |= np.abs(step) >= _LAST_STEP
    return np.tanh(np.clip(place, -_FARTHEST, _FARTHEST)), perfect
