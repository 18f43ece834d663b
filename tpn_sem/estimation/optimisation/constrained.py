"""Minimisation under non-linear equality and inequality constraints.

Where the minimum without the constraints satisfies them, it is the answer. Else Newton steps on the
Lagrangian (Nocedal & Wright, 2006, ch. 18) lead from there, and from the start values, to where the
constraints hold. If neither arrives, sequential least squares (Kraft, 1988, in scipy) finds the
region of the minimum and the active inequalities, and Newton steps polish it, because standard
errors need a sharper minimum than the former reaches.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...errors import ModelError
from ...language import Expression
from ...numerics import Array, Stop, null_space, unit_scale
from ...specification import Restrictions
from ..implied import Directions, Implied
from ..objective import Objective
from .newton import CLOSE, DECREMENT, Solution, minimise

_ACTIVE = 1e-5  # distance to a bound that counts as none, in the scaled parameters
_FEASIBLE = 1e-7  # violation of a constraint at a solution, likewise
_VIOLATED = 1e-4  # violation at which no solution was found
_POLISHES = 40
_BALANCES = 3  # of rows and columns to length one
_CHANGES = 8  # of the active set, at most
_FLAT = 1e-9  # curvature in the scaled parameters that counts as zero
_OUTSIDE = 10.0  # violation said of a point where a constraint has no value


def minimise_constrained(objective: Objective, start: Array, max_iterations: int) -> Solution:
    """Minimise the objective of one problem under its non-linear constraints.

    Parameters
    ----------
    objective : Objective
    start : array, shape (n_free,)
    max_iterations : int

    Raises
    ------
    ModelError
        Where no point was found that satisfies the constraints.
    """
    relaxed = minimise(objective, start, max_iterations)
    if bool(relaxed.converged) and _satisfies(objective, relaxed.parameters):
        return relaxed
    found: Solution | None = None
    trouble: ModelError | None = None
    for method in (_descend_from, _search_from):
        for begin in (relaxed.parameters, start):
            try:
                candidate = method(objective, begin, max_iterations)
            except ModelError as error:  # no value there, or no way to where the constraints hold
                trouble = error
                continue
            if found is None or _is_better(candidate, found, objective.unit):
                found = candidate
        if found is not None and bool(found.converged):
            return found
    if found is None:
        assert trouble is not None
        raise trouble
    _check_feasible(_scaled(objective, start), found.parameters)
    return found


def _satisfies(objective: Objective, parameters: Array) -> bool:
    """Whether a point satisfies all constraints, none of them an equation."""
    restrictions = objective.specification.restrictions
    try:
        values, _ = restrictions.evaluate(restrictions.inequalities, parameters)
    except ModelError:
        return False
    return not restrictions.equalities and bool((values >= 0.0).all())


def _is_better(one: Solution, other: Solution, unit: float) -> bool:
    if bool(one.converged) != bool(other.converged):
        return bool(one.converged)
    return float(one.value) < float(other.value) - 1e-9 * unit


def _descend_from(objective: Objective, start: Array, max_iterations: int) -> Solution:
    """Newton steps only, the inequalities that the start violates taken for active."""
    problem = _scaled(objective, start)
    values, _ = problem.constraints(problem.restrictions.inequalities, start)
    active = tuple(int(place) for place in np.flatnonzero(values < 0.0))
    value = objective.value(objective.imply(start))
    return _polish(problem, Solution(start, value, np.asarray(False), 0, active))


def _search_from(objective: Objective, start: Array, max_iterations: int) -> Solution:
    problem = _scaled(objective, start)
    return _polish(problem, _search(problem, start, max_iterations))


@dataclass(frozen=True, eq=False)
class _Scaled:
    """A problem in units that its data set.

    Attributes
    ----------
    objective : Objective
    directions : array, shape (n_free, n_reduced)
        Changes of the free parameters along the scaled ones, in which the objective's Hessian is
        the identity at the start.
    """

    objective: Objective
    directions: Array

    @property
    def restrictions(self) -> Restrictions:
        return self.objective.specification.restrictions

    def constraints(
        self, expressions: tuple[Expression, ...], parameters: Array
    ) -> tuple[Array, Array]:
        """Values over the lengths of their slopes, and the slopes of length one."""
        values, jacobian = self.restrictions.evaluate(expressions, parameters)
        lengths = self.lengths(jacobian)
        return values / lengths, jacobian @ self.directions / lengths[:, None]

    def lengths(self, jacobian: Array) -> Array:
        """Lengths of the slopes along the scaled parameters; one where a slope is zero."""
        lengths = np.linalg.norm(jacobian @ self.directions, axis=1)
        return np.where(lengths > 0.0, lengths, 1.0)

    def violation(self, parameters: Array) -> float:
        """The largest violation of a constraint."""
        equal, _ = self.constraints(self.restrictions.equalities, parameters)
        unequal, _ = self.constraints(self.restrictions.inequalities, parameters)
        return max(np.max(np.abs(equal), initial=0.0), np.max(-unequal, initial=0.0))


def _scaled(objective: Objective, start: Array) -> _Scaled:
    """Scale first by the diagonal of the Hessian, then by what it leaves."""
    basis = objective.specification.restrictions.reduction.basis
    implied = objective.imply(start)
    hessian = basis.T @ objective.expected_hessian(implied, objective.directions(implied)) @ basis
    hessian = hessian / objective.unit
    sizes = unit_scale(hessian)
    values, vectors = np.linalg.eigh(sizes[:, None] * hessian * sizes)
    scale = sizes[:, None] * vectors / np.sqrt(np.maximum(values, 1e-8 * values.max()))
    return _Scaled(objective, basis @ scale)


def _search(problem: _Scaled, start: Array, max_iterations: int) -> Solution:
    from scipy.optimize import minimize

    objective, restrictions = problem.objective, problem.restrictions
    unit, directions = objective.unit, problem.directions

    def value_and_gradient(point: Array) -> tuple[float, Array]:
        implied = objective.imply(start + directions @ point)
        value = float(objective.value(implied)) / unit
        if not np.isfinite(value):
            return 1e10, np.zeros_like(point)
        gradient = objective.gradient(implied, objective.directions(implied)) / unit
        return value, gradient @ directions

    kinds = (("eq", restrictions.equalities), ("ineq", restrictions.inequalities))
    found = minimize(
        value_and_gradient,
        np.zeros(directions.shape[1]),
        jac=True,
        method="SLSQP",
        constraints=[
            _Guarded(problem, expressions, start).as_constraint(kind)
            for kind, expressions in kinds
            if expressions
        ],
        options={"ftol": 1e-14, "maxiter": max_iterations},
    )
    parameters = start + directions @ found.x
    _check_feasible(problem, parameters)
    value, _ = problem.constraints(restrictions.inequalities, parameters)
    active = tuple(int(place) for place in np.flatnonzero(value < _ACTIVE))
    return Solution(
        parameters,
        objective.value(objective.imply(parameters)),
        np.asarray(bool(found.success)),
        int(found.nit),
        active,
    )


class _Guarded:
    """Constraints in constant units, for a search that may leave where they have values.

    Parameters
    ----------
    problem : _Scaled
    expressions : tuple of Expression
    start : array, shape (n_free,)
        Where the units are taken; the constraints must have values there.
    """

    def __init__(self, problem: _Scaled, expressions: tuple[Expression, ...], start: Array):
        self.problem, self.expressions, self.start = problem, expressions, start
        _, slopes = problem.restrictions.evaluate(expressions, start)
        self.lengths = problem.lengths(slopes)
        self.slopes = slopes

    def as_constraint(self, kind: str) -> dict[str, object]:
        """What scipy takes."""
        return {
            "type": kind,
            "fun": lambda point: self._at(point)[0],
            "jac": lambda point: self._at(point)[1],
        }

    def _at(self, point: Array) -> tuple[Array, Array]:
        parameters = self.start + self.problem.directions @ point
        try:
            values, slopes = self.problem.restrictions.evaluate(self.expressions, parameters)
        except ModelError:  # outside its domain: far from satisfied, so that the step is halved
            values, slopes = -_OUTSIDE * self.lengths, self.slopes
        self.slopes = slopes
        return values / self.lengths, slopes @ self.problem.directions / self.lengths[:, None]


def _check_feasible(problem: _Scaled, parameters: Array) -> None:
    try:
        violated = problem.violation(parameters)
    except ModelError:
        violated = np.inf
    if not violated <= _VIOLATED:
        raise ModelError(
            "no parameter values were found that satisfy the constraints (==, <, >) of the model; "
            "do they contradict each other, or are the start values far away?"
        )


def tangent(restrictions: Restrictions, solution: Solution) -> Array:
    """Basis of the directions that the constraints leave free at a solution, (n_free, n).

    Active inequalities count as equalities.
    """
    basis = restrictions.reduction.basis
    expressions = restrictions.equalities + _active(restrictions, solution.active)
    jacobian = restrictions.evaluate(expressions, solution.parameters)[1] @ basis
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


def _polish(problem: _Scaled, solution: Solution) -> Solution:
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
    problem: _Scaled, solution: Solution, expressions: tuple[Expression, ...]
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
    problem: _Scaled, implied: tuple[Implied, ...], along: tuple[Directions, ...], slopes: Array
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
    problem: _Scaled, expressions: tuple[Expression, ...], parameters: Array, multipliers: Array
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
    problem: _Scaled, expressions: tuple[Expression, ...], parameters: Array, step: Array
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
