"""Thresholds and polychoric correlations of one group, and pairs of answers behind them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import numpy as np

from ..errors import NotAvailableError
from ..moments import Patterns
from ..moments.ordinal import CategoricalMoments, PairwiseAnswers, pairwise_answers
from ..numerics import Array, Indices
from .sample import RowPulls, Sample


@dataclass(frozen=True, eq=False, kw_only=True)
class OrdinalStatistics(Sample):
    """Statistics of ordinal items; `covariance` has the polychoric correlations.

    Attributes
    ----------
    statistics : CategoricalMoments
    expected_pairs : PairwiseAnswers or None
        Pairs of answers, where missing ones are expected at the thresholds and correlations.
    counts_alone : bool
        Whether an answer whose partner is missing counts by itself among the pairs.
    """

    statistics: CategoricalMoments
    expected_pairs: PairwiseAnswers | None = None
    counts_alone: bool = False

    @property
    def vector(self) -> Array:
        """Thresholds, means, slopes, variances and covariances in their order, shape (m,)."""
        return self.statistics.vector

    @cached_property
    def variance_places(self) -> Indices:
        """Where variances of continuous variables stand in the vector, shape (k,)."""
        layout = self.statistics.layout
        return np.arange(layout.size)[layout.blocks["variances"]]

    @property
    def spread(self) -> Array:
        """Asymptotic covariance matrix of the statistics times n, shape (m, m)."""
        return self.statistics.spread

    @cached_property
    def pairs(self) -> PairwiseAnswers:
        """All pairs of answers, for their likelihood."""
        if self.expected_pairs is not None:
            return self.expected_pairs
        return pairwise_answers(self.rows.values, self.statistics.layout, self.counts_alone)

    @cached_property
    def best_of_pairs(self) -> Array:
        """The unrestricted statistics that maximise the likelihood of the pairs, shape (m,)."""
        return self.pairs.maximise(self.statistics.vector)

    @property
    def all_patterns(self) -> Patterns:
        """Ordinal answers have no moments by pattern."""
        self._refuse()

    def row_pulls(self, mean: Array, covariance: Array) -> tuple[Array, RowPulls]:
        """Ordinal answers have no normal likelihood of rows."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise NotAvailableError("this rests on a normal likelihood, which ordinal items lack.")


def with_predictors(
    responses: CategoricalMoments, among: Array, centre: Array
) -> tuple[Array, Array]:
    """Covariance matrix and means of latent responses and the predictors that they are given.

    Parameters
    ----------
    responses : CategoricalMoments
        Given q predictors.
    among : array, shape (q, q)
        Covariance matrix of the predictors.
    centre : array, shape (q,)
        Their means.
    """
    slopes = responses.slopes
    across = slopes @ among
    whole = responses.covariance + across @ slopes.T
    covariance = np.block([[whole, across], [across.T, among]])
    return covariance, np.concatenate([responses.mean + slopes @ centre, centre])
