"""Signs and order of rotated factors, which no criterion tells."""

from __future__ import annotations

import itertools

import numpy as np

from ..errors import choose
from ..numerics import Array, Indices
from .stationarity import Stationary

ORDERS = ("items", "variance")
_SAME = 1e-8
_MOST = 7  # factors of which all permutations are looked at


def arranged(found: Stationary, order: str) -> Array:
    """T with columns reflected and put in order, as far as the criterion allows.

    A column is reflected where its loadings have a negative sum and the criterion keeps its value.
    Columns come in the order of their items (by the mean place of the items, weighted by fourth
    powers of loadings), or of the variance that they explain; the criterion's leading ones stay
    first.
    """
    choose("order", order, ORDERS)
    turn, loadings = found.turn.copy(), found.rotated.copy()
    for column in np.flatnonzero(loadings.sum(axis=0) < 0.0):
        mirrored = loadings.copy()
        mirrored[:, column] *= -1.0
        if _same(float(found.criterion(mirrored)[0]), found.value):
            loadings, turn[:, column] = mirrored, -turn[:, column]
    first = min(found.criterion.leading, turn.shape[1])
    keys = _keys(loadings, turn, order)[first:]
    places = np.r_[np.arange(first), first + np.argsort(keys, kind="stable")]
    if not _same(float(found.criterion(loadings[:, places])[0]), found.value):
        return turn
    return turn[:, places]


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= _SAME * (1.0 + abs(other))


def _keys(loadings: Array, turn: Array, order: str) -> Array:
    """What columns are sorted by, shape (m,)."""
    squares = loadings * loadings
    if order == "items":
        weights = squares * squares  # so that items count that a factor is made of
        totals = np.maximum(weights.sum(axis=0), np.finfo(float).tiny)  # a column may be zero
        return np.asarray(np.arange(len(loadings)) @ weights / totals)
    return -np.asarray((loadings * (loadings @ (turn.T @ turn))).sum(axis=0))


def aligned(loadings: Array, target: Array) -> tuple[Indices, Array]:
    """Order and signs of columns that bring stacks of loadings nearest to a target.

    By congruence (Tucker, 1951): all permutations of up to seven factors, else one by one.

    Parameters
    ----------
    loadings : array, shape (s, p, m)
    target : array, shape (p, m)

    Returns
    -------
    places : int array, shape (s, m)
        Which column of `loadings` comes first, second, ...
    signs : array, shape (s, m)
    """
    lengths = np.linalg.norm(loadings, axis=1)
    products = np.einsum("spm,pk->smk", loadings, target)
    congruence = products / np.maximum(lengths[:, :, None] * np.linalg.norm(target, axis=0), 1e-300)
    m = target.shape[1]
    if m <= _MOST:
        orders = np.array(list(itertools.permutations(range(m))))
        totals = np.abs(congruence)[:, orders, np.arange(m)].sum(axis=-1)
        places = orders[totals.argmax(axis=1)]
    else:
        places = np.array([_greedy(np.abs(one)) for one in congruence])
    signs = np.take_along_axis(congruence, places[:, None, :], axis=1)[:, 0]
    return places, np.where(signs < 0.0, -1.0, 1.0)


def _greedy(congruence: Array) -> list[int]:
    """One column after the other, the most congruent first."""
    left, places = congruence.copy(), [0] * len(congruence)
    for _ in range(len(congruence)):
        column, factor = np.unravel_index(int(left.argmax()), left.shape)
        places[int(factor)] = int(column)
        left[column, :], left[:, factor] = -1.0, -1.0
    return places
