"""Minimisation under non-linear equality and inequality constraints.

Sequential least squares (Kraft, 1988, in scipy) finds the minimum and the active inequalities;
Fisher-scoring steps in the tangent space of the active constraints then polish it, because
standard errors need a sharper minimum than the former reaches.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import ModelError
from ...numerics import Array, Stop, null_space
from ...specification import Restrictions
from ..objective import Objective
from .newton import DECREMENT, Solution

_FEASIBLE = 1e-7
_POLISHES = 30


def minimise_constrained(objective: Objective, start: Array, max_iterations: int) -> Solution:
    """Minimise the objective of one problem under its non-linear constraints.

    Parameters
    ----------
    objective : Objective
    start : array, shape (n_free,)

    Raises
    ------
    ModelError
        Where no point was found that satisfies the constraints.
    """
    rough = _search(objective, start, max_iterations)
    restrictions = objective.specification.restrictions
    values, _ = restrictions.evaluate(restrictions.inequalities, rough.parameters)
    active = tuple(int(place) for place in np.flatnonzero(values < 1e-6))
    return _polish(objective, replace(rough, active=active))


def _search(objective: Objective, start: Array, max_iterations: int) -> Solution:
    from scipy.optimize import minimize

    restrictions = objective.specification.restrictions
    reduction = restrictions.reduction
    scale = _scale(objective, start)  # the objective's Hessian becomes the identity

    def expand(point: Array) -> Array:
        return reduction.expand(scale @ point)

    def value_and_gradient(point: Array) -> tuple[float, Array]:
        implied = objective.imply(expand(point))
        value = float(objective.value(implied))
        if not np.isfinite(value):
            return 1e10, np.zeros_like(point)
        gradient = objective.gradient(implied, objective.directions(implied))
        return value, gradient @ reduction.basis @ scale

    constraints = [
        {
            "type": kind,
            "fun": lambda point, e=expressions: restrictions.evaluate(e, expand(point))[0],
            "jac": lambda point, e=expressions: (
                restrictions.evaluate(e, expand(point))[1] @ reduction.basis @ scale
            ),
        }
        for kind, expressions in (
            ("eq", restrictions.equalities),
            ("ineq", restrictions.inequalities),
        )
        if expressions
    ]
    found = minimize(
        value_and_gradient,
        np.linalg.solve(scale, reduction.project(start)),
        jac=True,
        method="SLSQP",
        constraints=constraints,
        options={"ftol": 1e-14, "maxiter": max_iterations},
    )
    parameters = expand(found.x)
    _check_feasible(restrictions, parameters)
    value = np.asarray(found.fun)
    return Solution(parameters, value, np.asarray(bool(found.success)), int(found.nit))


def _scale(objective: Objective, start: Array) -> Array:
    basis = objective.specification.restrictions.reduction.basis
    implied = objective.imply(start)
    hessian = basis.T @ objective.expected_hessian(implied, objective.directions(implied)) @ basis
    values, vectors = np.linalg.eigh(hessian)
    return vectors / np.sqrt(np.maximum(values, 1e-8 * values.max()))


def _check_feasible(restrictions: Restrictions, parameters: Array) -> None:
    equal, _ = restrictions.evaluate(restrictions.equalities, parameters)
    unequal, _ = restrictions.evaluate(restrictions.inequalities, parameters)
    violated = max(np.max(np.abs(equal), initial=0.0), np.max(-unequal, initial=0.0))
    if violated > 1e-4:
        raise ModelError(
            "no parameter values were found that satisfy the constraints (==, <, >) of the model; "
            "do they contradict each other, or are the start values far away?"
        )


def tangent(restrictions: Restrictions, solution: Solution) -> Array:
    """Basis of the directions that the constraints leave free at a solution, (n_free, n).

    Active inequalities count as equalities.
    """
    basis = restrictions.reduction.basis
    jacobian = _jacobian(restrictions, solution)[1] @ basis
    return basis @ null_space(jacobian) if len(jacobian) else basis


def _jacobian(restrictions: Restrictions, solution: Solution) -> tuple[Array, Array]:
    active = tuple(restrictions.inequalities[place] for place in solution.active)
    return restrictions.evaluate(restrictions.equalities + active, solution.parameters)


def _polish(objective: Objective, solution: Solution) -> Solution:
    """Steps that solve the first-order conditions with the active constraints as equalities.

    Not the loop of `numerics.optimiser`: on the way to the constraints the objective may rise.
    """
    restrictions = objective.specification.restrictions
    basis = restrictions.reduction.basis
    decrement, violated, stopped = np.inf, np.inf, Stop.ITERATIONS
    for _ in range(_POLISHES):
        implied = objective.imply(solution.parameters)
        directions = objective.directions(implied)
        gradient = objective.gradient(implied, directions) @ basis
        hessian = basis.T @ objective.expected_hessian(implied, directions) @ basis
        values, jacobian = _jacobian(restrictions, solution)
        step = _constrained_step(hessian, gradient, values, jacobian @ basis)
        decrement = float(0.5 * step @ hessian @ step)
        violated = float(np.max(np.abs(values), initial=0.0))
        if decrement < DECREMENT and violated < 1e-12:
            stopped = Stop.DECREMENT
            break
        moved = solution.parameters + basis @ step
        value = objective.value(objective.imply(moved))
        if not np.isfinite(value):
            stopped = Stop.NO_DESCENT
            break
        solution = replace(solution, parameters=moved, value=value)
    converged = decrement < 1e-9 and violated < _FEASIBLE
    if converged and stopped != Stop.DECREMENT:
        stopped = Stop.ROUNDING
    return replace(
        solution,
        converged=np.asarray(converged),
        stopped=np.asarray(stopped, dtype=np.int8),
    )


def _constrained_step(hessian: Array, gradient: Array, values: Array, jacobian: Array) -> Array:
    n, m = len(gradient), len(values)
    system = np.zeros((n + m, n + m))
    system[:n, :n] = hessian
    system[:n, n:] = jacobian.T
    system[n:, :n] = jacobian
    target = -np.concatenate([gradient, values])
    return np.linalg.lstsq(system, target, rcond=None)[0][:n]
