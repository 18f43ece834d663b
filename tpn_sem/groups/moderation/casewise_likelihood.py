"""The likelihood of rows whose parameters depend on moderators, and its maximum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...estimation.implied import Directions, Implied, imply
from ...estimation.optimisation import CLOSE, DECREMENT, Solution
from ...numerics import (
    Array,
    Problem,
    Step,
    Stopping,
    cholesky,
    descend,
    inverse_and_log_determinant,
    solve_factored,
)
from .covariate_patterns import Units
from .derivatives import curvature, pull_gradient, pull_hessian
from .design import Design, Moderation

_NEWTON_FROM = 1e-2
_HALVINGS = 40
_CREEPS = 20


@dataclass(frozen=True, eq=False)
class Location:
    """Units as seen from some parameters."""

    design: Design
    units: Units
    moderation: Moderation
    implied: Implied
    inverse: Array
    log_determinant: Array

    @cached_property
    def _distance(self) -> Array:
        return np.where(self.units.observed, self.units.mean - self.implied.mean, 0.0)

    @cached_property
    def _second_moment(self) -> Array:
        distance = self._distance
        return np.asarray(self.units.covariance + distance[:, :, None] * distance[:, None, :])

    @cached_property
    def _sandwich(self) -> Array:
        return np.asarray(self.inverse @ self._second_moment @ self.inverse)

    @cached_property
    def _pull(self) -> Array:
        return np.asarray((self.inverse @ self._distance[..., None])[..., 0])

    @property
    def deviance(self) -> float:
        """-2 log-likelihood of all rows; infinite where a covariance matrix is not definite."""
        constant = np.log(2.0 * np.pi) * self.units.observed.sum(axis=1)
        with np.errstate(over="ignore", invalid="ignore"):
            fit = (self.inverse * self._second_moment).sum((-2, -1))
            total = float((constant + self.log_determinant + fit) @ self.units.counts)
        return total if np.isfinite(total) else np.inf

    @cached_property
    def directions(self) -> Directions:
        """Derivatives of the moments along all cells."""
        return self.implied.along(self.design.cells)

    @cached_property
    def _slopes(self) -> tuple[Array, Array]:
        """Half the derivatives of the deviance in covariances and means."""
        half = 0.5 * self.units.counts
        matrix = half[:, None, None] * (self.inverse - self._sandwich)
        return matrix, -2.0 * half[:, None] * self._pull

    @cached_property
    def _cell_slopes(self) -> Array:
        return self.directions.slope(*self._slopes)

    @property
    def gradients(self) -> Array:
        """Derivatives of each unit's minus log-likelihood, shape (u, q)."""
        return pull_gradient(self.design, self.moderation, self._cell_slopes)

    def expected_information(self) -> Array:
        """Expected information of all rows, shape (q, q)."""
        information = self.directions.information(self.inverse, means=True)
        weighted = self.units.counts[:, None, None] * information
        return pull_hessian(self.design, self.moderation, weighted)

    def observed_information(self) -> Array:
        """Second derivatives of minus the log-likelihood, shape (q, q)."""
        along, inverse = self.directions, self.inverse
        total = along.products(inverse, 2.0 * self._sandwich - inverse)
        turned = along.turned(self._pull)
        cross = 2.0 * np.swapaxes(turned, -1, -2) @ (inverse @ along.mean)
        total = total + cross + np.swapaxes(cross, -1, -2) + 2.0 * along.mean_products(inverse)
        total = 0.5 * self.units.counts[:, None, None] * total
        total = total + self.implied.second_derivatives(self.design.cells, *self._slopes)
        bent = curvature(self.design, self.moderation, self._cell_slopes)
        return pull_hessian(self.design, self.moderation, total) + bent


def locate(design: Design, units: Units, parameters: Array) -> Location:
    """What parameters, shape (q,), imply for units."""
    moderation = design.moderate(parameters, units.moderators)
    with np.errstate(over="ignore", invalid="ignore"):
        implied = imply(design.pattern, moderation.values)
        pairs = units.observed[:, :, None] & units.observed[:, None, :]
        padded = np.where(pairs, implied.covariance, np.eye(units.observed.shape[1]))
        usable = np.isfinite(padded).all((-2, -1)) & np.isfinite(implied.mean).all(-1)
        padded[~usable] = -np.eye(units.observed.shape[1])
        inverse, log_determinant = inverse_and_log_determinant(padded)
    inverse = np.where(pairs, inverse, 0.0)
    return Location(design, units, moderation, implied, inverse, log_determinant)


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Minus the log-likelihood of a row on average, and its derivatives."""

    design: Design
    units: Units

    @cached_property
    def n_rows(self) -> float:
        """Number of rows."""
        return float(self.units.counts.sum())

    def value(self, parameters: Array) -> float:
        """Minus the log-likelihood over the number of rows."""
        total = 0.0
        for units in self.units.blocks():
            total += locate(self.design, units, parameters).deviance
            if not np.isfinite(total):
                return np.inf
        return total / (2.0 * self.n_rows)

    def gradient(self, parameters: Array) -> Array:
        """First derivatives of `value`, shape (q,)."""
        return np.asarray(self.unit_gradients(parameters).sum(axis=0) / self.n_rows)

    def unit_gradients(self, parameters: Array) -> Array:
        """Derivatives of each unit's minus log-likelihood, shape (u, q)."""
        parts = [locate(self.design, part, parameters).gradients for part in self.units.blocks()]
        return np.concatenate(parts)

    def expected_information(self, parameters: Array) -> Array:
        """Expected information of a row on average, shape (q, q)."""
        total = np.zeros((self.design.size, self.design.size))
        for units in self.units.blocks():
            total += locate(self.design, units, parameters).expected_information()
        return total / self.n_rows

    def observed_information(self, parameters: Array) -> Array:
        """Second derivatives of `value`, shape (q, q)."""
        total = np.zeros((self.design.size, self.design.size))
        for units in self.units.blocks():
            total += locate(self.design, units, parameters).observed_information()
        return total / self.n_rows


@dataclass(frozen=True, eq=False)
class _Point:
    """Parameters, shape (q,), and the objective there."""

    point: Array
    value: Array


class _Scoring(Problem[_Point]):
    """Fisher scoring, and Newton's steps where the exact Hessian is positive definite."""

    def __init__(self, likelihood: Likelihood):
        self.likelihood = likelihood

    def at(self, point: Array) -> _Point:
        """The objective."""
        return _Point(point, np.asarray(self.likelihood.value(point)))

    def step(self, here: _Point, last: Array) -> Step | None:
        """None where not even the expected information is positive definite."""
        gradient, factor = self.likelihood.gradient(here.point), None
        if last < _NEWTON_FROM:
            factor = cholesky(self.likelihood.observed_information(here.point))
        if factor is None:
            factor = cholesky(self.likelihood.expected_information(here.point))
        if factor is None:
            return None
        ascent = solve_factored(factor, gradient)
        return Step(-ascent, np.asarray(0.5 * (gradient @ ascent)))


def maximise(likelihood: Likelihood, start: Array, max_iterations: int) -> Solution:
    """The maximum of the likelihood, from start values, shape (q,).

    Where the likelihood has no maximum, ever shorter steps approach what it has not: so it gives
    up after twenty of them.
    """
    stopping = Stopping(DECREMENT, CLOSE, max_iterations, halvings=_HALVINGS, creeps=_CREEPS)
    found = descend(_Scoring(likelihood), start, stopping)
    return Solution(
        found.point, found.value, found.converged, found.iterations, stopped=found.stopped
    )
