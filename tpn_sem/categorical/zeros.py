"""Empty cells of contingency tables."""

from __future__ import annotations

import numpy as np

from ..linalg import Array, Mask


def fill_empty(
    counts: Array, two_by_two: Mask, real: Mask, add: tuple[float, float], keep_margins: bool
) -> tuple[Array, Mask]:
    """Tables with something added to their empty cells, and which tables have such cells.

    Parameters
    ----------
    counts : array, shape (pairs, c, c)
    two_by_two : bool array, shape (pairs,)
    real : bool array, shape (pairs, c, c)
        Cells of categories that both variables have.
    add : pair of float
        For tables of two by two cells, and for larger ones.
    keep_margins : bool
        Whether a two by two table with one empty cell keeps its margins: the neighbours of the
        empty cell lose what it and the cell across gain.
    """
    empty = real & (counts <= 0.0)
    amount = np.where(two_by_two, add[0], add[1])[:, None, None]
    filled = counts + amount * empty
    if keep_margins and counts.shape[1] > 1:
        one = two_by_two & (empty.sum((1, 2)) == 1)
        corner = empty[:, :2, :2].astype(float)
        across = corner[:, ::-1, ::-1]
        beside = corner[:, ::-1] + corner[:, :, ::-1]
        filled[:, :2, :2] += np.where(one[:, None, None], amount * (across - beside), 0.0)
    return filled, np.asarray(empty.any((1, 2)))
