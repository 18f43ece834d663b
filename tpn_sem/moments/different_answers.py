"""The different answers of a column, and which of them each row gave."""

from __future__ import annotations

import numpy as np

from ..numerics import Array, Indices

_NARROW = 1000  # range of whole numbers that are counted rather than sorted


def different_answers(column: Array) -> tuple[Array, Indices]:
    """The different answers, lowest first, and each row's place among them, -1 where missing.

    Parameters
    ----------
    column : array, shape (n,)
        NaN where missing.
    """
    there = ~np.isnan(column)
    given = column[there]
    places = np.full(len(column), -1, dtype=np.intp)
    is_narrow = len(given) > 0 and given.max() - given.min() < _NARROW
    if not (is_narrow and (given == np.rint(given)).all()):
        different, places[there] = np.unique(given, return_inverse=True)
        return different, places
    lowest = given.min()
    steps = (given - lowest).astype(np.intp)
    used = np.bincount(steps) > 0
    places[there] = (np.cumsum(used) - 1)[steps]
    return lowest + np.flatnonzero(used), places
