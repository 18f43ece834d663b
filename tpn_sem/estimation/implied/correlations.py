"""Moments that a correlation structure implies: D P D, with variances of one in P.

See `specification.correlation_rows`. `all_covariance`, `all_mean` and `effects` are those of the
model P; `covariance` and `mean` have the units of the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array
from ...specification import SCALE, Cells, Pattern, Standardised
from .continuous import Directions, Implied, imply_moments
from .dense_directions import DenseDirections, bent_derivatives
from .unit_variances import solved, squared_effects


@dataclass(frozen=True, eq=False, kw_only=True)
class ImpliedCorrelations(Implied):
    """Moments of one group, with scales of its observed variables.

    Attributes
    ----------
    pattern : Pattern
    model : Implied
        The moments of P.
    scale : array, shape (..., p)
        Deviations of the observed variables; one where a variable keeps its units.
    """

    pattern: Pattern
    model: Implied
    scale: Array

    @cached_property
    def covariance(self) -> Array:
        """Covariances of the observed variables in their units, shape (..., p, p)."""
        p, d = self.n_observed, self.scale
        return self.all_covariance[..., :p, :p] * d[..., :, None] * d[..., None, :]

    @property
    def units(self) -> Array:
        """What data are divided by to have the units of `all_covariance`: the scales."""
        return self.scale

    @property
    def mean(self) -> Array:
        """Means of the observed variables in their units, shape (..., p)."""
        return self.all_mean[..., : self.n_observed] * self.scale

    def along(self, cells: Cells) -> ScaledDirections:
        """First derivatives of the implied moments along cells."""
        return ScaledDirections(self, cells, scaled=self)

    def variance_slopes(self, cells: Cells) -> Array:
        """Derivatives of the variances of all variables of P along cells, shape (..., v, k)."""
        effects = self.effects.take(self._units.followers, axis=-1)
        return self.model.variance_slopes(cells) + (effects * effects) @ self.residual_slopes(cells)

    def residual_slopes(self, cells: Cells) -> Array:
        """How the residual variances follow cells, shape (..., s, k)."""
        followers = self._units.followers
        drift = self.model.variance_slopes(cells)[..., followers, :]
        return solved(squared_effects(self.model, followers), -drift)

    def second_derivatives(self, cells: Cells, covariance: Array, mean: Array | None) -> Array:
        """By central differences of the first: scales bend the moments in too many ways."""
        return bent_derivatives(self, self.pattern, covariance, mean, imply_correlations)

    def _dependent_slopes(self, pattern: Pattern) -> Array:
        slopes = super()._dependent_slopes(pattern)
        slopes[..., self._units.residuals, :] = self.residual_slopes(pattern.cells)
        return slopes

    @property
    def _units(self) -> Standardised:
        assert self.pattern.standardised is not None
        return self.pattern.standardised


@dataclass(frozen=True, eq=False, kw_only=True)
class ScaledDirections(DenseDirections):
    """Derivatives of D P D along cells of P, and along scales."""

    scaled: ImpliedCorrelations

    @cached_property
    def _inside(self) -> Directions:
        """Along cells of P, before residual variances follow."""
        return Directions(self.scaled.model, self.cells)

    @cached_property
    def _is_scale(self) -> Array:
        """Which variable's scale a cell is, shape (k, p)."""
        every = np.arange(self.scaled.n_observed)
        return (self.cells.kind == SCALE)[:, None] * (self.cells.row[:, None] == every)

    @cached_property
    def changes(self) -> Array:
        """Changes of the covariance matrix, shape (..., k, p, p)."""
        implied, p = self.scaled, self.scaled.n_observed
        own = implied.effects[..., :p, :].take(implied._units.followers, axis=-1)[..., None, :, :]
        residuals = np.swapaxes(implied.residual_slopes(self.cells), -1, -2)[..., None, :]
        change = self._inside.changes + (own * residuals) @ np.swapaxes(own, -1, -2)
        scale = implied.scale[..., None, :]
        change = change * scale[..., :, None] * scale[..., None, :]
        among = implied.all_covariance[..., None, :p, :p] * scale[..., None, :]
        stretched = self._is_scale[:, :, None] * among
        return np.asarray(change + stretched + np.swapaxes(stretched, -1, -2))

    @cached_property
    def mean(self) -> Array:
        """Changes of the mean, shape (..., p, k)."""
        implied, p = self.scaled, self.scaled.n_observed
        stretched = implied.all_mean[..., :p, None] * self._is_scale.T
        return np.asarray(self._inside.mean * implied.scale[..., None] + stretched)


def imply_correlations(pattern: Pattern, values: Array) -> ImpliedCorrelations:
    """Implied moments from the values of the cells, shape (..., n_cells).

    Residual variances that follow are filled in.
    """
    units = pattern.standardised
    assert units is not None
    values = values.copy()
    values[..., units.residuals] = 0.0
    before = imply_moments(pattern, values)
    explained = before.all_covariance[..., units.followers, units.followers]
    left = solved(squared_effects(before, units.followers), (1.0 - explained)[..., None])
    values[..., units.residuals] = left[..., 0]
    model = imply_moments(pattern, values)
    scale = np.ones((*values.shape[:-1], pattern.n_observed))
    scale[..., units.variables] = values[..., units.scales]
    return ImpliedCorrelations(
        model.effects,
        model.all_covariance,
        model.all_mean,
        model.n_observed,
        values,
        pattern=pattern,
        model=model,
        scale=scale,
    )
