"""Rows of ordinal and continuous variables, checked and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import DataError
from ..linalg import Array, Indices, Mask
from .layout import Layout

BLOCK = 4096  # rows that are worked on at a time


@dataclass(frozen=True, eq=False)
class Data:
    """One group's rows.

    Attributes
    ----------
    layout : Layout
    rows : array, shape (n, p)
        NaN where an answer is missing.
    codes : int array, shape (n, p)
        Categories of the ordinal variables; `n_codes` where an answer is missing, and for
        continuous variables.
    exogenous : array, shape (n, q)
    weights : array, shape (n,), or None
        Sampling weights with mean one.
    names : tuple of str
        What messages call the variables.
    """

    layout: Layout
    rows: Array
    codes: NDArray[np.int16]
    exogenous: Array
    weights: Array | None
    names: tuple[str, ...]

    @property
    def n_codes(self) -> int:
        """The largest number of categories of a variable."""
        return max(self.layout.categories, default=0)

    @property
    def n_observations(self) -> int:
        """Number of rows, n."""
        return len(self.rows)

    def blocks(self) -> Iterator[slice]:
        """Slices that cover the rows."""
        for start in range(0, len(self.rows), BLOCK):
            yield slice(start, min(start + BLOCK, len(self.rows)))

    def weights_of(self, part: slice) -> Array:
        """Weights of some rows, shape (rows,)."""
        if self.weights is None:
            return np.ones(len(self.rows[part]))
        return self.weights[part]

    def counts(self) -> Array:
        """Weighted contingency tables of all variables, shape (p, p, n_codes, n_codes)."""
        p, size = self.layout.n_variables, self.n_codes
        total = np.zeros((p * size, p * size))
        for part in self.blocks():
            member = (self.codes[part, :, None] == np.arange(size)).reshape(-1, p * size)
            member = member.astype(float)
            if self.weights is None:
                total += member.T @ member
            else:
                total += member.T @ (member * self.weights[part, None])
        return total.reshape(p, size, p, size).swapaxes(1, 2)


def read_data(
    rows: Array,
    ordinal: Mask,
    categories: Sequence[int],
    exogenous: Array | None,
    weights: Array | None,
    names: Sequence[str] | None,
) -> Data:
    """The rows with their codes; raises `DataError` for values that are no codes."""
    n, p = rows.shape
    x = np.zeros((n, 0)) if exogenous is None else np.asarray(exogenous, dtype=float)
    numbers = [int(count) if flag else 0 for count, flag in zip(categories, ordinal, strict=True)]
    layout = Layout(tuple(numbers), x.shape[1])
    if weights is not None:
        weights = weights * (n / weights.sum())
    titles = tuple(names) if names is not None else tuple(f"variable {i}" for i in range(p))
    codes = _codes(rows, layout, titles)
    return Data(layout, rows, codes, x, weights, titles)


def _codes(rows: Array, layout: Layout, names: Sequence[str]) -> NDArray[np.int16]:
    size = max(layout.categories, default=0)
    codes = np.full(rows.shape, size, dtype=np.int16)
    for variable in layout.ordinal.tolist():
        column = rows[:, variable]
        known = np.isfinite(column)
        whole = column[known].astype(np.int16)
        count = layout.categories[variable]
        if (whole != column[known]).any() or (whole < 0).any() or (whole >= count).any():
            raise DataError(
                f"{names[variable]} has values that are not codes from 0 to {count - 1}."
            )
        codes[known, variable] = whole
        _check_categories(names[variable], np.bincount(whole, minlength=count))
    return codes


def _check_categories(name: str, counts: Indices) -> None:
    empty = np.flatnonzero(counts == 0).tolist()
    if len(counts) < 2:
        raise DataError(f"{name} has fewer than two categories, so that it has no threshold.")
    if empty:
        raise DataError(
            f"{name} has no answers in category {empty[0]} (counted from 0). "
            "Join it with a neighbouring one, or leave it out of the codes."
        )
