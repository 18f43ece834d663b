"""How much alike factors of two samples are. Tucker (1951); Lorenzo-Seva & ten Berge (2006)."""

from __future__ import annotations

import numpy as np

from ..numerics import Array
from ..rotation import aligned

EQUAL, FAIR = 0.95, 0.85


def congruence(one: Array, other: Array) -> Array:
    """Tucker's coefficient of columns of loadings, one by one, shape (k,).

    NaN where a column is zero.
    """
    lengths = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    products = (one * other).sum(axis=0)
    return np.asarray(
        np.divide(products, lengths, out=np.full(len(lengths), np.nan), where=lengths > 0.0)
    )


def congruence_word(value: float) -> str:
    """In the words of Lorenzo-Seva and ten Berge: from .95 equal, from .85 fair."""
    if not np.isfinite(value):
        return "unknown"
    if value >= EQUAL:
        return "equal"
    return "fair" if value >= FAIR else "not similar"


def brought_to(loadings: Array, target: Array) -> Array:
    """Columns in the order and with the signs that bring them nearest to a target, shape (p, k)."""
    places, signs = aligned(loadings[None], target)
    return np.asarray(loadings[:, places[0]] * signs[0])
