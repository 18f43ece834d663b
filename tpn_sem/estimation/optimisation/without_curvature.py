"""Minima of objectives whose second derivatives are differences of first ones, and so are dear."""

from __future__ import annotations

import numpy as np

from ...numerics import Array, inverse_and_log_determinant
from ..objective import Objective
from .constrained import minimise_constrained
from .newton import Solution
from .trust_region import minimise_in_region
from .warm_start import minimise_near

_DECREMENT = 1e-14
_FURTHER = 40  # iterations of a search under constraints, most of which need gradients only
_FLAT = 0.01  # curvature, in units of the diagonal, that steps take any direction to have
_ROUNDING = 1e-12
_DEAR = 10  # iterations that a step in a trust region, with a Hessian of its own, counts for


def minimise_without_curvature(
    objective: Objective, start: Array, max_iterations: int, curvature: Array | None = None
) -> Solution:
    """The minimum where second derivatives are differences of first ones.

    The Hessian at the start serves all steps, which correct it; a trust region with Hessians of
    its own where that does not arrive.

    Parameters
    ----------
    objective : Objective
    start : array, shape (n_free,)
    max_iterations : int
    curvature : array, shape (n_free, n_free), optional
        Second derivatives at the start, NaN in the rows and columns that are to be computed.
    """
    restrictions = objective.specification.restrictions
    if not restrictions.is_smooth:
        return minimise_constrained(objective, start, -(-max_iterations // _DEAR) + _FURTHER)
    reduction = restrictions.reduction
    hessian = reduction.pull_hessian(_completed(objective, start, curvature))
    if np.isfinite(hessian).all():
        inverse = _inverse(hessian)
        near = minimise_near(objective, start[None], inverse, _DECREMENT)
        if near.converged[0] and near.iterations <= max_iterations:
            return _only(near)
    return minimise_in_region(objective, start, -(-max_iterations // _DEAR))


def _inverse(hessian: Array) -> Array:
    """The inverse of a Hessian; where it is not positive definite, of its directions' sizes.

    Steps then lead down whatever the direction, and correct what they find.
    """
    inverse, determinant = inverse_and_log_determinant(hessian)
    if np.isfinite(determinant):
        return inverse
    unit = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(hessian)), _ROUNDING))
    sizes, directions = np.linalg.eigh(hessian * unit[:, None] * unit)
    turned = unit[:, None] * directions
    return np.asarray((turned / np.maximum(np.abs(sizes), _FLAT)) @ turned.T)


def _completed(objective: Objective, point: Array, known: Array | None) -> Array:
    """A Hessian whose unknown rows and columns are differences of gradients."""
    if known is None:
        return objective.numerical_hessian(point)
    hessian, widths = known.copy(), objective.step_widths(point)
    for place in np.flatnonzero(np.isnan(np.diag(known))):
        width, ends = widths[place], []
        for shift in (width, -width):
            moved = point.copy()
            moved[place] += shift
            implied = objective.imply(moved)
            ends.append(objective.gradient(implied, objective.directions(implied)))
        hessian[place] = hessian[:, place] = (ends[0] - ends[1]) / (2.0 * width)
    return hessian


def _only(near: Solution) -> Solution:
    """The solution of a stack of one."""
    return Solution(
        near.parameters[0],
        near.value[0],
        near.converged[0],
        near.iterations,
        stopped=None if near.stopped is None else near.stopped[0],
    )
