"""What each row, or each cluster, says of a model: its log-likelihood and its score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..casewise import (
    RowUnits,
    model_log_likelihoods,
    reduced_information,
    row_units,
    unit_pulls,
)
from ..estimation import Estimation
from ..numerics import Array, correlation, inverse


@dataclass(frozen=True, eq=False)
class UnitEvidence:
    """One model's evidence by unit.

    Attributes
    ----------
    log_likelihoods : array, shape (u,)
        At the estimates, up to what is the same in all models.
    scores : array, shape (u, q)
        Along the q directions that the constraints leave free.
    inverse_information : array, shape (q, q)
        Of the total observed information.
    """

    log_likelihoods: Array
    scores: Array
    inverse_information: Array

    @property
    def effective_parameters(self) -> float:
        """Trace of the scores' covariance over the information: q where rows are independent.

        Takeuchi (1976); with clusters, Gao & Song (2010).
        """
        return float(np.sum(self.whitened**2))

    @cached_property
    def whitened(self) -> Array:
        """Scores in units of the information, shape (u, q): their sums have its identity matrix."""
        errors = np.sqrt(np.diag(self.inverse_information))
        root = np.linalg.cholesky(correlation(self.inverse_information))
        return np.asarray((self.scores * errors) @ root)


def has_unit_evidence(models: Mapping[str, Estimation]) -> bool:
    """Whether rows have a likelihood under all models."""
    return all(
        one.samples.has_rows
        and one.discrepancy.is_likelihood
        and not one.is_two_stage
        and not one.specification.categories
        for one in models.values()
    )


def unit_evidence(models: Mapping[str, Estimation]) -> tuple[RowUnits, dict[str, UnitEvidence]]:
    """The evidence of each model, by clusters where the fits have them, else by rows."""
    units = row_units(next(iter(models.values())), "auto")
    return units, {name: _evidence(model, units) for name, model in models.items()}


def _evidence(model: Estimation, units: RowUnits) -> UnitEvidence:
    total = np.zeros(len(units))
    for group, sample in enumerate(model.samples.groups):
        own = model_log_likelihoods(model, group)
        counts = sample.rows.counts
        own = own if counts is None else own * counts
        total += units.sums(group, own[:, None])[:, 0]
    information = reduced_information(model) * model.samples.size
    return UnitEvidence(total, unit_pulls(model, units) @ model.tangent, inverse(information))
