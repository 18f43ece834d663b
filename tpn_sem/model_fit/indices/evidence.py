"""Evidence: the quantities that a fit index may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ...data import Sample
from ...estimation.discrepancy import Discrepancy
from ...estimation.implied import Implied
from ...numerics import Indices
from ..tests import FitTest

Value = float | str  # a number, or the reason why there is none


@dataclass(frozen=True)
class Scaled:
    """A corrected test of the model and the same of the baseline."""

    model: FitTest
    baseline: FitTest

    @property
    def reason(self) -> str:
        """Why one of them has no statistic; empty where both have."""
        return self.model.reason or self.baseline.reason


@dataclass(frozen=True)
class Corrected:
    """Chi-squares with what to expect of them where the model holds, for robust indices.

    Attributes
    ----------
    chi_square, expected : float
        Of the model; under normality the expectation is its degrees of freedom.
    baseline_chi_square, baseline_expected : float
    interval_statistic, interval_scale : float
        A statistic that is referred to a non-central chi-square, and what it was divided by.
    """

    chi_square: float
    expected: float
    baseline_chi_square: float
    baseline_expected: float
    interval_statistic: float
    interval_scale: float


@dataclass(frozen=True, eq=False)
class Evidence:
    """Everything about a fit that an index reads.

    Attributes
    ----------
    chi_square, degrees_of_freedom : float, int
        Of the model; the minimum's, or where that has no distribution and is not corrected, that
        of Browne's (1984) test of the residuals under normality.
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
    exogenous : tuple of int arrays, one a group
        Places of these variables among the observed ones.
    samples, implied : tuples, one entry a group
    means : bool
        Whether the model has a mean structure.
    discrepancy : Discrepancy
    scaled : Scaled, str or None
        The corrected test that was asked for, or the reason why it is missing; None where none was.
    corrected : Corrected, str or None
        What robust indices are computed from, likewise.
    likelihood_scaling : (float, float), str or None
        Scaling factors of the unrestricted and of the model's log-likelihood, likewise.
    reweighted_chi_square : float or str
        Of normal theory's residuals at the model's moments, or the reason why there is none.
    has_unrestricted : bool
        Whether there is an unrestricted model to test this one against.
    rmsea_by_scaled : bool
        Whether the interval and tests of a scaled RMSEA are those of the scaled statistic.
    has_distribution : bool
        Whether `chi_square` is distributed as one where the model holds.
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
    exogenous: tuple[Indices, ...]
    samples: tuple[Sample, ...]
    implied: tuple[Implied, ...]
    means: bool
    discrepancy: Discrepancy
    scaled: Scaled | str | None = None
    corrected: Corrected | str | None = None
    likelihood_scaling: tuple[float, float] | str | None = None
    reweighted_chi_square: float | str = "it was not computed"
    has_unrestricted: bool = True
    rmsea_by_scaled: bool = False
    has_distribution: bool = True


def total_size(evidence: Evidence) -> float:
    """Sum of the groups' sizes."""
    return sum(sample.size for sample in evidence.samples)


class FitIndex(Protocol):
    """An index, or a family of them: a name for each, and a number or a reason."""

    def __call__(self, evidence: Evidence) -> dict[str, Value]:
        """Each index by name: its value, or the reason why it has none."""
