"""What single rows say of the correlation of a pair, by kinds of pairs.

A kind has two functions of the rows of all its pairs at once, shape (rows, pairs): `slopes`, the
score in the correlation and its derivative, and `channels`, the score and the derivatives in the
two channels of either variable (see `univariate.designs`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ..linalg import Array, Indices
from .binormal import (
    density,
    excess,
    interval,
    joint_density,
    log_density_slope,
)
from .univariate import Block

Channels = tuple[Array, Array]


@dataclass(frozen=True, eq=False)
class Side:
    """One variable of each pair: limits if ordinal, standardised residuals if continuous."""

    lower: Array
    upper: Array
    residual: Array

    @property
    def expectation(self) -> Array:
        """Of the variable behind the answer, in standard deviations."""
        mass = np.maximum(interval(self.lower, self.upper), 1e-300)
        return self.residual + (density(self.lower) - density(self.upper)) / mass


def side(block: Block, variables: Indices) -> Side:
    """That variable of each pair, shape (rows, pairs)."""
    return Side(block.lower[:, variables], block.upper[:, variables], block.residual[:, variables])


class TwoContinuous:
    """Two continuous variables: the bivariate normal density."""

    def slopes(self, first: Side, second: Side, rho: Array) -> tuple[Array, Array]:
        """Score in the correlation and its derivative."""
        x, y = first.residual, second.residual
        inside = 1.0 - rho * rho
        product, squares = x * y, x * x + y * y
        inner = (1.0 + rho * rho) * product - rho * squares
        score = rho / inside + inner / inside**2
        change = (1.0 + rho * rho) / inside**2 + (2.0 * rho * product - squares) / inside**2
        return score, change + 4.0 * rho * inner / inside**3

    def channels(self, first: Side, second: Side, rho: Array) -> tuple[Array, Channels, Channels]:
        """Score in the correlation and derivatives in the channels."""
        x, y = first.residual, second.residual
        inside, one = 1.0 - rho * rho, np.ones_like(x)
        score = log_density_slope(x, y, rho)
        return score, ((rho * y - x) / inside, one), ((rho * x - y) / inside, one)


class OrdinalAndContinuous:
    """An ordinal variable first, a continuous one second: Olsson, Drasgow and Dorans (1982)."""

    def slopes(self, first: Side, second: Side, rho: Array) -> tuple[Array, Array]:
        """Score in the correlation and its derivative."""
        root = np.sqrt(1.0 - rho * rho)
        y = second.residual
        lower, upper = ((limit - rho * y) / root for limit in (first.lower, first.upper))
        mass = np.maximum(interval(lower, upper), 1e-300)
        turns = [(rho * limit - y) / root**3 for limit in (first.lower, first.upper)]
        bends = [
            limit / root**3 + 3.0 * rho * turn / root**2
            for limit, turn in zip((first.lower, first.upper), turns, strict=True)
        ]
        low, high = density(lower), density(upper)
        score = (high * turns[1] - low * turns[0]) / mass
        second_order = high * (bends[1] - upper * turns[1] ** 2)
        second_order -= low * (bends[0] - lower * turns[0] ** 2)
        return score, second_order / mass - score * score

    def channels(self, first: Side, second: Side, rho: Array) -> tuple[Array, Channels, Channels]:
        """Score in the correlation and derivatives in the channels."""
        root = np.sqrt(1.0 - rho * rho)
        y = second.residual
        lower, upper = ((limit - rho * y) / root for limit in (first.lower, first.upper))
        mass = np.maximum(interval(lower, upper), 1e-300)
        low, high = density(lower) / mass, density(upper) / mass
        score = (high * (rho * first.upper - y) - low * (rho * first.lower - y)) / root**3
        residual = -y - (high - low) * rho / root
        return score, (high / root, -low / root), (residual, np.ones_like(y))


class TwoOrdinal:
    """Two ordinal variables with limits of their own in each row, given exogenous variables."""

    def _corners(self, first: Side, second: Side) -> list[tuple[float, Array, Array]]:
        return [
            (1.0, first.upper, second.upper),
            (-1.0, first.lower, second.upper),
            (-1.0, first.upper, second.lower),
            (1.0, first.lower, second.lower),
        ]

    def _mass(self, first: Side, second: Side, rho: Array) -> Array:
        corners = self._corners(first, second)
        mass = interval(first.lower, first.upper) * interval(second.lower, second.upper)
        for sign, h, k in corners:
            mass = mass + sign * excess(h, k, rho)
        return np.maximum(mass, 1e-15)

    def slopes(self, first: Side, second: Side, rho: Array) -> tuple[Array, Array]:
        """Score in the correlation and its derivative."""
        mass = self._mass(first, second, rho)
        score, change = np.zeros_like(mass), np.zeros_like(mass)
        for sign, h, k in self._corners(first, second):
            joint = sign * joint_density(h, k, rho)
            score += joint
            change += joint * log_density_slope(h, k, rho)
        score /= mass
        return score, change / mass - score * score

    def channels(self, first: Side, second: Side, rho: Array) -> tuple[Array, Channels, Channels]:
        """Score in the correlation and derivatives in the channels."""
        mass = self._mass(first, second, rho)
        score = sum(s * joint_density(h, k, rho) for s, h, k in self._corners(first, second))
        root = np.sqrt(1.0 - rho * rho)

        def one(own: Array, other: Side) -> Array:
            between = interval((other.lower - rho * own) / root, (other.upper - rho * own) / root)
            return np.asarray(density(own) * between / mass)

        return (
            np.asarray(score / mass),
            (one(first.upper, second), -one(first.lower, second)),
            (one(second.upper, first), -one(second.lower, first)),
        )


Kind = TwoContinuous | OrdinalAndContinuous | TwoOrdinal
