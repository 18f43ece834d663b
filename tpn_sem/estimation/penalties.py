"""Terms of the objective beside the discrepancies of groups: penalties on free parameters."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from ..numerics import Array


class Penalty(Protocol):
    """A smooth function of the free parameters that is added to the objective.

    Everything is per observation, in stacks: parameters have the shape (..., n_free).
    """

    def value(self, parameters: Array) -> Array:
        """The penalty, shape (...)."""

    def gradient(self, parameters: Array) -> Array:
        """First derivatives, shape (..., n_free)."""

    def hessian(self, parameters: Array) -> Array:
        """Second derivatives, shape (..., n_free, n_free)."""


@dataclass(frozen=True, eq=False)
class SumOfSquares:
    """Half the sum of squares of linear functions of the parameters: a normal prior, a ridge.

    Attributes
    ----------
    functions : array, shape (k, n_free)
        A row each. Squares of small differences are summed, and no quadratic form is, because the
        latter would lose the differences to rounding.
    """

    functions: Array

    def value(self, parameters: Array) -> Array:
        """The penalty, shape (...)."""
        return np.asarray(0.5 * ((parameters @ self.functions.T) ** 2).sum(axis=-1))

    def gradient(self, parameters: Array) -> Array:
        """First derivatives, shape (..., n_free)."""
        return np.asarray((parameters @ self.functions.T) @ self.functions)

    def hessian(self, parameters: Array) -> Array:
        """Second derivatives, the same everywhere, shape (n_free, n_free)."""
        return self._curvature

    @cached_property
    def _curvature(self) -> Array:
        return np.asarray(self.functions.T @ self.functions)
