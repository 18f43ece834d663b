"""Sampling units of a bootstrap: rows or clusters, within groups and strata."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd

from ..data import Samples
from ..errors import DataError, OptionError
from ..numerics import Array, Indices


@dataclass(frozen=True, eq=False)
class Units:
    """Sampling units of all groups.

    Attributes
    ----------
    of_rows : tuple of int arrays, shape (n_g,) each
        The unit of each row, a group each.
    copies : array, shape (u,)
        How often each unit stands in the data.
    strata : int array, shape (u,)
        Units are drawn within these, as many as there are.
    row_repeats : tuple of arrays, shape (n_g,), or None
        How many rows each row stands for, where the units are clusters of them.
    """

    of_rows: tuple[Indices, ...]
    copies: Array
    strata: Indices
    row_repeats: tuple[Array | None, ...]

    def weights(self, generator: np.random.Generator, count: int, smooth: bool) -> list[Array]:
        """How often each row counts in each of several draws, a group each, shape (count, n_g).

        Whole numbers, or with `smooth` the weights of a Bayesian bootstrap (Rubin, 1981).
        """
        drawn = np.empty((count, len(self.copies)))
        for members in self._members:
            copies = self.copies[members]
            draw = _smooth_counts if smooth else _counts
            drawn[:, members] = draw(generator, count, copies)
        return self.spread(drawn)

    def spread(self, drawn: Array) -> list[Array]:
        """How often each row counts, from how often its unit does, shape (count, u)."""
        return [
            drawn[:, units] if repeats is None else drawn[:, units] * repeats
            for units, repeats in zip(self.of_rows, self.row_repeats, strict=True)
        ]

    @cached_property
    def _members(self) -> list[Indices]:
        return [np.flatnonzero(self.strata == stratum) for stratum in np.unique(self.strata)]


def _counts(generator: np.random.Generator, count: int, copies: Array) -> Array:
    """How often each of some units is drawn, shape (count, u)."""
    size, total = len(copies), int(copies.sum())
    if total != size:
        return generator.multinomial(total, copies / total, size=count).astype(float)
    drawn = generator.integers(size, size=(count, size))
    drawn += size * np.arange(count)[:, None]
    return np.bincount(drawn.ravel(), minlength=count * size).reshape(count, size).astype(float)


def _smooth_counts(generator: np.random.Generator, count: int, copies: Array) -> Array:
    """Dirichlet weights that sum to the number of units, shape (count, u)."""
    shares = generator.standard_gamma(copies, size=(count, len(copies)))
    return np.asarray(shares * (copies.sum() / shares.sum(axis=1, keepdims=True)))


def rows_as_units(samples: Samples, strata: Indices | None) -> Units:
    """Every row for itself, within groups and strata."""
    sizes = [len(sample.rows) for sample in samples.groups]
    ends = np.cumsum([0, *sizes])
    of_rows = [np.arange(start, end) for start, end in pairwise(ends)]
    copies = [
        np.ones(size) if sample.rows.repeats is None else sample.rows.repeats
        for sample, size in zip(samples.groups, sizes, strict=True)
    ]
    of_groups = np.repeat(np.arange(len(sizes)), sizes)
    within = None
    if strata is not None:
        within = np.concatenate([strata[sample.rows.places] for sample in samples.groups])
    nothing = (None,) * len(sizes)
    return Units(tuple(of_rows), np.concatenate(copies), _crossed(of_groups, within), nothing)


def clusters_as_units(samples: Samples, strata: Indices | None) -> Units:
    """Whole clusters; within groups where each cluster belongs to one, and within strata.

    Raises
    ------
    DataError
        Where a cluster is in several strata.
    """
    numbers = np.concatenate([sample.rows.membership for sample in samples.groups])
    used, of_all = np.unique(numbers, return_inverse=True)
    ends = np.cumsum([0, *(len(sample.rows) for sample in samples.groups)])
    of_rows = tuple(of_all[a:b] for a, b in pairwise(ends))
    of_groups = np.zeros(len(used), dtype=np.intp)
    if not samples.crossed:
        for group, units in enumerate(of_rows):
            of_groups[units] = group
    within = None
    if strata is not None:
        of_row = np.concatenate([strata[sample.rows.places] for sample in samples.groups])
        within = np.zeros(len(used), dtype=np.intp)
        within[of_all] = of_row
        split = np.flatnonzero(np.bincount(of_all[within[of_all] != of_row], minlength=len(used)))
        if len(split):
            label = samples.cluster_labels[int(used[split[0]])]
            raise DataError(f"cluster {label!r} is in several strata; each must be in one.")
    repeats = tuple(sample.rows.repeats for sample in samples.groups)
    return Units(of_rows, np.ones(len(used)), _crossed(of_groups, within), repeats)


def read_strata(strata: object, samples: Samples) -> Indices | None:
    """Numbers of the strata of all rows of the data.

    Raises
    ------
    OptionError
        Where they are not one value a row.
    """
    if strata is None:
        return None
    if isinstance(strata, str):
        raise OptionError(
            f"strata={strata!r}: give the column itself, as data[{strata!r}]; a fit does not keep "
            "the data frame."
        )
    length = 0 if samples.index is None else len(samples.index)
    if isinstance(strata, pd.Series) and not strata.index.equals(samples.index):
        raise OptionError("strata= has another index than the data: give a column of the data.")
    values = pd.Series(np.asarray(strata).ravel())
    if len(values) != length:
        raise OptionError(f"strata= has {len(values)} values for {length} rows of data.")
    numbers, _ = pd.factorize(values)
    used = np.concatenate([sample.rows.places for sample in samples.groups])
    if (numbers[used] < 0).any():
        raise DataError("strata= is missing in rows that the fit uses; fill it in.")
    return np.asarray(numbers, dtype=np.intp)


def _crossed(one: Indices, other: Indices | None) -> Indices:
    """Numbers of the combinations of two classifications."""
    return one if other is None else one * (int(other.max()) + 1) + other
