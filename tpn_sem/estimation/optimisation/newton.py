"""Fisher scoring and Newton steps with a line search, in stacks of problems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...numerics import (
    Array,
    Mask,
    Problem,
    Step,
    Stopping,
    Stops,
    cholesky,
    descend,
    quadratic,
    solve_factored,
    unit_scale,
)
from ..implied import Implied
from ..objective import Objective

DECREMENT = 1e-16  # of the objective, by which a Newton step would still lower it
CLOSE = 1e-10  # a decrement below which only rounding keeps the objective from falling
_SLOW = 0.3  # share of the decrement before, above which expected second derivatives are too rough
_SINGULAR = 1e-11  # eigenvalue of a scaled Hessian that is zero but for rounding
_RIDGE = 1e-6  # what such a Hessian gets on its diagonal
_NEWTON_FROM = 1e-2  # exact second derivatives pay off once the decrement is below

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
    stopped : int array, shape (...), or None
        Why, as codes of `numerics.Stop`; None where the solution was put together from others.
    how : str
        What was needed beyond the default steps from the default start; empty if nothing.
    trace : array, shape (k, 1 + n_free), or None
        The objective and the parameters, a row an evaluation, where that was asked for.
    """

    parameters: Array
    value: Array
    converged: Mask
    iterations: int
    active: tuple[int, ...] = ()
    implied: tuple[Implied, ...] | None = None
    stopped: Stops | None = None
    how: str = ""
    trace: Array | None = None


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
    # Scoring can find its way back from start values that imply no positive definite matrix.
    unit = objective.unit
    stopping = Stopping(
        DECREMENT * unit, CLOSE * unit, max_iterations, finite_start=False, unit=unit
    )
    found = descend(_Scoring(objective), reduction.project(start), stopping)
    return Solution(
        reduction.expand(found.point),
        found.value,
        found.converged,
        found.iterations,
        implied=found.here.implied,
        stopped=found.stopped,
    )


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


class _Scoring(Problem[State]):
    """Fisher scoring, and Newton's steps near the minimum."""

    def __init__(self, objective: Objective):
        self.objective = objective
        self.factors: Factors | None = None  # of the Hessians of the last step, if Newton's
        self.slow = False  # whether expected second derivatives were seen to be too rough

    def at(self, point: Array) -> State:
        """Implied moments and the objective."""
        return evaluate(self.objective, point)

    def step(self, here: State, last: Array) -> Step:
        """Where the Hessians of the step before say that this is the minimum, none are computed."""
        reduction = self.objective.specification.restrictions.reduction
        directions = self.objective.directions(here.implied)
        gradient = reduction.pull_gradient(self.objective.gradient(here.implied, directions))
        if self.factors is not None:
            step = _downhill(_solve_factored(self.factors, gradient), gradient)
            if (step.decrement <= DECREMENT * self.objective.unit).all():
                return step
        if last.max() < _NEWTON_FROM * self.objective.unit:
            exact = self.objective.observed_hessian(here.implied, directions)
            self.factors = _factor(reduction.pull_hessian(exact))
            if self.factors is not None:
                step = _downhill(_solve_factored(self.factors, gradient), gradient)
                self.slow = self.slow or self._is_slow(step, last)
                if self.slow:
                    step = self._exact_step(here, gradient) or step
                return step._replace(left=quadratic(step.decrement, last))
        expected = self.objective.expected_hessian(here.implied, directions)
        self.factors = None
        return _downhill(_solve(reduction.pull_hessian(expected), gradient), gradient)

    def _is_slow(self, step: Step, last: Array) -> bool:
        """Whether expected second derivatives of ordinal items lead to the minimum slowly."""
        ordinal = bool(self.objective.specification.categories)
        return ordinal and bool((step.decrement > np.maximum(_SLOW * last, DECREMENT)).any())

    def _exact_step(self, here: State, gradient: Array) -> Step | None:
        """Newton's step; None where a Hessian is not positive definite."""
        reduction = self.objective.specification.restrictions.reduction
        parameters = reduction.expand(here.point)
        exact = _factor(reduction.pull_hessian(self.objective.numerical_hessian(parameters)))
        if exact is None:
            return None
        self.factors = exact
        return _downhill(_solve_factored(exact, gradient), gradient)


def _downhill(ascent: Array, gradient: Array) -> Step:
    """A step, from H^-1 g and g."""
    return Step(-ascent, 0.5 * (gradient * ascent).sum(axis=-1))


def _factor(hessian: Array) -> Factors | None:
    """Cholesky factors, one a problem; None where a Hessian is not positive definite."""
    factors = [cholesky(matrix) for matrix in hessian.reshape(-1, *hessian.shape[-2:])]
    found = [factor for factor in factors if factor is not None]
    return found if len(found) == len(factors) else None


def _solve_factored(factors: Factors, gradient: Array) -> Array:
    pairs = zip(factors, gradient.reshape(len(factors), -1), strict=True)
    return np.array([solve_factored(*pair) for pair in pairs]).reshape(gradient.shape)


def _solve(hessian: Array, gradient: Array) -> Array:
    """H^-1 g, in units that give H a diagonal of one; a singular H gets a small ridge there."""
    scale = unit_scale(hessian)
    scaled = scale[..., :, None] * hessian * scale[..., None, :]
    unit = np.eye(hessian.shape[-1])
    try:
        np.linalg.cholesky(scaled - _SINGULAR * unit)
    except np.linalg.LinAlgError:
        scaled = scaled + _RIDGE * unit
    found = np.linalg.solve(scaled, (scale * gradient)[..., None])
    return np.asarray(scale * found[..., 0], dtype=float)
