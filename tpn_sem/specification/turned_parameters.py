"""What a rotation of an exploratory block's factors does to all parameters of a model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..errors import ModelError
from ..numerics import Array
from .ram_matrices import COVARIANCE, INTERCEPT, PATH, Pattern, fill
from .rotated_blocks import RotatedBlock

Move = tuple[RotatedBlock, Array]
_SAME = 1e-8


def turned(patterns: Sequence[Pattern], parameters: Array, moves: Sequence[Move]) -> Array:
    """Parameters of the same moments after factors become M times themselves, shape (n_free,).

    Loadings become L M^-1, covariances M Phi M', paths to the factors M B and from them B M^-1.

    Parameters
    ----------
    moves : sequence of (RotatedBlock, array M of shape (m, m))
    """
    found = parameters.copy()
    for group, pattern in enumerate(patterns):
        matrices = _turned_matrices(pattern, group, parameters, moves)
        found[pattern.places] = _read(pattern, *matrices)
    return found


def _turned_matrices(
    pattern: Pattern, group: int, parameters: Array, moves: Sequence[Move]
) -> tuple[Array, Array, Array, Array]:
    """Cell values, then A, S and m of one group after the moves."""
    values = pattern.fixed.copy()
    values[pattern.free_cells] = parameters[pattern.places]
    paths, covariances, intercepts = fill(pattern, values)
    matrix = pattern.identity.copy()
    for rotated, move in moves:
        if group in rotated.groups:
            places = [pattern.names.index(name) for name in rotated.block.factors]
            matrix[np.ix_(places, places)] = move
    return (
        values,
        matrix @ np.linalg.solve(matrix.T, paths.T).T,
        matrix @ covariances @ matrix.T,
        matrix @ intercepts,
    )


def _read(
    pattern: Pattern, values: Array, paths: Array, covariances: Array, intercepts: Array
) -> Array:
    """Values of the free cells, shape (n_free_cells,)."""
    kind, row, column = pattern.cells.kind, pattern.cells.row, pattern.cells.column
    found = values[pattern.free_cells].copy()
    of_paths, of_covariances = kind == PATH, kind == COVARIANCE
    found[of_paths] = paths[row[of_paths], column[of_paths]]
    found[of_covariances] = covariances[row[of_covariances], column[of_covariances]]
    found[kind == INTERCEPT] = intercepts[row[kind == INTERCEPT]]
    return found


def check_turns(patterns: Sequence[Pattern], parameters: Array, moves: Sequence[Move]) -> Array:
    """Refuse a model that does not stay the same model when the factors of its blocks turn.

    Parameters
    ----------
    parameters : array, shape (n_free,)
        A point at which the blocks' factors are uncorrelated.

    Returns
    -------
    array, shape (n_free,)
        The point after the moves.

    Raises
    ------
    ModelError
        Naming a parameter that would not stay fixed, or would have to be there.
    """
    after = turned(patterns, parameters, moves)
    for group, pattern in enumerate(patterns):
        wanted = _turned_matrices(pattern, group, parameters, moves)[1:]
        values = pattern.fixed.copy()
        values[pattern.free_cells] = after[pattern.places]
        for matrix, had in zip(wanted, fill(pattern, values), strict=True):
            off = np.argwhere(np.abs(matrix - had) > _SAME)
            if len(off):
                raise ModelError(_refusal(pattern, [int(place) for place in off[0]], moves))
    return after


def _refusal(pattern: Pattern, places: list[int], moves: Sequence[Move]) -> str:
    names = [pattern.names[place] for place in places]
    blocks = [one.block for one, _ in moves if set(one.block.factors) & set(names)]
    factors = ", ".join(blocks[0].factors) if blocks else ""
    about = " and ".join(dict.fromkeys(names))
    return (
        f"the factors {factors} of one exploratory block turn together, so that whatever one of "
        f"them has to do with other variables all of them have: see {about}. Write the same paths "
        "and covariances for all of them, without fixed values."
    )
