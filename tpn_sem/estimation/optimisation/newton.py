"""Fisher scoring and Newton steps with a line search, in stacks of problems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Mask, cholesky, solve_factored
from ..implied import Implied
from ..objective import Objective

DECREMENT = 1e-16  # of the objective, by which a Newton step would still lower it
_NEWTON_FROM = 1e-2  # exact second derivatives pay off once the decrement is below
_MARGIN = 100.0
_ROUNDING = 1e-13
_HALVINGS = 30

Factors = list[Array]  # of the Hessians of a stack of problems, one a problem


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
    implied : tuple of Implied, or None
        The implied moments there, a group each, where the optimiser has them.
    """

    parameters: Array
    value: Array
    converged: Mask
    iterations: int
    active: tuple[int, ...] = ()
    implied: tuple[Implied, ...] | None = None


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
    halved until the objective falls. It stops on the Newton decrement g'H^-1 g / 2, where H may be
    the Hessian of the step before: so near the minimum they are alike.
    """
    reduction = objective.specification.restrictions.reduction
    state = evaluate(objective, reduction.project(start))
    batch = start.shape[:-1]
    converged, stuck = np.zeros(batch, dtype=bool), np.zeros(batch, dtype=bool)
    decrement = np.full(batch, np.inf)
    factors: Factors | None = None
    iterations = 0
    while iterations < max_iterations and not (converged | stuck).all():
        iterations += 1
        last = decrement
        step, decrement, factors = _step(objective, state.implied, last, factors)
        moving = ~(converged | stuck)
        state, better = line_search(objective, state, step, decrement, moving)
        done = decrement <= DECREMENT  # the step is taken all the same: it costs little by now
        if factors is not None:
            done = done | (better & (_next_decrement(decrement, last) <= DECREMENT))
        converged = converged | (moving & done)
        stuck = stuck | (moving & ~better & ~done)
    converged = converged | (stuck & (decrement < 1e-10))
    return Solution(
        reduction.expand(state.point),
        state.value,
        np.asarray(converged),
        iterations,
        implied=state.implied,
    )


def _next_decrement(decrement: Array, last: Array) -> Array:
    """What a Newton step leaves, by the quadratic convergence seen so far, with a margin.

    Near the minimum each decrement is a constant times the square of the one before. The step
    before may have been one of scoring, which converges more slowly, so that the constant, and
    with it the answer, is too large then.
    """
    return np.where(np.isfinite(last), _MARGIN * decrement**3 / last**2, np.inf)


@dataclass(frozen=True, eq=False)
class State:
    """Where a stack of problems stands: reduced parameters, shape (..., n_reduced), and moments."""

    point: Array
    implied: tuple[Implied, ...]
    value: Array


def evaluate(objective: Objective, point: Array) -> State:
    """Implied moments and the objective at reduced parameters, shape (..., n_reduced)."""
    implied = objective.imply(objective.specification.restrictions.reduction.expand(point))
    return State(point, implied, objective.value(implied))


def _step(
    objective: Objective, implied: tuple[Implied, ...], last: Array, factors: Factors | None
) -> tuple[Array, Array, Factors | None]:
    """Step, decrement, and the factors of the Hessians if it is Newton's (near the minimum).

    Where those of the step before say that the minimum is reached, no new ones are computed.
    """
    reduction = objective.specification.restrictions.reduction
    directions = objective.directions(implied)
    gradient = reduction.pull_gradient(objective.gradient(implied, directions))
    if factors is not None:
        step, decrement = _downhill(_solve_factored(factors, gradient), gradient)
        if (decrement <= DECREMENT).all():
            return step, decrement, factors
    if last.max() < _NEWTON_FROM:
        hessian = reduction.pull_hessian(objective.observed_hessian(implied, directions))
        factors = _factor(hessian)
        if factors is not None:
            return *_downhill(_solve_factored(factors, gradient), gradient), factors
    hessian = reduction.pull_hessian(objective.expected_hessian(implied, directions))
    return *_downhill(_solve(hessian, gradient), gradient), None


def _downhill(ascent: Array, gradient: Array) -> tuple[Array, Array]:
    """A step and its decrement, from H^-1 g and g."""
    return -ascent, 0.5 * (gradient * ascent).sum(axis=-1)


def _factor(hessian: Array) -> Factors | None:
    """Cholesky factors, one a problem; None where a Hessian is not positive definite."""
    factors = [cholesky(matrix) for matrix in hessian.reshape(-1, *hessian.shape[-2:])]
    found = [factor for factor in factors if factor is not None]
    return found if len(found) == len(factors) else None


def _solve_factored(factors: Factors, gradient: Array) -> Array:
    pairs = zip(factors, gradient.reshape(len(factors), -1), strict=True)
    return np.array([solve_factored(*pair) for pair in pairs]).reshape(gradient.shape)


def _solve(hessian: Array, gradient: Array) -> Array:
    """H^-1 g; a singular H gets a small multiple of its diagonal first."""
    try:
        found = np.linalg.solve(hessian, gradient[..., None])
    except np.linalg.LinAlgError:
        ridge = 1e-8 * np.diagonal(hessian, axis1=-2, axis2=-1).max(-1)
        damped = hessian + ridge[..., None, None] * np.eye(hessian.shape[-1])
        found = np.linalg.solve(damped, gradient[..., None])
    return np.asarray(found[..., 0], dtype=float)


def line_search(
    objective: Objective, state: State, step: Array, decrement: Array, moving: Mask
) -> tuple[State, Mask]:
    """Halve the steps until the objective falls by a fair share of what the step promises."""
    length = np.where(moving, 1.0, 0.0)
    tolerance = _ROUNDING * (1.0 + np.abs(state.value))
    for _ in range(_HALVINGS):
        trial = evaluate(objective, state.point + length[..., None] * step)
        fallen = trial.value <= state.value - 1e-4 * length * decrement + tolerance
        if (fallen | ~moving).all():
            return trial, moving
        length = np.where(fallen, length, 0.5 * length)
    length = np.where(fallen, length, 0.0)
    return evaluate(objective, state.point + length[..., None] * step), moving & fallen
