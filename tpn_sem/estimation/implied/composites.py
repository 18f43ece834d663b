"""Moments that a model with composites implies.

A composite is a weighted sum c = w'x of its items, whose own covariances T no model restricts.
Other variables go with the items only through it: cov(x, z) = Tw / (w'Tw) cov(c, z), as if x were
measured by c with loadings Tw / (w'Tw) and residual covariances T - Tww'T / (w'Tw). The composite's
variance is w'Tw and its mean w'E(x), so that its residual variance and intercept follow from the
paths into it. Henseler (2017); Schuberth (2023).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices
from ...specification import Cells, Pattern, fill
from .continuous import Implied
from .dense_directions import DenseDirections, bent_derivatives


@dataclass(frozen=True, eq=False, kw_only=True)
class ImpliedComposites(Implied):
    """Moments of all variables, composites among them.

    Attributes
    ----------
    pattern : Pattern
    blocks : tuple of Block
        A composite each.
    """

    pattern: Pattern
    blocks: tuple[Block, ...]

    def along(self, cells: Cells) -> CompositeDirections:
        """First derivatives of the implied moments along cells."""
        return CompositeDirections(self, cells, composed=self)

    def variance_slopes(self, cells: Cells) -> Array:
        """Derivatives of the variances of all variables along cells, shape (..., v, k)."""
        slopes = np.diagonal(self.along(cells).all_changes, axis1=-2, axis2=-1)
        return np.swapaxes(slopes, -1, -2)

    def second_derivatives(self, cells: Cells, covariance: Array, mean: Array | None) -> Array:
        """By central differences of the first: weights bend the moments in too many ways."""
        return bent_derivatives(self, self.pattern, covariance, mean, imply_composites)

    def _dependent_slopes(self, pattern: Pattern) -> Array:
        """Derivatives of composites' residual variances and intercepts; zero elsewhere."""
        slopes, along = super()._dependent_slopes(pattern), self.along(pattern.cells)
        for place, one in enumerate(pattern.composites):
            slopes[..., one.variance, :] = along.residuals[..., place]
            if one.mean >= 0:
                slopes[..., one.mean, :] = along.intercepts[..., place]
        return slopes


@dataclass(frozen=True, eq=False)
class Block:
    """One composite at given values: weights w, covariances T and means of its items."""

    place: int
    items: Indices
    weights: Array
    covariance: Array
    mean: Array

    @cached_property
    def shared(self) -> Array:
        """Tw, the covariances of the items with the composite, shape (..., k)."""
        return (self.covariance @ self.weights[..., None])[..., 0]

    @cached_property
    def variance(self) -> Array:
        """Variance w'Tw of the composite, shape (...)."""
        return (self.weights * self.shared).sum(-1)

    @property
    def composite_mean(self) -> Array:
        """Mean of the composite, shape (...)."""
        return (self.weights * self.mean).sum(-1)

    @property
    def loadings(self) -> Array:
        """Tw / (w'Tw), shape (..., k)."""
        return self.shared / self.variance[..., None]


def imply_composites(pattern: Pattern, values: Array) -> ImpliedComposites:
    """Implied moments from the values of the cells, shape (..., n_cells).

    The cells that follow from others are filled in.
    """
    paths, covariances, intercepts = fill(pattern, values)
    blocks = tuple(
        Block(
            one.place,
            one.items,
            paths[..., one.place, one.items],
            covariances[..., one.items[:, None], one.items],
            intercepts[..., one.items],
        )
        for one in pattern.composites
    )
    for one in blocks:
        _measure(one, paths, covariances, intercepts)
    effects = np.asarray(np.linalg.inv(pattern.identity - paths), dtype=float)
    places = np.array([one.place for one in blocks], dtype=np.intp)
    through = effects.take(places, axis=-2).take(places, axis=-1)
    transposed = np.swapaxes(effects, -1, -2)
    explained = np.diagonal(effects @ covariances @ transposed, axis1=-2, axis2=-1)
    gap = np.stack([one.variance for one in blocks], axis=-1) - explained.take(places, axis=-1)
    residuals = _solve(through * through, gap)
    covariances[..., places, places] = residuals
    mean = (effects @ intercepts[..., None])[..., 0]
    gap = np.stack([one.composite_mean for one in blocks], axis=-1) - mean.take(places, axis=-1)
    levels = _solve(through, gap)
    intercepts[..., places] = levels
    values = values.copy()
    for place, cells in enumerate(pattern.composites):
        values[..., cells.variance] = residuals[..., place]
        if cells.mean >= 0:
            values[..., cells.mean] = levels[..., place]
    return ImpliedComposites(
        effects,
        effects @ covariances @ transposed,
        (effects @ intercepts[..., None])[..., 0],
        pattern.n_observed,
        values,
        pattern=pattern,
        blocks=blocks,
    )


def _measure(block: Block, paths: Array, covariances: Array, intercepts: Array) -> None:
    """Write a composite as what measures its items, in place."""
    items, place = block.items, block.place
    paths[..., place, items] = 0.0
    paths[..., items, place] = block.loadings
    residual = block.covariance - block.shared[..., :, None] * block.loadings[..., None, :]
    covariances[..., items[:, None], items] = residual
    covariances[..., place, place] = 0.0
    intercepts[..., items] = block.mean - block.loadings * block.composite_mean[..., None]
    intercepts[..., place] = 0.0


