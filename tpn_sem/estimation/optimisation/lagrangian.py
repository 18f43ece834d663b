"""Newton steps on the Lagrangian, to where first-order conditions hold under constraints.

Nocedal & Wright (2006, ch. 18).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import ModelError
from ...language import Expression
from ...numerics import Array, Stop, null_space
from ...specification import Restrictions
from ..implied import Directions, Implied
from .newton import CLOSE, DECREMENT, Solution
from .scaled_problem import ScaledProblem

_FEASIBLE = 1e-7  # violation of a constraint at a solution, in the scaled parameters
_POLISHES = 40
_BALANCES = 3  # of rows and columns to length one
_CHANGES = 8  # of the active set, at most
_FLAT = 1e-9  # curvature in the scaled parameters that counts as zero


def tangent(restrictions: Restrictions, solution: Solution, further: Array) -> Array:
    """Basis of the directions that the constraints leave free at a solution, (n_free, n).

    Active inequalities count as equalities.

    Parameters
    ----------
    further : array, shape (k, n_free)
        Slopes of equations beside those of the restrictions.
    """
    basis = restrictions.reduction.basis
    expressions = restrictions.equalities + _active(restrictions, solution.active)
    own = restrictions.evaluate(expressions, solution.parameters)[1]
    jacobian = np.concatenate([own, further]) @ basis
    return basis @ _free_directions(jacobian) if len(jacobian) else basis


def _free_directions(jacobian: Array) -> Array:
    """Null space of a Jacobian in whatever units its rows and columns have."""
    bound = np.flatnonzero(np.any(jacobian != 0.0, axis=0))
    loose = np.eye(jacobian.shape[1])
    inside = jacobian[np.ix_(np.any(jacobian != 0.0, axis=1), bound)]
    sizes = np.ones(len(bound))
    for _ in range(_BALANCES):
        inside = inside / np.linalg.norm(inside, axis=1)[:, None]
        lengths = np.linalg.norm(inside, axis=0)
        inside, sizes = inside / lengths, sizes / lengths
    tied = loose[:, bound] @ (sizes[:, None] * null_space(inside))
    return np.hstack([np.delete(loose, bound, axis=1), tied])


def _active(restrictions: Restrictions, places: tuple[int, ...]) -> tuple[Expression, ...]:
    return tuple(restrictions.inequalities[place] for place in places)


def follow_conditions(problem: ScaledProblem, solution: Solution) -> Solution:
    """Newton steps on the Lagrangian, with inequalities let go or taken on as their signs say."""
    restrictions = problem.restrictions
    for _ in range(_CHANGES):
        expressions = restrictions.equalities + _active(restrictions, solution.active)
        polished, multipliers = _solve_conditions(problem, solution, expressions)
        if not bool(polished.converged):
            return polished
        pushes = multipliers[len(restrictions.equalities) :]
        distances, _ = problem.constraints(restrictions.inequalities, polished.parameters)
        kept = [place for place, push in zip(solution.active, pushes, strict=True) if push <= 0.0]
        crossed = {int(place) for place in np.flatnonzero(distances < -_FEASIBLE)}
        active = tuple(sorted({*kept, *crossed}))
        if active == solution.active:
            return polished
        begin = solution.parameters if crossed else polished.parameters
        solution = replace(solution, parameters=begin, active=active)
    return replace(polished, converged=np.asarray(False))


def _solve_conditions(
    problem: ScaledProblem, solution: Solution, expressions: tuple[Expression, ...]
) -> tuple[Solution, Array]:
    """Where the first-order conditions hold with all expressions zero, and the multipliers.

    Not the loop of `numerics.optimiser`: on the way to the constraints the objective may rise.
    """
    objective, unit = problem.objective, problem.objective.unit
    parameters, value = solution.parameters, solution.value
    multipliers: Array = np.zeros(len(expressions))
    decrement, violated, stopped, taken = np.inf, np.inf, Stop.ITERATIONS, solution.iterations
    for _ in range(_POLISHES):
        implied = objective.imply(parameters)
        along = objective.directions(implied)
        gradient = objective.gradient(implied, along) @ problem.directions / unit
        values, slopes = problem.constraints(expressions, parameters)
        hessian = _curvature(problem, implied, along, slopes)
        bent = hessian + _bend(problem, expressions, parameters, multipliers)
        taken += 1
        step, multipliers = _constrained_step(bent, gradient, values, slopes)
        decrement = abs(float(0.5 * step @ bent @ step))
        violated = float(np.max(np.abs(values), initial=0.0))
        if decrement < DECREMENT and violated < 1e-11:
            stopped = Stop.DECREMENT
            break
        moved = _move(problem, expressions, parameters, step)
        if moved is None:
            stopped = Stop.NO_DESCENT
            break
        parameters, value = moved
    lowest = bool(_lowest(bent, slopes) > -_FLAT)
    converged = decrement < CLOSE and violated < _FEASIBLE and lowest
    if converged and stopped != Stop.DECREMENT:
        stopped = Stop.ROUNDING
    found = replace(
        solution,
        parameters=parameters,
        value=value,
        converged=np.asarray(converged),
        iterations=taken,
        stopped=np.asarray(stopped, dtype=np.int8),
    )
    return found, multipliers


def _curvature(
    problem: ScaledProblem,
    implied: tuple[Implied, ...],
    along: tuple[Directions, ...],
    slopes: Array,
) -> Array:
    """The observed Hessian, or the expected one where that curves down along the constraints."""
    objective, directions = problem.objective, problem.directions
    for hessian in (objective.observed_hessian, objective.expected_hessian):
        found = directions.T @ hessian(implied, along) @ directions / objective.unit
        if _lowest(found, slopes) > 0.0:
            break
    return np.asarray(found)


def _lowest(hessian: Array, slopes: Array) -> float:
    """The lowest curvature along directions that the constraints leave free."""
    free = null_space(slopes) if len(slopes) else np.eye(len(hessian))
    return float(np.linalg.eigvalsh(free.T @ hessian @ free).min(initial=np.inf))


def _bend(
    problem: ScaledProblem,
    expressions: tuple[Expression, ...],
    parameters: Array,
    multipliers: Array,
) -> Array:
    """Second derivatives of the constraints, weighed by their multipliers, by differences."""
    size = problem.directions.shape[1]
    bend = np.zeros((size, size))
    if not np.any(multipliers):
        return bend
    width = 1e-5
    weights = multipliers / problem.lengths(
        problem.restrictions.evaluate(expressions, parameters)[1]
    )
    for place in range(size):
        shift = width * problem.directions[:, place]
        try:
            _, ahead = problem.restrictions.evaluate(expressions, parameters + shift)
            _, back = problem.restrictions.evaluate(expressions, parameters - shift)
        except ModelError:  # at the edge of a domain: first derivatives must do
            return np.zeros((size, size))
        bend[place] = weights @ (ahead - back) @ problem.directions / (2.0 * width)
    return 0.5 * (bend + bend.T)


def _move(
    problem: ScaledProblem, expressions: tuple[Expression, ...], parameters: Array, step: Array
) -> tuple[Array, Array] | None:
    """The longest of ever shorter steps at whose end everything has a value."""
    for halving in range(12):
        moved = parameters + 0.5**halving * (problem.directions @ step)
        value = problem.objective.value(problem.objective.imply(moved))
        try:
            problem.restrictions.evaluate(expressions, moved)
        except ModelError:
            continue
        if np.isfinite(value):
            return moved, value
    return None


def _constrained_step(
    hessian: Array, gradient: Array, values: Array, slopes: Array
) -> tuple[Array, Array]:
    """The step, and the multipliers: negative where an inequality pushes back."""
    n, m = len(gradient), len(values)
    system = np.zeros((n + m, n + m))
    system[:n, :n] = hessian
    system[:n, n:] = slopes.T
    system[n:, :n] = slopes
    target = -np.concatenate([gradient, values])
    found = np.linalg.lstsq(system, target, rcond=None)[0]
    return found[:n], found[n:]
