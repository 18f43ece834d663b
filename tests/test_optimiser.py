"""The one optimiser loop: where it ends, and why it says that it stopped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from tpn_sem.numerics import (
    Array,
    Mask,
    Problem,
    Step,
    Stop,
    Stopping,
    descend,
    has_converged,
    quadratic,
)


@dataclass
class At:
    point: Array
    value: Array


class Bowls(Problem[At]):
    """A stack of sums of exp(x - m) - (x - m), each with its own minimum m, shape (r, k)."""

    def __init__(self, middle: Array, divides: bool = False):
        self.middle, self.divides = middle, divides
        self.sizes: list[int] = []

    def at(self, point: Array) -> At:
        gap = point - self.middle
        self.sizes.append(gap[..., 0].size)
        return At(point, (np.exp(gap) - gap).sum(-1))

    def step(self, here: At, last: Array) -> Step:
        slope = np.exp(here.point - self.middle) - 1.0
        ascent = slope / (slope + 1.0)
        decrement = 0.5 * (slope * ascent).sum(-1)
        return Step(-ascent, decrement, quadratic(decrement, last))

    def part(self, keep: Mask) -> Bowls | None:
        if not self.divides:
            return None
        fewer = Bowls(self.middle[keep], True)
        fewer.sizes = self.sizes
        return fewer


class Line(Problem[At]):
    """One function of one variable, with a step of one's own."""

    def __init__(self, value: Callable[[float], float], move: float, decrement: float = 1.0):
        self.value, self.move, self.decrement = value, move, decrement

    def at(self, point: Array) -> At:
        return At(point, np.asarray(self.value(float(point[0]))))

    def step(self, here: At, last: Array) -> Step | None:
        if self.move == 0.0:
            return None
        return Step(np.array([self.move]), np.asarray(self.decrement))


MIDDLE = np.array([[0.0, 0.0], [1.0, -2.0], [3.0, 0.5], [-1.0, 4.0]])
EXACT = Stopping(1e-24)


@pytest.mark.parametrize("divides", [False, True])
def test_every_problem_of_a_stack_reaches_its_minimum(divides: bool) -> None:
    problem = Bowls(MIDDLE, divides)
    found = descend(problem, np.zeros((4, 2)), EXACT)
    assert (found.stopped == Stop.DECREMENT).all()
    assert found.converged.all()
    np.testing.assert_allclose(found.point, MIDDLE, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.value, 2.0, rtol=0, atol=1e-15)
    assert (min(problem.sizes) < 4) is divides  # the first one is at its minimum from the start


def test_one_problem_is_a_stack_without_a_length() -> None:
    alone = descend(Bowls(MIDDLE[3]), np.zeros(2), EXACT)
    together = descend(Bowls(MIDDLE), np.zeros((4, 2)), EXACT)
    assert alone.value.shape == alone.stopped.shape == ()
    np.testing.assert_array_equal(alone.point, together.point[3])


def test_quadratic_convergence_saves_the_last_look() -> None:
    sure = descend(Bowls(MIDDLE[1]), np.zeros(2), EXACT)
    problem = Bowls(MIDDLE[1])
    problem.step = lambda here, last: Bowls.step(problem, here, last)._replace(left=np.inf)  # type: ignore[method-assign]
    slow = descend(problem, np.zeros(2), EXACT)
    assert sure.iterations < slow.iterations
    np.testing.assert_allclose(sure.point, slow.point, rtol=0, atol=1e-12)


def test_prediction_needs_a_decrement_to_go_by() -> None:
    one = np.array([1e-4])
    assert quadratic(one, np.array([np.inf]))[0] == np.inf
    np.testing.assert_allclose(quadratic(one, np.array([1e-2])), 100.0 * 1e-12 / 1e-4)


def rising(x: float) -> float:
    return abs(x)


@pytest.mark.parametrize(
    ("problem", "stopping", "reason"),
    [
        (Line(rising, 1.0, 1e-30), Stopping(1e-20), Stop.DECREMENT),
        (Line(rising, 1.0), Stopping(1e-20), Stop.NO_DESCENT),
        (Line(rising, 1.0, 1e-11), Stopping(1e-20, 1e-10), Stop.ROUNDING),
        (Line(rising, 0.0), Stopping(1e-20), Stop.NO_DIRECTION),
        (Line(lambda x: -x, 1.0), Stopping(1e-20, max_iterations=7), Stop.ITERATIONS),
        (Line(lambda x: (x - 1e-3) ** 2, 1.0, 1e-5), Stopping(1e-20, creeps=1), Stop.CREEPING),
        (Line(lambda x: np.inf, 1.0), Stopping(1e-20), Stop.NOT_FINITE),
    ],
    ids=lambda value: value.name if isinstance(value, Stop) else "",
)
def test_the_reason_is_told(problem: Line, stopping: Stopping, reason: Stop) -> None:
    found = descend(problem, np.zeros(1), stopping)
    assert found.stopped == reason
    assert bool(found.converged) is (reason in (Stop.DECREMENT, Stop.ROUNDING))
    assert has_converged(found.stopped) == found.converged
    assert Stop(int(found.stopped)).words
    if reason == Stop.ITERATIONS:
        assert found.iterations == 7
    if reason in (Stop.NO_DESCENT, Stop.NO_DIRECTION):
        assert found.point == 0.0


def test_a_start_that_is_not_finite_may_be_left() -> None:
    def wall(x: float) -> float:
        return (x - 3.0) ** 2 if x > 0.5 else np.inf

    problem = Line(wall, 1.0, 1e-30)
    assert descend(problem, np.zeros(1), Stopping(1e-20)).stopped == Stop.NOT_FINITE
    found = descend(problem, np.zeros(1), Stopping(1e-20, finite_start=False))
    assert found.converged
    assert found.value == 4.0
