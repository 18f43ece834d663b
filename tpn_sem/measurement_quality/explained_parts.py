"""What factors explain of a construct's items, in stacks of implied moments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from ..specification import fill
from .measured_constructs import Construct, measurement_paths


@dataclass(frozen=True, eq=False)
class Parts:
    """The items of one construct, k of them, and what explains them; in stacks.

    Attributes
    ----------
    total : array, shape (..., k, k)
        Implied covariance matrix of the items, or of their latent responses.
    common : array, shape (..., k, k)
        What all factors explain of it.
    loadings : array, shape (..., k)
        Of the construct's factor, through the factors that it stands above.
    variance : array, shape (...)
        Of the factor.
    disturbance : array, shape (...)
        What nothing explains of that variance.
    maximal, scores : array, shape (...)
        Squared correlations of the factor with its best weighted sum of these items and of all
        observed variables.
    """

    total: Array
    common: Array
    loadings: Array
    variance: Array
    disturbance: Array
    maximal: Array
    scores: Array

    @property
    def own(self) -> Array:
        """What the construct's factor explains of `total`, shape (..., k, k)."""
        return outer(self.loadings) * self.variance[..., None, None]

    @property
    def specific(self) -> Array:
        """What the unexplained part of the factor does, shape (..., k, k)."""
        return outer(self.loadings) * self.disturbance[..., None, None]

    @property
    def variances(self) -> Array:
        """Of the items, shape (..., k)."""
        return diagonal(self.total)

    @property
    def standardized(self) -> Array:
        """Squared standardised loadings, shape (..., k); negative where the variance is."""
        return self.loadings**2 * self.variance[..., None] / self.variances

    @property
    def residuals(self) -> Array:
        """Residual variances of the standardised items, shape (..., k)."""
        return 1.0 - diagonal(self.common) / self.variances


def outer(vectors: Array) -> Array:
    """Outer products, (..., k) to (..., k, k)."""
    return vectors[..., :, None] * vectors[..., None, :]


def diagonal(matrices: Array) -> Array:
    """Diagonals, (..., k, k) to (..., k)."""
    return np.diagonal(matrices, axis1=-2, axis2=-1)


def total_of(matrices: Array) -> Array:
    """Sums of all entries, (..., k, k) to (...)."""
    return np.asarray(matrices.sum(axis=(-2, -1)))


def explained_parts(
    estimation: Estimation, group: int, construct: Construct, implied: Implied
) -> Parts:
    """What explains the items of a construct at some parameters.

    Parameters
    ----------
    estimation : Estimation
        For its model.
    group : int
    construct : Construct
    implied : Implied
        The group's moments, one set or a stack.
    """
    pattern = estimation.specification.patterns[group]
    paths, covariances, _ = fill(pattern, implied.values)
    n, mine = pattern.n_observed, construct.columns
    everything, factor = implied.all_covariance, n + construct.factor
    loadings = paths[..., mine, n:]
    among = everything[..., n:, n:]
    carried = np.where(measurement_paths(estimation, group), paths[..., n:, n:], 0.0)
    reach = np.linalg.inv(np.eye(len(pattern.latent)) - carried)[..., construct.factor]
    variance = everything[..., factor, factor]
    total = everything[..., mine[:, None], mine]
    return Parts(
        total,
        loadings @ among @ np.swapaxes(loadings, -1, -2),
        (loadings @ reach[..., None])[..., 0],
        variance,
        covariances[..., factor, factor],
        _told(total, everything[..., mine, factor]) / variance,
        _told(everything[..., :n, :n], everything[..., :n, factor]) / variance,
    )


def _told(among: Array, across: Array) -> Array:
    """Variance that is explained by regression, shape (...)."""
    weights = np.linalg.solve(among, across[..., None])[..., 0]
    return np.asarray((weights * across).sum(-1))
