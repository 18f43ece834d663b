"""What rules for the number of factors look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ...numerics import Array
from ...rotation import Orthomax, rotate
from .item_likelihoods import LikelihoodFactors, fit_numbers
from .null_eigenvalues import NullData, null_eigenvalues
from .reduced_correlations import reduced, spectrum


@dataclass(frozen=True)
class RuleAnswer:
    """What one rule says.

    Attributes
    ----------
    n_factors : int or None
        None where the rule has no answer.
    why : str
        The numbers that decided, or why there is no answer.
    trace : mapping of int to float
        The rule's criterion by number of factors, if it has one.
    """

    n_factors: int | None
    why: str
    trace: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class FactorEvidence:
    """Correlations of p items and what is compared with them.

    Attributes
    ----------
    names : tuple of str
        The items.
    values : array, shape (n, p)
        Answers; NaN where missing.
    correlations : array, shape (p, p)
        Positive definite.
    kind : {"pearson", "polychoric", "fiml"}
        What correlations these are.
    n_rows : float
        Rows that a correlation comes from; their harmonic mean over pairs with missing answers.
    most : int
        Largest number of factors that is fitted or compared.
    null : NullData
        How data without factors are drawn.
    """

    names: tuple[str, ...]
    values: Array
    correlations: Array
    kind: str
    n_rows: float
    most: int
    null: NullData

    @cached_property
    def eigenvalues(self) -> Array:
        """Of the correlations, largest first, shape (p,)."""
        return spectrum(self.correlations)

    @cached_property
    def reduced_eigenvalues(self) -> Array:
        """With squared multiple correlations on the diagonal, largest first, shape (p,)."""
        return spectrum(reduced(self.correlations))

    @cached_property
    def _without_factors(self) -> tuple[Array, Array]:
        return null_eigenvalues(self.values, self.kind, self.names, self.null)

    @property
    def null_eigenvalues(self) -> Array:
        """The same of data without factors, shape (samples, p)."""
        return self._without_factors[0]

    @property
    def null_reduced_eigenvalues(self) -> Array:
        """Eigenvalues of the reduced correlations of data without factors, shape (samples, p)."""
        return self._without_factors[1]

    @cached_property
    def fits(self) -> tuple[LikelihoodFactors, ...]:
        """Maximum likelihood factors of these correlations: none, one, ..., `most`."""
        return fit_numbers(self.correlations, range(self.most + 1))

    @cached_property
    def varimax_loadings(self) -> tuple[Array, ...]:
        """Their loadings rotated by varimax, shapes (p, 1), (p, 2), ..., (p, most)."""
        return tuple(varimax(fit.loadings) for fit in self.fits[1:])


def varimax(loadings: Array) -> Array:
    """Loadings of uncorrelated factors, rotated from where they are. Kaiser (1958)."""
    if loadings.shape[1] == 1:
        return loadings
    start = np.eye(loadings.shape[1])[None]
    return rotate(loadings, Orthomax(1.0), oblique=False, kaiser=True, starts=start).loadings


Rule = Callable[[FactorEvidence], RuleAnswer | int]


def leading(above: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> int:
    """How many are true before the first that is not."""
    return int(np.logical_and.accumulate(above).sum())
