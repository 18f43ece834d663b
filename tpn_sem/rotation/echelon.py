"""Zeros that identify uncorrelated factors before they are rotated."""

from __future__ import annotations

import numpy as np
from scipy.linalg import qr

from ..numerics import Array


def echelon(loadings: Array) -> tuple[Array, list[int]]:
    """A rotation after which one item has one factor only, another one two, and so on.

    Those items are taken that tell the factors best, so that no zero is near impossible.

    Parameters
    ----------
    loadings : array, shape (p, m)
        Of uncorrelated factors.

    Returns
    -------
    turn : array, shape (m, m)
        Orthogonal; ``loadings @ turn`` has the zeros.
    pivots : list of int, m of them
        Items in the order of the zeros that they have.
    """
    turn, triangle, pivots = qr(loadings.T, mode="economic", pivoting=True)
    signs = np.where(np.diag(triangle) < 0.0, -1.0, 1.0)
    return np.asarray(turn * signs), [int(place) for place in pivots[: len(turn)]]
