"""The greatest lower bound to reliability, by a barrier method."""

from __future__ import annotations

import numpy as np

from ..numerics import Array, correlation, is_positive_definite

_GAP = 1e-9  # of the bound, where the search ends
_SHRINK = 0.2
_MOST_STEPS = 50


def greatest_lower_bound(covariance: Array) -> float:
    """The smallest reliability of the sum that a covariance matrix allows, shape (k, k).

    1 - max 1't / 1'S1 over error variances t >= 0 with S - diag(t) positive semidefinite (Jackson
    & Agunwamba, 1977; Woodhouse & Jackson, 1977). A linear objective with a logarithmic
    barrier: Newton steps in t, whose Hessian is the squared entries of the inverse of S - diag(t);
    2k times the barrier's weight bounds what is missing. Of a sample it is too large (ten Berge &
    Socan, 2004). NaN where the matrix is not positive definite.
    """
    if not (np.isfinite(covariance).all() and is_positive_definite(covariance)):
        return float("nan")
    deviations = np.sqrt(np.diag(covariance))
    weights = deviations**2 / np.mean(deviations**2)
    errors = _largest_errors(correlation(covariance), weights)
    return float(1.0 - (errors * deviations**2).sum() / covariance.sum())


def _largest_errors(matrix: Array, weights: Array) -> Array:
    """Error variances of largest weighted sum, of a correlation matrix, shape (k,)."""
    errors = np.full(len(matrix), 0.5 * float(np.linalg.eigvalsh(matrix)[0]))
    barrier = 1.0
    while 2 * len(matrix) * barrier > _GAP:
        barrier *= _SHRINK
        errors = _centred(matrix, weights, errors, barrier)
    return errors


def _centred(matrix: Array, weights: Array, errors: Array, barrier: float) -> Array:
    """Newton steps to the point of the central path that goes with a barrier."""
    for _ in range(_MOST_STEPS):
        inverse = np.linalg.inv(matrix - np.diag(errors))
        slope = weights / barrier - np.diag(inverse) + 1.0 / errors
        step = np.linalg.solve(inverse**2 + np.diag(errors**-2.0), slope)
        decrement = float(slope @ step)
        errors = _inside(matrix, errors, step, decrement)
        if decrement < 1e-8:
            break
    return errors


def _inside(matrix: Array, errors: Array, step: Array, decrement: float) -> Array:
    """The damped step, shortened until it stays inside. Nesterov & Nemirovskii (1994)."""
    length = 1.0 if decrement < 0.06 else 1.0 / (1.0 + np.sqrt(decrement))
    while True:
        moved = errors + length * step
        if (moved > 0.0).all() and is_positive_definite(matrix - np.diag(moved)):
            return np.asarray(moved)
        length *= 0.5
        if length < 1e-10:
            return errors
