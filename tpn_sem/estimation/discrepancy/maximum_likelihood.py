"""Maximum likelihood under multivariate normality."""

from __future__ import annotations

import numpy as np

from ...data import CompleteMoments, IncompleteMoments, Sample
from ...numerics import Array
from ..implied import Directions, Implied
from .discrepancy import Discrepancy, Slope


class MaximumLikelihood(Discrepancy):
    """log|Sigma| - log|S| + tr(S Sigma^-1) - p + (mean - mu)' Sigma^-1 (mean - mu).

    Joreskog (1969); with means Bollen (1989, app. 4A).
    """

    name = "ML"
    is_likelihood = True
    is_efficient = True
    takes = (CompleteMoments, IncompleteMoments)  # the latter in a second stage

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...)."""
        fit = np.einsum("...ij,...ij->...", implied.inverse, _second_moment(sample, implied))
        return implied.log_determinant - sample.log_determinant + fit - sample.n_variables

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """G = Sigma^-1 (Sigma - S*) Sigma^-1 with S* = S + dd', and g = -2 Sigma^-1 d."""
        inverse = implied.inverse
        covariance = inverse - inverse @ _second_moment(sample, implied) @ inverse
        if sample.mean is None:
            return Slope(covariance, None)
        return Slope(covariance, -2.0 * _pull(sample, implied))

    def weight(self, sample: Sample, implied: Implied) -> Array:
        """The inverse of the implied covariance matrix."""
        return implied.inverse

    def curvature(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Exact second derivatives along directions in the moments."""
        inverse = implied.inverse
        sandwich = inverse @ _second_moment(sample, implied) @ inverse
        total = directions.products(inverse, 2.0 * sandwich - inverse)
        if sample.mean is None:
            return total
        turned = directions.turned(_pull(sample, implied))
        cross = 2.0 * np.swapaxes(turned, -1, -2) @ (inverse @ directions.mean)
        cross = cross + np.swapaxes(cross, -1, -2)
        return total + 2.0 * directions.mean_products(inverse) + cross


def _second_moment(sample: Sample, implied: Implied) -> Array:
    """Sample covariance around the implied mean, S + dd'."""
    if sample.mean is None:
        return sample.covariance
    distance = sample.mean - implied.mean
    return sample.covariance + distance[..., :, None] * distance[..., None, :]


def _pull(sample: Sample, implied: Implied) -> Array:
    """H = Sigma^-1 (mean - mu), shape (..., p)."""
    distance = sample.centre - implied.mean
    return (implied.inverse @ distance[..., None])[..., 0]
