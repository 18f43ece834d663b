"""What rows say along a few directions: the part of a normal likelihood that products bend.

Rows are y = centre + e + U a with e normal with covariance matrix B, and a few coefficients a that
products make. The likelihood depends on a row only by its density at a = 0 and by
t = U' B^-1 (y - centre), with M = U' B^-1 U (Woodbury), which is what makes it cheap. Where answers
are missing, each pattern of answers has its own B and U: those of the variables that are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array, Indices, Mask, inverse_and_log_determinant

_LOG_TWO_PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True, eq=False)
class PatternedRows:
    """Rows of one group, sorted by which answers are there.

    Attributes
    ----------
    present : bool array, shape (j, p)
        The patterns.
    values : array, shape (n, p)
        Zero where an answer is missing.
    members : int array, shape (n,)
        Places of the rows in the group.
    counts : array, shape (n,)
        What each row counts.
    slices : tuple of slice
        The rows of each pattern.
    """

    present: Mask
    values: Array
    members: Indices
    counts: Array
    slices: tuple[slice, ...]

    @cached_property
    def observed(self) -> Mask:
        """Which answers of each row are there, shape (n, p)."""
        sizes = [part.stop - part.start for part in self.slices]
        return np.repeat(self.present, sizes, axis=0)

    @cached_property
    def pairs(self) -> Mask:
        """Which pairs of variables each pattern has, shape (j, p, p)."""
        return np.asarray(self.present[:, :, None] & self.present[:, None, :])


def patterned_rows(values: Array, counts: Array | None) -> PatternedRows:
    """Rows with NaN where an answer is missing, shape (n, p), by which answers are there."""
    weights = np.ones(len(values)) if counts is None else np.asarray(counts, dtype=float)
    kinds, member = np.unique(~np.isnan(values), axis=0, return_inverse=True)
    member = member.reshape(-1)
    order = np.argsort(member, kind="stable")
    ends = np.cumsum(np.bincount(member, minlength=len(kinds)))
    starts = np.concatenate([[0], ends[:-1]])
    return PatternedRows(
        kinds,
        np.nan_to_num(values[order]),
        order,
        weights[order],
        tuple(slice(int(a), int(b)) for a, b in zip(starts, ends, strict=True)),
    )


@dataclass(frozen=True, eq=False)
class RowFrame:
    """Rows as seen from centre, base covariance B and directions U.

    Attributes
    ----------
    rows : PatternedRows
    centre : array, shape (p,)
    base : array, shape (p, p)
    directions : array, shape (p, k)
    """

    rows: PatternedRows
    centre: Array
    base: Array
    directions: Array

    @cached_property
    def _inverted(self) -> tuple[Array, Array]:
        """Inverses of B by pattern, zero where a variable is missing, and log determinants."""
        padded = np.where(self.rows.pairs, self.base, np.eye(len(self.base)))
        inverse, log_determinant = inverse_and_log_determinant(padded)
        return np.where(self.rows.pairs, inverse, 0.0), log_determinant

    @property
    def is_usable(self) -> bool:
        """Whether the base covariance matrix is positive definite."""
        return bool(np.isfinite(self._inverted[1]).all())

    @cached_property
    def distance(self) -> Array:
        """Rows less the centre, shape (n, p), zero where an answer is missing."""
        return np.where(self.rows.observed, self.rows.values - self.centre, 0.0)

    @cached_property
    def weighted(self) -> Array:
        """B^-1 U by pattern, shape (j, p, k)."""
        return np.asarray(self._inverted[0] @ self.directions)

    @cached_property
    def projections(self) -> Array:
        """Each row's t, shape (n, k)."""
        parts = zip(self.rows.slices, self.weighted, strict=True)
        return np.concatenate([self.distance[part] @ weighted for part, weighted in parts])

    @cached_property
    def gram(self) -> Array:
        """M by pattern, shape (j, k, k)."""
        gram = self.directions.T @ self.weighted
        return np.asarray(0.5 * (gram + np.swapaxes(gram, -1, -2)))

    @cached_property
    def _pulled(self) -> Array:
        parts = zip(self.rows.slices, self._inverted[0], strict=True)
        return np.concatenate([self.distance[part] @ inverse for part, inverse in parts])

    @cached_property
    def log_density(self) -> Array:
        """Of each row where a = 0, shape (n,)."""
        squares = (self._pulled * self.distance).sum(axis=1)
        constants = self.rows.present.sum(axis=1) * _LOG_TWO_PI + self._inverted[1]
        sizes = [part.stop - part.start for part in self.rows.slices]
        return np.asarray(-0.5 * (squares + np.repeat(constants, sizes)))

    def slopes(self, projections: Array, gram: Array) -> tuple[Array, Array, Array]:
        """Derivatives of the rows' weighted sum in centre, B and U.

        Parameters
        ----------
        projections : array, shape (n, k)
            Derivatives in t of each row, times what it counts.
        gram : array, shape (j, k, k)
            Derivatives in M of each pattern, symmetric.
        """
        counts, pulled, slices = self.rows.counts, self._pulled, self.rows.slices
        by_row = np.stack([pulled[part].T @ projections[part] for part in slices])
        sums = np.stack([projections[part].sum(axis=0) for part in slices])
        weights = np.array([counts[part].sum() for part in slices])
        mixed = self.weighted @ gram
        centre = pulled.T @ counts - np.einsum("jpk,jk->p", self.weighted, sums)
        directions = (by_row + 2.0 * mixed).sum(axis=0)
        base = 0.5 * (pulled * counts[:, None]).T @ pulled
        base = base - 0.5 * np.tensordot(weights, self._inverted[0], axes=1)
        back = np.swapaxes(self.weighted, -1, -2)
        base = base - (mixed @ back).sum(axis=0)
        cross = (by_row @ back).sum(axis=0)
        return centre, base - 0.5 * (cross + cross.T), directions


@dataclass(frozen=True, eq=False)
class FrameSlopes:
    """Derivatives of a log-likelihood in its frame and in the coefficients there.

    Attributes
    ----------
    centre, base, directions : arrays
        See `RowFrame.slopes`.
    spread : array, shape (k, u, u)
    shift : array, shape (k, u)
    """

    centre: Array
    base: Array
    directions: Array
    spread: Array
    shift: Array
