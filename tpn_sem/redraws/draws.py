"""Data sets drawn anew: from the rows at hand, or from what the model implies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..data import Rows, Sample, Samples
from ..errors import attempted
from ..estimation import Minimum
from ..numerics import Array
from ..populations import Population, populations_of
from .redraw import drawn_rows, fits_in_stacks, read_rows, weighted_moments, with_gaps
from .units import Units

Drawn = Samples | str  # why, where a draw cannot be used


class Draws(Protocol):
    """A way to draw data sets: stacks of moments, or one data set after the other."""

    def __call__(self, generator: np.random.Generator, count: int) -> Iterator[Drawn]:
        """Draw `count` data sets."""


@dataclass(frozen=True, eq=False)
class RowDraws:
    """Units drawn with replacement, or weighted at random.

    Attributes
    ----------
    minimum : Minimum
    source : Samples
        What is drawn from: the fit's samples, or changed ones.
    units : Units
    smooth : bool
        Whether units get the weights of a Bayesian bootstrap.
    """

    minimum: Minimum
    source: Samples
    units: Units
    smooth: bool = False

    def __call__(self, generator: np.random.Generator, count: int) -> Iterator[Drawn]:
        """Draw `count` data sets."""
        return self.weighted(self.units.weights(generator, count, self.smooth))

    def weighted(self, weights: list[Array]) -> Iterator[Drawn]:
        """Data sets in which rows count as often as said, shape (count, n_g), a group each."""
        if fits_in_stacks(self.minimum):
            pairs = zip(self.source.groups, weights, strict=True)
            how = self.source.options.sampling_weights_normalization
            groups = tuple(weighted_moments(sample, part, how) for sample, part in pairs)
            yield replace(self.source, groups=groups)
            return
        for one in zip(*weights, strict=True):
            yield self._one(one)

    def _one(self, weights: tuple[Array, ...]) -> Drawn:
        return attempted(self._read, weights)

    def _read(self, weights: tuple[Array, ...]) -> Samples:
        pairs = zip(self.source.groups, weights, strict=True)
        how = self.source.options.sampling_weights_normalization
        groups = tuple(
            read_rows(self.minimum, self._drawn(sample.rows, part, how), group)
            for group, (sample, part) in enumerate(pairs)
        )
        return replace(self.source, groups=groups)

    def _drawn(self, rows: Rows, weights: Array, how: str) -> Rows:
        """The rows of a draw; a cluster that is drawn twice is two where clusters are a level."""
        if not self.minimum.specification.has_levels:
            return drawn_rows(rows, weights, how)
        times = weights.astype(int)
        copy = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
        drawn = drawn_rows(rows, weights, how)
        return replace(drawn, clusters=drawn.membership + copy * (int(rows.membership.max()) + 1))


@dataclass(frozen=True, eq=False)
class ModelDraws:
    """Rows drawn from the fitted model: as many, with the same predictors and the same gaps.

    Attributes
    ----------
    minimum : Minimum
    populations : tuple of Population, optional
        One a group, where something else is to be drawn than what the model implies.
    """

    minimum: Minimum
    populations: tuple[Population, ...] | None = None

    def __call__(self, generator: np.random.Generator, count: int) -> Iterator[Drawn]:
        """Draw `count` data sets."""
        populations = self.populations or populations_of(self.minimum)
        for _ in range(count):
            yield attempted(self._one, populations, generator)

    def _one(self, populations: tuple[Population, ...], generator: np.random.Generator) -> Samples:
        groups = tuple(
            self._draw(population, group, generator) for group, population in enumerate(populations)
        )
        return replace(self.minimum.samples, groups=groups)

    def _draw(self, population: Population, group: int, generator: np.random.Generator) -> Sample:
        rows, members = self.minimum.samples.groups[group].rows, None
        if population.between is not None:
            members = np.unique(rows.membership, return_inverse=True)[1]
        given = rows.values[:, population.given]
        values = population.draw(generator, len(given), given, members)
        return read_rows(self.minimum, with_gaps(rows, values), group)


def fitting(minimum: Minimum) -> Samples:
    """The samples with rows changed so that the model fits them exactly.

    Bollen & Stine (1992): the rows' covariance matrix and mean become the implied ones.
    """
    groups = []
    for sample, implied in zip(minimum.samples.groups, minimum.implied, strict=True):
        observed = np.linalg.cholesky(sample.covariance)
        wanted = np.linalg.cholesky(implied.covariance)
        mean = sample.centre if sample.mean is None else implied.mean
        turned = (sample.rows.values - sample.centre) @ np.linalg.solve(observed.T, wanted.T)
        groups.append(
            replace(
                sample,
                covariance=implied.covariance,
                mean=None if sample.mean is None else implied.mean,
                known_rows=sample.rows.with_values(mean + turned),
            )
        )
    return replace(minimum.samples, groups=tuple(groups))


def without_each(units: Units, most: int) -> Iterator[list[Array]]:
    """Weights of the rows with one unit left out at a time; above `most` units, parts of them.

    The acceleration of BCa intervals is the same in expectation where parts are left out.
    """
    count = len(units.copies)
    parts = np.array_split(np.random.default_rng(0).permutation(count), min(count, most))
    for start in range(0, len(parts), 32):
        chosen = parts[start : start + 32]
        kept = np.tile(units.copies, (len(chosen), 1))
        for row, part in zip(kept, chosen, strict=True):
            row[part] = 0.0
        yield units.spread(kept)
