"""Ordered probit and linear regressions of each variable, and what each row says about them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from ...errors import DataError
from ...numerics import (
    Array,
    Indices,
    Mask,
    Problem,
    Step,
    Stopping,
    descend,
    is_positive_definite,
    log_interval,
    normal_density,
    quadratic,
)
from .coded_rows import Observations
from .statistic_order import Layout

_FAR = 40.0  # stands for an infinite threshold: the density there is zero
_STEPS = 100
_DECREMENT, _CLOSE = 5e-25, 1e-12
_LEAST = 1e-300  # the smallest probability
_FARTHEST = 1e6  # limits whose squares keep enough digits
_FLAT = 1e-9  # a curvature below which the likelihood has no maximum


@dataclass(frozen=True, eq=False)
class Regression:
    """One variable's regression on the exogenous ones.

    Attributes
    ----------
    variable : int
    thresholds : array, shape (c - 1,)
        Empty for a continuous variable.
    mean : float
        Intercept; 0 for an ordinal variable.
    slopes : array, shape (q,)
    variance : float
        Of the residuals; 1 for an ordinal variable.
    """

    variable: int
    thresholds: Array
    mean: float
    slopes: Array
    variance: float

    @property
    def is_ordinal(self) -> bool:
        """Whether the variable is ordinal."""
        return len(self.thresholds) > 0

    def places(self, layout: Layout) -> Indices:
        """Where its statistics stand, in the order of its scores."""
        slopes = np.arange(layout.size)[layout.slopes_of(self.variable)]
        if self.is_ordinal:
            return np.r_[np.arange(layout.size)[layout.thresholds_of(self.variable)], slopes]
        number = int(np.searchsorted(layout.continuous, self.variable))
        mean, variance = layout.blocks["means"].start, layout.blocks["variances"].start
        return np.r_[mean + number, slopes, variance + number]


@dataclass(frozen=True, eq=False)
class Predicted:
    """Some rows as the regressions see them, shape (rows, p) each.

    Attributes
    ----------
    rows : Observations
    lower, upper : array
        Limits between which the residual of an ordinal variable lies.
    residual : array
        Standardised residual of a continuous variable.
    deviation : array, shape (p,)
        Standard deviation of the residuals.
    present : bool array
        Which answers were given.
    """

    rows: Observations
    lower: Array
    upper: Array
    residual: Array
    deviation: Array
    present: Mask


def predicted(rows: Observations, regressions: tuple[Regression, ...]) -> Predicted:
    """Limits and residuals of some rows."""
    shape = rows.values.shape
    present = rows.present
    lower, upper, residual = np.full(shape, -_FAR), np.full(shape, _FAR), np.zeros(shape)
    deviation = np.ones(shape[1])
    for place, one in enumerate(regressions):
        expected = one.mean + rows.exogenous @ one.slopes
        if one.is_ordinal:
            lower[:, place], upper[:, place] = _limits(rows.codes[:, place], one, expected)
        else:
            deviation[place] = np.sqrt(one.variance)
            gap = (rows.values[:, place] - expected) / deviation[place]
            residual[:, place] = np.where(present[:, place], gap, 0.0)
    return Predicted(rows, lower, upper, residual, deviation, present)


def _limits(codes: Indices, one: Regression, expected: Array) -> tuple[Array, Array]:
    """Limits of the residuals; infinite ones for a missing answer."""
    count = len(one.thresholds)
    edges = np.r_[0.0, one.thresholds, 0.0, 0.0]  # zeros where there is no threshold
    is_lowest, is_highest, is_missing = codes == 0, codes >= count, codes > count
    lower = np.where(is_lowest | is_missing, -_FAR, edges[codes] - expected)
    return lower, np.where(is_highest, _FAR, edges[codes + 1] - expected)


def interval(lower: Array, upper: Array) -> Array:
    """P(lower < Z <= upper) of a standard normal Z, accurate in both tails."""
    flip = lower + upper > 0.0
    low, high = np.where(flip, -upper, lower), np.where(flip, -lower, upper)
    return np.asarray(np.maximum(ndtr(high) - ndtr(low), _LEAST))


def edge_ratios(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Densities at the upper and the lower limit over P(lower < Z <= upper), however small."""
    share = interval(lower, upper)
    up, down = normal_density(upper) / share, normal_density(lower) / share
    least = (share <= _LEAST) & (lower < upper) & (np.abs(lower + upper) < _FARTHEST)
    if least.any():
        low, high = lower[least], upper[least]
        log_share = log_interval(low, high) + 0.5 * np.log(2.0 * np.pi)
        up[least] = np.exp(-0.5 * high * high - log_share)
        down[least] = np.exp(-0.5 * low * low - log_share)
    return up, down


