"""A constrained problem in units that its data set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...language import Expression
from ...numerics import Array, unit_scale
from ...specification import Restrictions
from ..objective import Objective


@dataclass(frozen=True, eq=False)
class ScaledProblem:
    """A problem in units that its data set.

    Attributes
    ----------
    objective : Objective
    directions : array, shape (n_free, n_reduced)
        Changes of the free parameters along the scaled ones, in which the objective's Hessian is
        the identity at the start.
    """

    objective: Objective
    directions: Array

    @property
    def restrictions(self) -> Restrictions:
        """The constraints."""
        return self.objective.specification.restrictions

    def constraints(
        self, expressions: tuple[Expression, ...], parameters: Array
    ) -> tuple[Array, Array]:
        """Values over the lengths of their slopes, and the slopes of length one."""
        values, jacobian = self.restrictions.evaluate(expressions, parameters)
        lengths = self.lengths(jacobian)
        return values / lengths, jacobian @ self.directions / lengths[:, None]

    def lengths(self, jacobian: Array) -> Array:
        """Lengths of the slopes along the scaled parameters; one where a slope is zero."""
        lengths = np.linalg.norm(jacobian @ self.directions, axis=1)
        return np.where(lengths > 0.0, lengths, 1.0)

    def violation(self, parameters: Array) -> float:
        """The largest violation of a constraint."""
        equal, _ = self.constraints(self.restrictions.equalities, parameters)
        unequal, _ = self.constraints(self.restrictions.inequalities, parameters)
        return max(np.max(np.abs(equal), initial=0.0), np.max(-unequal, initial=0.0))


def scale_problem(objective: Objective, start: Array) -> ScaledProblem:
    """Scale first by the diagonal of the Hessian, then by what it leaves."""
    basis = objective.specification.restrictions.reduction.basis
    implied = objective.imply(start)
    hessian = basis.T @ objective.expected_hessian(implied, objective.directions(implied)) @ basis
    hessian = hessian / objective.unit
    sizes = unit_scale(hessian)
    values, vectors = np.linalg.eigh(sizes[:, None] * hessian * sizes)
    scale = sizes[:, None] * vectors / np.sqrt(np.maximum(values, 1e-8 * values.max()))
    return ScaledProblem(objective, basis @ scale)
