"""Rows with missing answers, by pattern, and their unrestricted moments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import NotAvailableError
from ..moments import Patterns
from ..numerics import Array, Indices, Mask, vech
from .sample import RowPulls, Sample


@dataclass(frozen=True, eq=False, kw_only=True)
class IncompleteMoments(Sample):
    """One group's rows by what is missing; moments are their maximum-likelihood estimates.

    Attributes
    ----------
    patterns : Patterns
    is_guess : bool
        Whether the likelihood of unrestricted moments has no maximum, so that these are only what
        a fit begins from.
    """

    patterns: Patterns
    is_guess: bool = False

    @cached_property
    def vector(self) -> Array:
        """Means, then vech(covariance), shape (m,)."""
        return np.concatenate([self.centre, vech(self.covariance)])

    @property
    def spread(self) -> Array:
        """Not that of fourth-order moments: see `standard_errors.moment_matrices.spread`."""
        raise NotAvailableError("least squares needs complete rows: take missing='listwise'.")

    @property
    def all_patterns(self) -> Patterns:
        """The rows by what is missing."""
        return self.patterns

    @property
    def seen(self) -> Mask:
        """Pairs of variables that some row has both of, shape (p, p)."""
        return self.patterns.seen

    @cached_property
    def n_unseen(self) -> int:
        """How many pairs of variables no row has both of."""
        return int((~self.seen).sum()) // 2

    @property
    def has_unrestricted(self) -> bool:
        """Whether the likelihood of unrestricted moments has a maximum."""
        return not self.is_guess

    @cached_property
    def saturated_deviance(self) -> float:
        """Deviance of the patterns at the sample's own moments."""
        return float(self.patterns.at(self.centre, self.covariance).deviance)

    def row_pulls(self, mean: Array, covariance: Array) -> tuple[Array, RowPulls]:
        """See `Sample.row_pulls`."""
        inverse, values = self.patterns.at(mean, covariance).inverse, self.rows.values

        def pulls(part: slice) -> tuple[Array, Indices]:
            rows, member = values[part], self.patterns.member[part]
            distance = np.where(np.isnan(rows), 0.0, rows - mean)
            return (inverse[member] @ distance[..., None])[..., 0], member

        return inverse, pulls
