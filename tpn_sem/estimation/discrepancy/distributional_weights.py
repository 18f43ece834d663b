"""Least squares between normal theory and none (distributionally weighted, DLS).

Du & Bentler (2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...data import CompleteMoments, Sample
from ...moments import normal_theory_spread
from ...numerics import Array, inverse
from ..implied import Implied
from .least_squares import LeastSquares, WeightedLeastSquares


@dataclass(frozen=True)
class DistributionallyWeightedLeastSquares(LeastSquares):
    """V is the inverse of (1 - a) Gamma + a Gamma_N.

    Gamma are fourth-order moments, Gamma_N the covariance matrix of normal data's moments, at the
    sample's covariances or at those that the model implies. With the latter the estimates are
    where J' V (s - sigma) is zero, V following them.

    Attributes
    ----------
    a : float
        The share of normal theory, from 0 ("WLS") to 1 ("GLS", or maximum likelihood).
    at_the_model : bool
        Whether Gamma_N is that of the model's covariances.
    max_rounds : int
        How often weights follow the estimates at most.
    tolerance : float or None
        The root mean square of what estimates change by in a round where no more are made; None
        for next to nothing in any units.
    """

    a: float = 1.0
    at_the_model: bool = True
    max_rounds: int = 200
    tolerance: float | None = None

    name = "DLS"
    takes = (CompleteMoments,)
    needs_rows = True
    lost = 1
    lost_in_shares = 0
    has_dear_weights = True

    @property
    def is_reweighted(self) -> bool:  # type: ignore[override]
        """Whether weights follow the estimates."""
        return self.at_the_model

    @property
    def of_baseline(self) -> DistributionallyWeightedLeastSquares:
        """The same at the sample's moments: independence is far from any data."""
        return DistributionallyWeightedLeastSquares(self.a, at_the_model=False)

    def weight_matrix(self, sample: Sample) -> Array:
        """V at the sample's covariances."""
        return self._weight(sample, sample.covariance)

    def weight_at(self, sample: Sample, implied: Implied) -> Array:
        """V, at the model's covariances if that is asked for."""
        covariance = implied.covariance if self.at_the_model else sample.covariance
        return self._weight(sample, covariance)

    def _weight(self, sample: Sample, covariance: Array) -> Array:
        if not self.a:
            return sample.inverse_spread
        normal = normal_theory_spread(covariance, sample.mean is not None)
        return inverse((1.0 - self.a) * sample.spread + self.a * normal)


class HeldWeights(WeightedLeastSquares):
    """The same for a round, in which the weights stay as they are."""

    lost = 1
    lost_in_shares = 0


def distributionally_weighted(
    arguments: Mapping[str, Any],
) -> DistributionallyWeightedLeastSquares:
    """As `estimator_args` and `gn_args` together say."""
    given = dict(arguments)
    asked = {_NAMES[name]: given[name] for name in _NAMES if name in given}
    if "dls_gamma_nt" in given:
        asked["at_the_model"] = given["dls_gamma_nt"] == "model"
    return DistributionallyWeightedLeastSquares(**asked)


_NAMES = {"dls_a": "a", "max_iter": "max_rounds", "tol_x": "tolerance"}
