"""What a fit index may look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..implied import Implied
from ..linalg import Indices
from ..sample import Sample

Value = float | str  # a number, or the reason why there is none


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything about a fit that an index reads.

    Attributes
    ----------
    chi_square, degrees_of_freedom : float, int
        Of the model.
    baseline_chi_square, baseline_degrees_of_freedom : float, int
        Of the model in which nothing is related.
    n_observations, n_parameters, n_moments, n_groups : int
    multiplier : float
        What the minimum was multiplied by to give chi-square: n, or n - 1 a group.
    minimum : float
        Half the minimum of the discrepancy, as lavaan prints it.
    log_likelihood, unrestricted_log_likelihood : float or None
        None where the discrepancy is not a likelihood.
    n_all_moments : int
        As `n_moments`, with those of exogenous variables that are taken from the sample.
    exogenous : int array
        Places of these variables among the observed ones.
    samples, implied : tuples, one entry a group
    means : bool
        Whether the model has a mean structure.
    """

    chi_square: float
    degrees_of_freedom: int
    baseline_chi_square: float
    baseline_degrees_of_freedom: int
    n_observations: int
    n_parameters: int
    n_moments: int
    n_groups: int
    multiplier: float
    minimum: float
    log_likelihood: float | None
    unrestricted_log_likelihood: float | None
    n_all_moments: int
    exogenous: Indices
    samples: tuple[Sample, ...]
    implied: tuple[Implied, ...]
    means: bool


class FitIndex(Protocol):
    """An index, or a family of them: a name for each, and a number or a reason."""

    def __call__(self, evidence: Evidence) -> dict[str, Value]:
        """Each index by name: its value, or the reason why it has none."""