def _solve(squares: Array, right: Array) -> Array:
    """Solution for one right side a problem, shape (..., c)."""
    return np.asarray(np.linalg.solve(squares, right[..., None])[..., 0], dtype=float)


@dataclass(frozen=True, eq=False, kw_only=True)
class CompositeDirections(DenseDirections):
    """Derivatives along cells, of which weights and items' moments change many moments at once."""

    composed: ImpliedComposites

    @cached_property
    def _all(self) -> tuple[Array, Array, Array, Array]:
        """Changes of all covariances and means, and of what follows, a cell each."""
        return _changes(self.composed, self.cells)

    @property
    def all_changes(self) -> Array:
        """Changes of the covariances of all variables, shape (..., k, v, v)."""
        return self._all[0]

    @property
    def residuals(self) -> Array:
        """Changes of the composites' residual variances, shape (..., k, c)."""
        return self._all[2]

    @property
    def intercepts(self) -> Array:
        """Changes of the composites' intercepts, shape (..., k, c)."""
        return self._all[3]

    @cached_property
    def changes(self) -> Array:
        """Changes of the covariances of the observed variables, shape (..., k, p, p)."""
        p = self.implied.n_observed
        return self._all[0][..., :p, :p]

    @cached_property
    def mean(self) -> Array:
        """Changes of the mean, shape (..., p, k)."""
        return np.swapaxes(self._all[1][..., : self.implied.n_observed], -1, -2)


def _changes(composed: ImpliedComposites, cells: Cells) -> tuple[Array, Array, Array, Array]:
    """Changes of all covariances, means, composites' residual variances and intercepts."""
    paths, covariances, intercepts = _unit_changes(composed, cells)
    wanted = [_turn(one, paths, covariances, intercepts) for one in composed.blocks]
    effects = composed.effects[..., None, :, :]
    transposed = np.swapaxes(effects, -1, -2)
    onto = effects @ paths @ composed.all_covariance[..., None, :, :]
    change = onto + np.swapaxes(onto, -1, -2) + effects @ covariances @ transposed
    mean = paths @ composed.all_mean[..., None, :, None] + intercepts[..., None]
    mean = (effects @ mean)[..., 0]
    places = np.array([one.place for one in composed.blocks], dtype=np.intp)
    through = effects.take(places, axis=-2).take(places, axis=-1)
    gap = np.stack([variance for variance, _ in wanted], axis=-1)
    residuals = _solve(through * through, gap - change[..., places, places])
    own = effects.take(places, axis=-1)
    change = change + (own * residuals[..., None, :]) @ np.swapaxes(own, -1, -2)
    gap = np.stack([level for _, level in wanted], axis=-1) - mean.take(places, axis=-1)
    levels = _solve(through, gap)
    mean = mean + (own @ levels[..., None])[..., 0]
    return change, mean, residuals, levels


def _unit_changes(composed: ImpliedComposites, cells: Cells) -> tuple[Array, Array, Array]:
    """A, S and m of each cell alone, shapes (..., k, v, v), the same and (..., k, v)."""
    size, count = composed.effects.shape[-1], len(cells.kind)
    batch = composed.all_mean.shape[:-1]
    paths = np.zeros((*batch, count, size, size))
    covariances, intercepts = np.zeros_like(paths), np.zeros((*batch, count, size))
    path, other, level = cells.paths, cells.covariances, cells.intercepts
    paths[..., path, cells.row[path], cells.column[path]] = 1.0
    covariances[..., other, cells.row[other], cells.column[other]] = 1.0
    covariances[..., other, cells.column[other], cells.row[other]] = 1.0
    intercepts[..., level, cells.row[level]] = 1.0
    return paths, covariances, intercepts


def _turn(block: Block, paths: Array, covariances: Array, intercepts: Array) -> tuple[Array, Array]:
    """Changes of a composite's cells as those of what measures its items, in place.

    Returns changes of its variance and its mean, shape (..., k) each.
    """
    items, place = block.items, block.place
    weights, loadings = block.weights[..., None, :], block.loadings[..., None, :]
    weight = paths[..., place, items]
    inside = covariances[..., items[:, None], items]
    level = intercepts[..., items]
    turned = (inside @ weights[..., None])[..., 0]
    drift = turned + (block.covariance[..., None, :, :] @ weight[..., None])[..., 0]
    spread = 2.0 * (weight * block.shared[..., None, :]).sum(-1) + (turned * weights).sum(-1)
    mean = (weight * block.mean[..., None, :] + weights * level).sum(-1)
    loading = (drift - loadings * spread[..., None]) / block.variance[..., None, None]
    outer = drift[..., :, None] * loadings[..., None, :]
    outer = outer + np.swapaxes(outer, -1, -2)
    outer = outer - loadings[..., :, None] * loadings[..., None, :] * spread[..., None, None]
    paths[..., place, items] = 0.0
    paths[..., items, place] = loading
    covariances[..., items[:, None], items] = inside - outer
    covariances[..., place, place] = 0.0
    own = block.composite_mean[..., None, None]
    across = loadings * mean[..., None]
    intercepts[..., items] = level - loading * own - across
    intercepts[..., place] = 0.0
    return spread, mean
