"""From start values to a minimum: Fisher scoring with step control, in stacks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .implied import Implied
from .linalg import Array, Mask
from .objective import Objective

DECREMENT = 1e-16  # of the objective, by which a Newton step would still lower it
_NEWTON_FROM = 1e-2  # exact second derivatives pay off once the decrement is below
_MARGIN = 10.0
_ROUNDING = 1e-13
_HALVINGS = 30


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the optimiser stopped.

    Attributes
    ----------
    parameters : array, shape (..., n_free)
    value : array, shape (...)
        The objective there.
    converged : bool array, shape (...)
    iterations : int
    active : tuple of int
        Places of the inequalities that hold with equality.
    """

    parameters: Array
    value: Array
    converged: Mask
    iterations: int
    active: tuple[int, ...] = ()


def minimise(objective: Objective, start: Array, max_iterations: int = 500) -> Solution:
    """Minimise the objective over the reduced parameters of a stack of problems.

    Parameters
    ----------
    objective : Objective
    start : array, shape (..., n_free)
        Start values that satisfy the linear constraints.
    max_iterations : int

    Notes
    -----
    Fisher scoring, then Newton steps where the exact Hessian is positive definite; steps are
    halved until the objective falls. It stops on the Newton decrement g'H^-1 g / 2.
    """
    reduction = objective.specification.restrictions.reduction
    batch = start.shape[:-1]
    point = np.atleast_2d(reduction.project(start))
    state = _evaluate(objective, point)
    converged = np.zeros(len(point), dtype=bool)
    stuck = np.zeros(len(point), dtype=bool)
    decrement = np.full(len(point), np.inf)
    iterations = 0
    while iterations < max_iterations and not np.all(converged | stuck):
        iterations += 1
        last = decrement
        step, decrement, newton = _step(objective, state.implied, float(last.max()))
        converged |= decrement <= DECREMENT
        moving = ~(converged | stuck)
        if not moving.any():
            break
        state, better = _line_search(objective, state, step, decrement, moving)
        stuck |= moving & ~better
        if newton:
            converged |= moving & better & (_next_decrement(decrement, last) <= DECREMENT)
    converged |= stuck & (decrement < 1e-10)
    parameters = reduction.expand(state.point)
    return Solution(
        parameters.reshape(*batch, -1),
        state.value.reshape(batch),
        converged.reshape(batch),
        iterations,
    )


def _next_decrement(decrement: Array, last: Array) -> Array:
    """What a Newton step leaves, by the quadratic convergence seen so far, with a margin.

    Near the minimum each decrement is a constant times the square of the one before. The step
    before may have been one of scoring, which converges more slowly, so that the constant, and
    with it the answer, is too large then.
    """
    with np.errstate(invalid="ignore"):
        constant = np.where(np.isfinite(last), decrement / last**2, np.inf)
    return np.asarray(_MARGIN * constant * decrement**2)


@dataclass(frozen=True, eq=False)
class _State:
    """Where a stack of problems stands: reduced parameters, shape (b, n_reduced), and moments."""

    point: Array
    implied: tuple[Implied, ...]
    value: Array


def _evaluate(objective: Objective, point: Array) -> _State:
    implied = objective.imply(objective.specification.restrictions.reduction.expand(point))
    return _State(point, implied, objective.value(implied))


def _step(
    objective: Objective, implied: tuple[Implied, ...], decrement: float
) -> tuple[Array, Array, bool]:
    """Step, decrement, and whether it is Newton's (near the minimum) or of scoring."""
    reduction = objective.specification.restrictions.reduction
    directions = objective.directions(implied)
    gradient = reduction.pull_gradient(objective.gradient(implied, directions))
    newton = decrement < _NEWTON_FROM
    if newton:
        hessian = reduction.pull_hessian(objective.observed_hessian(implied, directions))
        newton = _positive_definite(hessian)
    if not newton:
        hessian = reduction.pull_hessian(objective.expected_hessian(implied, directions))
    step = -_solve(hessian, gradient)
    return step, -0.5 * np.einsum("bi,bi->b", gradient, step), newton


def _positive_definite(hessian: Array) -> bool:
    try:
        np.linalg.cholesky(hessian)
    except np.linalg.LinAlgError:
        return False
    return True


def _solve(hessian: Array, gradient: Array) -> Array:
    """H^-1 g; a singular H gets a small multiple of its diagonal first."""
    try:
        found = np.linalg.solve(hessian, gradient[..., None])
    except np.linalg.LinAlgError:
        ridge = 1e-8 * np.diagonal(hessian, axis1=-2, axis2=-1).max(-1)
        damped = hessian + ridge[..., None, None] * np.eye(hessian.shape[-1])
        found = np.linalg.solve(damped, gradient[..., None])
    return np.asarray(found[..., 0], dtype=float)


def _line_search(
    objective: Objective, state: _State, step: Array, decrement: Array, moving: Mask
) -> tuple[_State, Mask]:
    """Halve the steps until the objective falls by a fair share of what the step promises."""
    length = np.where(moving, 1.0, 0.0)
    tolerance = _ROUNDING * (1.0 + np.abs(state.value))
    for _ in range(_HALVINGS):
        trial = _evaluate(objective, state.point + length[:, None] * step)
        fallen = trial.value <= state.value - 1e-4 * length * decrement + tolerance
        if np.all(fallen | ~moving):
            return trial, moving
        length = np.where(fallen, length, 0.5 * length)
    length = np.where(fallen, length, 0.0)
    return _evaluate(objective, state.point + length[:, None] * step), moving & fallen
