"""Rows at the nodes of what is integrated out: densities, posteriors and derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...numerics import Array
from .conditioning import ConditionalModel
from .row_frame import FrameSlopes, RowFrame


@dataclass(frozen=True, eq=False)
class NodeLikelihood:
    """The rows of a group at the nodes.

    With J = (I + D M)^-1 for the spread D and the shift d of the coefficients, a row with t has
    the log-density at a = 0 plus log|J| / 2 - d'M J d / 2 + (J d)'t + t'J D t / 2.
    """

    model: ConditionalModel
    frame: RowFrame

    @cached_property
    def _gram(self) -> Array:
        return self.frame.gram[:, None]

    @cached_property
    def _inverse(self) -> Array:
        """J by pattern and node, shape (j, k, u, u)."""
        bent = np.eye(self.frame.gram.shape[-1]) + self.model.spread @ self._gram
        return np.asarray(np.linalg.inv(bent), dtype=float)

    @cached_property
    def _linear(self) -> Array:
        return np.asarray((self._inverse @ self.model.shift[..., None])[..., 0])

    @cached_property
    def _square(self) -> Array:
        square = self._inverse @ self.model.spread
        return np.asarray(0.5 * (square + np.swapaxes(square, -1, -2)))

    @cached_property
    def _squares(self) -> Array:
        t = self.frame.projections
        return (t[:, :, None] * t[:, None, :]).reshape(len(t), -1)

    @cached_property
    def joint(self) -> Array:
        """Log-densities of rows and nodes, less those at a = 0, shape (n, k)."""
        t, shift = self.frame.projections, self.model.shift
        determinant = np.linalg.slogdet(self._inverse)[1]
        fixed = ((shift @ self.frame.gram) * self._linear).sum(axis=-1)
        constants = self.model.nodes.log_weights + 0.5 * (determinant - fixed)
        flat = 0.5 * self._square.reshape(*self._square.shape[:2], -1)
        found = np.empty((len(t), len(shift)))
        for number, part in enumerate(self.frame.rows.slices):
            own = t[part] @ self._linear[number].T + self._squares[part] @ flat[number].T
            found[part] = own + constants[number]
        return found

    @cached_property
    def _summed(self) -> tuple[Array, Array]:
        top = self.joint.max(axis=1, keepdims=True)
        shares = np.exp(self.joint - top)
        total = shares.sum(axis=1, keepdims=True)
        return (top + np.log(total))[:, 0], shares / total

    @property
    def log_likelihood(self) -> Array:
        """Of each row, in the order of the frame's rows, shape (n,)."""
        return self.frame.log_density + self._summed[0]

    @property
    def posterior(self) -> Array:
        """Probability of each node given the row, shape (n, k)."""
        return self._summed[1]

    def slopes(self) -> FrameSlopes:
        """Derivatives of the weighted sum over the rows."""
        t, slices = self.frame.projections, self.frame.rows.slices
        j, k, u = self._linear.shape
        shares = self.posterior * self.frame.rows.counts[:, None]
        count, first, second = np.empty((j, k)), np.empty((j, k, u)), np.empty((j, k, u * u))
        flat, by_row = self._square.reshape(j, k, u * u), np.empty_like(t)
        for number, part in enumerate(slices):
            own = shares[part]
            count[number] = own.sum(axis=0)
            first[number], second[number] = own.T @ t[part], own.T @ self._squares[part]
            turned = (own @ flat[number]).reshape(-1, u, u)
            by_row[part] = own @ self._linear[number] + (turned @ t[part][..., None])[..., 0]
        moments = second.reshape(j, k, u, u)
        spread, shift = self._by_coefficients(count, first, moments)
        found = self.frame.slopes(by_row, self._by_gram(count, first, moments))
        return FrameSlopes(*found, spread, shift)

    def _by_coefficients(self, count: Array, first: Array, second: Array) -> tuple[Array, Array]:
        """Derivatives in the spread, shape (k, u, u), and the shift, shape (k, u), at the nodes."""
        back = np.swapaxes(self._inverse, -1, -2)
        pulled = (self._gram @ self._linear[..., None])[..., 0]
        turned = (back @ first[..., None])[..., 0]
        cross = turned[..., :, None] * pulled[..., None, :]
        outer = pulled[..., :, None] * pulled[..., None, :]
        spread = back @ second @ self._inverse - cross - np.swapaxes(cross, -1, -2)
        spread = spread + count[..., None, None] * (outer - self._gram @ self._inverse)
        spread = 0.5 * spread.sum(axis=0)
        shift = (turned - count[..., None] * pulled).sum(axis=0)
        return 0.5 * (spread + np.swapaxes(spread, -1, -2)), shift

    def _by_gram(self, count: Array, first: Array, second: Array) -> Array:
        """Derivatives in M of each pattern, shape (j, u, u)."""
        mixed = (self._square @ first[..., None]) * self._linear[..., None, :]
        own = self._linear[..., :, None] * self._linear[..., None, :] + self._square
        total = count[..., None, None] * own + mixed + np.swapaxes(mixed, -1, -2)
        return np.asarray(-0.5 * (total + self._square @ second @ self._square).sum(axis=1))
