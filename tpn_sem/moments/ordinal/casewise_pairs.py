"""Likelihoods of pairs of variables row by row: polychoric given others, polyserial, Pearson."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Indices, density, density_slope, grid_distribution, normal_density
from .polychoric import TINY, tiny_rectangles
from .univariate import Predicted, edge_ratios, interval


@dataclass(frozen=True, eq=False)
class PairScores:
    """Derivatives of the log-likelihoods of pairs, shape (rows, k) each.

    Attributes
    ----------
    score, bend : array
        First derivative in the correlation, and second derivative of the likelihood relative to
        it.
    first, second : two arrays each
        Derivatives in the upper and lower limit of an ordinal variable, or in mean and variance
        of a continuous one.
    """

    score: Array
    bend: Array
    first: tuple[Array, Array]
    second: tuple[Array, Array]


Kind = Callable[[Predicted, Indices, Indices, Array, bool], PairScores]
_NONE = np.zeros((0, 0))
_SMALLEST = 1e-16  # what the quadrature can tell from zero


def two_ordinal(
    block: Predicted, first: Indices, second: Indices, rho: Array, margins: bool = True
) -> PairScores:
    """Both variables ordinal: the probability of a rectangle."""
    low, high = block.lower[:, first], block.upper[:, first]
    left, right = block.lower[:, second], block.upper[:, second]
    flat = np.broadcast_to(rho, low.shape).ravel()
    rows = np.stack([low.ravel(), high.ravel()], axis=1)
    columns = np.stack([left.ravel(), right.ravel()], axis=1)
    corners = grid_distribution(rows, columns, flat).reshape(*low.shape, 4)
    share = np.maximum(corners @ np.array([1.0, -1.0, -1.0, 1.0]), _SMALLEST)
    slope, bend = np.zeros(low.shape), np.zeros(low.shape)
    for a, b, sign in (
        (high, right, 1.0),
        (low, right, -1.0),
        (high, left, -1.0),
        (low, left, 1.0),
    ):
        height = sign * density(a, b, rho)
        slope += height
        bend += height * density_slope(a, b, rho)
    tiny = share < TINY
    if tiny.any():
        sides = (low[tiny], high[tiny], left[tiny], right[tiny])
        share[tiny], slope[tiny], bend[tiny] = tiny_rectangles(
            *sides, np.broadcast_to(rho, low.shape)[tiny]
        )
    if not margins:
        return PairScores(slope / share, bend / share, (_NONE, _NONE), (_NONE, _NONE))
    return PairScores(
        slope / share,
        bend / share,
        _edge_pulls(low, high, left, right, rho, share),
        _edge_pulls(left, right, low, high, rho, share),
    )


def _edge_pulls(
    low: Array, high: Array, left: Array, right: Array, rho: Array, share: Array
) -> tuple[Array, Array]:
    """Derivatives of the log probability of a rectangle in its upper and its lower limit."""
    rest = np.sqrt(1.0 - rho * rho)
    up = interval((left - rho * high) / rest, (right - rho * high) / rest)
    down = interval((left - rho * low) / rest, (right - rho * low) / rest)
    return normal_density(high) * up / share, -normal_density(low) * down / share


def ordinal_and_continuous(
    block: Predicted, first: Indices, second: Indices, rho: Array, margins: bool = True
) -> PairScores:
    """First variable ordinal, second continuous: density times the probability of an interval."""
    z, rest = block.residual[:, second], 1.0 - rho * rho
    root = np.sqrt(rest)
    low, high = block.lower[:, first], block.upper[:, first]
    from_, to = (low - rho * z) / root, (high - rho * z) / root
    up, down = edge_ratios(from_, to)
    speed_low, speed_high = (rho * low - z) / rest**1.5, (rho * high - z) / rest**1.5
    score = up * speed_high - down * speed_low
    bend = up * _turn(high, to, speed_high, rho) - down * _turn(low, from_, speed_low, rho)
    if not margins:
        return PairScores(score, bend, (_NONE, _NONE), (_NONE, _NONE))
    pull = z + rho * (up - down) / root  # minus the derivative in z
    deviation = block.deviation[second]
    variance = (z * pull - 1.0) / (2.0 * deviation**2)
    return PairScores(score, bend, (up / root, -down / root), (pull / deviation, variance))


def _turn(limit: Array, at: Array, speed: Array, rho: Array) -> Array:
    """Second derivative of a conditional probability in the correlation over the density."""
    rest = 1.0 - rho * rho
    return limit / rest**1.5 + 3.0 * rho * speed / rest - at * speed**2


def continuous_and_ordinal(
    block: Predicted, first: Indices, second: Indices, rho: Array, margins: bool = True
) -> PairScores:
    """First variable continuous, second ordinal."""
    found = ordinal_and_continuous(block, second, first, rho, margins)
    return PairScores(found.score, found.bend, found.second, found.first)


def two_continuous(
    block: Predicted, first: Indices, second: Indices, rho: Array, margins: bool = True
) -> PairScores:
    """Both variables continuous: the bivariate normal density."""
    a, b, rest = block.residual[:, first], block.residual[:, second], 1.0 - rho * rho
    score = density_slope(a, b, rho)
    bend = (
        (1.0 + rho * rho) / rest**2
        + (2.0 * rho * a * b - a * a - b * b) / rest**2
        + 4.0 * rho * (a * b * (1.0 + rho * rho) - rho * (a * a + b * b)) / rest**3
        + score**2
    )
    ahead, behind = (a - rho * b) / rest, (b - rho * a) / rest
    return PairScores(
        score,
        bend,
        _moment_pulls(a, ahead, block.deviation[first]),
        _moment_pulls(b, behind, block.deviation[second]),
    )


def _moment_pulls(z: Array, pull: Array, deviation: Array) -> tuple[Array, Array]:
    """Scores in mean and variance from minus the derivative in z."""
    return pull / deviation, (z * pull - 1.0) / (2.0 * deviation**2)
