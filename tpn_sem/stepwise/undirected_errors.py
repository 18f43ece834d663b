"""Errors of equations' coefficients, and of what was estimated with these held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..estimation import Estimation
from ..moments import normal_theory_spread, normal_theory_weight
from ..numerics import Array, Indices, weighted_left_inverse
from ..numerics import inverse as inverse_of
from ..specification import Pattern
from .equation_estimates import FittedEquation
from .moment_slopes import held_slopes, taken_slopes
from .sample_statistics import moments_of_statistics


def stage_covariance(whole: Estimation, equations: Sequence[FittedEquation], errors: str) -> Array:
    """Covariance matrix of coefficients, and of all that follows, shape (n_free, n_free).

    By the delta method from the moments of normal data at the implied ones; the derivatives of the
    second stage take the weight at its end as constant, which is exact where the model holds.

    Parameters
    ----------
    whole : Estimation
        At the estimates.
    equations : sequence of FittedEquation
    errors : {"equation", "delta"}
        By the delta method, all together; or each equation's coefficients with its own
        disturbance's variance, which means follow, uncorrelated with the rest.
    """
    size = whole.specification.table.n_free
    total = np.zeros((size, size))
    for group, sample in enumerate(whole.samples.groups):
        stages = _Stages(whole, [one for one in equations if one.group == group], group)
        if errors == "delta":
            spread = normal_theory_spread(stages.implied, stages.skipped > 0)
            total += stages.slopes @ spread @ stages.slopes.T / sample.size
        else:
            total += stages.by_equation()
    return total


def robust_stage_covariance(
    whole: Estimation, equations: Sequence[FittedEquation], spread: Array
) -> Array:
    """The same from how the sample's statistics vary, whatever the distribution.

    Parameters
    ----------
    whole : Estimation
        At the estimates.
    equations : sequence of FittedEquation
    spread : array, shape (M, M)
        Covariance matrix of all groups' statistics times n.
    """
    specification = whole.specification
    slopes = np.zeros((specification.table.n_free, specification.n_all_moments))
    directed = np.zeros(len(slopes), dtype=bool)
    for one in equations:
        sample, pattern = whole.samples.groups[one.group], specification.patterns[one.group]
        halves = moments_of_statistics(pattern, sample, specification.means)
        columns = specification.moment_places[one.group]
        slopes[np.ix_(one.places, columns)] = one.slopes @ halves[-one.slopes.shape[1] :]
        directed[one.places] = True
    slopes += held_slopes(whole, slopes, directed)
    return np.asarray(slopes @ spread @ slopes.T / whole.multiplier)


@dataclass(frozen=True, eq=False)
class _Stages:
    """Both stages in one group with m moments."""

    whole: Estimation
    equations: Sequence[FittedEquation]
    group: int

    @property
    def pattern(self) -> Pattern:
        """The model's."""
        return self.whole.specification.patterns[self.group]

    @property
    def implied(self) -> Array:
        """Implied covariances."""
        return np.asarray(self.whole.implied[self.group].covariance)

    @property
    def skipped(self) -> int:
        """Number of means among the moments."""
        return self.pattern.n_observed if self.whole.specification.means else 0

    @property
    def directed(self) -> Indices:
        """Places of the equations' coefficients."""
        return np.concatenate([one.places for one in self.equations])

    @property
    def rest(self) -> Indices:
        """Places of the group's other parameters."""
        return np.setdiff1d(self.pattern.places, self.directed)

    @property
    def jacobian(self) -> Array:
        """Derivatives of the implied moments, shape (m, n_free)."""
        along = self.whole.directions[self.group].jacobian(self.skipped > 0)
        found = np.zeros((len(along), self.whole.specification.table.n_free))
        found[:, self.pattern.places] = along
        return found

    @property
    def second(self) -> Array:
        """What the second stage makes of moments, shape (rest, m)."""
        weight = normal_theory_weight(inverse_of(self.implied), self.skipped > 0)
        return weighted_left_inverse(self.jacobian[:, self.rest], weight)

    @property
    def taken(self) -> Array:
        """What moments taken from the sample do to implied ones, shape (m, m)."""
        if not len(self.pattern.taken):
            return np.zeros((len(self.jacobian),) * 2)
        return taken_slopes(self.pattern, self.whole.implied[self.group], self.skipped > 0)

    @property
    def slopes(self) -> Array:
        """Derivatives of the parameters in the sample's moments, shape (n_free, m)."""
        size = len(self.jacobian)
        found = np.zeros((self.whole.specification.table.n_free, size))
        for one in self.equations:
            found[one.places, self.skipped :] = one.slopes
        known = self.jacobian[:, self.directed] @ found[self.directed] + self.taken
        found[self.rest] = self.second @ (np.eye(size) - known)
        return found

    def by_equation(self) -> Array:
        """Covariances of the estimates with those of each equation's own, shape (n_free, n_free).

        Means follow the coefficients and the sample's means; the rest is by the delta method.
        """
        sample, slopes = self.whole.samples.groups[self.group], self.slopes
        free = self.whole.specification.table.free_rows
        is_mean = np.array([free[place].operator == "~1" for place in self.rest], dtype=bool)
        means, others = self.rest[is_mean], self.rest[~is_mean]
        total = np.zeros((len(free), len(free)))
        spread = normal_theory_spread(self.implied, self.skipped > 0)
        own = slopes[others]
        total[np.ix_(others, others)] = own @ spread @ own.T / sample.size
        for one in self.equations:
            total[np.ix_(one.places, one.places)] = one.covariance
        if len(means):
            lever = -self.second[is_mean] @ self.jacobian[:, self.directed]
            directed = total[np.ix_(self.directed, self.directed)]
            at_means = slopes[means][:, : self.skipped]
            moved = at_means @ sample.covariance @ at_means.T / sample.size
            total[np.ix_(means, means)] = moved + lever @ directed @ lever.T
            total[np.ix_(means, self.directed)] = lever @ directed
            total[np.ix_(self.directed, means)] = (lever @ directed).T
        return total
