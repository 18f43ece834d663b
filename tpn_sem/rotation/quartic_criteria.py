"""Criteria of the fourth degree: Crawford and Ferguson's family, oblimin, orthomax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..errors import choose
from ..numerics import Array
from .criterion import Criterion, read_parameter

_MEMBERS = ("quartimax", "varimax", "equamax", "parsimax", "facparsim")


@dataclass(frozen=True)
class CrawfordFerguson(Criterion):
    """Complexity of items and of factors, weighted. Crawford & Ferguson (1970).

    Parameters
    ----------
    kappa : float, or one of "quartimax", "varimax", "equamax", "parsimax", "facparsim"
        Weight of the factors' complexity; a name stands for 0, 1/p, m/(2p), (m-1)/(p+m-2) and 1,
        which orthogonally give the solutions of these names.
    """

    kappa: float | str = "quartimax"
    name: ClassVar[str] = "crawford_ferguson"

    def __post_init__(self) -> None:
        if isinstance(self.kappa, str):
            choose("kappa", self.kappa, _MEMBERS)
        else:
            read_parameter("kappa", self.kappa, 0.0, 1.0)

    @property
    def words(self) -> str:
        """The name of the member, or its kappa."""
        return f"cf_{self.kappa}" if isinstance(self.kappa, str) else f"{self.name}({self.kappa:g})"

    def _weight(self, p: int, m: int) -> float:
        if not isinstance(self.kappa, str):
            return float(self.kappa)
        weights = (0.0, 1.0 / p, m / (2.0 * p), (m - 1.0) / (p + m - 2.0), 1.0)
        return dict(zip(_MEMBERS, weights, strict=True))[self.kappa]

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """A quarter of the sum of products of squares within rows and within columns."""
        kappa = self._weight(*loadings.shape[-2:])
        squares = loadings * loadings
        rows = squares.sum(axis=-1, keepdims=True) - squares
        columns = squares.sum(axis=-2, keepdims=True) - squares
        others = (1.0 - kappa) * rows + kappa * columns
        return 0.25 * (squares * others).sum(axis=(-2, -1)), loadings * others


@dataclass(frozen=True)
class Oblimin(Criterion):
    """Covariances of squared loadings between factors. Jennrich & Sampson (1966).

    Parameters
    ----------
    gamma : float
        0 is quartimin; larger values, up to 1, let factors correlate more and may have no minimum.
    """

    gamma: float = 0.0
    name: ClassVar[str] = "oblimin"

    def __post_init__(self) -> None:
        read_parameter("gamma", self.gamma, -10.0, 1.0)

    @property
    def words(self) -> str:
        """The name, and gamma where it is not zero."""
        return f"oblimin({self.gamma:g})" if self.gamma else "quartimin"

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """A quarter of the sum of products of squares, less gamma times that of their means."""
        squares = loadings * loadings
        others = squares.sum(axis=-1, keepdims=True) - squares
        if self.gamma:
            others = others - self.gamma * others.mean(axis=-2, keepdims=True)
        return 0.25 * (squares * others).sum(axis=(-2, -1)), loadings * others


@dataclass(frozen=True)
class Orthomax(Criterion):
    """Variance of squared loadings within factors; orthogonal. Kaiser (1958); Harman (1976).

    Parameters
    ----------
    gamma : float
        1 is varimax, 0 quartimax.
    """

    gamma: float = 1.0
    name: ClassVar[str] = "orthomax"
    is_oblique: ClassVar[bool] = False
    can_be_oblique: ClassVar[bool] = False

    def __post_init__(self) -> None:
        read_parameter("gamma", self.gamma, 0.0, 100.0)

    @property
    def kaiser(self) -> bool:
        """With varimax, as lavaan and R do."""
        return self.gamma == 1.0

    @property
    def words(self) -> str:
        """Varimax and quartimax by name."""
        return {0.0: "quartimax", 1.0: "varimax"}.get(self.gamma, f"orthomax({self.gamma:g})")

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """Minus a quarter of the sum of fourth powers, less gamma times that of the means."""
        squares = loadings * loadings
        excess = squares - self.gamma * squares.mean(axis=-2, keepdims=True)
        return -0.25 * (squares * excess).sum(axis=(-2, -1)), -loadings * excess


@dataclass(frozen=True)
class Bentler(Criterion):
    """Invariant pattern simplicity: squared loadings of factors that do not go together.

    Bentler (1977).
    """

    name: ClassVar[str] = "bentler"

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """A quarter of the log determinant of the diagonal, less that of all, of S'S."""
        squares = loadings * loadings
        among = np.swapaxes(squares, -2, -1) @ squares
        alone = np.diagonal(among, axis1=-2, axis2=-1)
        value = 0.25 * (np.log(alone).sum(axis=-1) - np.linalg.slogdet(among)[1])
        slope = squares / alone[..., None, :] - squares @ np.linalg.inv(among)
        return np.asarray(value), loadings * slope
