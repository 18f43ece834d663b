"""Groups dealt anew: rows or whole clusters change places between groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from ..data import Rows, Sample, Samples, joined
from ..errors import DataError, NotAvailableError, attempted, choose
from ..estimation import Minimum
from ..numerics import Array, Indices
from .draws import Drawn
from .redraw import drawn_rows, fits_in_stacks, read_rows, weighted_moments
from .units import read_strata

UNITS = ("row", "cluster", "row_within_cluster")


@dataclass(frozen=True, eq=False)
class PermutedGroups:
    """Data sets in which the groups were dealt anew among units.

    Attributes
    ----------
    minimum : Minimum
    unit : {"row", "cluster", "row_within_cluster"}
    units : int array, shape (n,)
        The unit of each row, those of the first group first, from 0.
    strata : int array, shape (u,)
        Units change places within these.
    """

    minimum: Minimum
    unit: str
    units: Indices
    strata: Indices

    def __call__(self, generator: np.random.Generator, count: int) -> Iterator[Drawn]:
        """Draw `count` data sets."""
        return self.drawn([self.deal(generator) for _ in range(count)])

    def drawn(self, dealings: Sequence[Indices]) -> Iterator[Drawn]:
        """The data sets of dealings, the group of each unit, shape (u,) each."""
        members = [dealing[self.units] for dealing in dealings]
        groups = range(len(self.minimum.samples.groups))
        if fits_in_stacks(self.minimum):
            stacked = np.array(members)
            parts = tuple(self._moments(stacked == group, group) for group in groups)
            yield replace(self.minimum.samples, groups=parts)
            return
        for one in members:
            yield self._rows(one)

    def deal(self, generator: np.random.Generator) -> Indices:
        """The group of each unit in another order, shape (u,)."""
        return np.asarray(self._of_units[self._order(generator)])

    @property
    def pooled_rows(self) -> Rows:
        """The rows of all groups, one group after the other."""
        return self._pooled.rows

    @property
    def own(self) -> Indices:
        """The group of each unit in the data, shape (u,)."""
        return self._of_units

    def _order(self, generator: np.random.Generator) -> Indices:
        order = np.arange(len(self.strata))
        for inside in self._members:
            order[inside] = inside[generator.permutation(len(inside))]
        return order

    @cached_property
    def _members(self) -> list[Indices]:
        """Units of each stratum, in an order that is that of what they answered.

        The same seed deals the groups to the same units, in whatever order rows and groups came
        and whatever they are called.
        """
        sequence = _by_content(self._pooled.rows.values, self.units)
        strata = self.strata[sequence]
        return [sequence[strata == stratum] for stratum in dict.fromkeys(strata.tolist())]

    @cached_property
    def _of_units(self) -> Indices:
        """The group of each unit in the data."""
        groups = np.zeros(len(self.strata), dtype=np.intp)
        groups[self.units] = _members(self.minimum.samples)
        return groups

    def _moments(self, inside: Array, group: int) -> Sample:
        weights = inside.astype(float)
        repeats = self._pooled.rows.repeats
        if repeats is not None:
            weights *= repeats
        sample = weighted_moments(self._pooled, weights, self._how)
        return replace(sample, label=self.minimum.samples.groups[group].label)

    def samples_of(self, dealing: Indices) -> Samples:
        """One data set with its rows, as if it had come in a data frame."""
        return self._read(dealing[self.units])

    def _rows(self, members: Indices) -> Drawn:
        return attempted(self._read, members)

    def _read(self, members: Indices) -> Samples:
        groups = tuple(
            read_rows(
                self.minimum,
                drawn_rows(self._pooled.rows, (members == place).astype(float), self._how),
                place,
            )
            for place in range(len(self.minimum.samples.groups))
        )
        return replace(self.minimum.samples, groups=groups)

    @property
    def _how(self) -> str:
        """How sampling weights are normalised."""
        return self.minimum.samples.options.sampling_weights_normalization

    @cached_property
    def _pooled(self) -> Sample:
        """All rows as one sample."""
        groups = self.minimum.samples.groups
        first, rows = groups[0], joined([group.rows for group in groups])
        norms = rows.norms if self._how == "group" else None
        if rows.weights is not None and norms is not None:  # of groups that are dealt anew
            rows = replace(rows, weights=rows.weights / norms)
        mean = None if first.mean is None else np.asarray(np.nanmean(rows.values, axis=0))
        return replace(first, known_rows=rows, mean=mean)


def permuted_groups(minimum: Minimum, unit: str | None, strata: object) -> PermutedGroups:
    """Deal the groups among rows, clusters, or rows within clusters.

    Raises
    ------
    DataError
        Where a cluster is in several groups or strata, or there are too few.
    """
    samples = minimum.samples
    natural = "row"
    if samples.cluster_labels:
        natural = "row_within_cluster" if samples.crossed else "cluster"
    chosen = choose("unit", unit or natural, UNITS)
    if chosen != "row" and not samples.cluster_labels:
        raise NotAvailableError(f"unit={chosen!r} needs fits with cluster=.")
    total = sum(len(sample.rows) for sample in samples.groups)
    of_rows = np.arange(total)
    within = np.zeros(total, dtype=np.intp)
    numbers = read_strata(strata, samples)
    if numbers is not None:
        within = np.concatenate([numbers[sample.rows.places] for sample in samples.groups])
    if chosen == "row":
        return PermutedGroups(minimum, chosen, of_rows, within)
    clusters = np.concatenate([sample.rows.membership for sample in samples.groups])
    if chosen == "row_within_cluster":
        return PermutedGroups(
            minimum, chosen, of_rows, within * (int(clusters.max()) + 1) + clusters
        )
    if samples.crossed:
        raise DataError(
            f"cluster {samples.crossed[0]!r} is in several groups: clusters cannot change places; "
            "take unit='row_within_cluster'."
        )
    _, units = np.unique(clusters, return_inverse=True)
    of_units = np.zeros(int(units.max()) + 1, dtype=np.intp)
    of_units[units] = within
    if (of_units[units] != within).any():
        raise DataError("a cluster is in several strata; each must be in one.")
    return PermutedGroups(minimum, chosen, units, of_units)


def _members(samples: Samples) -> Indices:
    sizes = [len(sample.rows) for sample in samples.groups]
    ends = np.cumsum([0, *sizes])
    return np.concatenate([np.full(b - a, g) for g, (a, b) in enumerate(pairwise(ends))])


def _by_content(values: Array, units: Indices) -> Indices:
    """Places of the units, sorted by their answers, which order, names and units do not change."""
    known = ~np.isnan(values)
    spreads = np.nanstd(values, axis=0)
    scaled = (values - np.nanmean(values, axis=0)) / np.where(spreads > 0.0, spreads, 1.0)
    answers = np.where(known, scaled, 0.0)
    shapes = [np.round(part.sum(0), 6) for part in (answers**4, answers**3, known)]
    columns = np.lexsort(shapes)
    count = int(units.max()) + 1
    parts = [np.ones((len(values), 1)), answers[:, columns], answers[:, columns] ** 2]
    sums = np.zeros((count, 1 + 2 * len(columns)))
    np.add.at(sums, units, np.hstack(parts))
    return np.lexsort(np.round(sums, 6).T[::-1])
