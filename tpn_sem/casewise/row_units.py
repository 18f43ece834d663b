"""Units of rows: single rows, clusters, or the classes of a column."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from ..data import Samples
from ..errors import DataError, OptionError, choose
from ..estimation import Estimation
from ..numerics import Array, Indices, Mask
from .row_labels import row_labels

UNITS = ("auto", "rows", "clusters")


@dataclass(frozen=True, eq=False)
class RowUnits:
    """Units of the rows of all groups.

    Attributes
    ----------
    labels : tuple
        Of each unit, no two alike: of rows as in the data's index (by position where that
        repeats), else those of clusters.
    of_rows : tuple of int arrays, shape (n_g,) each
        The unit of each row, a group each.
    groups : tuple of str
        The label of each unit's group; "several" where it is in more than one.
    rows : array, shape (u,)
        How many rows each unit has.
    sizes : array, shape (u,)
        What each unit counts, by its rows' weights.
    word : str
        What one is called: "row", or the column that tells them apart.
    """

    labels: tuple[object, ...]
    of_rows: tuple[Indices, ...]
    groups: tuple[str, ...]
    rows: Array
    sizes: Array
    word: str

    def __len__(self) -> int:
        return len(self.labels)

    def name(self, unit: int) -> str:
        """As sentences call it: "school 7"."""
        return f"{self.word} {self.labels[unit]}"

    def kept(self, unit: int) -> list[Mask]:
        """Rows that stay without a unit, a group each."""
        return [members != unit for members in self.of_rows]

    def sums(self, group: int, values: Array) -> Array:
        """Sums over each unit's rows of one group, shape (u, k), of values of rows, (n_g, k)."""
        total = np.zeros((len(self), values.shape[1]))
        np.add.at(total, self.of_rows[group], values)
        return total


def row_units(estimation: Estimation, asked: str | pd.Series) -> RowUnits:
    """Units as asked for.

    Raises
    ------
    OptionError
        For a word that is not known, clusters of a fit without, or a column that does not match.
    """
    samples = estimation.samples
    if isinstance(asked, pd.Series):
        return _of_column(samples, asked)
    kind = choose("units", asked, UNITS)
    if kind == "clusters" and not samples.cluster_labels:
        raise OptionError(
            "units='clusters': the fit has no clusters. Fit with cluster=, or give the column "
            "itself, as units=data['school']."
        )
    if kind == "rows" or not samples.cluster_labels:
        return _of_rows(samples)
    numbers = [sample.rows.membership for sample in samples.groups]
    word = samples.options.cluster or "cluster"
    return _units(samples, list(samples.cluster_labels), numbers, word)


def _of_rows(samples: Samples) -> RowUnits:
    """Every row for itself, called as in the data's index."""
    places = np.concatenate([sample.rows.places for sample in samples.groups])
    labels = list(row_labels(samples.index, places))
    ends = np.cumsum([0, *(len(sample.rows) for sample in samples.groups)])
    numbers = [np.arange(a, b) for a, b in pairwise(ends)]
    return _units(samples, labels, numbers, "row")


def _of_column(samples: Samples, column: pd.Series) -> RowUnits:
    """Classes of a column of the data, which the fit need not know."""
    if samples.index is None or not column.index.equals(samples.index):
        raise OptionError("units= has another index than the data: give a column of the data.")
    numbers, labels = pd.factorize(column)
    own = [np.asarray(numbers)[sample.rows.places] for sample in samples.groups]
    if any((one < 0).any() for one in own):
        raise DataError("units= is missing in rows that the fit uses; fill it in.")
    word = "unit" if column.name is None else str(column.name)
    return _units(samples, list(labels), own, word)


def _units(samples: Samples, labels: list[object], numbers: list[Indices], word: str) -> RowUnits:
    """Units that have rows, in the order of their numbers.

    Raises
    ------
    DataError
        Where there is one unit only.
    """
    used, members = np.unique(np.concatenate(numbers), return_inverse=True)
    if len(used) < 2:
        raise DataError(f"all rows are of one {word}: without it there is nothing to fit.")
    ends = np.cumsum([len(one) for one in numbers])[:-1]
    of_rows = tuple(np.split(np.asarray(members, dtype=np.intp), ends))
    rows, sizes = np.zeros(len(used)), np.zeros(len(used))
    groups: list[str] = [""] * len(used)
    seen = np.zeros(len(used), dtype=bool)
    for sample, own in zip(samples.groups, of_rows, strict=True):
        counts = sample.rows.counts
        repeats = sample.rows.repeats
        rows += np.bincount(own, repeats, len(used))
        sizes += np.bincount(own, counts, len(used))
        for unit in np.unique(own).tolist():
            groups[unit] = "several" if seen[unit] else sample.label
            seen[unit] = True
    return RowUnits(
        tuple(labels[number] for number in used.tolist()), of_rows, tuple(groups), rows, sizes, word
    )
