"""The equations that rotated parameters solve, and their slopes in all free parameters.

Loadings are rotated in the units of standardised items, whose deviations are the model's.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...numerics import Array
from ...rotation import row_weights, stationary_equations
from ...specification import Parameter, RotatedBlock, fill
from ..implied import imply
from ..objective import Objective

_STEP = 1e-5
_OTHER = 0.05  # least over largest singular value of loadings that are different factors
_SOLVED = 1e-7
_SMALL = 0.1  # of a standardised loading, or of a correlation
_ROUNDING = 1e-12  # of the equations, whose sizes are near one


def equation_slopes(objective: Objective, parameters: Array) -> Array:
    """Slopes of all equations at rotated parameters by central differences, (k, n_free)."""
    rotations = objective.specification.restrictions.rotations
    if not rotations:
        return np.zeros((0, len(parameters)))
    sizes = _STEP * parameter_units(objective, parameters)
    moves = np.diag(sizes)
    parts = []
    for one in rotations:
        ahead = _equations(objective, one, parameters + moves)
        gap = ahead - _equations(objective, one, parameters - moves)
        parts.append(np.where(np.abs(gap) < _ROUNDING, 0.0, gap).T / (2.0 * sizes))
    return np.concatenate(parts)


def parameter_units(objective: Objective, parameters: Array) -> Array:
    """What counts as one in each parameter, in the units of its variables, shape (n_free,)."""
    spreads = [
        dict(zip(pattern.names, np.sqrt(np.abs(np.diag(implied.all_covariance))), strict=True))
        for pattern, implied in zip(
            objective.specification.patterns, objective.imply(parameters), strict=True
        )
    ]
    rows = objective.specification.table.free_rows
    floors = np.array([_SMALL * _unit(row, spreads[row.group]) for row in rows])
    return np.maximum(np.abs(parameters), floors)


def _unit(row: Parameter, deviations: Mapping[str, float]) -> float:
    """The size that a parameter has where variables are standardised to one."""
    left, right = deviations[row.lhs], deviations.get(row.rhs, 1.0)
    if row.operator == "~~":
        return left * right
    if row.operator == "=~":
        return right / left
    return left / right if row.operator == "~" else 1.0


def even_basis(objective: Objective, parameters: Array, basis: Array) -> Array:
    """A basis of the same directions, orthonormal in the parameters' units, shape (n_free, n).

    Slopes of a rotation differ by orders of magnitude, and so do directions that they leave free.
    """
    units = parameter_units(objective, parameters)[:, None]
    return np.asarray(units * np.linalg.qr(basis / units)[0])


def is_rotated(objective: Objective, rotated: RotatedBlock, parameters: Array) -> bool:
    """Whether a block's loadings are different factors and solve the equations of its rotation."""
    loadings = standardised_loadings(objective, rotated, parameters)
    if not np.isfinite(loadings).all():
        return False
    sizes = np.linalg.svd(loadings, compute_uv=False)
    if sizes[-1] < _OTHER * sizes[0]:
        return False
    found = _equations(objective, rotated, parameters)
    return bool(np.abs(found).max(initial=0.0) < _SOLVED)


def _equations(objective: Objective, rotated: RotatedBlock, parameters: Array) -> Array:
    """Equations of one block at a stack of parameters, shape (..., k)."""
    loadings = standardised_loadings(objective, rotated, parameters)
    correlations = rotated.correlations(parameters)
    turning = rotated.turning
    assert turning.criterion is not None
    weights = row_weights(loadings @ np.linalg.cholesky(correlations), turning.kaiser)
    return stationary_equations(
        turning.criterion, turning.oblique, weights * loadings, correlations
    )


def standardised_loadings(objective: Objective, rotated: RotatedBlock, parameters: Array) -> Array:
    """Loadings of a block in units of its items' implied deviations, shape (..., p, m)."""
    return parameters[..., rotated.loadings] / deviations(objective, rotated, parameters)[..., None]


def deviations(objective: Objective, rotated: RotatedBlock, parameters: Array) -> Array:
    """What a block's loadings are divided by before they are rotated, shape (..., p).

    Standard deviations of the items given what explains the factors, from the average variance of
    the groups that share the loadings, each by its share of the rows; ones where items are not
    standardised.
    """
    total: Array = np.zeros(())
    if not rotated.turning.standardized:
        return np.ones((*parameters.shape[:-1], len(rotated.block.items)))
    weights = [objective.shares[group] for group in rotated.groups]
    for group, weight in zip(rotated.groups, weights, strict=True):
        variances = _variances(objective, rotated, parameters, group)
        total = total + variances * np.asarray(weight)[..., None] / sum(weights)
    return np.sqrt(total)


def _variances(objective: Objective, rotated: RotatedBlock, parameters: Array, group: int) -> Array:
    """Variances of a block's items less what explains the factors, shape (..., p)."""
    pattern, values = (
        objective.specification.patterns[group],
        objective.cell_values(parameters, group),
    )
    implied = imply(pattern, values).all_covariance
    paths, own, _ = fill(pattern, values)
    items = [pattern.names.index(name) for name in rotated.block.items]
    latent = slice(pattern.n_observed, None)
    loadings = paths[..., items, latent]
    explained = implied[..., latent, latent] - own[..., latent, latent]
    return np.asarray(implied[..., items, items] - ((loadings @ explained) * loadings).sum(axis=-1))
