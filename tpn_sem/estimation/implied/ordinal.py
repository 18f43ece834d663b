"""Implied statistics of ordinal items: latent responses, cut at thresholds.

The latent responses y* follow the reticular action model, given exogenous variables where these
are conditioned on. What data tell of them are thresholds, slopes and correlations in units of
their own (residual) standard deviation. Muthen (1984); Muthen & Asparouhov (2002).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices, half_indices
from ...specification import SCALE, THRESHOLD, Cells, Pattern, Responses
from .continuous import Directions, Implied, imply_moments
from .unit_variances import solved, squared_effects


@dataclass(frozen=True, eq=False, kw_only=True)
class ImpliedResponses(Implied):
    """Moments of latent responses, and the statistics that they imply.

    Attributes
    ----------
    given : Implied
        The same moments conditional on the exogenous variables that are given.
    pattern : Pattern
    scale : array, shape (..., p)
        1 / sd(y*) of ordinal variables, 1 for continuous ones.
    thresholds : array, shape (..., n_thresholds)
        In the units of y*.
    reason : str
        Why statistics of pairs of responses say not all of them; empty where they do.
    """

    given: Implied
    pattern: Pattern
    scale: Array
    thresholds: Array
    reason: str = ""

    @property
    def responses(self) -> Responses:
        """How latent responses become answers."""
        return self.pattern.ordinal_responses

    def vector(self, means: bool) -> Array:
        """What the sample's `vector` is compared with: `statistics`."""
        return self.statistics

    def along(self, cells: Cells) -> ResponseDirections:
        """Derivatives of the statistics along cells."""
        along = self.given.along(cells)
        p = self.scale.shape[-1]
        rows, columns = half_indices(p)
        u, v = along.u[..., :p, :], along.v[..., :p, :]
        halves = u.take(rows, axis=-2) * v.take(columns, axis=-2)
        halves += u.take(columns, axis=-2) * v.take(rows, axis=-2)
        residual = residual_slopes(self, cells)
        if residual is not None:
            _add_residuals(self, halves, residual)
        change = _scale_slopes(self, cells, halves)
        statistics = _statistics(self, cells, along, halves, change)
        return ResponseDirections(self.given, cells, statistics)

    def variance_slopes(self, cells: Cells) -> Array:
        """Derivatives of the variances of all variables along cells, shape (..., v, k)."""
        slopes = super().variance_slopes(cells)
        residual = residual_slopes(self, cells)
        if residual is None:
            return slopes
        effects = self.effects.take(self.responses.layout.scaled, axis=-1)
        return slopes + (effects * effects) @ residual

    def _dependent_slopes(self, pattern: Pattern) -> Array:
        """Derivatives of residual variances ("delta") or scales ("theta")."""
        cells, slopes = pattern.cells, super()._dependent_slopes(pattern)
        residual = residual_slopes(self, cells)
        if residual is not None:
            slopes[..., self.responses.residuals, :] = residual
            return slopes
        ordinal = self.responses.layout.scaled
        change = self.given.variance_slopes(cells)[..., ordinal, :]
        slopes[..., self.responses.scales, :] = (
            -0.5 * self.scale[..., ordinal, None] ** 3.0 * change
        )
        return slopes

    @property
    def cuts(self) -> dict[int, Array]:
        """Thresholds of ordinal variables by their place, in the units of y*."""
        layout = self.responses.layout
        return {
            int(place): self.thresholds[..., layout.threshold_variables == place]
            for place in layout.ordinal
        }

    @property
    def is_usable(self) -> bool:
        """Whether an optimiser can begin here: least squares only needs numbers."""
        return bool(np.isfinite(self.statistics).all())

    @cached_property
    def full_scale(self) -> Array:
        """Scales of all observed variables, shape (..., n_observed)."""
        rest = self.n_observed - self.scale.shape[-1]
        return np.concatenate([self.scale, np.ones((*self.scale.shape[:-1], rest))], axis=-1)

    @property
    def covariance(self) -> Array:
        """Covariances of the observed variables in units of the scale, given ones included."""
        n, d = self.n_observed, self.full_scale
        return self.all_covariance[..., :n, :n] * d[..., :, None] * d[..., None, :]

    @property
    def mean(self) -> Array:
        """Means in units of the scale; of latent responses where items are ordinal."""
        return self.all_mean[..., : self.n_observed] * self.full_scale

    @cached_property
    def slopes(self) -> Array:
        """Effects of the given variables in the units of y*, shape (..., p, q)."""
        p, n = self.scale.shape[-1], self.n_observed
        return self.effects[..., :p, n - self.responses.n_given : n]

    @cached_property
    def statistics(self) -> Array:
        """Thresholds, means, slopes, variances and covariances in their order, shape (..., m)."""
        layout, d = self.responses.layout, self.scale
        p = layout.n_variables
        mean = self.given.all_mean[..., :p]
        variable = layout.threshold_variables
        covariance = self.given.all_covariance[..., :p, :p] * d[..., :, None] * d[..., None, :]
        return layout.vector(
            d[..., variable] * (self.thresholds - mean[..., variable]),
            mean,
            d[..., None] * self.slopes,
            covariance,
        )


