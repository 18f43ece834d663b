"""Where a rotation is stationary: the equations, their slopes, and the slopes of what they fix.

At the minimum over oblique rotations F' L Phi^-1 is diagonal, and over orthogonal ones F' L is
symmetric, with F the gradient of the criterion in the loadings L (Jennrich, 1973). Rotations near T
are T (I + X); free are the entries of X off its diagonal, or below it where X is skew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..numerics import Array, Indices
from .criterion import Criterion
from .gradient_projection import nearest_rotation

_STEP = 1e-5
_ROUNDS = 20


def free_entries(n_factors: int, oblique: bool) -> tuple[Indices, Indices]:
    """Rows and columns of X that are free, k of them."""
    if oblique:
        rows, columns = np.nonzero(~np.eye(n_factors, dtype=bool))
        return rows, columns
    return np.tril_indices(n_factors, -1)


def stationary_equations(
    criterion: Criterion, oblique: bool, rotated: Array, correlations: Array
) -> Array:
    """Slopes of a criterion along rotations, shape (..., k); zero where it is stationary.

    Parameters
    ----------
    rotated : array, shape (..., p, m)
        Loadings, weighted if rows are.
    correlations : array, shape (..., m, m)
        Of the factors.
    """
    rows, columns = free_entries(rotated.shape[-1], oblique)
    _, slope = criterion(rotated)
    product = np.swapaxes(slope, -2, -1) @ rotated
    if not oblique:
        return product[..., columns, rows] - product[..., rows, columns]
    diagonal = np.diagonal(product, axis1=-2, axis2=-1)
    return correlations[..., rows, columns] * diagonal[..., columns] - product[..., rows, columns]


@dataclass(frozen=True, eq=False)
class Stationary:
    """A rotation of loadings, and the equations that it solves.

    Attributes
    ----------
    criterion : Criterion
    loadings : array, shape (p, m)
        Before rotation, weighted if rows are.
    turn : array, shape (m, m)
        T.
    oblique : bool
    """

    criterion: Criterion
    loadings: Array
    turn: Array
    oblique: bool

    @cached_property
    def rotated(self) -> Array:
        """L, shape (p, m)."""
        return np.asarray(np.linalg.solve(self.turn, self.loadings.T).T)

    @cached_property
    def correlations(self) -> Array:
        """Phi, shape (m, m)."""
        return np.asarray(self.turn.T @ self.turn)

    @cached_property
    def value(self) -> float:
        """Of the criterion."""
        return float(self.criterion(self.rotated)[0])

    @cached_property
    def places(self) -> tuple[Indices, Indices]:
        """Rows and columns of X that are free, k of them."""
        return free_entries(len(self.turn), self.oblique)

    @cached_property
    def directions(self) -> Array:
        """X for each free entry, shape (k, m, m)."""
        rows, columns = self.places
        count = np.arange(len(rows))
        found = np.zeros((len(rows), *self.turn.shape))
        found[count, rows, columns] = 1.0
        if self.oblique:  # columns of T (I + X) keep their length
            found[count, columns, columns] = -self.correlations[columns, rows]
        else:
            found[count, columns, rows] = -1.0
        return found

    @cached_property
    def loading_directions(self) -> Array:
        """What each free entry does to L, shape (k, p, m)."""
        return -self.rotated @ np.swapaxes(self.directions, -2, -1)

    @cached_property
    def correlation_directions(self) -> Array:
        """What each free entry does to Phi, shape (k, m, m); nothing if rotation is orthogonal."""
        if not self.oblique:
            return np.zeros(self.directions.shape)
        half = self.correlations @ self.directions
        return half + np.swapaxes(half, -2, -1)

    def equations(self, rotated: Array, correlations: Array) -> Array:
        """The slopes along the free entries, shape (..., k); zero where stationary."""
        return stationary_equations(self.criterion, self.oblique, rotated, correlations)

    def slopes(self, loadings: Array, correlations: Array) -> Array:
        """The equations' slopes along moves of L and Phi, shape (k, moves)."""
        forward = self.equations(
            self.rotated + _STEP * loadings, self.correlations + _STEP * correlations
        )
        backward = self.equations(
            self.rotated - _STEP * loadings, self.correlations - _STEP * correlations
        )
        return np.asarray((forward - backward).T / (2.0 * _STEP))

    @cached_property
    def own_slopes(self) -> Array:
        """The equations' slopes in the free entries, shape (k, k); positive definite at minima."""
        return self.slopes(self.loading_directions, self.correlation_directions)

    @cached_property
    def is_minimum(self) -> bool:
        """Whether the criterion rises in all directions."""
        if not len(self.places[0]):
            return True
        symmetric = 0.5 * (self.own_slopes + self.own_slopes.T)
        values = np.linalg.eigvalsh(symmetric)
        return bool(values[0] > 1e-8 * max(float(values[-1]), 1e-300))

    def polished(self) -> Stationary:
        """The same with equations solved to rounding, by Newton's steps.

        The loop has no search, since it looks for a root, where values are too flat to compare.
        """
        best, size = self, self._misfit
        here = self
        for _ in range(_ROUNDS):
            if size < 1e-14:
                break
            move = np.linalg.lstsq(
                here.own_slopes, here.equations(here.rotated, here.correlations), rcond=1e-13
            )[0]
            change = np.eye(len(self.turn)) - np.tensordot(move, here.directions, 1)
            turn = nearest_rotation((here.turn @ change)[None], self.oblique)[0]
            here = Stationary(self.criterion, self.loadings, turn, self.oblique)
            if not here._misfit < size:
                break
            best, size = here, here._misfit
        risen = best.value - self.value > 1e-9 * (1.0 + abs(self.value))
        return self if risen else best

    @property
    def _misfit(self) -> float:
        found = self.equations(self.rotated, self.correlations)
        return float(np.max(np.abs(found), initial=0.0))

    def response(self, moves: Array) -> Array:
        """How free entries answer to moves of L that do not come from them, shape (k, moves).

        Parameters
        ----------
        moves : array, shape (moves, p, m)
        """
        none = np.zeros((len(moves), *self.turn.shape))
        return np.asarray(-np.linalg.solve(self.own_slopes, self.slopes(moves, none)))