def scores(block: Predicted, one: Regression) -> Array:
    """Scores of a variable's log-likelihood, shape (rows, k); zero for a missing answer."""
    if one.is_ordinal:
        up, down = _pulls(block.lower[:, one.variable], block.upper[:, one.variable])
        return ordinal_scores(block.rows, one, up, down)
    z, deviation = block.residual[:, one.variable], block.deviation[one.variable]
    present = block.present[:, one.variable]
    pull = z / deviation
    spread = np.where(present, (z * z - 1.0) / (2.0 * deviation**2), 0.0)
    return np.column_stack([pull, pull[:, None] * block.rows.exogenous, spread])


def _pulls(lower: Array, upper: Array) -> tuple[Array, Array]:
    """Derivatives of the log probability of an interval in its upper and its lower limit."""
    up, down = edge_ratios(lower, upper)
    return up, -down


def ordinal_scores(rows: Observations, one: Regression, up: Array, down: Array) -> Array:
    """Scores in thresholds and slopes from those in the limits, shape (rows, k)."""
    above, below = _designs(rows, one)
    return up[:, None] * above + down[:, None] * below


def _designs(rows: Observations, one: Regression) -> tuple[Array, Array]:
    """Derivatives of the upper and the lower limit in thresholds and slopes."""
    codes = rows.codes[:, one.variable, None]
    levels = np.arange(len(one.thresholds))
    slopes = -rows.exogenous
    return np.hstack([codes == levels, slopes]), np.hstack([codes == levels + 1, slopes])


def regress(rows: Observations, layout: Layout) -> tuple[Regression, ...]:
    """The regressions of all variables, each from the rows that have it."""
    return tuple(
        _probit(rows, place, count, layout) if count else _linear(rows, place, layout)
        for place, count in enumerate(layout.categories)
    )


def _linear(rows: Observations, place: int, layout: Layout) -> Regression:
    """Least squares, which are maximum likelihood."""
    weights = rows.shares_of(place)
    total = weights.sum()
    values = np.where(weights > 0.0, rows.values[:, place], 0.0)
    if not total:
        raise DataError(f"{layout.called(place)} has no values: leave it out.")
    centre, middle = weights @ values / total, weights @ rows.exogenous / total
    around = rows.exogenous - middle
    gap = np.where(weights > 0.0, values - centre, 0.0)
    slopes = np.zeros(0)
    if rows.exogenous.shape[1]:
        weighted = around * weights[:, None]
        try:
            slopes = np.linalg.solve(weighted.T @ around, weighted.T @ gap)
        except np.linalg.LinAlgError:
            raise DataError(
                f"among the rows that have {layout.called(place)} a predictor is constant, or "
                "depends on others linearly. Leave one out."
            ) from None
        gap = np.where(weights > 0.0, gap - around @ slopes, 0.0)
    variance = weights @ (gap * gap) / total
    if variance <= 1e-14 * (weights @ values**2) / total:
        raise DataError(
            f"{layout.called(place)} is constant: there is no variance to explain. Leave it out."
        )
    return Regression(place, np.zeros(0), float(centre - middle @ slopes), slopes, float(variance))


def category_counts(rows: Observations, place: int, count: int, layout: Layout) -> Array:
    """Sums of weights by a variable's category, shape (c,)."""
    sums = np.zeros(count + 1)
    for block in rows.blocks():
        sums += np.bincount(block.codes[:, place], block.weights, count + 1)
    if not (sums[:count] > 0.0).all():
        empty = int(np.flatnonzero(sums <= 0.0)[0])
        raise DataError(
            f"nobody is in category {empty + 1} (from the lowest) of {layout.called(place)}: join "
            "it with a neighbour."
        )
    return np.asarray(sums[:count])