@dataclass(frozen=True, eq=False)
class ResponseDirections(Directions):
    """Derivatives of the statistics along cells, shape (..., m, k)."""

    statistics: Array

    def jacobian(self, means: bool) -> Array:
        """Derivatives of the statistics, shape (..., m, k)."""
        return self.statistics

    def pull(self, change: Array, means: bool) -> Array:
        """Slope along the directions of a function of the statistics, shape (..., k)."""
        return np.asarray((change[..., None, :] @ self.statistics)[..., 0, :])


def imply_responses(pattern: Pattern, values: Array) -> ImpliedResponses:
    """Implied moments and statistics from the values of the cells, shape (..., n_cells).

    The cells that follow from others are filled in: residual variances ("delta") or scales
    ("theta").
    """
    responses, values = pattern.ordinal_responses, values.copy()
    ordinal = responses.layout.scaled
    scale = np.ones((*values.shape[:-1], responses.layout.n_variables))
    if responses.parameterization == "delta":
        scale[..., ordinal] = values[..., responses.scales]
        values[..., responses.residuals] = 0.0
        explained = _diagonal(_given(pattern, values), ordinal)
        squares = squared_effects(_given(pattern, values), ordinal)
        wanted = scale[..., ordinal] ** -2.0 - explained
        values[..., responses.residuals] = solved(squares, wanted[..., None])[..., 0]
        given = _given(pattern, values)
    else:
        given = _given(pattern, values)
        with np.errstate(invalid="ignore", divide="ignore"):
            scale[..., ordinal] = _diagonal(given, ordinal) ** -0.5
        values[..., responses.scales] = scale[..., ordinal]
    total = imply_moments(pattern, values) if responses.n_given else given
    return ImpliedResponses(
        total.effects,
        total.all_covariance,
        total.all_mean,
        total.n_observed,
        values,
        given=given,
        pattern=pattern,
        scale=scale[..., responses.layout.scale_of],
        thresholds=values[..., responses.thresholds],
    )


def _given(pattern: Pattern, values: Array) -> Implied:
    """Moments conditional on the exogenous variables that are given."""
    if pattern.ordinal_responses.n_given:
        values = values.copy()
        values[..., pattern.taken] = 0.0
    return imply_moments(pattern, values)


def _diagonal(implied: Implied, places: Indices) -> Array:
    return implied.all_covariance[..., places, places]


def _diagonal_places(p: int) -> Indices:
    """Where variances stand in vech."""
    rows, columns = half_indices(p)
    return np.flatnonzero(rows == columns)


def _half_places(p: int) -> Indices:
    """Where each pair of variables stands in vech, shape (p, p)."""
    rows, columns = half_indices(p)
    places = np.zeros((p, p), dtype=np.intp)
    places[rows, columns] = places[columns, rows] = np.arange(len(rows))
    return places


