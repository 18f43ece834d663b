"""Thresholds, regressions and polychoric correlations of one group, with their covariance."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from ...errors import NotAvailableError
from ...numerics import Array, Indices
from .coded_rows import BLOCK
from .statistic_order import Layout


class RowInfluence(Protocol):
    """What each row's answers do to the statistics."""

    @property
    def rows(self) -> Sized:
        """The rows."""

    def __call__(self, part: slice) -> Array:
        """Influence values of some rows, shape (rows, m)."""


@dataclass(frozen=True, eq=False)
class CategoricalMoments:
    """Limited-information statistics of one group (Muthén, 1984; Olsson, 1979).

    All are conditional on the exogenous variables, where there are any.

    Attributes
    ----------
    layout : Layout
        The order of the m statistics.
    thresholds : tuple of arrays
        Of each variable, strictly increasing, shape (categories - 1,), of a normal variable with
        (residual) variance one; empty for a continuous one.
    mean : array, shape (p,)
        Intercepts of the continuous variables; 0 for ordinal ones.
    slopes : array, shape (p, q)
        Regressions on the exogenous variables: probit for ordinal variables, else linear.
    covariance : array, shape (p, p)
        Residual variances and covariances; 1 on the diagonal for ordinal variables.
    n_observations : int
        Rows that have an answer.
    empty_pairs : tuple of two ints each
        Places of the pairs of ordinal variables whose table has an empty cell.
    """

    layout: Layout
    thresholds: tuple[Array, ...]
    mean: Array
    slopes: Array
    covariance: Array
    n_observations: int
    empty_pairs: tuple[tuple[int, int], ...]
    _influence: RowInfluence | None = field(repr=False)
    _spread: Array | None = field(default=None, repr=False)

    @cached_property
    def vector(self) -> Array:
        """The statistics in the order of the layout, shape (m,)."""
        flat = np.concatenate(self.thresholds)
        return self.layout.vector(flat, self.mean, self.slopes, self.covariance)

    @property
    def has_spread(self) -> bool:
        """Whether it is known how the statistics vary."""
        return self._spread is not None or self._influence is not None

    @cached_property
    def spread(self) -> Array:
        """Asymptotic covariance matrix of the statistics times n, shape (m, m)."""
        if self._spread is not None:
            return self._spread
        if self._influence is None:
            raise NotAvailableError(
                "these thresholds and correlations came without their asymptotic covariance "
                "matrix: give asymptotic_covariance=, or take estimator='ULS' with se='none', "
                "test='none'."
            )
        total = np.zeros((self.layout.size, self.layout.size))
        for start in range(0, len(self._influence.rows), BLOCK):
            values = self.influence(slice(start, start + BLOCK))
            total += values.T @ values
        return total / self.n_observations

    def at(self, vector: Array) -> CategoricalMoments:
        """The same rows with other statistics, in the order of the layout, shape (m,)."""
        layout, blocks = self.layout, self.layout.blocks
        first, second = layout.pairs
        mean, covariance = np.zeros(layout.n_variables), np.eye(layout.n_variables)
        mean[layout.with_mean] = vector[blocks["means"]]
        covariance[layout.with_variance, layout.with_variance] = vector[blocks["variances"]]
        covariance[first, second] = covariance[second, first] = vector[blocks["covariances"]]
        return replace(
            self,
            thresholds=tuple(vector[layout.thresholds_of(v)] for v in range(layout.n_variables)),
            mean=mean,
            slopes=vector[blocks["slopes"]].reshape(layout.n_variables, layout.n_exogenous),
            covariance=covariance,
        )

    def influence(self, part: slice) -> Array:
        """Influence values of some rows, whose mean outer product is the spread, shape (rows, m).

        The statistics differ from their expectation by the mean of these values, up to what
        vanishes faster than 1 over the root of n. They hold the rows' weights.
        """
        if self._influence is None:
            raise NotAvailableError("this needs rows of data, not their summary.")
        return self._influence(part)

    def of(self, places: Indices) -> CategoricalMoments:
        """The statistics of some variables, in another order, given the same exogenous ones."""
        layout = Layout(
            tuple(self.layout.categories[place] for place in places),
            self.layout.n_exogenous,
            self._names_of(places),
        )
        columns = self.layout.columns_of(places)
        order = {int(place): k for k, place in enumerate(places)}
        pairs = [(order[i], order[j]) for i, j in self.empty_pairs if i in order and j in order]
        return CategoricalMoments(
            layout,
            tuple(self.thresholds[place] for place in places),
            self.mean[places],
            self.slopes[places],
            self.covariance[np.ix_(places, places)],
            self.n_observations,
            tuple((min(pair), max(pair)) for pair in pairs),
            None,
            self.spread[np.ix_(columns, columns)] if self.has_spread else None,
        )

    def _names_of(self, places: Indices) -> tuple[str, ...]:
        names = self.layout.names
        if not names:
            return ()
        return (*(names[place] for place in places), *names[self.layout.n_variables :])
