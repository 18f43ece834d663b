"""Minima near a known one, many at a time: one fixed Hessian, corrected by the steps taken.

A resampled data set has its minimum close to that of the data. There, steps need only the gradient:
the Hessian of the data is inverted once, and what it misses in each problem is learnt from that
problem's own steps (limited-memory BFGS; Nocedal & Wright, 2006, ch. 7).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ...numerics import Array, Indices, Mask
from ..objective import Objective
from .newton import Solution, State, evaluate, line_search

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
    point, value = reduction.project(start), np.full(len(start), np.inf)
    converged = np.zeros(len(start), dtype=bool)
    front = _Front(objective, np.arange(len(start)), point, inverse_hessian)
    iterations = 0
    while iterations < _STEPS and len(front.places):
        iterations += 1
        front.step(decrement)
        point[front.places], value[front.places] = front.state.point, front.state.value
        converged[front.places] = front.done
        left = ~(front.done | front.lost)
        if 2 * left.sum() <= len(left):
            front = front.part(left)
    return Solution(reduction.expand(point), value, converged, iterations)


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


class _Front:
    """Problems on their way; finished ones stay until they are half of the stack."""

    def __init__(
        self,
        objective: Objective,
        places: Indices,
        point: Array,
        inverse: Array,
        steps: _Steps | None = None,
        last: Array | None = None,
    ):
        self.objective, self.places, self.inverse = objective, places, inverse
        self.state = evaluate(objective, point)
        self.gradient = _gradient(objective, self.state)
        self.steps = steps or _Steps()
        self.last = np.zeros(len(places)) if last is None else last
        self.done: Mask = np.zeros(len(places), dtype=bool)
        self.lost: Mask = ~np.isfinite(self.state.value)

    def step(self, decrement: float) -> None:
        """One step of each problem that is neither done nor lost."""
        step = -self.steps.solve(self.inverse, self.gradient)
        promised = -0.5 * (self.gradient * step).sum(axis=-1)
        moving = ~(self.done | self.lost)
        moved, better = line_search(self.objective, self.state, step, promised, moving)
        self.done |= moving & (_next(promised, self.last) <= decrement)
        self.lost |= moving & ~(better | self.done)
        if not (self.done | self.lost).all():
            gradient = _gradient(self.objective, moved)
            self.steps.learn(moved.point - self.state.point, gradient - self.gradient)
            self.gradient = gradient
        self.state, self.last = moved, promised

    def part(self, keep: Mask) -> _Front:
        """Some of the problems."""
        objective = self.objective.part(keep)
        point, steps = self.state.point[keep], self.steps.part(keep)
        places, last = self.places[keep], self.last[keep]
        return _Front(objective, places, point, self.inverse, steps, last)


def _next(promised: Array, last: Array) -> Array:
    """What the step after this one will promise, about: they shrink faster and faster."""
    shrinking = (promised < last) & (last > 0.0)
    return np.where(shrinking, promised**2 / np.where(shrinking, last, 1.0), promised)


def _gradient(objective: Objective, state: State) -> Array:
    reduction = objective.specification.restrictions.reduction
    directions = objective.directions(state.implied)
    return reduction.pull_gradient(objective.gradient(state.implied, directions))
