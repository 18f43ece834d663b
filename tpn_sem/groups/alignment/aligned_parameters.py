"""Aligned parameters as functions of what alignment looks for, and of the configural estimates.

With x the logarithms of the factors' standard deviations, or their means in units of these, the
aligned loadings are loading exp(-x), and the aligned locations are linear in x. The former depend
on the deviations only and the latter on the means only, so that the total simplicity function is
the sum of two, each minimised by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ...numerics import Array
from .configural import Configural


class Problem(Protocol):
    """Aligned parameters as functions of x, shape (G, F), and of the configural estimates."""

    @property
    def start(self) -> Configural:
        """The configural estimates."""

    @property
    def basis(self) -> Array:
        """The directions in which groups may move, shape (G, n)."""

    def aligned(self, x: Array) -> Array:
        """Aligned parameters, shape (G, P)."""

    def slopes(self, x: Array) -> Array:
        """Derivatives in the group's own x, shape (G, P, F)."""

    def bend(self, x: Array, slope: Array) -> Array:
        """Second derivatives in x, weighted by `slope`, shape (G, F, F)."""

    def own_slopes(self, x: Array) -> Array:
        """Derivatives in the group's own configural estimates, shape (G, P, L + K)."""

    def own_bend(self, x: Array, slope: Array) -> Array:
        """Mixed derivatives in x and those, weighted by `slope`, shape (G, F, L + K)."""


@dataclass(frozen=True, eq=False)
class Loadings:
    """Loadings, given the logarithms x of the factors' deviations; these add up to zero."""

    start: Configural

    @cached_property
    def basis(self) -> Array:
        """Orthonormal directions whose groups add up to zero, shape (G, G - 1)."""
        size = len(self.start.groups)
        return np.linalg.svd(np.eye(size) - 1.0 / size)[0][:, : size - 1]

    def aligned(self, x: Array) -> Array:
        """See `Problem`."""
        return self.start.loadings * np.exp(-x @ self.start.member.T)

    def slopes(self, x: Array) -> Array:
        """See `Problem`."""
        return -self.aligned(x)[:, :, None] * self.start.member

    def bend(self, x: Array, slope: Array) -> Array:
        """See `Problem`."""
        bent = (slope * self.aligned(x)) @ self.start.member
        return bent[:, :, None] * np.eye(x.shape[1])

    def own_slopes(self, x: Array) -> Array:
        """See `Problem`."""
        shrunk = np.exp(-x @ self.start.member.T)
        return shrunk[:, :, None] * np.eye(shrunk.shape[1], self.start.n_group)

    def own_bend(self, x: Array, slope: Array) -> Array:
        """See `Problem`."""
        found = np.zeros((*x.shape, self.start.n_group))
        shrunk = slope * np.exp(-x @ self.start.member.T)
        found[:, :, : shrunk.shape[1]] = -shrunk[:, None, :] * self.start.member.T
        return found


@dataclass(frozen=True, eq=False)
class Locations:
    """Intercepts and thresholds, given the factors' means x in units of their deviations.

    Attributes
    ----------
    start : Configural
    still : int or None
        The group whose means are zero; None where all are free.
    """

    start: Configural
    still: int | None

    @cached_property
    def basis(self) -> Array:
        """One direction for each group that may move, shape (G, n)."""
        every = np.eye(len(self.start.groups))
        return every if self.still is None else np.delete(every, self.still, axis=1)

    def aligned(self, x: Array) -> Array:
        """See `Problem`."""
        moved = self.start.loadings * (x @ self.start.member.T)
        return self.start.locations - moved @ self.start.carried.T

    def slopes(self, x: Array) -> Array:
        """See `Problem`."""
        spread = self.start.loadings[:, :, None] * self.start.member
        return -self.start.carried @ spread

    def bend(self, x: Array, slope: Array) -> Array:
        """See `Problem`."""
        return np.zeros((*x.shape, x.shape[1]))

    def own_slopes(self, x: Array) -> Array:
        """See `Problem`."""
        moved = -self.start.carried * (x @ self.start.member.T)[:, None, :]
        itself = np.broadcast_to(np.eye(moved.shape[1]), (len(x), *(2 * (moved.shape[1],))))
        return np.concatenate([moved, itself], axis=2)

    def own_bend(self, x: Array, slope: Array) -> Array:
        """See `Problem`."""
        found = np.zeros((*x.shape, self.start.n_group))
        pulled = slope @ self.start.carried
        found[:, :, : pulled.shape[1]] = -pulled[:, None, :] * self.start.member.T
        return found
