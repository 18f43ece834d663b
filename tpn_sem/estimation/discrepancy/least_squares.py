"""Least squares: a quadratic form in the residual moments, with one of several weights."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from ...data import CompleteMoments, OrdinalStatistics, Sample
from ...errors import OptionError
from ...numerics import Array
from ..implied import Directions, Implied, split_slope
from .discrepancy import Discrepancy, Slope

_FLAT = 1e-12  # sampling variance of a variance, over its square, that is none


class LeastSquares(Discrepancy):
    """(s - sigma)' V (s - sigma) for means and vech(covariances), V free of parameters.

    Browne (1984). With ordinal variables s are thresholds, slopes and polychoric correlations
    (Muthen, 1984).
    """

    takes: tuple[type[Sample], ...] = (CompleteMoments, OrdinalStatistics)
    lost_in_shares = 1

    @abstractmethod
    def weight_matrix(self, sample: Sample) -> Array:
        """V, shape (m, m), or its diagonal, shape (m,)."""

    def weight_at(self, sample: Sample, implied: Implied) -> Array:
        """V where it follows what the model implies; else that of the sample."""
        return self.weight_matrix(sample)

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...)."""
        return np.asarray((_gap(sample, implied) * self._pull(sample, implied)).sum(-1))

    def gradient(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """-2 J' V (s - sigma) for the Jacobian J of the moments."""
        change = -2.0 * self._pull(sample, implied)
        return directions.pull(change, sample.mean is not None)

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """-2 V (s - sigma), off-diagonal entries shared by both halves."""
        change = -2.0 * self._pull(sample, implied)
        return Slope(*split_slope(change, sample.n_variables, sample.mean is not None))

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """J' V J for the Jacobian J of the moments."""
        jacobian = directions.jacobian(sample.mean is not None)
        weight = self.weight_at(sample, implied)
        weighted = np.swapaxes(_weigh(weight, np.swapaxes(jacobian, -1, -2)), -1, -2)
        return np.asarray(np.swapaxes(jacobian, -1, -2) @ weighted)

    def moment_weight(self, sample: Sample, implied: Implied) -> Array:
        """V in full."""
        weight = self.weight_at(sample, implied)
        return np.diag(weight) if weight.ndim == 1 else weight

    def _pull(self, sample: Sample, implied: Implied) -> Array:
        """V (s - sigma), shape (..., m)."""
        gap = _gap(sample, implied)[..., None, :]
        return np.asarray(_weigh(self.weight_at(sample, implied), gap)[..., 0, :])


class UnweightedLeastSquares(LeastSquares):
    """V is the identity: every moment counts alike, so that units matter."""

    name = "ULS"
    has_units = True

    def weight_matrix(self, sample: Sample) -> Array:
        """Ones."""
        return np.ones(sample.vector.shape[-1])


class GeneralizedLeastSquares(LeastSquares):
    """V is that of normal theory at the sample covariance. Joreskog & Goldberger (1972)."""

    name = "GLS"
    is_efficient = True
    takes = (CompleteMoments,)

    def weight_matrix(self, sample: Sample) -> Array:
        """The inverse of the covariance matrix of normal data's moments."""
        if not isinstance(sample, CompleteMoments):
            raise OptionError("GLS takes continuous variables; with ordered= take 'WLSMV'.")
        return sample.normal_weight


class GeneralizedLeastSquaresOfMplus(GeneralizedLeastSquares):
    """The same with means weighed by the covariance matrix with divisor n, as Mplus has it."""

    def weight_matrix(self, sample: Sample) -> Array:
        """The same, the block of means times n / (n - 1)."""
        weight = super().weight_matrix(sample).copy()
        if sample.mean is not None:
            n, p = sample.counts, sample.n_variables
            weight[..., :p, :p] *= (n / (n - 1.0))[..., None, None]
        return weight


class WeightedLeastSquares(LeastSquares):
    """V is the inverse of the moments' covariance matrix, whatever the distribution (ADF).

    Browne (1984). It needs many more rows than moments.
    """

    name = "WLS"
    is_efficient = True
    needs_rows = True

    def weight_matrix(self, sample: Sample) -> Array:
        """The inverse of the fourth-order moment matrix."""
        return sample.inverse_spread


class DiagonallyWeightedLeastSquares(LeastSquares):
    """V has the inverse variances of the moments on its diagonal, and nothing else."""

    name = "DWLS"
    needs_rows = True

    def weight_matrix(self, sample: Sample) -> Array:
        """Inverse variances of the moments.

        The variance of a variable with two values that are equally frequent does not vary: it is
        weighed as that of a normal variable, 2 sigma^4. Standard errors know that it does not.
        """
        variances = np.diag(sample.spread).copy()
        places = sample.variance_places
        normal = 2.0 * sample.vector[places] ** 2
        flat = variances[places] <= 0.5 * _FLAT * normal
        variances[places[flat]] = normal[flat]
        return np.asarray(1.0 / variances)


def _weigh(weight: Array, vectors: Array) -> Array:
    """Rows times V, shape (..., k, m)."""
    return vectors * weight if weight.ndim == 1 else vectors @ weight


def _gap(sample: Sample, implied: Implied) -> Array:
    return sample.vector - implied.vector(sample.mean is not None)
