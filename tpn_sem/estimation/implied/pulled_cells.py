"""Derivatives along cells from those in moments, in reverse: at a cost that no cell adds to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...numerics import Array
from ...specification import COVARIANCE, INTERCEPT, PATH, Pattern


@dataclass(frozen=True, eq=False)
class MomentSlopes:
    """Derivatives of a function in the moments and total effects of all v variables.

    Attributes
    ----------
    covariance : array, shape (v, v)
        A change dV changes the function by the sum of the products of entries.
    mean : array, shape (v,)
    effects : array, shape (v, v)
    paths : array, shape (v, v)
        In paths that stand in the function themselves.
    """

    covariance: Array
    mean: Array
    effects: Array
    paths: Array


def no_slopes(size: int) -> MomentSlopes:
    """Zeros, to be filled."""
    square = (size, size)
    return MomentSlopes(np.zeros(square), np.zeros(size), np.zeros(square), np.zeros(square))


def pulled_cells(
    pattern: Pattern, effects: Array, covariance: Array, mean: Array, slopes: MomentSlopes
) -> Array:
    """Derivatives along all cells of A, S and m, shape (n_cells,); zero for other cells.

    Parameters
    ----------
    pattern : Pattern
    effects, covariance, mean : arrays, shapes (v, v), (v, v) and (v,)
        Of all variables, where the function was computed.
    slopes : MomentSlopes
    """
    back = effects.T @ slopes.mean
    by_covariance = effects.T @ (0.5 * (slopes.covariance + slopes.covariance.T))
    paths = 2.0 * by_covariance @ covariance + np.outer(back, mean)
    paths = paths + effects.T @ slopes.effects @ effects.T + slopes.paths
    residuals = by_covariance @ effects
    kind, row, column = pattern.kind, pattern.row, pattern.column
    found = np.zeros(len(kind))
    path, other, level = kind == PATH, kind == COVARIANCE, kind == INTERCEPT
    found[path] = paths[row[path], column[path]]
    twice = np.where(row == column, 1.0, 2.0)
    found[other] = twice[other] * residuals[row[other], column[other]]
    found[level] = back[row[level]]
    return found
