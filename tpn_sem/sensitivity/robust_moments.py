"""Means and covariances in which rows far from the rest count less, with missing answers.

Huber-type M-estimation: Yuan & Bentler (1998, 2000) of complete rows, Yuan & Zhang (2012) where
answers are missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import DataError
from ..moments import Patterns, find_patterns, normal_theory_weight
from ..numerics import (
    Array,
    half_indices,
    half_weights,
    is_positive_definite,
    unvech,
)
from .row_weights import RowWeights
from .solvable_moments import require_solvable

_STEPS, _NEWTON_STEPS = 2000, 30
_NEAR, _CLOSE = 1e-4, 1e-12  # change of a step, in standard deviations
_SINGULAR = 1e-9  # smallest eigenvalue of correlations


@dataclass(frozen=True, eq=False)
class RobustMoments:
    """Where the estimating equations of the rows sum to zero.

    Attributes
    ----------
    values : array, shape (n, p)
        Rows; NaN where an answer is missing.
    patterns : Patterns
    weights : RowWeights
    mean : array, shape (p,)
    covariance : array, shape (p, p)
    """

    values: Array
    patterns: Patterns
    weights: RowWeights
    mean: Array
    covariance: Array

    @cached_property
    def inverse(self) -> Array:
        """Inverse covariance matrices by pattern, zero where missing, shape (J, p, p)."""
        return self.patterns.at(self.mean, self.covariance).inverse

    @cached_property
    def distance(self) -> Array:
        """Answers less the mean; zero where missing, shape (n, p)."""
        return np.where(np.isnan(self.values), 0.0, self.values - self.mean)

    @cached_property
    def pull(self) -> Array:
        """Inverse times distance, shape (n, p)."""
        member = self.patterns.member
        return np.asarray((self.inverse[member] @ self.distance[..., None])[..., 0])

    @cached_property
    def squares(self) -> Array:
        """Squared Mahalanobis distances, shape (n,)."""
        return np.maximum((self.pull * self.distance).sum(axis=1), 0.0)

    def equations(self) -> Array:
        """Each row's estimating function in mean and vech(covariance), shape (n, m)."""
        first, second = half_indices(len(self.mean))
        half = 0.5 * half_weights(len(self.mean))
        w1, w2 = self.weights.first(self.squares), self.weights.second(self.squares)
        products = w2[:, None] * self.pull[:, first] * self.pull[:, second]
        expected = self.inverse[:, first, second][self.patterns.member]
        return np.hstack([w1[:, None] * self.pull, half * (products - expected)])

    def slopes(self) -> Array:
        """Derivative of the mean of `equations`, its sign changed, shape (m, m)."""
        p = len(self.mean)
        rows, columns = half_indices(p)
        twice = half_weights(p)
        w1, w2 = self.weights.first(self.squares), self.weights.second(self.squares)
        far = (w1 < 1.0) / np.maximum(self.squares, 1e-300)
        d1, d2 = -0.5 * w1 * far, -w2 * far  # in the squared distance
        pull = self.pull
        paired = twice * pull[:, rows] * pull[:, columns]
        mean = 2.0 * (d1[:, None] * pull).T @ pull
        across = (d1[:, None] * pull).T @ paired
        back = (d2[:, None] * paired).T @ pull
        halves = 0.5 * (d2[:, None] * paired).T @ paired
        for place, inverse in enumerate(self.inverse):
            own = self.patterns.member == place
            mean += w1[own].sum() * inverse
            across += _crossing(inverse, w1[own] @ pull[own])
            back += _crossing(inverse, w2[own] @ pull[own]).T
            moment = (w2[own, None] * pull[own]).T @ pull[own]
            both, one, other = (
                normal_theory_weight(matrix, False)
                for matrix in (inverse + moment, inverse, moment)
            )
            halves += both - one - other - own.sum() * one
        return np.block([[mean, across], [back, halves]]) / len(pull)

    def influence(self) -> Array:
        """Each row's influence on mean and vech(covariance), shape (n, m)."""
        return np.asarray(np.linalg.solve(self.slopes(), self.equations().T).T)

    def at(self, mean: Array, covariance: Array) -> RobustMoments:
        """The same rows at other moments."""
        return RobustMoments(self.values, self.patterns, self.weights, mean, covariance)

    def reweighted(self) -> RobustMoments:
        """One step of the expectation-robust algorithm: expected answers, then weighted moments."""
        covariance, member = self.covariance, self.patterns.member
        w1, w2 = self.weights.first(self.squares), self.weights.second(self.squares)
        expected = self.pull @ covariance  # less the mean
        counts = np.bincount(member, minlength=len(self.inverse))
        shift = (w1 @ expected) / w1.sum()
        left = covariance - covariance @ np.tensordot(counts, self.inverse, 1) @ covariance / len(
            w2
        )
        moved = expected - shift
        after = (w2[:, None] * moved).T @ moved / len(w2) + left
        return self.at(self.mean + shift, 0.5 * (after + after.T))

    def newton(self) -> RobustMoments:
        """One Newton step on the estimating equations."""
        p = len(self.mean)
        step = np.linalg.solve(self.slopes(), self.equations().mean(axis=0))
        return self.at(self.mean + step[:p], self.covariance + unvech(step[p:], p))

    def checked(self, tuning: float, where: str) -> RobustMoments:
        """The same, unless no row keeps its whole weight.

        Raises
        ------
        DataError
        """
        if (self.weights.first(self.squares) < 1.0).all():
            raise DataError(
                f"every row{where} is at the bound and counts less: no weight says which rows "
                f"stand apart. Take a smaller tuning= than {tuning:g}."
            )
        return self

    def change_from(self, other: RobustMoments) -> float:
        """Largest difference, in standard deviations."""
        deviations = np.sqrt(np.diag(other.covariance))
        mean = np.abs(self.mean - other.mean) / deviations
        covariance = np.abs(self.covariance - other.covariance) / np.outer(deviations, deviations)
        return float(max(mean.max(), covariance.max()))


