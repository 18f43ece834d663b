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
    """The rows of one pattern at the nodes.

    With J = (I + D M)^-1 for the spread D and the shift d of the coefficients, a row with t has
    the log-density at a = 0 plus log|J| / 2 - d'M J d / 2 + (J d)'t + t'J D t / 2.
    """

    model: ConditionalModel
    frame: RowFrame

    @cached_property
    def _inverse(self) -> Array:
        unit = np.eye(self.frame.gram.shape[0])
        bent = unit + self.model.spread @ self.frame.gram
        return np.asarray(np.linalg.inv(bent), dtype=float)

    @cached_property
    def _linear(self) -> Array:
        return np.asarray((self._inverse @ self.model.shift[..., None])[..., 0])

    @cached_property
    def _square(self) -> Array:
        square = self._inverse @ self.model.spread
        return np.asarray(0.5 * (square + np.swapaxes(square, -1, -2)))

    @cached_property
    def joint(self) -> Array:
        """Log-densities of rows and nodes, less those at a = 0, shape (n, k)."""
        t, k = self.frame.projections, len(self._linear)
        determinant = np.linalg.slogdet(self._inverse)[1]
        fixed = ((self.model.shift @ self.frame.gram) * self._linear).sum(axis=1)
        constant = self.model.nodes.log_weights + 0.5 * (determinant - fixed)
        squares = (t[:, :, None] * t[:, None, :]).reshape(len(t), -1)
        return np.asarray(
            constant + t @ self._linear.T + squares @ (0.5 * self._square.reshape(k, -1).T)
        )

    @cached_property
    def _summed(self) -> tuple[Array, Array]:
        top = self.joint.max(axis=1, keepdims=True)
        shares = np.exp(self.joint - top)
        total = shares.sum(axis=1, keepdims=True)
        return (top + np.log(total))[:, 0], shares / total

    @property
    def log_likelihood(self) -> Array:
        """Of each row, shape (n,)."""
        return self.frame.log_density + self._summed[0]

    @property
    def posterior(self) -> Array:
        """Probability of each node given the row, shape (n, k)."""
        return self._summed[1]

    def slopes(self) -> FrameSlopes:
        """Derivatives of the weighted sum over the rows."""
        t, k = self.frame.projections, len(self._linear)
        gram, inverse = self.frame.gram, self._inverse
        shares = self.posterior * self.frame.rows.counts[:, None]
        width = t.shape[1]
        count, first = shares.sum(axis=0), shares.T @ t
        squares = (t[:, :, None] * t[:, None, :]).reshape(len(t), -1)
        second = (shares.T @ squares).reshape(k, width, width)
        pulled = np.asarray((gram @ self._linear[..., None])[..., 0])
        turned = (np.swapaxes(inverse, -1, -2) @ first[..., None])[..., 0]
        cross = turned[:, :, None] * pulled[:, None, :]
        outer = pulled[:, :, None] * pulled[:, None, :]
        spread = np.swapaxes(inverse, -1, -2) @ second @ inverse
        spread = spread - cross - np.swapaxes(cross, -1, -2)
        spread = 0.5 * (spread + count[:, None, None] * (outer - gram @ inverse))
        by_row = shares @ self._linear
        by_row += ((shares @ self._square.reshape(k, -1)).reshape(-1, width, width) @ t[..., None])[
            ..., 0
        ]
        mixed = (self._square @ first[..., None]) * self._linear[:, None, :]
        own = self._linear[:, :, None] * self._linear[:, None, :] + self._square
        by_gram = count[:, None, None] * own + mixed + np.swapaxes(mixed, -1, -2)
        by_gram = -0.5 * (by_gram + self._square @ second @ self._square).sum(axis=0)
        found = self.frame.slopes(by_row, by_gram)
        shift = turned - count[:, None] * pulled
        spread = 0.5 * (spread + np.swapaxes(spread, -1, -2))
        return FrameSlopes(self.frame.rows.present, *found, spread, shift)
