"""The order in which the statistics of ordinal and continuous variables stand in a vector."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices


@dataclass(frozen=True)
class Layout:
    """Which statistic stands where.

    Thresholds (variable by variable), means of the continuous variables, slopes (variable by
    variable), variances of the continuous variables, then the elements below the diagonal of the
    covariance matrix, column by column.

    Attributes
    ----------
    categories : tuple of int
        How many categories each variable has; 0 for a continuous one.
    n_exogenous : int
        Number of exogenous variables that the others are regressed on.
    names : tuple of str
        What messages call the variables, then the exogenous ones; their places if not given.
    """

    categories: tuple[int, ...]
    n_exogenous: int = 0
    names: tuple[str, ...] = ()

    def called(self, place: int) -> str:
        """What a message calls a variable."""
        return repr(self.names[place]) if place < len(self.names) else f"variable {place}"

    @property
    def n_variables(self) -> int:
        """Number of variables, p."""
        return len(self.categories)

    @cached_property
    def ordinal(self) -> Indices:
        """Places of the ordinal variables."""
        return np.flatnonzero(np.array(self.categories, dtype=np.intp) > 0)

    @cached_property
    def continuous(self) -> Indices:
        """Places of the continuous variables."""
        return np.flatnonzero(np.array(self.categories, dtype=np.intp) == 0)

    @property
    def scaled(self) -> Indices:
        """Places of the variables whose latent responses have a scale: the ordinal ones."""
        return self.ordinal

    @property
    def with_mean(self) -> Indices:
        """Places of the variables whose mean is a statistic."""
        return self.continuous

    @property
    def with_variance(self) -> Indices:
        """Places of the variables whose variance is a statistic."""
        return self.continuous

    @cached_property
    def scale_of(self) -> Indices:
        """The variable whose scale each variable's statistics are in."""
        return np.arange(self.n_variables)

    @cached_property
    def slope_pairs(self) -> tuple[Indices, Indices]:
        """Variable and exogenous variable of each slope."""
        variables, given = np.indices((self.n_variables, self.n_exogenous)).reshape(2, -1)
        return variables, given

    @cached_property
    def threshold_counts(self) -> tuple[int, ...]:
        """Number of thresholds of each variable."""
        return tuple(max(count - 1, 0) for count in self.categories)

    @cached_property
    def threshold_variables(self) -> Indices:
        """The variable that each threshold belongs to."""
        return np.repeat(np.arange(self.n_variables), self.threshold_counts)

    @cached_property
    def threshold_levels(self) -> Indices:
        """How many thresholds of the same variable stand before each."""
        ranges = [np.arange(count) for count in self.threshold_counts]
        return np.concatenate(ranges) if ranges else np.zeros(0, dtype=np.intp)

    @cached_property
    def pairs(self) -> tuple[Indices, Indices]:
        """First (column) and second (row) variable of each pair, column by column."""
        first, second = np.triu_indices(self.n_variables, 1)
        return first, second

    @cached_property
    def blocks(self) -> dict[str, slice]:
        """Where thresholds, means, slopes, variances and covariances stand."""
        lengths = {
            "thresholds": sum(self.threshold_counts),
            "means": len(self.with_mean),
            "slopes": len(self.slope_pairs[0]),
            "variances": len(self.with_variance),
            "covariances": len(self.pairs[0]),
        }
        ends = np.cumsum(list(lengths.values())).tolist()
        starts = [0, *ends[:-1]]
        return {name: slice(*ends) for name, *ends in zip(lengths, starts, ends, strict=True)}

    @property
    def size(self) -> int:
        """Number of statistics, m."""
        return int(self.blocks["covariances"].stop)

    def thresholds_of(self, variable: int) -> slice:
        """Where the thresholds of a variable stand."""
        start = sum(self.threshold_counts[:variable])
        return slice(start, start + self.threshold_counts[variable])

    def slopes_of(self, variable: int) -> slice:
        """Where the slopes of a variable stand."""
        start = self.blocks["slopes"].start + variable * self.n_exogenous
        return slice(start, start + self.n_exogenous)

    def columns_of(self, places: Indices) -> Indices:
        """Where the statistics of some variables stand, in the order that they have by themselves.

        Parameters
        ----------
        places : int array
            The variables, in their new order; exogenous ones stay as they are.
        """
        every = np.arange(self.size)
        means = self._of_variables("means", self.with_mean)
        variances = self._of_variables("variances", self.with_variance)
        halves = np.zeros((self.n_variables, self.n_variables), dtype=np.intp)
        halves[self.pairs] = every[self.blocks["covariances"]]
        halves = halves + halves.T
        one, other = np.triu_indices(len(places), 1)
        return np.concatenate(
            [
                *(every[self.thresholds_of(place)] for place in places),
                means[places][means[places] >= 0],
                *(every[self.slopes_of(place)] for place in places),
                variances[places][variances[places] >= 0],
                halves[places[one], places[other]],
            ]
        )

    def _of_variables(self, block: str, variables: Indices) -> Indices:
        """Where each variable's statistic of a block stands, -1 where it has none, shape (p,)."""
        found = np.full(self.n_variables, -1, dtype=np.intp)
        found[variables] = np.arange(self.size)[self.blocks[block]]
        return found

    def vector(self, thresholds: Array, mean: Array, slopes: Array, covariance: Array) -> Array:
        """All statistics in their order, shape (..., m).

        Parameters
        ----------
        thresholds : array, shape (..., number of thresholds)
        mean : array, shape (..., p)
        slopes : array, shape (..., p, q)
        covariance : array, shape (..., p, p)
        """
        first, second = self.pairs
        variables, given = self.slope_pairs
        parts = [
            thresholds,
            mean[..., self.with_mean],
            slopes[..., variables, given],
            covariance[..., self.with_variance, self.with_variance],
            covariance[..., second, first],
        ]
        stack = np.broadcast_shapes(*(part.shape[:-1] for part in parts))
        return np.concatenate(
            [np.broadcast_to(part, (*stack, part.shape[-1])) for part in parts], axis=-1
        )
