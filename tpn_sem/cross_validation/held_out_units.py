"""What is held out together: rows, or the classes of a column, such as schools."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..data import column_place
from ..errors import DataError, OptionError
from ..estimation import Estimation
from ..numerics import Array, Indices, Mask


@dataclass(frozen=True, eq=False)
class HeldOutUnits:
    """Units of the rows of a data frame.

    Attributes
    ----------
    of_rows : int array, shape (n,)
        The unit of each row; -1 where the row is not used.
    labels : tuple
        Of the units.
    word : str
        What one is called: "row", or the column that tells them apart.
    """

    of_rows: Indices
    labels: tuple[object, ...]
    word: str

    def __len__(self) -> int:
        return len(self.labels)

    def sums(self, values: Array) -> Array:
        """Sums of rows' values, shape (n,), by unit, shape (u,); NaN counts nothing."""
        inside = (self.of_rows >= 0) & ~np.isnan(values)
        return np.asarray(np.bincount(self.of_rows[inside], values[inside], len(self)), dtype=float)

    @property
    def rows(self) -> Mask:
        """Rows that are of a unit, shape (n,)."""
        return np.asarray(self.of_rows >= 0)


def units_of(frame: pd.DataFrame, by: str | None, used: Mask) -> HeldOutUnits:
    """Rows, or the classes of a column.

    Raises
    ------
    DataError
        Where the column is not in the data, has missing entries, or one class only.
    """
    of_rows = np.full(len(frame), -1, dtype=np.intp)
    if by is None:
        of_rows[used] = np.arange(int(used.sum()))
        return HeldOutUnits(of_rows, tuple(frame.index[used]), "row")
    column = frame.iloc[:, column_place(frame, by, "by= column")][used]
    if column.isna().any():
        raise DataError(
            f"by={by!r}: the column has {int(column.isna().sum())} missing entries in rows that "
            "are used; fill them in or drop these rows."
        )
    codes, labels = pd.factorize(column)
    if len(labels) < 2:
        raise DataError(
            f"by={by!r}: all rows are of one {by}, so that none can be held out; leave by= out."
        )
    of_rows[used] = codes
    return HeldOutUnits(of_rows, tuple(labels), by)


def used_rows(estimation: Estimation) -> Mask:
    """Rows of the data frame that a model was fitted to, shape (n,)."""
    samples = estimation.samples
    found = np.zeros(0 if samples.index is None else len(samples.index), dtype=bool)
    for sample in samples.groups:
        found[sample.rows.places] = True
    return found


def row_counts(estimation: Estimation) -> Array:
    """What each row of the data frame counts by its weights; 0 where it is not used, shape (n,)."""
    samples = estimation.samples
    found = np.zeros(0 if samples.index is None else len(samples.index))
    for sample in samples.groups:
        counts = sample.rows.counts
        found[sample.rows.places] = 1.0 if counts is None else counts
    return found


def group_of_rows(estimation: Estimation) -> Indices:
    """The group of each row of the data frame; -1 where it is not used, shape (n,)."""
    samples = estimation.samples
    size = 0 if samples.index is None else len(samples.index)
    found = np.full(size, -1, dtype=np.intp)
    for place, sample in enumerate(samples.groups):
        found[sample.rows.places] = place
    return found


def check_unsplit(units: HeldOutUnits, folds: Indices) -> None:
    """Refuse folds that hold out a part of a unit.

    Raises
    ------
    OptionError
    """
    inside = units.rows
    table = pd.Series(folds[inside]).groupby(units.of_rows[inside]).nunique()
    split = table.index[table > 1]
    if len(split):
        raise OptionError(
            f"folds= splits {units.word} {units.labels[int(split[0])]!r}: with by={units.word!r} "
            "each is held out as a whole. Give folds that keep it together, or leave by= out."
        )
