"""Rotation to what is expected: targets, whole and partial, and simplimax."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from ..errors import OptionError
from ..numerics import Array
from .criterion import Criterion


@dataclass(frozen=True, eq=False)
class Target(Criterion):
    """Squared distance to a target, where it is specified. Browne (1972, 2001).

    Parameters
    ----------
    target : DataFrame or array, shape (p, m)
        Loadings that are expected; NaN where nothing is. Rows in the order of the items, columns in
        the order of the factors, which they keep.
    """

    target: Any
    name: ClassVar[str] = "target"
    values: Array = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _matrix(self.target))

    @property
    def leading(self) -> int:
        """All columns have the place that the target gives them."""
        return int(self.values.shape[1])

    @property
    def words(self) -> str:
        """Whether all of the target is specified."""
        count = int(np.isfinite(self.values).sum())
        if count == self.values.size:
            return "target"
        return f"partially specified target ({count} of {self.values.size} loadings)"

    def check(self, n_items: int, n_factors: int) -> None:
        """The target has the shape of the loadings."""
        if self.values.shape != (n_items, n_factors):
            raise OptionError(
                f"the target is {self.values.shape[0]} x {self.values.shape[1]}, but the loadings "
                f"are {n_items} x {n_factors} (items x factors)."
            )
        if not np.isfinite(self.values).any():
            raise OptionError("the target is NaN everywhere: say what is expected of some loading.")

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """Sum of squared differences, and its gradient."""
        gap = np.where(np.isnan(self.values), 0.0, loadings - self.values)
        return (gap * gap).sum(axis=(-2, -1)), 2.0 * gap


def _matrix(target: object) -> Array:
    """A target as an array of numbers, shape (p, m)."""
    table = target.to_numpy() if isinstance(target, pd.DataFrame) else target
    try:
        values = np.array(table, dtype=float)
    except (TypeError, ValueError):
        values = np.zeros(0)
    if values.ndim != 2 or np.isinf(values).any():
        raise OptionError(
            "target= is a table of numbers, items x factors, with NaN where nothing is expected."
        )
    return values


@dataclass(frozen=True)
class Simplimax(Criterion):
    """Sum of the smallest squared loadings. Kiers (1994).

    Parameters
    ----------
    n_small : int, optional
        How many loadings are to be small; by default as many as there are items.
    """

    n_small: int | None = None
    name: ClassVar[str] = "simplimax"

    def __post_init__(self) -> None:
        if self.n_small is not None and (
            not isinstance(self.n_small, int) or isinstance(self.n_small, bool) or self.n_small < 1
        ):
            raise OptionError(f"n_small is a whole number above 0, not {self.n_small!r}.")

    def check(self, n_items: int, n_factors: int) -> None:
        """No more small loadings than there are loadings."""
        if self.n_small is not None and self.n_small >= n_items * n_factors:
            raise OptionError(
                f"n_small={self.n_small}: there are only {n_items * n_factors} loadings."
            )

    def __call__(self, loadings: Array) -> tuple[Array, Array]:
        """The sum over those that are smallest here."""
        squares = loadings * loadings
        p, m = loadings.shape[-2:]
        flat = squares.reshape(*squares.shape[:-2], p * m)
        count = self.n_small or p
        limit = np.partition(flat, count - 1, axis=-1)[..., count - 1]
        small = squares <= limit[..., None, None]
        return np.where(small, squares, 0.0).sum(axis=(-2, -1)), np.where(
            small, 2.0, 0.0
        ) * loadings
