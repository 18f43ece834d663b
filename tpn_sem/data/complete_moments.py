"""Moments of complete rows: the kind of data that most discrepancies take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, Self

import numpy as np

from ..moments import Patterns, normal_theory_weight, unbiased_fourth_order
from ..numerics import Array, Indices, Mask, half_indices, half_places, vech
from ..numerics import inverse as inverse_of
from .known_spread import places_of_moments
from .sample import RowPulls, Sample

GammaDivisor = Literal["n", "n - 1", "unbiased", "Mplus"]


@dataclass(frozen=True, eq=False, kw_only=True)
class CompleteMoments(Sample):
    """Means and covariances of one group's complete rows, or stacks of them.

    Attributes
    ----------
    is_unbiased : bool
        Whether the divisor of the covariances is n - 1 ("wishart") rather than n.
    gamma : "n", "n - 1", "unbiased" or "Mplus"
        How fourth-order moments are estimated: Mplus takes covariances with the divisor n - 1 off
        mean products of four deviations, and divides sums of products of three by n^2 / (n - 1).
    sizes : array, shape (...), or None
        The size of each sample of a stack, where they differ.
    known_spread : array, shape (m, m), or None
        `spread`, where a user gave it with the moments.
    known_weight : array, shape (m, m), or None
        The weights of "WLS", where a user gave these.
    """

    is_unbiased: bool = False
    gamma: GammaDivisor = "n"
    sizes: Array | None = None
    known_spread: Array | None = None
    known_weight: Array | None = None

    @cached_property
    def vector(self) -> Array:
        """Means, if the model has any, then vech(covariance), shape (..., m)."""
        half = vech(self.covariance)
        return half if self.mean is None else np.concatenate([self.mean, half], axis=-1)

    @cached_property
    def variance_places(self) -> Indices:
        """Where variances stand in the vector, shape (p,)."""
        means = 0 if self.mean is None else self.n_variables
        return np.asarray(means + np.diagonal(half_places(self.n_variables)))

    @cached_property
    def spread(self) -> Array:
        """Fourth-order moments around the sample's, shape (m, m). Browne (1984).

        Sampling weights are squared, as in the variance of any weighted mean.
        """
        if self.known_spread is not None:
            return self.known_spread
        deviations = self.deviations()
        counts = self.rows.counts
        weighted = deviations if counts is None else deviations * counts[:, None]
        again = deviations if self.rows.weights is None else weighted
        return self.with_divisor(np.asarray(weighted.T @ again / self.size))

    @cached_property
    def inverse_spread(self) -> Array:
        """The inverse of `spread`, or the weights that a user gave, shape (m, m)."""
        return super().inverse_spread if self.known_weight is None else self.known_weight

    def with_divisor(self, spread: Array) -> Array:
        """Fourth-order moments as `gamma` says, from those with the divisor n, shape (m, m)."""
        n = self.n_observations
        if self.gamma == "unbiased":
            return unbiased_fourth_order(spread, self.plain_covariance, n)
        if self.gamma == "Mplus":
            half = vech(self.plain_covariance)
            n_means = len(spread) - len(half)
            found = spread.copy()
            found[n_means:, n_means:] -= ((n / (n - 1)) ** 2 - 1.0) * np.outer(half, half)
            found[:n_means, n_means:] *= (n - 1) / n
            found[n_means:, :n_means] *= (n - 1) / n
            return found
        return spread * (n / (n - 1)) if self.gamma == "n - 1" else spread

    def deviations(self, exogenous: Indices | None = None, part: slice = slice(None)) -> Array:
        """Rows and their products less the sample's moments, shape (rows, m).

        What exogenous variables predict is subtracted: they and their moments are taken as given.
        """
        centred = self.rows.values[part] - self.centre
        first, second = half_indices(centred.shape[1])
        products = centred[:, first] * centred[:, second]
        products = products - self.plain_covariance[first, second]
        if exogenous is not None and len(exogenous):
            among = self.plain_covariance[np.ix_(exogenous, exogenous)]
            slopes = np.linalg.solve(among, self.plain_covariance[exogenous])
            expected = centred[:, exogenous] @ slopes
            predicted = slopes.T @ among @ slopes
            products -= expected[:, first] * expected[:, second] - predicted[first, second]
            centred = centred - expected
        return products if self.mean is None else np.hstack([centred, products])

    def of_variables(self, places: Indices) -> CompleteMoments:
        """The moments and rows of some variables, in another order."""
        rows, spread = self.known_rows, self.known_spread
        means = self.mean is not None
        if spread is not None:
            order = places_of_moments(places, self.n_variables, means, means)
            spread = spread[np.ix_(order, order)]
        return replace(
            self,
            names=tuple(self.names[place] for place in places),
            covariance=self.covariance[np.ix_(places, places)],
            mean=None if self.mean is None else self.mean[places],
            known_rows=None if rows is None else rows.take(np.arange(len(rows)), places),
            known_spread=spread,
            known_weight=None,  # weights of a part are not a part of the weights
        )

    @cached_property
    def normal_weight(self) -> Array:
        """Inverse covariance matrix of normal data's moments, shape (m, m)."""
        return normal_theory_weight(inverse_of(self.covariance), self.mean is not None)

    @property
    def plain_covariance(self) -> Array:
        """The covariance matrix with divisor n."""
        n = self.n_observations
        return self.covariance * ((n - 1) / n) if self.is_unbiased else self.covariance

    @cached_property
    def all_patterns(self) -> Patterns:
        """One pattern, in which nothing is missing."""
        whole = np.ones((1, self.n_variables), dtype=bool)
        member = np.zeros(0 if self.known_rows is None else len(self.known_rows), dtype=np.intp)
        centre, covariance = self.centre[None], self.plain_covariance[None]
        return Patterns(whole, np.ones(1), centre, covariance, member)

    def row_pulls(self, mean: Array, covariance: Array) -> tuple[Array, RowPulls]:
        """See `Sample.row_pulls`; there is one pattern."""
        inverse, values = inverse_of(covariance), self.rows.values

        def pulls(part: slice) -> tuple[Array, Indices]:
            rows = values[part]
            return (rows - mean) @ inverse, np.zeros(len(rows), dtype=np.intp)

        return inverse[None], pulls

    @property
    def size(self) -> float:
        """What the group counts: its number of observations, or the sum of sampling weights."""
        return super().size if self.sizes is None or self.sizes.ndim else float(self.sizes)

    @property
    def counts(self) -> Array:
        """What each sample of a stack counts, shape (...)."""
        return np.asarray(self.size if self.sizes is None else self.sizes, dtype=float)

    def part(self, keep: Mask | int) -> Self:
        """Some of a stack of samples; a number takes out one sample."""
        chosen = super().part(keep)
        if self.sizes is None:
            return chosen
        sizes = np.asarray(self.sizes[keep])
        count = round(float(sizes)) if sizes.ndim == 0 else self.n_observations
        return replace(chosen, sizes=sizes, n_observations=count)
