"""How rotated loadings and correlations of factors follow the unrotated loadings."""

from __future__ import annotations

import numpy as np

from ..numerics import Array
from .rotate import Rotated, row_weights
from .two_step_rotations import TwoSteps

_STEP = 1e-5


def rotation_slopes(found: Rotated, loadings: Array, kaiser: bool) -> tuple[Array, Array]:
    """Derivatives of rotated loadings and correlations in unrotated loadings.

    From the equations that rotated loadings satisfy (Jennrich, 1973), with the weights of rows,
    which depend on the loadings, too.

    Parameters
    ----------
    found : Rotated
    loadings : array, shape (p, m)
        Before rotation, not weighted.
    kaiser : bool

    Returns
    -------
    loading_slopes : array, shape (p * m, p * m)
        Rows are rotated loadings, columns unrotated ones; both item by item.
    correlation_slopes : array, shape (m * m, p * m)
    """
    p, m = loadings.shape
    solution = found.solution
    back = np.linalg.inv(solution.turn)  # L = A back'
    units = np.eye(p * m).reshape(p * m, p, m)
    plain = units @ back.T
    if not len(solution.places[0]):
        return plain.reshape(p * m, -1).T, np.zeros((m * m, p * m))
    moves = _weighted_moves(loadings, units, kaiser) @ back.T
    answers = solution.response(moves)
    turned = -found.loadings @ np.swapaxes(solution.directions, -2, -1)
    loading_slopes = plain.reshape(p * m, -1).T + turned.reshape(len(turned), -1).T @ answers
    between = solution.correlation_directions.reshape(len(turned), -1)
    return loading_slopes, between.T @ answers


def _weighted_moves(loadings: Array, units: Array, kaiser: bool) -> Array:
    """What unit moves of loadings do to loadings whose rows have length one."""
    if not kaiser:
        return units
    weights = row_weights(loadings, kaiser)
    own = weights * loadings
    along = (units * own).sum(axis=-1, keepdims=True)
    return np.asarray(weights * (units - along * own))


def second_slopes(rotation: TwoSteps, loadings: Array, correlations: Array) -> tuple[Array, Array]:
    """Derivatives of a second step in the results of the first, by central differences.

    Returns
    -------
    loading_slopes : array, shape (p * k, p * m + m * m)
    correlation_slopes : array, shape (k * k, p * m + m * m)
    """
    sizes = (loadings.size, correlations.size)
    moves = _STEP * np.eye(sum(sizes))
    of_loadings = moves[:, : sizes[0]].reshape(-1, *loadings.shape)
    of_correlations = moves[:, sizes[0] :].reshape(-1, *correlations.shape)
    ahead = rotation.then(loadings + of_loadings, correlations + of_correlations)
    behind = rotation.then(loadings - of_loadings, correlations - of_correlations)
    first, second = (
        (after - before).reshape(len(moves), -1).T / (2.0 * _STEP)
        for after, before in zip(ahead[:2], behind[:2], strict=True)
    )
    return first, second