def _crossing(inverse: Array, pull: Array) -> Array:
    """K dSigma z for each entry of vech(dSigma), shape (p, p(p+1)/2)."""
    rows, columns = half_indices(len(pull))
    both = inverse[:, rows] * pull[columns] + inverse[:, columns] * pull[rows]
    return np.asarray(0.5 * half_weights(len(pull)) * both)


def robust_moments(
    values: Array, tuning: float, where: str = "", names: Sequence[str] = ()
) -> RobustMoments:
    """M-estimates of mean and covariance matrix, with Huber-type weights.

    Parameters
    ----------
    values : array, shape (n, p)
        NaN where an answer is missing; each row has one or more.
    tuning : float
        Share of normal rows that count less; 0 gives maximum likelihood.
    where : str
        For messages, as " in group 'a'".
    names : sequence of str, p, optional
        For messages.

    Raises
    ------
    DataError
        Where there is no such solution, or no row keeps its whole weight.
    """
    answers = (~np.isnan(values)).sum(axis=1)
    weights = RowWeights.of(answers, tuning)
    require_solvable(values, weights, where, names)
    start = np.nanmedian(values, axis=0), np.diag(np.nanvar(values, axis=0))
    here = RobustMoments(values, find_patterns(values), weights, start[0], start[1])
    with np.errstate(all="ignore"):  # what runs away is found by its covariances
        try:
            found = _iterated(here)
        except np.linalg.LinAlgError:
            found = None
    if found is None:
        raise DataError(
            f"robust means and covariances{where} cannot be estimated: too few rows for so many "
            "variables, items that sum up, or too many gaps. Leave variables out."
        )
    return found.checked(tuning, where)


def _iterated(here: RobustMoments) -> RobustMoments | None:
    """The solution from some start; None where there is none."""
    for _ in range(_STEPS):
        after = here.reweighted()
        if not _is_sound(after):
            return None
        change, here = after.change_from(here), after
        if change < _NEAR:
            return _polished(here)
    return None


def _polished(here: RobustMoments) -> RobustMoments | None:
    """Newton steps to the solution; reweighting where they lead away."""
    for _ in range(_NEWTON_STEPS):
        after = here.newton()
        if not is_positive_definite(after.covariance) or after.change_from(here) > 0.1:
            after = here.reweighted()
        if not _is_sound(after):
            return None
        change, here = after.change_from(here), after
        if change < _CLOSE:
            return here
    for _ in range(_STEPS):  # rows that stand on a bound turn Newton steps around
        after = here.reweighted()
        if not _is_sound(after):
            return None
        change, here = after.change_from(here), after
        if change < 1e3 * _CLOSE:
            return here
    return None


def _is_sound(here: RobustMoments) -> bool:
    """Whether covariances are finite, and those of variables that do not sum up."""
    covariance = here.covariance
    if not np.isfinite(covariance).all() or not is_positive_definite(covariance):
        return False
    deviations = np.sqrt(np.diag(covariance))
    return bool(np.linalg.eigvalsh(covariance / np.outer(deviations, deviations))[0] > _SINGULAR)
