"""A model with exploratory blocks as the optimiser sees it: zeros in place of a rotation.

One item of a block loads on the first factor only, another on the first two, and so on, and the
factors are uncorrelated (Joreskog, 1969). Which items these are does not matter for the fit; those
are taken that tell the factors best, so that no zero is near impossible.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...extraction import likelihood_factors
from ...numerics import Array, correlation
from ...rotation import echelon
from ...specification import RotatedBlock, Specification, turned, unrotated
from ..objective import Objective

_SAME_FACTOR = 0.05  # least over largest singular value of loadings that start as one factor
_MOST = 0.9  # of a variance that factors explain at the start


def first_pivots(specification: Specification) -> list[list[int]]:
    """Items to hold at zero where no data are seen: the first ones."""
    return [list(range(one.n_factors)) for one in specification.restrictions.rotations]


def unrotated_problem(objective: Objective, start: Array) -> tuple[Objective, Array]:
    """The objective under zeros in place of rotations, and start values that satisfy them.

    Parameters
    ----------
    objective : Objective
    start : array, shape (n_free,)
        Where a block's loadings are different factors they are kept, but for their rotation; else
        factors come from the data.
    """
    specification, begin = objective.specification, start
    pivots = []
    for rotated in specification.restrictions.rotations:
        loadings = begin[rotated.loadings] / _deviations(objective, rotated)[:, None]
        sizes = np.linalg.svd(loadings, compute_uv=False)
        if sizes[-1] < _SAME_FACTOR * sizes[0]:
            begin = _from_data(objective, rotated, begin)
        turn, own = _echelon(objective, rotated, begin)
        begin = turned(specification.patterns, begin, [(rotated, turn)])
        pivots.append(own)
    held = unrotated(specification, pivots)
    reduction = held.restrictions.reduction
    begin = reduction.expand(reduction.project(begin))
    return replace(objective, specification=held), begin


def unrotated_parameters(objective: Objective, parameters: Array) -> Array:
    """Parameters of the same moments with the factors of blocks uncorrelated and not rotated.

    A block's first item has its first factor only, the second item the first two, and so on; what
    is last of these is positive.
    """
    moves = []
    for rotated in objective.specification.restrictions.rotations:
        root = np.linalg.cholesky(rotated.correlations(parameters))
        first = (parameters[rotated.loadings] @ root)[: rotated.n_factors]
        turn, triangle = np.linalg.qr(first.T)
        turn = turn * np.where(np.diag(triangle) < 0.0, -1.0, 1.0)
        moves.append((rotated, turn.T @ np.linalg.inv(root)))
    return turned(objective.specification.patterns, parameters, moves) if moves else parameters


def _deviations(objective: Objective, rotated: RotatedBlock) -> Array:
    """Standard deviations of a block's items in its first group, shape (p,)."""
    sample = objective.samples.groups[rotated.groups[0]]
    places = [sample.names.index(name) for name in rotated.block.items]
    return np.asarray(np.sqrt(sample.covariance[..., places, places]))


def _echelon(
    objective: Objective, rotated: RotatedBlock, parameters: Array
) -> tuple[Array, list[int]]:
    """M that makes factors uncorrelated and gives loadings zeros, and the items that have these."""
    root = np.linalg.cholesky(rotated.correlations(parameters))
    loadings = parameters[rotated.loadings] @ root / _deviations(objective, rotated)[:, None]
    turn, pivots = echelon(loadings)
    return turn.T @ np.linalg.inv(root), pivots


def _from_data(objective: Objective, rotated: RotatedBlock, parameters: Array) -> Array:
    """Start values with the factors of a block's items alone, uncorrelated with all else."""
    found = parameters.copy()
    specification = objective.specification
    sample = objective.samples.groups[rotated.groups[0]]
    places = [sample.names.index(name) for name in rotated.block.items]
    covariance = sample.covariance[np.ix_(places, places)]
    loadings = _bounded(likelihood_factors(correlation(covariance), rotated.n_factors))
    deviations = np.sqrt(np.diag(covariance))
    left = 1.0 - (loadings * loadings).sum(axis=1)
    is_theta = specification.options.parameterization == "theta"
    unit = deviations / np.sqrt(left) if is_theta and specification.categories else deviations
    shared = {
        (factor, item): loadings[row, column] * unit[row]
        for row, item in enumerate(rotated.block.items)
        for column, factor in enumerate(rotated.block.factors)
    }
    factors = set(rotated.block.factors)
    residuals = dict(zip(rotated.block.items, left * deviations**2, strict=True))
    for place, row in enumerate(specification.table.free_rows):
        if row.group not in rotated.groups:
            continue
        if row.operator == "=~" and row.lhs in factors:
            found[place] = shared[row.lhs, row.rhs]
        elif row.operator in ("~", "~~") and factors & {row.lhs, row.rhs}:
            found[place] = 1.0 if row.is_variance else 0.0
        elif row.operator == "~~" and not row.is_variance and {row.lhs, row.rhs} & set(residuals):
            found[place] = 0.0  # until it is known what the factors leave
        elif row.is_variance and row.lhs in residuals and not specification.categories:
            found[place] = residuals[row.lhs]
    return found


def _bounded(loadings: Array) -> Array:
    """Loadings that leave of each item what a search can begin with, shape (p, m)."""
    total = (loadings * loadings).sum(axis=1)
    return np.asarray(loadings * np.sqrt(np.minimum(1.0, _MOST / total))[:, None])
