"""Least squares: a quadratic form in the residual moments, with one of four weights."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from ...data import Sample
from ...errors import DataError, OptionError
from ...moments import normal_theory_weight
from ...numerics import Array, is_positive_definite, unvech, vech
from ...numerics import inverse as inverse_of
from ..implied import Directions, Implied, ImpliedResponses
from .discrepancy import Discrepancy, Slope
from .row_scores import moment_deviations, weighted


class LeastSquares(Discrepancy):
    """(s - sigma)' V (s - sigma) for means and vech(covariances), V free of parameters.

    Browne (1984). With ordinal variables s are thresholds, slopes and polychoric correlations
    (Muthen, 1984).
    """

    @abstractmethod
    def weight_matrix(self, sample: Sample) -> Array:
        """V, shape (m, m), or its diagonal, shape (m,)."""

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...)."""
        gap = _gap(sample, implied)
        return np.asarray((gap * self._pull(sample, gap)).sum(-1))

    def gradient(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """-2 J' V (s - sigma) for the Jacobian J of the moments."""
        if sample.categorical is None:
            return super().gradient(sample, implied, directions)
        change = self._pull(sample, _gap(sample, implied))
        jacobian = directions.jacobian(sample.mean is not None)
        return -2.0 * np.asarray((change[..., None, :] @ jacobian)[..., 0, :])

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """-2 V (s - sigma), off-diagonal entries shared by both halves."""
        change = -2.0 * self._pull(sample, _gap(sample, implied))
        p = sample.n_variables
        mean = None
        if sample.mean is not None:
            mean, change = change[..., :p], change[..., p:]
        half = unvech(change, p)
        return Slope(0.5 * (half + half * np.eye(p)), mean)

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """J' V J for the Jacobian J of the moments."""
        jacobian = directions.jacobian(sample.mean is not None)
        weighted = np.swapaxes(self._weigh(sample, np.swapaxes(jacobian, -1, -2)), -1, -2)
        return np.asarray(np.swapaxes(jacobian, -1, -2) @ weighted)

    def moment_weight(self, sample: Sample, implied: Implied) -> Array:
        """V in full."""
        weight = self.weight_matrix(sample)
        return np.diag(weight) if weight.ndim == 1 else weight

    def _pull(self, sample: Sample, gap: Array) -> Array:
        """V (s - sigma), shape (..., m)."""
        return np.asarray(self._weigh(sample, gap[..., None, :])[..., 0, :])

    def _weigh(self, sample: Sample, vectors: Array) -> Array:
        """Rows times V, shape (..., k, m)."""
        weight = self.weight_matrix(sample)
        return vectors * weight if weight.ndim == 1 else vectors @ weight


class UnweightedLeastSquares(LeastSquares):
    """V is the identity: every moment counts alike, so that units matter."""

    name = "ULS"

    def weight_matrix(self, sample: Sample) -> Array:
        """Ones."""
        return np.ones(_observed(sample).shape[-1])


class GeneralizedLeastSquares(LeastSquares):
    """V is that of normal theory at the sample covariance. Joreskog & Goldberger (1972)."""

    name = "GLS"
    is_efficient = True

    def weight_matrix(self, sample: Sample) -> Array:
        """The inverse of the covariance matrix of normal data's moments."""
        if sample.categorical is not None:
            raise OptionError("GLS takes continuous variables; with ordered= take 'WLSMV'.")

        def compute() -> Array:
            return normal_theory_weight(inverse_of(sample.covariance), sample.mean is not None)

        return sample.remember(self.name, compute)


class WeightedLeastSquares(LeastSquares):
    """V is the inverse of the moments' covariance matrix, whatever the distribution (ADF).

    Browne (1984). It needs many more rows than moments.
    """

    name = "WLS"
    is_efficient = True
    needs_rows = True

    def weight_matrix(self, sample: Sample) -> Array:
        """The inverse of the fourth-order moment matrix."""
        return sample.remember(self.name, lambda: _inverse(_spread(sample), sample))


class DiagonallyWeightedLeastSquares(LeastSquares):
    """V has the inverse variances of the moments on its diagonal, and nothing else."""

    name = "DWLS"
    needs_rows = True

    def weight_matrix(self, sample: Sample) -> Array:
        """Inverse variances of the moments."""
        return sample.remember(self.name, lambda: 1.0 / np.diag(_spread(sample)))


def _observed(sample: Sample) -> Array:
    if sample.categorical is not None:
        return sample.categorical.vector
    half = vech(sample.covariance)
    return half if sample.mean is None else np.concatenate([sample.mean, half], axis=-1)


def _gap(sample: Sample, implied: Implied) -> Array:
    if isinstance(implied, ImpliedResponses):
        return _observed(sample) - implied.statistics
    half = vech(sample.covariance - implied.covariance)
    if sample.mean is None:
        return half
    return np.concatenate([sample.mean - implied.mean, half], axis=-1)


def _spread(sample: Sample) -> Array:
    """Covariance matrix of the sample's moments, times n, whatever the distribution."""
    if sample.categorical is not None:
        return sample.categorical.spread
    if sample.rows is None:
        raise OptionError("this estimator needs rows of data; from sample moments take ML or GLS.")
    deviations = moment_deviations(sample, sample.mean is not None)
    return np.asarray(deviations.T @ weighted(sample, deviations) / sample.size)


def _inverse(matrix: Array, sample: Sample) -> Array:
    if sample.n_observations <= len(matrix) or not is_positive_definite(matrix):
        where = f" in group {sample.label!r}" if sample.label else ""
        raise DataError(
            f"WLS needs more rows{where} than there are moments: {sample.n_observations} rows, "
            f"{len(matrix)} means, variances and covariances. Take MLR, or DWLS with robust errors."
        )
    return inverse_of(matrix)
