"""Parameters at the minimum of a model with exploratory blocks, rotated."""

from __future__ import annotations

import numpy as np

from ...numerics import Array
from ...rotation import Rotated, aligned, nearest_rotation, principal_axes, rotate, starts_for
from ...specification import RotatedBlock, turned
from ..objective import Objective
from .rotation_equations import deviations, is_rotated


def name_of_block(rotated: RotatedBlock, labels: tuple[str, ...]) -> str:
    """What a block is called: its name, and its group where groups turn apart."""
    alone = len(labels) == 1 or len(rotated.groups) > 1
    return rotated.block.name if alone else f"{rotated.block.name} [{labels[rotated.groups[0]]}]"


def rotations_at(objective: Objective, parameters: Array) -> list[Rotated]:
    """What the starts of each block's rotation found, from parameters before or after it."""
    found = []
    for rotated in objective.specification.restrictions.rotations:
        root = np.linalg.cholesky(rotated.correlations(parameters))
        scale = deviations(objective, rotated, parameters)[:, None]
        found.append(
            _rotate(rotated, principal_axes(parameters[rotated.loadings] @ root / scale)[0])
        )
    return found


def rotated_parameters(objective: Objective, parameters: Array, start: Array) -> Array:
    """The parameters after each block's rotation, shape (n_free,).

    Parameters
    ----------
    objective : Objective
        Of the rotated model.
    parameters : array, shape (n_free,)
        At the minimum, with blocks identified by zeros.
    start : array, shape (n_free,)
        Where it is rotated itself, as in refits to other data, the rotation begins there, and signs
        and order of the factors follow it.
    """
    specification, found = objective.specification, parameters
    for rotated in specification.restrictions.rotations:
        scale = deviations(objective, rotated, found)[:, None]
        axes, first = principal_axes(found[rotated.loadings] / scale)
        if is_rotated(objective, rotated, start):
            turn = _turn_near(rotated, axes, start[rotated.loadings] / scale)
        else:
            turn = _rotate(rotated, axes).solution.turn
        found = turned(specification.patterns, found, [(rotated, (first @ turn).T)])
    return found


def _rotate(rotated: RotatedBlock, axes: Array, starts: Array | None = None) -> Rotated:
    turning = rotated.turning
    assert turning.criterion is not None
    if starts is None:
        starts = starts_for(axes, turning.n_starts, turning.seed)
    return rotate(axes, turning.criterion, turning.oblique, turning.kaiser, starts, turning.order)


def _turn_near(rotated: RotatedBlock, axes: Array, target: Array) -> Array:
    """T of the minimum next to a target, whose columns it keeps in order and sign, shape (m, m)."""
    inverse = np.linalg.lstsq(axes, target, rcond=None)[0]
    begin = nearest_rotation(np.linalg.inv(inverse).T[None], rotated.turning.oblique)
    found = _rotate(rotated, axes, begin)
    places, signs = aligned(found.loadings[None], target)
    return np.asarray(found.solution.turn[:, places[0]] * signs[0])
