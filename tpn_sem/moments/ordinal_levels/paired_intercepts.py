"""Two random intercepts as sums of independent standard normal parts; what a pair tells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ...numerics import Array


class PairFactor(NamedTuple):
    """The lower triangular factor of the covariance matrix of two intercepts."""

    first: float
    cross: float
    second: float

    def parts(self, places: Array) -> tuple[Array, Array]:
        """Intercepts at places of the standard normal parts, shape (2, ...)."""
        return self.first * places[0], self.cross * places[0] + self.second * places[1]

    @property
    def matrix(self) -> Array:
        """Shape (2, 2)."""
        return np.array([[self.first, 0.0], [self.cross, self.second]])


def pair_factor(first: float, second: float, covariance: float) -> PairFactor | None:
    """From variances and covariance; None where these are of no two variables."""
    left = second - covariance**2 / first
    if not left > 0.0:
        return None
    return PairFactor(
        float(np.sqrt(first)), covariance / float(np.sqrt(first)), float(np.sqrt(left))
    )


def factor_slopes(first: float, second: float, factor: PairFactor) -> tuple[Array, Array, Array]:
    """Derivatives of the factor's three elements in both variances and the covariance."""
    by_first = [0.5 / factor.first, -0.5 * factor.cross / first]
    by_first.append(0.5 * factor.cross**2 / (first * factor.second))
    by_second = [0.0, 0.0, 0.5 / factor.second]
    by_covariance = [0.0, 1.0 / factor.first, -factor.cross / (factor.first * factor.second)]
    return np.array(by_first), np.array(by_second), np.array(by_covariance)


def least_spread(rho: float, factor: PairFactor, size: float) -> Array:
    """Covariance matrix of the parts of a cluster given its rows, at least, shape (2, 2).

    As if latent responses themselves were known, with correlation rho and variances of one.
    """
    known = np.linalg.inv(np.array([[1.0, rho], [rho, 1.0]]))
    whole = np.eye(2) + size * factor.matrix.T @ known @ factor.matrix
    return np.asarray(np.linalg.inv(whole), dtype=float)


@dataclass(frozen=True, eq=False)
class PairEstimate:
    """Covariances of two variables, and the scores of their pair's likelihood at these.

    Attributes
    ----------
    within, between : float
        Residual covariances; those of items in units of their deviation within clusters. NaN at a
        level that one of the variables has no part at.
    scores : array, shape (J, 1) or (J, 2)
        In those that are there.
    first, second : array, shape (J, k)
        In what each variable has alone.
    is_edge : bool
        Whether the correlation between clusters is one, but for rounding.
    """

    within: float
    between: float
    scores: Array
    first: Array
    second: Array
    is_edge: bool = False

    @property
    def turned(self) -> PairEstimate:
        """The same with the variables the other way round."""
        return replace(self, first=self.second, second=self.first)
