"""Minimisation under non-linear equality and inequality constraints.

Where the minimum without the constraints satisfies them, it is the answer. Else Newton steps on the
Lagrangian (Nocedal & Wright, 2006, ch. 18) lead from there, and from the start values, to where the
constraints hold. If neither arrives, sequential least squares (Kraft, 1988, in scipy) finds the
region of the minimum and the active inequalities, and Newton steps polish it, because standard
errors need a sharper minimum than the former reaches.
"""

from __future__ import annotations

import numpy as np

from ...errors import ModelError
from ...language import Expression
from ...numerics import Array
from ..objective import Objective
from .lagrangian import follow_conditions
from .newton import Solution, minimise
from .scaled_problem import ScaledProblem, scale_problem

_ACTIVE = 1e-5  # distance to a bound that counts as none, in the scaled parameters
_VIOLATED = 1e-4  # violation at which no solution was found
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
    _check_feasible(scale_problem(objective, start), found.parameters)
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
    problem = scale_problem(objective, start)
    values, _ = problem.constraints(problem.restrictions.inequalities, start)
    active = tuple(int(place) for place in np.flatnonzero(values < 0.0))
    value = objective.value(objective.imply(start))
    return follow_conditions(problem, Solution(start, value, np.asarray(False), 0, active))


def _search_from(objective: Objective, start: Array, max_iterations: int) -> Solution:
    problem = scale_problem(objective, start)
    return follow_conditions(problem, _search(problem, start, max_iterations))


def _search(problem: ScaledProblem, start: Array, max_iterations: int) -> Solution:
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
    problem : ScaledProblem
    expressions : tuple of Expression
    start : array, shape (n_free,)
        Where the units are taken; the constraints must have values there.
    """

    def __init__(self, problem: ScaledProblem, expressions: tuple[Expression, ...], start: Array):
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


def _check_feasible(problem: ScaledProblem, parameters: Array) -> None:
    try:
        violated = problem.violation(parameters)
    except ModelError:
        violated = np.inf
    if not violated <= _VIOLATED:
        raise ModelError(
            "no parameter values were found that satisfy the constraints (==, <, >) of the model; "
            "do they contradict each other, or are the start values far away?"
        )