def _add_residuals(implied: ImpliedResponses, halves: Array, residual: Array) -> None:
    """What changing residual variances do to the covariances, shape (..., p(p+1)/2, k)."""
    p, ordinal = implied.scale.shape[-1], implied.responses.layout.scaled
    effects = implied.given.effects[..., :p, :].take(ordinal, axis=-1)
    if (effects == np.eye(p)[:, ordinal]).all():  # responses affect nothing else
        halves[..., _diagonal_places(p)[ordinal], :] += residual
        return
    rows, columns = half_indices(p)
    halves += (effects.take(rows, axis=-2) * effects.take(columns, axis=-2)) @ residual


def residual_slopes(implied: ImpliedResponses, cells: Cells) -> Array | None:
    """How the residual variances follow the cells, shape (..., o, k); None where they are free."""
    responses = implied.responses
    if responses.parameterization == "theta":
        return None
    ordinal = responses.layout.scaled
    drift = implied.given.variance_slopes(cells)[..., ordinal, :]
    wanted = -2.0 * implied.scale[..., ordinal, None] ** -3.0 * _is_scale(cells, ordinal)
    return solved(squared_effects(implied.given, ordinal), wanted - drift)


def _is_scale(cells: Cells, variables: Indices) -> Array:
    return ((cells.kind == SCALE) & (cells.row == variables[:, None])).astype(float)


def _scale_slopes(implied: ImpliedResponses, cells: Cells, halves: Array) -> Array:
    """Derivatives of the scales, shape (..., p, k)."""
    layout, d = implied.responses.layout, implied.scale
    slopes = np.zeros((*d.shape, len(cells.kind)))
    ordinal = layout.scaled
    if implied.responses.parameterization == "delta":
        slopes[..., ordinal, :] = _is_scale(cells, ordinal)
    else:
        change = halves[..., _diagonal_places(layout.n_variables)[ordinal], :]
        slopes[..., ordinal, :] = -0.5 * d[..., ordinal, None] ** 3.0 * change
    return np.asarray(slopes.take(layout.scale_of, axis=-2))


def _statistics(
    implied: ImpliedResponses, cells: Cells, along: Directions, halves: Array, change: Array
) -> Array:
    """Product rule: statistics are thresholds, slopes and covariances times scales."""
    layout, d = implied.responses.layout, implied.scale
    p = layout.n_variables
    variable = layout.threshold_variables
    mean, mean_change = implied.given.all_mean[..., :p], along.mean[..., :p, :]
    own = (cells.kind == THRESHOLD) & (cells.row == variable[:, None])
    own &= cells.column == layout.threshold_levels[:, None]
    distance = implied.thresholds - mean[..., variable]
    thresholds = change[..., variable, :] * distance[..., None]
    thresholds = thresholds + d[..., variable, None] * (own - mean_change[..., variable, :])
    slopes = change[..., :, None, :] * implied.slopes[..., None]
    slopes = slopes + d[..., :, None, None] * _slope_changes(implied, cells, along)
    rows, columns = half_indices(p)
    one, other = d[..., rows, None], d[..., columns, None]
    inside = implied.given.all_covariance[..., :p, :p][..., rows, columns, None]
    halves = one * other * halves
    if change.any():
        halves += inside * change.take(rows, axis=-2) * other
        halves += inside * change.take(columns, axis=-2) * one
    diagonal = _diagonal_places(p)
    parts = (
        thresholds,
        mean_change[..., layout.with_mean, :],
        slopes[..., *layout.slope_pairs, :],
        halves[..., diagonal[layout.with_variance], :],
        halves[..., _half_places(p)[layout.pairs], :],
    )
    return np.concatenate(parts, axis=-2)


def _slope_changes(implied: ImpliedResponses, cells: Cells, along: Directions) -> Array:
    """Derivatives of the effects of the given variables, shape (..., p, q, k)."""
    p, n, q = implied.scale.shape[-1], implied.n_observed, implied.responses.n_given
    onto = implied.effects[..., n - q : n].take(cells.origin, axis=-2) * cells.is_path[:, None]
    return along.u[..., :p, None, :] * np.swapaxes(onto, -1, -2)[..., None, :, :]
