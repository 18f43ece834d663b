"""Geometric means of squared loadings: geomin, and bigeomin beside a general factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import OptionError
from ..numerics import Array
from .criterion import Criterion, read_parameter


def geometric_means(loadings: Array, epsilon: float) -> tuple[Array, Array]:
    """Sum over items of the geometric mean of squared loadings, and its gradient."""
    squares = loadings * loadings + epsilon
    m = loadings.shape[-1]
    means = squares.prod(axis=-1, keepdims=True) ** (1.0 / m)
    return means.sum(axis=(-2, -1)), (2.0 / m) * means * loadings / squares


@dataclass(frozen=True)
class Geomin(Criterion):
    """Geometric mean of an item's squared loadings. Yates (1987); Browne (2001).

    Parameters
    ----------
    epsilon : float
        Added to squares, so that a zero does not end the search; .001 as in lavaan. Mplus takes
        .0001 for two factors, .001 for three, .01 for more; GPArotation .01.
    """

    epsilon: float = 0.001
    name: ClassVar[str] = "geomin"

    def __post_init__(self) -> None:
        read_parameter("epsilon", self.epsilon, 1e-8, 10.0)

    @property
    def words(self) -> str:
        """The name with epsilon."""
        return f"{self.name}({self.epsilon:g})"

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """Sum of the geometric means, and its gradient."""
        return geometric_means(loadings, self.epsilon)


class WithGeneralFactor(Criterion):
    """A criterion of all factors but a general first one, which stays there."""

    @property
    def leading(self) -> int:
        """The general factor stays first."""
        return 1

    def check(self, n_items: int, n_factors: int) -> None:
        """Refuse fewer than three factors: a general one and at least two others.

        Raises
        ------
        OptionError
        """
        if n_factors < 3:
            raise OptionError(
                f"rotation={self.name!r} has a general factor and at least two others: n_factors "
                f"counts all of them and is 3 or more, not {n_factors}."
            )


@dataclass(frozen=True)
class BiGeomin(WithGeneralFactor, Geomin):
    """Geomin of all factors but a general first one. Jennrich & Bentler (2012)."""

    name: ClassVar[str] = "bigeomin"

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """Geomin without the first column."""
        gradient = np.zeros(loadings.shape)
        value, gradient[..., 1:] = geometric_means(loadings[..., 1:], self.epsilon)
        return value, gradient


@dataclass(frozen=True)
class BiQuartimin(WithGeneralFactor):
    """Quartimin of all factors but a general first one. Jennrich & Bentler (2011, 2012)."""

    name: ClassVar[str] = "biquartimin"

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """A quarter of the sum of products of squares in different group factors."""
        squares = loadings * loadings
        squares[..., 0] = 0.0
        others = squares.sum(axis=-1, keepdims=True) - squares
        others[..., 0] = 0.0
        return 0.25 * (squares * others).sum(axis=(-2, -1)), loadings * others
