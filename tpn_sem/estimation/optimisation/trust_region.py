"""Newton steps within a trust region, where plain scoring does not reach a minimum.

Moré & Sorensen (1983); Nocedal & Wright (2006, ch. 4). The exact Hessian need not be positive
definite: negative curvature is followed, also away from a stationary point on a symmetry, and a
direction that the expected information does not see is no obstacle.
"""

from __future__ import annotations

import numpy as np

from ...numerics import Array, Stop, unit_scale
from ..objective import Objective
from .newton import DECREMENT, Solution, evaluate

_LARGEST, _SMALLEST = 1e3, 1e-14  # of the radius, in units of the scaled parameters
_FLAT = 1e-9  # eigenvalue of the scaled Hessian, over the largest, that counts as zero
_CLOSE = 1e-12  # decrement that rounding keeps from falling further


def minimise_in_region(objective: Objective, start: Array, max_iterations: int) -> Solution:
    """Minimise the objective of one problem over the reduced parameters.

    Parameters
    ----------
    objective : Objective
    start : array, shape (n_free,)
    max_iterations : int
    """
    reduction, unit = objective.specification.restrictions.reduction, objective.unit
    here = evaluate(objective, reduction.project(start))
    gradient, hessian = _derivatives(objective, here.point)
    scale = unit_scale(hessian)
    radius, iterations, decrement = 1.0, 0, np.inf
    stopped = Stop.ITERATIONS
    while iterations < max_iterations:
        if not np.isfinite(hessian).all():
            stopped = Stop.NOT_FINITE
            break
        iterations += 1
        values, vectors = np.linalg.eigh(scale[:, None] * hessian * scale)
        pulled = vectors.T @ (scale * gradient)
        flat = _FLAT * np.abs(values).max()
        decrement = float(0.5 * (pulled**2 / np.maximum(np.abs(values), flat)).sum())
        if decrement <= DECREMENT * unit and values[0] >= -flat:
            stopped = Stop.DECREMENT
            break
        move = _step(values, pulled, radius)
        promised = -float(pulled @ move + 0.5 * (values * move) @ move)
        trial = evaluate(objective, here.point + scale * (vectors @ move))
        fallen = float(here.value - trial.value)
        share = fallen / promised if promised > 0.0 and np.isfinite(trial.value) else -1.0
        length = float(np.linalg.norm(move))
        if share > 1e-4:
            here = trial
            gradient, hessian = _derivatives(objective, here.point)
        if share < 0.25:
            radius = 0.25 * length
        elif share > 0.75 and length > 0.9 * radius:
            radius = min(2.0 * radius, _LARGEST)
        if radius < _SMALLEST or promised <= 1e-15 * (unit + abs(float(here.value))):
            near = decrement <= _CLOSE * unit and values[0] >= -1e-6 * np.abs(values).max()
            stopped = Stop.ROUNDING if near else Stop.NO_DESCENT
            break
    converged = stopped in (Stop.DECREMENT, Stop.ROUNDING)
    return Solution(
        reduction.expand(here.point),
        here.value,
        np.asarray(converged),
        iterations,
        implied=here.implied,
        stopped=np.asarray(int(stopped), dtype=np.int8),
    )


def _derivatives(objective: Objective, point: Array) -> tuple[Array, Array]:
    """Gradient and exact Hessian in the reduced parameters."""
    reduction = objective.specification.restrictions.reduction
    implied = objective.imply(reduction.expand(point))
    directions = objective.directions(implied)
    gradient = reduction.pull_gradient(objective.gradient(implied, directions))
    return gradient, reduction.pull_hessian(objective.observed_hessian(implied, directions))


def _step(values: Array, pulled: Array, radius: float) -> Array:
    """The step in the eigenvectors that lowers the quadratic model most within the radius."""
    floor = max(0.0, -float(values[0]))
    tiny = 1e-12 * max(1.0, float(np.abs(values).max()))
    if floor == 0.0 and values[0] > tiny:
        whole = -pulled / values
        if np.linalg.norm(whole) <= radius:
            return whole
    low, high = floor + tiny, floor + float(np.linalg.norm(pulled)) / radius + tiny
    inner = -pulled / (values + low)
    if np.linalg.norm(inner) <= radius:  # the gradient does not see the lowest direction
        rest = np.sqrt(max(radius**2 - float(inner @ inner), 0.0))
        inner = inner.copy()
        inner[0] += rest if inner[0] >= 0.0 else -rest
        return inner
    for _ in range(60):
        middle = 0.5 * (low + high)
        if np.linalg.norm(pulled / (values + middle)) > radius:
            low = middle
        else:
            high = middle
    return np.asarray(-pulled / (values + high))
