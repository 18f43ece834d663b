"""Maximum likelihood from the scores of clusters."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Descent, Problem, Step, Stopping, descend

_STOPPING = Stopping(decrement=1e-8, close=1e-8, max_iterations=100)
_AGAIN = 5
Scored = Callable[[Array], tuple[Array, Array] | None]


@dataclass(frozen=True, eq=False)
class Spot:
    """A point, minus the log-likelihood there, and each cluster's scores, shape (J, k)."""

    point: Array
    value: Array
    scores: Array


class ScoreProblem(Problem[Spot]):
    """Minus the log-likelihood of clusters; steps learn the curvature from the scores.

    The first step is that of Berndt, Hall, Hall & Hausman (1974); later ones take the change of
    the scores into account (Broyden, 1970; Fletcher, 1970; Goldfarb, 1970; Shanno, 1970).

    Parameters
    ----------
    scored : function of parameters, shape (k,)
        Gives log-likelihoods, shape (J,), and scores, (J, k), of clusters; None where parameters
        are not allowed.
    inverse : array, shape (k, k), or None
        The inverse curvature, where a search before this one has learned it.
    """

    def __init__(self, scored: Scored, inverse: Array | None = None):
        self._scored = scored
        self._inverse = inverse
        self._before: Spot | None = None

    def at(self, point: Array) -> Spot:
        """Value and scores at a point."""
        found = self._scored(point)
        if found is None or not np.isfinite(found[0]).all():
            return Spot(point, np.asarray(np.inf), np.zeros((1, len(point))))
        return Spot(point, np.asarray(-found[0].sum()), found[1])

    def step(self, here: Spot, last: Array) -> Step | None:
        """Down the slope, in the metric of the curvature as known so far."""
        slope = -here.scores.sum(axis=0)
        self._learn(here, slope)
        if self._inverse is None:
            return None
        move = -self._inverse @ slope
        self._before = here
        return Step(move, np.asarray(-0.5 * slope @ move))

    @property
    def inverse(self) -> Array | None:
        """The inverse curvature as known so far, shape (k, k)."""
        return self._inverse

    def _learn(self, here: Spot, slope: Array) -> None:
        if self._inverse is None:
            products = here.scores.T @ here.scores
            scale = np.sqrt(np.diag(products))
            scale = np.maximum(scale, 1e-6 * max(float(scale.max()), 1e-300))
            scaled = products / np.outer(scale, scale) + 1e-8 * np.eye(len(scale))
            self._inverse = np.linalg.inv(scaled) / np.outer(scale, scale)
            return
        if self._before is None:
            return
        moved = here.point - self._before.point
        change = slope + self._before.scores.sum(axis=0)
        curved = float(moved @ change)
        if not curved > 1e-14 * float(np.sqrt((moved @ moved) * (change @ change))):
            return
        left = np.eye(len(moved)) - np.outer(moved, change) / curved
        self._inverse = left @ self._inverse @ left.T + np.outer(moved, moved) / curved


def maximise_scored(
    scored: Scored, start: Array, inverse: Array | None = None
) -> tuple[Descent[Spot], Array | None]:
    """The parameters that maximise the log-likelihood of clusters; see `ScoreProblem`.

    A search that gets stuck begins anew where it is, with what the scores say of the curvature
    there.

    Returns
    -------
    found : Descent
    inverse : array, shape (k, k), or None
        What was learned of the inverse curvature, from which a search nearby may begin.
    """
    problem = ScoreProblem(scored, inverse)
    found = descend(problem, start, _STOPPING)
    for _ in range(_AGAIN):
        if found.converged or not np.isfinite(found.value):
            break
        problem, before = ScoreProblem(scored), found
        found = descend(problem, found.point, _STOPPING)
        if not found.value < before.value:
            break
    return found, problem.inverse
