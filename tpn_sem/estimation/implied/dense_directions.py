"""Derivatives of moments that have no common rank, formed as matrices.

Where some parameters follow from others, a change of one cell changes many: its derivative is no
longer u v' + v u' with two vectors.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...numerics import Array, Indices
from ...specification import Pattern
from .cell_scales import cell_scales
from .continuous import Directions, Implied

_ENTRIES = 1_000_000  # of matrices that are formed at once
_WIDTH = 1e-4  # of a step of numerical differentiation, over the parameter's unit


class DenseDirections(Directions):
    """Derivatives along cells; subclasses give `changes`, shape (..., k, p, p), and `mean`."""

    def slope(self, covariance: Array, mean: Array | None) -> Array:
        """tr(G dSigma) + g' dmu of every direction, shape (..., k), for symmetric G."""
        total = (covariance[..., None, :, :] * self.changes).sum((-2, -1))
        if mean is not None:
            total = total + (mean[..., None, :] @ self.mean)[..., 0, :]
        return np.asarray(total)

    def products(self, left: Array, right: Array) -> Array:
        """tr(P dSigma_k Q dSigma_l) for symmetric P and Q, shape (..., k, k)."""
        turned = left[..., None, :, :] @ self.changes @ right[..., None, :, :]
        return _crossed(turned, self.changes)

    def information_with(self, added: Directions, weight: Array, means: bool) -> Array:
        """The same of other directions with these, shape (c, k)."""
        turned = weight @ added.changes @ weight
        total = 0.5 * _crossed(turned, self.changes)
        if means:
            total = total + np.swapaxes(added.mean, -1, -2) @ (weight @ self.mean)
        return np.asarray(total)

    def own_information(self, weight: Array, means: bool) -> Array:
        """The diagonal of `information`, shape (c,)."""
        return np.diagonal(self.information(weight, means))

    def turned(self, vector: Array) -> Array:
        """dSigma_k h of every direction, shape (..., p, k)."""
        return np.swapaxes((self.changes @ vector[..., None, :, None])[..., 0], -1, -2)

    def squares(self, pulls: Array) -> Array:
        """Half of h' dSigma_k h of vectors, shape (rows, p), shape (rows, k)."""
        return 0.5 * np.einsum("ri,kij,rj->rk", pulls, self.changes, pulls, optimize=True)


def bent_derivatives(
    implied: Implied,
    pattern: Pattern,
    covariance: Array,
    mean: Array | None,
    imply: Callable[[Pattern, Array], Implied],
) -> Array:
    """See `Implied.second_derivatives`: by central differences of the first, shape (..., k, k)."""
    free, cells = pattern.free_cells, pattern.cells
    widths = np.moveaxis(_WIDTH * cell_scales(pattern, implied), -1, 0)
    size = max(1, _ENTRIES // (len(free) * implied.all_covariance.size))
    parts = []
    for start in range(0, len(free), size):
        part = slice(start, start + size)
        ends = [
            imply(pattern, _moved(implied.values, free[part], sign * widths[part]))
            .along(cells)
            .slope(covariance, mean)
            for sign in (1.0, -1.0)
        ]
        parts.append((ends[0] - ends[1]) / (2.0 * widths[part, ..., None]))
    found = np.moveaxis(np.concatenate(parts), 0, -2)
    return np.asarray(0.5 * (found + np.swapaxes(found, -1, -2)))


def _moved(values: Array, cells: Indices, steps: Array) -> Array:
    """A stack of values with one cell moved in each, `steps` of shape (cells, ...)."""
    moved = np.repeat(values[None], len(cells), axis=0)
    for number, cell in enumerate(cells):
        moved[number, ..., cell] += steps[number]
    return moved


def _crossed(left: Array, right: Array) -> Array:
    """Sums of products of entries of each pair of matrices, shape (..., k, l)."""
    flat = [one.reshape(*one.shape[:-2], -1) for one in (left, right)]
    return np.asarray(flat[0] @ np.swapaxes(flat[1], -1, -2))