def _probit(rows: Observations, place: int, count: int, layout: Layout) -> Regression:
    """Ordered probit regression by Newton's method; quantiles without exogenous variables.

    Found with standardised predictors, so that years are as good as ages.
    """
    if count < 2:
        raise DataError(f"{layout.called(place)} has fewer than two categories: leave it out.")
    below = np.cumsum(category_counts(rows, place, count, layout))
    thresholds = ndtri(below[:-1] / below[-1])
    one = Regression(place, thresholds, 0.0, np.zeros(layout.n_exogenous), 1.0)
    if not layout.n_exogenous:
        return one
    middle, spread = rows.exogenous.mean(axis=0), rows.exogenous.std(axis=0)
    spread = np.where(spread > 0.0, spread, 1.0)
    standard = replace(rows, exogenous=(rows.exogenous - middle) / spread)
    start = np.concatenate([thresholds, one.slopes])
    found = descend(_Probit(standard, one), start, Stopping(_DECREMENT, _CLOSE, _STEPS))
    if not found.converged or (np.diagonal(found.here.curvature) < _FLAT).any():
        slopes = found.point[len(thresholds) :]
        guilty = layout.called(layout.n_variables + int(np.abs(slopes).argmax()))
        raise DataError(
            f"{guilty} predicts answers to {layout.called(place)} perfectly (quasi-complete "
            "separation): the probit regression has no maximum. Leave one of them out, or join "
            "categories."
        )
    best = _moved(one, found.point)
    slopes = best.slopes / spread
    return replace(best, thresholds=best.thresholds + middle @ slopes, slopes=slopes)


@dataclass(frozen=True, eq=False)
class _Point:
    """Thresholds and slopes, shape (k,), and minus the mean log-likelihood and what it is like."""

    point: Array
    value: Array
    gradient: Array
    curvature: Array


class _Probit(Problem[_Point]):
    """Newton's method for one ordered probit regression."""

    def __init__(self, rows: Observations, one: Regression):
        self.rows, self.one = rows, one

    def at(self, point: Array) -> _Point:
        """Minus the likelihood, and its derivatives; +inf where thresholds are out of order."""
        value, gradient, curvature = _probit_likelihood(self.rows, _moved(self.one, point))
        return _Point(point, np.asarray(-value), gradient, curvature)

    def step(self, here: _Point, last: Array) -> Step | None:
        """To the maximum of the quadratic approximation; None where the likelihood is flat."""
        flat = (np.diagonal(here.curvature) < _FLAT).any()
        if flat or not is_positive_definite(here.curvature):
            return None
        try:
            move = np.asarray(np.linalg.solve(here.curvature, here.gradient), dtype=float)
        except np.linalg.LinAlgError:
            return None
        decrement = np.asarray(0.5 * (move @ here.gradient))
        return Step(move, decrement, quadratic(decrement, last))


def _moved(one: Regression, point: Array) -> Regression:
    """The regression with other thresholds and slopes."""
    count = len(one.thresholds)
    return Regression(one.variable, point[:count], 0.0, point[count:], 1.0)


def _probit_likelihood(rows: Observations, one: Regression) -> tuple[float, Array, Array]:
    """Mean log-likelihood, its gradient and its negative second derivatives."""
    if (np.diff(one.thresholds) <= 0.0).any():
        return -np.inf, np.zeros(0), np.zeros((0, 0))
    size = len(one.thresholds) + len(one.slopes)
    value, gradient, curvature = 0.0, np.zeros(size), np.zeros((size, size))
    for block in rows.blocks():
        lower, upper = _limits(block.codes[:, one.variable], one, block.exogenous @ one.slopes)
        weights = block.shares_of(one.variable)
        up, down = _pulls(lower, upper)
        above, below = _designs(block, one)
        value += float(weights @ np.log(interval(lower, upper)))
        gradient += (weights * up) @ above + (weights * down) @ below
        mixed = above.T @ ((weights * up * down)[:, None] * below)
        curvature += above.T @ ((weights * up * (upper + up))[:, None] * above)
        curvature += below.T @ ((weights * down * (lower + down))[:, None] * below)
        curvature += mixed + mixed.T
    n = rows.n_observations
    return value / n, gradient / n, curvature / n
