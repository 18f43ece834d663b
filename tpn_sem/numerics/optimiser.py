"""The one optimiser loop, for stacks of problems: a step, a search, and why it stopped.

A `Problem` says where a point is and which way is down; `descend` goes there. What a step is
(scoring, Newton, a fixed Hessian that learns) is the problem's matter, what a search and a stop
are is the loop's.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from types import EllipsisType
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from .linalg import Array, Indices, Mask

Stops = NDArray[np.int8]  # codes of `Stop`, one a problem

_SHARE = 1e-4  # of what a step promises, that it must keep (Armijo)
_TOLERANCE = 1e-13  # of a value, by which it may rise all the same
_SHORT = 0.01  # share of a step below which it is called a creep
_MARGIN = 100.0


class Stop(IntEnum):
    """Why the loop stopped for a problem."""

    RUNNING = 0
    DECREMENT = 1
    ROUNDING = 2
    ITERATIONS = 3
    NO_DESCENT = 4
    NO_DIRECTION = 5
    CREEPING = 6
    NOT_FINITE = 7

    @property
    def words(self) -> str:
        """The reason, to stand in a sentence: 'the optimiser stopped because ...'."""
        return _WORDS[self]


_WORDS = {
    Stop.RUNNING: "it was not started",
    Stop.DECREMENT: "a further step would lower the objective by nothing that counts",
    Stop.ROUNDING: "the objective falls no further than rounding shows",
    Stop.ITERATIONS: "it reached the largest number of iterations",
    Stop.NO_DESCENT: "the objective falls along no part of the step",
    Stop.NO_DIRECTION: "the information is not positive definite, so that no step leads downhill",
    Stop.CREEPING: "only ever shorter steps lower the objective",
    Stop.NOT_FINITE: "the objective is not finite at the start values",
}


# Plain numbers for the loop: numpy is slow to read those of an enumeration.
_RUNNING, _DECREMENT, _ROUNDING, _, _NO_DESCENT, _NO_DIRECTION, _CREEPING, _NOT_FINITE = (
    int(code) for code in Stop
)


class Place(Protocol):
    """A stack of points, shape (..., k), and the values there, shape (...)."""

    @property
    def point(self) -> Array:
        """Shape (..., k)."""

    @property
    def value(self) -> Array:
        """Shape (...); +inf where the point is not allowed."""


class Step(NamedTuple):
    """A step of each problem.

    Attributes
    ----------
    move : array, shape (..., k)
    decrement : array, shape (...)
        g'H^-1 g / 2, by which a whole step lowers a quadratic function.
    left : array, shape (...), or float
        The decrement to expect after this step; infinite where that is not known.
    """

    move: Array
    decrement: Array
    left: Array | float = np.inf


P = TypeVar("P", bound=Place)


class Problem(ABC, Generic[P]):
    """A stack of functions to minimise. It may remember its steps: one descent, one problem."""

    @abstractmethod
    def at(self, point: Array) -> P:
        """Values at points, shape (..., k), and what steps from there need."""

    @abstractmethod
    def step(self, here: P, last: Array) -> Step | None:
        """The step from here, given the decrement before; None where no way leads down."""

    def part(self, keep: Mask) -> Problem[P] | None:
        """Some of the problems; None where the stack stays together to the end."""
        return None


@dataclass(frozen=True)
class Stopping:
    """When to stop.

    Attributes
    ----------
    decrement : float
        At or below which the minimum is reached. The step is taken all the same: it is paid for.
    close : float
        A decrement below which a search that finds nothing lower is a matter of rounding.
    max_iterations : int
    halvings : int
        Lengths that a search tries: 1, 1/2, 1/4 and so on.
    creeps : int, or None
        Steps shorter than a hundredth, in a row, after which to give up.
    finite_start : bool
        Whether to give up at once where the first value is not finite.
    unit : float
        What counts as one in values, to judge rounding by.
    """

    decrement: float
    close: float = 0.0
    max_iterations: int = 500
    halvings: int = 30
    creeps: int | None = None
    finite_start: bool = True
    unit: float = 1.0


@dataclass(frozen=True, eq=False)
class Descent(Generic[P]):
    """Where the loop ended.

    Attributes
    ----------
    point : array, shape (..., k)
    value : array, shape (...)
    stopped : int array, shape (...)
        Codes of `Stop`.
    iterations : int
    here : Place
        What the problem knows of the points; of the last ones, if the stack was divided.
    """

    point: Array
    value: Array
    stopped: Stops
    iterations: int
    here: P

    @property
    def converged(self) -> Mask:
        """Whether each problem reached a minimum, shape (...)."""
        return has_converged(self.stopped)


def has_converged(stopped: Stops) -> Mask:
    """Whether codes of `Stop` are those of a minimum."""
    return np.asarray((stopped == Stop.DECREMENT) | (stopped == Stop.ROUNDING))


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def descend(problem: Problem[P], start: Array, stopping: Stopping) -> Descent[P]:
    """Go downhill from start values, shape (..., k), until each problem has a reason to stop.

    Finished problems are dropped once they make up half the stack, where it can be divided.
    Steps that lead too far overflow: they are told by their values, and halved.
    """
    here = problem.at(start)
    point, value = np.array(here.point), np.array(here.value)
    running = np.isfinite(value) if stopping.finite_start else np.full(value.shape, True)
    codes = np.where(running, _RUNNING, _NOT_FINITE).astype(np.int8)
    stopped = codes.copy()
    places: Indices | EllipsisType = ...  # of the problems that are still in the stack
    last, creeps = np.full(value.shape, np.inf), np.zeros(value.shape, dtype=int)
    iterations = 0
    while iterations < stopping.max_iterations and running.any():
        iterations += 1
        step = problem.step(here, last)
        if step is None:
            codes[running] = np.where(last < stopping.close, _ROUNDING, _NO_DIRECTION)[running]
            break
        here, length = search(problem, here, step, running, stopping.halvings, stopping.unit)
        last = step.decrement
        if stopping.creeps is not None:
            creeps = np.where(length < _SHORT, creeps + 1, 0)
        reasons = _reasons(step, length, creeps, running, stopping)
        if reasons is None:
            continue
        codes[running] = reasons[running]
        running = codes == _RUNNING
        left = np.count_nonzero(running)
        fewer = problem.part(running) if 0 < left <= 0.5 * running.size else None
        if fewer is not None:
            point[places], value[places], stopped[places] = here.point, here.value, codes
            places = np.arange(len(stopped))[places][running]
            problem, here = fewer, fewer.at(here.point[running])
            codes, last, creeps = codes[running], last[running], creeps[running]
            running = codes == _RUNNING
    point[places], value[places], stopped[places] = here.point, here.value, codes
    stopped[stopped == _RUNNING] = Stop.ITERATIONS
    return Descent(point, value, stopped, iterations, here)


def _reasons(
    step: Step, length: Array, creeps: Indices, running: Mask, stopping: Stopping
) -> Stops | None:
    """Why problems stop after a step, or that they go on, shape (...); None where all go on."""
    better = length > 0.0
    done = np.abs(step.decrement) <= stopping.decrement
    done = done | (better & (step.left <= stopping.decrement))
    ended = done | ~better
    if stopping.creeps is not None:
        ended = ended | (creeps >= stopping.creeps)
    if not (running & ended).any():
        return None
    stuck = np.where(better, _CREEPING, _NO_DESCENT)
    stuck = np.where(np.abs(step.decrement) < stopping.close, _ROUNDING, stuck)
    return np.asarray(np.where(ended, np.where(done, _DECREMENT, stuck), _RUNNING), dtype=np.int8)


def search(
    problem: Problem[P], here: P, step: Step, running: Mask, halvings: int, unit: float = 1.0
) -> tuple[P, Array]:
    """Halve the steps until the values fall by a fair share of what they promise.

    Returns
    -------
    place : Place
    length : array, shape (...)
        Share of the step that was taken: zero where nothing lower was found.
    """
    length, fallen = np.where(running, 1.0, 0.0), np.zeros(running.shape, dtype=bool)
    tolerance = _TOLERANCE * (unit + np.abs(here.value))
    for _ in range(halvings):
        trial = problem.at(here.point + length[..., None] * step.move)
        fallen = trial.value <= here.value - _SHARE * length * step.decrement + tolerance
        if (fallen | ~running).all():
            return trial, length
        length = np.where(fallen, length, 0.5 * length)
    length = np.where(fallen, length, 0.0)
    if not length.any():
        return here, length
    return problem.at(here.point + length[..., None] * step.move), length


def quadratic(decrement: Array, last: Array) -> Array:
    """What a Newton step leaves, by the quadratic convergence seen so far, with a margin.

    Near the minimum each decrement is a constant times the square of the one before. The step
    before may have been one of scoring, which converges more slowly, so that the constant, and
    with it the answer, is too large then.
    """
    if np.isinf(last).any():
        return np.full(decrement.shape, np.inf)
    ratio = decrement / np.maximum(last, 1e-150)
    return np.asarray(_MARGIN * decrement * ratio * ratio)
