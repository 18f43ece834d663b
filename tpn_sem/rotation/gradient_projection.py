"""Gradient projection: downhill over rotations, all starts in one stack.

Jennrich (2001, 2002); Bernaards & Jennrich (2005). A rotation is a matrix T whose columns have
length one, and are orthogonal where factors may not correlate; loadings are L = A T'^-1 and
correlations of factors T'T. Lengths of steps are Barzilai & Borwein's (1988).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..numerics import Array, Descent, Mask, Problem, Step, Stopping, descend
from .criterion import Criterion

_FIRST = 0.1  # angle of the first step
_SHORTEST, _LONGEST = 1e-8, 1e8  # of a step, in units of the gradient
_SINGULAR = 1e-12
_STOPPING = Stopping(decrement=1e-11, close=1e-8, max_iterations=2000, halvings=40)


@dataclass(frozen=True, eq=False)
class Turned:
    """Rotations where the loop is.

    Attributes
    ----------
    point : array, shape (s, m * m)
    value : array, shape (s,)
        +inf where a rotation is singular.
    slope : array, shape (s, m, m)
        The gradient, projected on what keeps T a rotation.
    """

    point: Array
    value: Array
    slope: Array


class Rotations(Problem[Turned]):
    """A stack of rotations of loadings, shape (p, m), or of a stack of loadings, (s, p, m)."""

    def __init__(self, criterion: Criterion, loadings: Array, oblique: bool):
        self.criterion, self.loadings, self.oblique = criterion, loadings, oblique
        self.before: tuple[Array, Array] | None = None
        self.scale: Array | None = None

    def at(self, point: Array) -> Turned:
        """The rotations nearest to points, shape (s, m * m)."""
        m = self.loadings.shape[-1]
        turns = nearest_rotation(point.reshape(-1, m, m), self.oblique)
        inverses, is_singular = _inverses(turns, self.oblique)
        loadings = self.loadings @ inverses.swapaxes(-2, -1)
        value, slope = self.criterion(loadings)
        gradient = -(loadings.swapaxes(-2, -1) @ slope @ inverses).swapaxes(-2, -1)
        value = np.where(np.isfinite(value), value, np.inf)
        value[is_singular] = np.inf
        return Turned(turns.reshape(point.shape), value, _projected(turns, gradient, self.oblique))

    def step(self, here: Turned, last: Array) -> Step:
        """Down the projected gradient, as far as the step before tells."""
        flat = here.slope.reshape(here.point.shape)
        squares = (flat * flat).sum(axis=-1)
        self.scale = self._length(here.point, flat, squares)
        self.before = here.point, flat
        return Step(-self.scale[:, None] * flat, 0.5 * self.scale * squares)

    def _length(self, point: Array, flat: Array, squares: Array) -> Array:
        first = _FIRST / np.sqrt(np.maximum(squares, 1e-300))
        if self.before is None or self.scale is None:
            return np.minimum(first, _LONGEST)
        moved, bent = point - self.before[0], flat - self.before[1]
        along = (moved * bent).sum(axis=-1)
        length = along / np.maximum((bent * bent).sum(axis=-1), 1e-300)
        length = np.where(along > 0.0, length, 2.0 * self.scale)
        return np.clip(np.minimum(length, 10.0 * first), _SHORTEST, _LONGEST)

    def part(self, keep: Mask) -> Rotations:
        """Some of the rotations, with what is known of their last steps."""
        loadings = self.loadings if self.loadings.ndim == 2 else self.loadings[keep]
        fewer = Rotations(self.criterion, loadings, self.oblique)
        if self.before is not None and self.scale is not None:
            fewer.before = self.before[0][keep], self.before[1][keep]
            fewer.scale = self.scale[keep]
        return fewer


def project_gradient(
    criterion: Criterion, loadings: Array, starts: Array, oblique: bool
) -> Descent[Turned]:
    """Rotations from starts, shape (s, m, m); points of the descent are flattened."""
    problem = Rotations(criterion, loadings, oblique)
    return descend(problem, starts.reshape(len(starts), -1), _STOPPING)


def nearest_rotation(turns: Array, oblique: bool) -> Array:
    """Columns of length one; of orthogonal rotations the polar factor."""
    if oblique:
        squares = np.einsum("sij,sij->sj", turns, turns)
        return np.asarray(turns / np.sqrt(squares)[:, None, :])
    left, _, right = np.linalg.svd(turns)
    return np.asarray(left @ right)


def random_rotations(count: int, m: int, generator: np.random.Generator) -> Array:
    """The identity and random orthogonal matrices, shape (count, m, m). Stewart (1980)."""
    factors, triangles = np.linalg.qr(generator.standard_normal((count, m, m)))
    signs = np.sign(np.diagonal(triangles, axis1=-2, axis2=-1))
    turns = np.asarray(factors * signs[:, None, :])
    turns[0] = np.eye(m)
    return turns


def _inverses(turns: Array, oblique: bool) -> tuple[Array, Mask]:
    """Inverses, and which are singular, shape (s,); of these the identity stands for it.

    Those that are nearly singular make loadings and values so large that no search goes there.
    """
    if not oblique:
        return turns.swapaxes(-2, -1), np.zeros(len(turns), dtype=bool)
    try:
        return np.asarray(np.linalg.inv(turns)), np.zeros(len(turns), dtype=bool)
    except np.linalg.LinAlgError:
        flat = np.asarray(np.abs(np.linalg.det(turns)) < _SINGULAR)
        safe = np.where(flat[:, None, None], np.eye(turns.shape[-1]), turns)
        return np.asarray(np.linalg.inv(safe)), flat


def _projected(turns: Array, gradient: Array, oblique: bool) -> Array:
    """The gradient less what would leave the rotations, shape (s, m, m)."""
    if oblique:
        along = np.einsum("sij,sij->sj", turns, gradient)
        return np.asarray(gradient - turns * along[:, None, :])
    product = np.swapaxes(turns, -2, -1) @ gradient
    return np.asarray(gradient - turns @ (0.5 * (product + np.swapaxes(product, -2, -1))))
