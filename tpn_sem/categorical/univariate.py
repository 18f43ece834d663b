"""Thresholds, ordered probits and regressions of single variables, and what rows say to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ..errors import DataError
from ..linalg import Array, Mask
from .binormal import INFINITE, density, interval
from .data import Data
from .layout import Layout

_STEPS = 50


@dataclass(frozen=True, eq=False)
class Univariate:
    """Estimates of single variables.

    Attributes
    ----------
    limits : array, shape (p, n_codes + 2)
        Lower limits of the categories 0, 1, ... and, one place further, upper ones. A category that
        a variable does not have lies at infinity.
    mean : array, shape (p,)
    slopes : array, shape (p, q)
    variance : array, shape (p,)
        One for ordinal variables.
    """

    limits: Array
    mean: Array
    slopes: Array
    variance: Array

    def thresholds(self, layout: Layout) -> tuple[Array, ...]:
        """Thresholds of each variable; none of a continuous one."""
        return tuple(
            self.limits[variable, 1 : max(count, 1)]
            for variable, count in enumerate(layout.categories)
        )


@dataclass(frozen=True, eq=False)
class Block:
    """Some rows as the univariate estimates see them.

    Attributes
    ----------
    observed : bool array, shape (rows, p)
    weights : array, shape (rows,)
    exogenous : array, shape (rows, q)
    codes : int array, shape (rows, p)
    lower, upper : arrays, shape (rows, p)
        Limits between which the variable behind an ordinal one lies, less what is predicted.
    residual : array, shape (rows, p)
        Of continuous variables, in standard deviations; 0 where missing and where ordinal.
    """

    observed: Mask
    weights: Array
    exogenous: Array
    codes: Array
    lower: Array
    upper: Array
    residual: Array


def estimate_univariate(data: Data) -> Univariate:
    """Estimates of all variables, each from the rows that have it."""
    p, q = data.layout.n_variables, data.exogenous.shape[1]
    limits = np.full((p, data.n_codes + 2), INFINITE)
    limits[:, 0] = -INFINITE
    mean, slopes, variance = np.zeros(p), np.zeros((p, q)), np.ones(p)
    weights = data.weights_of(slice(None))
    for variable, count in enumerate(data.layout.categories):
        known = np.isfinite(data.rows[:, variable])
        x, w = data.exogenous[known], weights[known]
        if count:
            codes = data.codes[known, variable]
            own, slopes[variable] = _probit(codes, count, x, w, data.names[variable])
            limits[variable, 1:count] = own
        else:
            found = _regression(data.rows[known, variable], x, w, data.names[variable])
            mean[variable], slopes[variable], variance[variable] = found
    return Univariate(limits, mean, slopes, variance)


def _regression(y: Array, x: Array, weights: Array, name: str) -> tuple[float, Array, float]:
    centre = weights @ y / weights.sum()
    middle = weights @ x / weights.sum()
    root = np.sqrt(weights)[:, None]
    slopes = np.linalg.lstsq((x - middle) * root, (y - centre) * root[:, 0], rcond=None)[0]
    residual = y - centre - (x - middle) @ slopes
    variance = float(weights @ (residual * residual) / weights.sum())
    if not variance > 1e-14 * float(weights @ (y * y) / weights.sum()):
        raise DataError(f"{name} is constant, or the exogenous variables predict all of it.")
    return float(centre - middle @ slopes), slopes, variance


def _probit(codes: Array, count: int, x: Array, weights: Array, name: str) -> tuple[Array, Array]:
    """Thresholds and slopes of an ordered probit, by Newton steps."""
    shares = np.cumsum(np.bincount(codes, weights, minlength=count))
    place = np.concatenate([ndtri(shares[:-1] / shares[-1]), np.zeros(x.shape[1])])
    if not x.shape[1]:
        return place, x.sum(0)
    above = (codes[:, None] == np.arange(count - 1)).astype(float)
    below = (codes[:, None] - 1 == np.arange(count - 1)).astype(float)
    upper, lower = np.hstack([above, -x]), np.hstack([below, -x])
    value = -np.inf
    step = np.zeros(len(place))
    for _ in range(_STEPS):
        limits = np.where(codes == 0, -INFINITE, lower @ place)
        uppers = np.where(codes == count - 1, INFINITE, upper @ place)
        mass = np.maximum(interval(limits, uppers), 1e-300)
        now = float(weights @ np.log(mass))
        if now < value - 1e-9 * abs(value):
            step = 0.5 * step
            place = place - step
            continue
        value = now
        gradient, curvature = _probit_derivatives(limits, uppers, mass, lower, upper, weights)
        step = np.linalg.solve(curvature, gradient)
        place = place + step
        if float(gradient @ step) < 1e-20 * len(codes):
            return place[: count - 1], place[count - 1 :]
    raise DataError(
        f"The probit regression of {name} on the exogenous variables has no solution: "
        "they tell its categories apart without error."
    )


def _probit_derivatives(
    lower: Array, upper: Array, mass: Array, below: Array, above: Array, weights: Array
) -> tuple[Array, Array]:
    """Gradient and negative second derivatives of the log-likelihood of an ordered probit."""
    up, down = density(upper) / mass, -density(lower) / mass
    gradient = (weights * up) @ above + (weights * down) @ below
    both = above.T @ (below * (weights * up * down)[:, None])
    curvature = above.T @ (above * (weights * (up * up + upper * up))[:, None])
    curvature += below.T @ (below * (weights * (down * down + lower * down))[:, None])
    return gradient, np.asarray(curvature + both + both.T)


def read_block(data: Data, univariate: Univariate, part: slice) -> Block:
    """Some rows as the univariate estimates see them."""
    rows, codes, x = data.rows[part], data.codes[part].astype(np.intp), data.exogenous[part]
    variables = np.arange(rows.shape[1])
    observed = np.isfinite(rows)
    predicted = x @ univariate.slopes.T
    lower, upper = (univariate.limits[variables, codes + extra] for extra in (0, 1))
    residual = (rows - univariate.mean - predicted) / np.sqrt(univariate.variance)
    residual = np.where(observed, residual, 0.0)
    residual[:, data.layout.ordinal] = 0.0
    return Block(
        observed,
        data.weights_of(part),
        x,
        codes,
        np.where(np.abs(lower) < INFINITE, lower - predicted, lower),
        np.where(np.abs(upper) < INFINITE, upper - predicted, upper),
        residual,
    )


def designs(
    layout: Layout, univariate: Univariate, block: Block, variable: int
) -> tuple[Array, Array]:
    """Derivatives of a variable's two channels in its own statistics, each shape (rows, k).

    The channels of an ordinal variable are its upper and its lower limit; those of a continuous
    one are its residual and the log of its density's scale.
    """
    known = block.observed[:, variable, None].astype(float)
    x = block.exogenous
    if layout.categories[variable]:
        steps = np.arange(layout.categories[variable] - 1)
        code = block.codes[:, variable, None]
        upper = np.hstack([code == steps, -x]) * known
        lower = np.hstack([code - 1 == steps, -x]) * known
        return upper, lower
    variance = univariate.variance[variable]
    residual = block.residual[:, variable, None]
    first = np.hstack([np.ones_like(residual), x]) / -np.sqrt(variance)
    first = np.hstack([first, residual / (-2.0 * variance)]) * known
    second = np.zeros_like(first)
    second[:, -1] = known[:, 0] / (-2.0 * variance)
    return first, second


def own_scores(layout: Layout, univariate: Univariate, block: Block, variable: int) -> Array:
    """Scores of a variable's own likelihood, shape (rows, k); 0 where it is missing."""
    first, second = designs(layout, univariate, block, variable)
    if not layout.categories[variable]:
        return -block.residual[:, variable, None] * first + second
    lower, upper = block.lower[:, variable], block.upper[:, variable]
    mass = np.maximum(interval(lower, upper), 1e-300)[:, None]
    return (density(upper)[:, None] * first - density(lower)[:, None] * second) / mass
