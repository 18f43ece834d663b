"""Rotations that go on from another one: promax, and Schmid and Leiman's general factor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from ..errors import OptionError
from ..numerics import Array
from .criterion import Criterion, read_parameter
from .quartic_criteria import Oblimin, Orthomax


class TwoSteps(ABC):
    """What is done with rotated loadings and correlations after a first rotation.

    Subclass it, and pass an object as ``rotation=``.

    Attributes
    ----------
    first : Criterion
        Of the first rotation.
    name : str
    """

    name: ClassVar[str] = "two steps"
    first: Criterion

    @property
    def words(self) -> str:
        """The rotation with its parameters, for reports."""
        return self.name

    def check(self, n_items: int, n_factors: int) -> None:
        """Refuse loadings that the rotation is not made for."""
        self.first.check(n_items, n_factors)

    @abstractmethod
    def then(self, loadings: Array, correlations: Array) -> tuple[Array, Array, Array]:
        """The second step, of stacks.

        Parameters
        ----------
        loadings : array, shape (..., p, m)
        correlations : array, shape (..., m, m)

        Returns
        -------
        loadings : array, shape (..., p, k)
        correlations : array, shape (..., k, k)
        scores : array, shape (..., m, k)
            Regression of the new factors on those of the first rotation.
        """


@dataclass(frozen=True)
class Promax(TwoSteps):
    """Varimax with Kaiser's weights, then towards a power of its loadings.

    Hendrickson & White (1964).

    Parameters
    ----------
    power : float
        Larger ones let factors correlate more.
    """

    power: float = 4.0
    name: ClassVar[str] = "promax"
    first: ClassVar[Criterion] = Orthomax(1.0)  # type: ignore[misc]

    def __post_init__(self) -> None:
        read_parameter("power", self.power, 1.0, 20.0)

    @property
    def words(self) -> str:
        """The name with the power."""
        return f"promax({self.power:g})"

    def then(self, loadings: Array, correlations: Array) -> tuple[Array, Array, Array]:
        """Regression on the powers; factors get variance one."""
        target = loadings * np.abs(loadings) ** (self.power - 1.0)
        transposed = np.swapaxes(loadings, -2, -1)
        turn = np.linalg.solve(transposed @ loadings, transposed @ target)
        back = np.linalg.inv(np.swapaxes(turn, -2, -1) @ turn)
        scale = np.sqrt(np.diagonal(back, axis1=-2, axis2=-1))
        turn = turn * scale[..., None, :]
        inverse = np.linalg.inv(turn)
        return loadings @ turn, inverse @ np.swapaxes(inverse, -2, -1), np.swapaxes(inverse, -2, -1)


@dataclass(frozen=True)
class SchmidLeiman(TwoSteps):
    """A general factor behind correlated ones, and what of these it leaves. Schmid & Leiman (1957).

    The number of factors asked for is that of group factors; the general factor comes on top. The
    correlations of three factors fit one general factor exactly; more are fitted by minres.

    Parameters
    ----------
    first : Criterion
        The oblique rotation that it begins with.
    """

    first: Criterion = field(default_factory=Oblimin)
    name: ClassVar[str] = "schmid_leiman"

    def __post_init__(self) -> None:
        if not isinstance(self.first, Criterion) or not self.first.can_be_oblique:
            raise OptionError("schmid_leiman begins with an oblique criterion, as Oblimin().")

    @property
    def words(self) -> str:
        """The name with the first rotation."""
        return f"schmid_leiman after {self.first.words}"

    def check(self, n_items: int, n_factors: int) -> None:
        """A general factor of fewer than three is not identified."""
        if n_factors < 3:
            raise OptionError(
                "rotation='schmid_leiman' needs three group factors: the correlation of two does "
                f"not tell a general factor. n_factors is {n_factors}."
            )
        self.first.check(n_items, n_factors)

    def then(self, loadings: Array, correlations: Array) -> tuple[Array, Array, Array]:
        """Loadings on the general factor and on the residuals of the group factors."""
        general = one_factor(correlations)
        left = np.sqrt(np.maximum(1.0 - general * general, 0.0))
        both = np.concatenate([general[..., :, None], left[..., None] * _eye(left)], axis=-1)
        k = both.shape[-1]
        scores = np.linalg.solve(correlations, both)
        return loadings @ both, np.broadcast_to(np.eye(k), (*both.shape[:-2], k, k)), scores


def _eye(like: Array) -> Array:
    return np.eye(like.shape[-1])


def one_factor(correlations: Array, rounds: int = 500) -> Array:
    """Loadings of one factor by minres, shape (..., m), each in turn. Harman & Jones (1966)."""
    m = correlations.shape[-1]
    off = correlations * (1.0 - np.eye(m))
    found = np.full(off.shape[:-1], 0.5) * np.where(off.sum(axis=-1) < 0.0, -1.0, 1.0)
    for _ in range(rounds):
        before = found.copy()
        for place in range(m):
            others = (found * found).sum(axis=-1) - found[..., place] ** 2
            pull = (off[..., place, :] * found).sum(axis=-1)
            found[..., place] = np.clip(pull / np.maximum(others, 1e-12), -0.999, 0.999)
        if np.abs(found - before).max() < 1e-14:
            break
    return found
