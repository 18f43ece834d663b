"""Generalised least squares as a discrepancy function. Joreskog & Goldberger (1972)."""

from __future__ import annotations

import numpy as np

from tpn_sem.data import Sample
from tpn_sem.estimation.discrepancy import Discrepancy, Slope
from tpn_sem.estimation.implied import Implied
from tpn_sem.numerics import Array


class GeneralizedLeastSquares(Discrepancy):
    """tr((I - W Sigma)^2) / 2 + d' W d, with W = S^-1 and d = mean - mu."""

    name = "GLS"
    is_efficient = True

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...)."""
        weight = self.weight(sample, implied)
        gap = np.eye(sample.n_variables) - weight @ implied.covariance
        total = 0.5 * np.einsum("...ij,...ji->...", gap, gap)
        if sample.mean is None:
            return total
        distance = sample.mean - implied.mean
        return total + np.einsum("...i,...ij,...j->...", distance, weight, distance)

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """G = W (Sigma - S) W and g = -2 W d."""
        weight = self.weight(sample, implied)
        covariance = weight @ (implied.covariance - sample.covariance) @ weight
        if sample.mean is None:
            return Slope(covariance, None)
        return Slope(covariance, -2.0 * (sample.mean - implied.mean) @ weight)

    def weight(self, sample: Sample, implied: Implied) -> Array:
        """W, which does not depend on the parameters."""
        return np.linalg.inv(sample.covariance)
