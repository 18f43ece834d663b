"""Power by formula: non-central chi-squares.

Satorra & Saris (1985): the chi-square of a wrong model, fitted to the moments of the population, is
the non-centrality of its test. MacCallum, Browne & Sugawara (1996): that of a given RMSEA.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...data import SampleMoments
from ...errors import ModelError, NotAvailableError, TpnSemWarning
from ...fit import Fit
from ...model import Model
from ...numerics import chi_square_quantile, noncentral_distribution
from .hypothesis import Hypothesis, without_rows

_LARGEST = 1e9


@dataclass(frozen=True)
class Noncentral:
    """A test as a non-central chi-square.

    Attributes
    ----------
    per_row : float
        Non-centrality by row.
    degrees_of_freedom : int
    null_per_row : float
        Of the hypothesis that is to be rejected; 0 where it is exact.
    lost : int
        Rows that do not count.
    """

    per_row: float
    degrees_of_freedom: int
    null_per_row: float = 0.0
    lost: int = 0

    def noncentrality(self, n: float) -> float:
        """Of the test with n rows."""
        return (n - self.lost) * self.per_row

    def power(self, n: float, alpha: float) -> float:
        """How often the test rejects with n rows."""
        df = self.degrees_of_freedom
        null = (n - self.lost) * self.null_per_row
        if self.per_row >= self.null_per_row:
            critical = _quantile(1.0 - alpha, df, null)
            return 1.0 - noncentral_distribution(critical, df, self.noncentrality(n))
        critical = _quantile(alpha, df, null)
        return noncentral_distribution(critical, df, self.noncentrality(n))

    def rows_needed(self, power: float, alpha: float) -> int:
        """The smallest number of rows with that power.

        Raises
        ------
        NotAvailableError
            Where no number would do.
        """
        from scipy.optimize import brentq

        if self.power(_LARGEST, alpha) < power:
            raise NotAvailableError(
                "no number of rows gives that power: the hypothesis is true in the population."
            )
        lowest = float(self.lost + 2)
        if self.power(lowest, alpha) >= power:
            return int(lowest)
        return int(np.ceil(brentq(lambda n: self.power(n, alpha) - power, lowest, _LARGEST)))


def _quantile(probability: float, df: int, noncentrality: float) -> float:
    from scipy.special import chndtrix

    if noncentrality == 0.0:
        return chi_square_quantile(probability, df)
    return float(chndtrix(probability, df, noncentrality))


def of_rmsea(df: int, null: float, alternative: float, groups: int) -> Noncentral:
    """The test of a null RMSEA where another is true."""
    return Noncentral(df * alternative**2 / groups, df, df * null**2 / groups, lost=1)


def of_hypothesis(
    hypothesis: Hypothesis, moments: SampleMoments | dict[str, SampleMoments]
) -> Noncentral:
    """The test of a hypothesis where the population has these moments."""
    general = population_fit(hypothesis.model, moments, hypothesis.options)
    if hypothesis.is_defined:
        row = general.estimates[general.estimates["lhs"] == hypothesis.parameter].iloc[0]
        return Noncentral(float(row["z"]) ** 2 / general.n_observations, 1)
    own = general.estimation
    if hypothesis.restricted is None:
        return Noncentral(own.chi_square / own.n_observations, own.degrees_of_freedom)
    restricted = population_fit(
        hypothesis.restricted, moments, hypothesis.restricted_options
    ).estimation
    df = restricted.degrees_of_freedom - own.degrees_of_freedom
    if df <= 0:
        raise ModelError(
            f"the restricted model has {restricted.degrees_of_freedom} degrees of freedom and the "
            f"other {own.degrees_of_freedom}: it restricts nothing."
        )
    gap = max(restricted.chi_square - own.chi_square, 0.0)
    return Noncentral(gap / own.n_observations, df)


def population_fit(
    model: Model,
    moments: SampleMoments | dict[str, SampleMoments],
    options: Mapping[str, Any] | None,
) -> Fit:
    """A model fitted to the population.

    Raises
    ------
    NotAvailableError
        Where no minimum was found.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        fit = model.fit(moments, **without_rows(options))
    if not fit.converged:
        raise NotAvailableError(
            "a model did not converge when fitted to the population's own moments: take "
            "replicates=, or another model."
        )
    return fit
