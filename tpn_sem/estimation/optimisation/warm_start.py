"""Minima near a known one, many at a time: one fixed Hessian, corrected by the steps taken.

A resampled data set has its minimum close to that of the data. There, steps need only the gradient:
the Hessian of the data is inverted once, and what it misses in each problem is learnt from that
problem's own steps (limited-memory BFGS; Nocedal & Wright, 2006, ch. 7).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...numerics import Array, Mask, Problem, Step, Stopping, descend
from ..objective import Objective
from .newton import Solution, State, evaluate

_STEPS = 40
_ROUNDING = 1e-12


def minimise_near(
    objective: Objective, start: Array, inverse_hessian: Array, decrement: float = 1e-12
) -> Solution:
    """Minimise the objective of a stack of problems that have nearly the same minimum.

    Parameters
    ----------
    objective : Objective
        Of a stack of samples.
    start : array, shape (r, n_free)
    inverse_hessian : array, shape (n_reduced, n_reduced)
        At the minimum of a problem like these, positive definite.
    decrement : float
        Of the objective, by which a next step would still lower it.

    Returns
    -------
    Solution
        Where `converged` is False, the minimum was not near: `optimise.minimise` finds it.
    """
    reduction = objective.specification.restrictions.reduction
    problem = _Near(objective, inverse_hessian)
    found = descend(problem, reduction.project(start), Stopping(decrement, max_iterations=_STEPS))
    return Solution(
        reduction.expand(found.point),
        found.value,
        found.converged,
        found.iterations,
        stopped=found.stopped,
    )


@dataclass
class _Steps:
    """Earlier steps of a stack of problems: points' and gradients' changes, shape (r, k)."""

    moves: list[Array] = field(default_factory=list)
    changes: list[Array] = field(default_factory=list)
    scales: list[Array] = field(default_factory=list)

    def learn(self, move: Array, change: Array) -> None:
        """Remember a step, where the gradient says that the objective is convex along it."""
        curvature = (move * change).sum(axis=-1)
        size = np.sqrt((move**2).sum(axis=-1) * (change**2).sum(axis=-1))
        usable = curvature > _ROUNDING * size
        self.moves.append(move)
        self.changes.append(change)
        self.scales.append(np.where(usable, 1.0 / np.where(usable, curvature, 1.0), 0.0))

    def solve(self, inverse: Array, gradient: Array) -> Array:
        """H^-1 g, shape (r, k), for H^-1 that the steps correct."""
        steps = list(zip(self.moves, self.changes, self.scales, strict=True))
        shares = []
        for move, change, scale in reversed(steps):
            share = scale * (move * gradient).sum(axis=-1)
            gradient = gradient - share[:, None] * change
            shares.append(share)
        found = gradient @ inverse
        for (move, change, scale), share in zip(steps, reversed(shares), strict=True):
            back = scale * (change * found).sum(axis=-1)
            found = found + (share - back)[:, None] * move
        return np.asarray(found)

    def part(self, keep: Mask) -> _Steps:
        """Those of some problems."""
        columns = (self.moves, self.changes, self.scales)
        return _Steps(*([array[keep] for array in column] for column in columns))


class _Near(Problem[State]):
    """A fixed Hessian for all problems, that each one's own steps correct."""

    def __init__(self, objective: Objective, inverse: Array):
        self.objective, self.inverse = objective, inverse
        self.steps = _Steps()
        self.before: tuple[Array, Array] | None = None  # point and gradient

    def at(self, point: Array) -> State:
        """Implied moments and the objective."""
        return evaluate(self.objective, point)

    def step(self, here: State, last: Array) -> Step:
        """Learn from the step that led here, and take the next."""
        gradient = self._gradient(here)
        if self.before is not None:
            point, earlier = self.before
            self.steps.learn(here.point - point, gradient - earlier)
        self.before = here.point, gradient
        move = -self.steps.solve(self.inverse, gradient)
        promised = -0.5 * (gradient * move).sum(axis=-1)
        return Step(move, promised, _next(promised, last))

    def part(self, keep: Mask) -> _Near:
        """Some of the problems."""
        fewer = _Near(self.objective.part(keep), self.inverse)
        fewer.steps = self.steps.part(keep)
        if self.before is not None:
            fewer.before = self.before[0][keep], self.before[1][keep]
        return fewer

    def _gradient(self, here: State) -> Array:
        reduction = self.objective.specification.restrictions.reduction
        directions = self.objective.directions(here.implied)
        return reduction.pull_gradient(self.objective.gradient(here.implied, directions))


def _next(promised: Array, last: Array) -> Array:
    """What the step after this one will promise, about: they shrink faster and faster."""
    shrinking = (promised < last) & (last > 0.0) & np.isfinite(last)
    return np.where(shrinking, promised**2 / np.where(shrinking, last, 1.0), promised)
