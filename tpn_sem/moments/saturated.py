"""The unrestricted moments of data with missing answers, by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..numerics import (
    Array,
    Indices,
    Problem,
    Step,
    Stopping,
    descend,
    is_positive_definite,
    quadratic,
    unvech,
    vech,
)
from .missing_patterns import PatternLikelihood, Patterns

_EM_STEPS = 2000
_NEWTON_STEPS = 30
_NEAR = 1e-3  # decrement below which Newton steps take over from EM
_DECREMENT = 1e-18
_SHRINKAGE = 0.9  # of covariances, where nothing better is known


def saturate(
    patterns: Patterns,
    start: tuple[Array, Array],
    max_iter: int = _EM_STEPS,
    tol: float | None = None,
) -> tuple[Array, Array] | None:
    """Mean, shape (p,), and covariance matrix, (p, p), that maximise the likelihood.

    EM (Dempster, Laird & Rubin, 1977; Little & Rubin, 2002, ch. 11), and Newton steps once it is
    near: EM alone slows down with the share of missing answers. Of variables that no row has both
    of, the likelihood does not know the covariance: it is what EM leaves it at.

    Parameters
    ----------
    max_iter : int
        The largest number of EM's steps.
    tol : float or None
        The gain in a row's log-likelihood at which EM ends, alone; None for Newton steps.

    Returns
    -------
    tuple or None
        None where no maximum was found: the moments are not identified by these answers.
    """
    mean, covariance = start
    if patterns.are_complete:
        return patterns.mean[0], patterns.covariance[0]
    if tol is not None:
        return _em(patterns, start, max_iter, tol)
    for step in range(max_iter):
        if step % 5 == 4:
            found = _newton(patterns, mean, covariance)
            if found is not None:
                return found
        mean, covariance = _em_step(patterns, mean, covariance)
        if not is_positive_definite(covariance):
            return None
    return None


def _em(
    patterns: Patterns, start: tuple[Array, Array], max_iter: int, tol: float
) -> tuple[Array, Array] | None:
    """EM to where a step gains less than `tol`; None where that is not reached."""
    here, last = start, np.inf
    for _ in range(max_iter):
        here = _em_step(patterns, *here)
        if not is_positive_definite(here[1]):
            return None
        value = 0.5 * float(patterns.at(*here).deviance)
        if last - value < tol:
            return here
        last = value
    return None


def guess(patterns: Patterns, start: tuple[Array, Array], given: Indices) -> tuple[Array, Array]:
    """Moments to begin from where the likelihood has no maximum: one step of EM, then shrunk.

    Covariances are shrunk given some variables, whose own moments are exact if they are complete.

    Parameters
    ----------
    patterns : Patterns
    start : (array, array)
        Means, shape (p,), and a diagonal covariance matrix, (p, p).
    given : int array, shape (q,)
    """
    mean, covariance = _em_step(patterns, *start)
    across = covariance[:, given]
    known = across @ np.linalg.pinv(across[given], hermitian=True) @ across.T
    left = _SHRINKAGE * (covariance - known)
    np.fill_diagonal(left, np.diag(left) / _SHRINKAGE)
    return mean, known + left


def _em_step(patterns: Patterns, mean: Array, covariance: Array) -> tuple[Array, Array]:
    """Expected moments given the answers, with the slopes G and g of the deviance.

    The expected mean is mu - Sigma g / 2 and the expected second moment around mu is
    Sigma - Sigma G Sigma.
    """
    matrix, vector = patterns.at(mean, covariance).slope
    shift = -0.5 * covariance @ vector
    second = covariance - covariance @ matrix @ covariance - np.outer(shift, shift)
    return mean + shift, (second + second.T) / 2.0


def _newton(patterns: Patterns, mean: Array, covariance: Array) -> tuple[Array, Array] | None:
    """Newton steps to the maximum; None where they do not lead there from here."""
    p = len(mean)
    start = np.concatenate([mean, vech(covariance)])
    # Where a whole step leads up, EM is the better search: hence one length only.
    stopping = Stopping(_DECREMENT, max_iterations=_NEWTON_STEPS, halvings=1)
    found = descend(_Newton(patterns), start, stopping)
    return (found.point[:p], unvech(found.point[p:], p)) if found.converged else None


@dataclass(frozen=True, eq=False)
class _Point:
    """The mean and vech(covariance), shape (m,), and the deviance there."""

    point: Array
    likelihood: PatternLikelihood

    @cached_property
    def value(self) -> Array:
        """Half the deviance of a row."""
        return 0.5 * self.likelihood.deviance


class _Newton(Problem[_Point]):
    """Newton's method for the moments, once EM has come near."""

    def __init__(self, patterns: Patterns):
        self.patterns = patterns
        p = patterns.mean.shape[1]
        self.seen = np.concatenate([np.ones(p, dtype=bool), vech(patterns.seen)])

    def at(self, point: Array) -> _Point:
        """The likelihood of the patterns."""
        p = self.patterns.mean.shape[1]
        return _Point(point, self.patterns.at(point[:p], unvech(point[p:], p)))

    def step(self, here: _Point, last: Array) -> Step | None:
        """None where the maximum is not near."""
        hessian = np.where(self.seen[:, None] & self.seen, here.likelihood.curvature, 0.0)
        hessian[~self.seen, ~self.seen] = 1.0
        if not is_positive_definite(hessian):
            return None
        gradient = half_gradient(*here.likelihood.slope)
        step = np.linalg.solve(hessian, gradient)
        decrement = np.asarray(0.5 * (gradient @ step))
        if decrement > _NEAR:
            return None
        return Step(np.asarray(-step), decrement, quadratic(decrement, last))


def half_gradient(matrix: Array, vector: Array) -> Array:
    """Half the slope of a deviance, in the mean and vech(covariance), shape (m,)."""
    weight = 2.0 * vech(matrix) - vech(np.diag(np.diag(matrix)))
    return np.concatenate([vector, weight]) / 2.0
