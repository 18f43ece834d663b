"""What rows say along a few directions: the part of a normal likelihood that products bend.

Rows are y = centre + e + U a with e normal with covariance matrix B, and a few coefficients a that
products make. The likelihood depends on a row only by its density at a = 0 and by
t = U' B^-1 (y - centre), with M = U' B^-1 U (Woodbury), which is what makes it cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices, inverse_and_log_determinant

_LOG_TWO_PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class PatternRows:
    """Rows of one group that have the same answers.

    Attributes
    ----------
    present : int array, shape (q,)
        Places of the variables that are there.
    values : array, shape (n, q)
    members : int array, shape (n,)
        Places of the rows in the group.
    counts : array, shape (n,)
        What each row counts.
    """

    present: Indices
    values: Array
    members: Indices
    counts: Array


@dataclass(frozen=True, eq=False)
class RowFrame:
    """Rows of one pattern as seen from centre, base covariance B and directions U.

    Attributes
    ----------
    rows : PatternRows
    centre : array, shape (q,)
    base : array, shape (q, q)
    directions : array, shape (q, k)
    """

    rows: PatternRows
    centre: Array
    base: Array
    directions: Array

    @cached_property
    def _inverted(self) -> tuple[Array, Array]:
        return inverse_and_log_determinant(self.base)

    @property
    def is_usable(self) -> bool:
        """Whether the base covariance matrix is positive definite."""
        return bool(np.isfinite(self._inverted[1]))

    @cached_property
    def distance(self) -> Array:
        """Rows less the centre, shape (n, q)."""
        return self.rows.values - self.centre

    @cached_property
    def weighted(self) -> Array:
        """B^-1 U, shape (q, k)."""
        return np.asarray(self._inverted[0] @ self.directions)

    @cached_property
    def projections(self) -> Array:
        """Each row's t, shape (n, k)."""
        return np.asarray(self.distance @ self.weighted)

    @cached_property
    def gram(self) -> Array:
        """M, shape (k, k)."""
        gram = self.directions.T @ self.weighted
        return np.asarray(0.5 * (gram + gram.T))

    @cached_property
    def _pulled(self) -> Array:
        return np.asarray(self.distance @ self._inverted[0])

    @cached_property
    def log_density(self) -> Array:
        """Of each row where a = 0, shape (n,)."""
        squares = (self._pulled * self.distance).sum(axis=1)
        constant = len(self.centre) * _LOG_TWO_PI + self._inverted[1]
        return np.asarray(-0.5 * (squares + constant))

    def slopes(self, projections: Array, gram: Array) -> tuple[Array, Array, Array]:
        """Derivatives of the rows' weighted sum in centre, B and U.

        Parameters
        ----------
        projections : array, shape (n, k)
            Derivatives in t of each row, times what it counts.
        gram : array, shape (k, k)
            Derivatives in M, symmetric.
        """
        counts, pulled, inverse = self.rows.counts, self._pulled, self._inverted[0]
        centre = pulled.T @ counts - self.weighted @ projections.sum(axis=0)
        by_row = pulled.T @ projections  # B^-1 R' dt, shape (q, k)
        directions = by_row + 2.0 * self.weighted @ gram
        base = -0.5 * counts.sum() * inverse + 0.5 * (pulled * counts[:, None]).T @ pulled
        base = base - self.weighted @ gram @ self.weighted.T
        cross = by_row @ self.weighted.T
        return centre, base - 0.5 * (cross + cross.T), directions


@dataclass(frozen=True, eq=False)
class FrameSlopes:
    """Derivatives of one pattern's log-likelihood in its frame and in the coefficients there.

    Attributes
    ----------
    present : int array, shape (q,)
    centre, base, directions : arrays
        See `RowFrame.slopes`.
    spread : array, shape (k, u, u)
    shift : array, shape (k, u)
    """

    present: Indices
    centre: Array
    base: Array
    directions: Array
    spread: Array
    shift: Array
