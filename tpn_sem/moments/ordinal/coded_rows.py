"""Rows of ordinal and continuous variables, checked, and blocks of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...errors import DataError
from ...numerics import Array, Indices, Mask
from .statistic_order import Layout

BLOCK = 4096  # rows at a time


@dataclass(frozen=True, eq=False)
class Observations:
    """The rows of one group, or some of them.

    Attributes
    ----------
    codes : int array, shape (n, p)
        Categories of ordinal variables from 0; the number of categories where an answer is
        missing. 0 for continuous variables.
    values : array, shape (n, p)
        NaN where an answer is missing.
    exogenous : array, shape (n, q)
    weights : array, shape (n,), or None
        Sampling weights that sum to `n_observations`, over rows that have an answer.
    n_observations : int
        How many rows of the group have an answer.
    """

    codes: Indices
    values: Array
    exogenous: Array
    weights: Array | None
    n_observations: int

    def __len__(self) -> int:
        return len(self.values)

    @property
    def present(self) -> Mask:
        """Which answers were given, shape (n, p)."""
        return ~np.isnan(self.values)

    def some(self, part: slice) -> Observations:
        """Some of the rows."""
        weights = None if self.weights is None else self.weights[part]
        return Observations(
            self.codes[part],
            self.values[part],
            self.exogenous[part],
            weights,
            self.n_observations,
        )

    def blocks(self, size: int = BLOCK) -> Iterator[Observations]:
        """All rows in blocks."""
        for start in range(0, len(self), size):
            yield self.some(slice(start, start + size))

    def shares_of(self, place: int) -> Array:
        """Weights of the rows, zero where a variable is missing, shape (n,)."""
        present = (~np.isnan(self.values[:, place])).astype(float)
        return present if self.weights is None else present * self.weights

    def weighted(self, values: Array) -> Array:
        """Values of each row, shape (n, k), times the rows' weights."""
        return values if self.weights is None else values * self.weights[:, None]


def observations(
    rows: Array, layout: Layout, exogenous: Array | None, weights: Array | None
) -> Observations:
    """The rows, their codes and their weights.

    Raises
    ------
    DataError
        Where shapes differ, a code is not one of a variable's categories, a value of an exogenous
        variable is missing, or weights are not positive numbers.
    """
    values = np.asarray(rows, dtype=float)
    if values.ndim != 2 or values.shape[1] != layout.n_variables or not len(values):
        raise DataError(f"{layout.n_variables} variables are to have rows, not {values.shape}.")
    if exogenous is None:
        exogenous = np.zeros((len(values), 0))
    if exogenous.shape != (len(values), layout.n_exogenous) or not np.isfinite(exogenous).all():
        raise DataError("Exogenous variables must be complete and have as many rows as the others.")
    _refuse_collinear(exogenous)
    codes, answered = _codes(values, layout)
    normalised = _normalised(weights, answered)
    return Observations(codes, values, exogenous, normalised, int(answered.sum()))


def _refuse_collinear(exogenous: Array) -> None:
    """See that no exogenous variable is constant or a sum of multiples of others."""
    gap = exogenous - exogenous.mean(axis=0)
    deviation = np.sqrt((gap * gap).mean(axis=0))
    constant = deviation <= 1e-12 * np.abs(exogenous).max(axis=0, initial=0.0)
    if constant.any():
        raise DataError(f"Exogenous variable {int(np.flatnonzero(constant)[0])} is constant.")
    products = (gap / deviation).T @ (gap / deviation) / len(gap)
    if np.linalg.eigvalsh(products).min(initial=1.0) < 1e-12:
        raise DataError("Exogenous variables are collinear.")


def _codes(values: Array, layout: Layout) -> tuple[Indices, Mask]:
    """Categories from 0, or their number for a missing answer; and which rows have an answer."""
    categories = np.array(layout.categories, dtype=np.int16)
    codes = np.zeros(values.shape, dtype=np.int16)
    wrong = np.zeros(layout.n_variables, dtype=bool)
    answered = np.zeros(len(values), dtype=bool)
    for start in range(0, len(values), BLOCK):
        part = slice(start, start + BLOCK)
        missing = np.isnan(values[part])
        answered[part] = ~missing.all(axis=1)
        found = np.where(missing, 0.0, values[part])
        strange = (found < 0) | (found >= categories) | (found != np.floor(found))
        wrong |= (strange & (categories > 0)).any(axis=0)
        kept = np.where(missing | strange, categories, found)
        codes[part] = np.where(categories > 0, kept, 0)
    if wrong.any():
        places = ", ".join(layout.called(int(place)) for place in np.flatnonzero(wrong))
        raise DataError(f"ordinal variables must be coded 0, 1, ...: see {places}.")
    if not answered.any():
        raise DataError("All answers are missing.")
    return np.asarray(codes), answered


def _normalised(weights: Array | None, answered: Mask) -> Array | None:
    """Weights that sum to the number of rows with an answer, over these."""
    if weights is None:
        return None
    weights = np.asarray(weights, dtype=float)
    if weights.shape != answered.shape or not (np.isfinite(weights) & (weights > 0.0)).all():
        raise DataError("Weights must be positive numbers, one a row.")
    return np.asarray(weights * (answered.sum() / weights[answered].sum()))
