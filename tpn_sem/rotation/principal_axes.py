"""Loadings as they are before rotation: factors by the variance that they explain."""

from __future__ import annotations

import numpy as np

from ..numerics import Array


def principal_axes(loadings: Array) -> tuple[Array, Array]:
    """Uncorrelated factors, each of which explains as much as it can of what is left.

    Parameters
    ----------
    loadings : array, shape (p, m)
        Of uncorrelated factors.

    Returns
    -------
    turned : array, shape (p, m)
        With orthogonal columns, longest first, that have positive sums.
    turn : array, shape (m, m)
        Orthogonal; ``loadings @ turn`` is `turned`.
    """
    values, vectors = np.linalg.eigh(loadings.T @ loadings)
    turn = vectors[:, np.argsort(-values, kind="stable")]
    turned = loadings @ turn
    signs = np.where(turned.sum(axis=0) < 0.0, -1.0, 1.0)
    return turned * signs, turn * signs


def principal_slopes(turned: Array, turn: Array) -> Array:
    """Derivatives of `principal_axes` in the loadings, shape (p * m, p * m), item by item.

    Columns stay orthogonal: what a move of the loadings makes of their products is undone by a
    small rotation.
    """
    p, m = turned.shape
    moves = np.eye(p * m).reshape(p * m, p, m) @ turn
    lengths = (turned * turned).sum(axis=0)
    products = np.swapaxes(moves, -2, -1) @ turned
    gaps = lengths[:, None] - lengths[None, :]
    skew = -(products + np.swapaxes(products, -2, -1)) / np.where(gaps == 0.0, np.inf, gaps)
    return np.asarray((moves + turned @ skew).reshape(p * m, -1).T)
