"""Rotation from many starts, with a report of the minima that were found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import NotAvailableError
from ..numerics import Array
from .arrangement import arranged
from .criterion import Criterion
from .gradient_projection import project_gradient, random_rotations
from .stationarity import Stationary

_SAME = 1e-6  # of the criterion's value: one minimum


@dataclass(frozen=True, eq=False)
class Rotated:
    """Rotated loadings, and what the starts found.

    Attributes
    ----------
    loadings : array, shape (p, m)
    correlations : array, shape (m, m)
        Of the factors.
    solution : Stationary
        Of the weighted loadings.
    minima : list of (value, int, array of shape (p, m))
        Value, number of starts that ended there, and weighted loadings, best first.
    n_starts, n_converged : int
    """

    loadings: Array
    correlations: Array
    solution: Stationary
    minima: list[tuple[float, int, Array]]
    n_starts: int
    n_converged: int


def row_weights(loadings: Array, kaiser: bool) -> Array:
    """What items' rows are multiplied by before rotation, shape (..., p, 1). Kaiser (1958)."""
    if not kaiser:
        return np.ones((*loadings.shape[:-1], 1))
    lengths = np.sqrt((loadings * loadings).sum(axis=-1, keepdims=True))
    return np.asarray(1.0 / np.where(lengths > 1e-8, lengths, 1.0))


def rotate(
    loadings: Array,
    criterion: Criterion,
    oblique: bool,
    kaiser: bool,
    starts: Array,
    order: str = "items",
) -> Rotated:
    """The rotation with the smallest value from any start.

    Parameters
    ----------
    loadings : array, shape (p, m)
        Of uncorrelated factors.
    criterion : Criterion
    oblique : bool
    kaiser : bool
        Whether rows are weighted to length one.
    starts : array, shape (s, m, m)
        Orthogonal matrices.
    order : {"items", "variance"}
        See `arranged`.

    Raises
    ------
    NotAvailableError
        Where no start ended in a minimum.
    """
    weights = row_weights(loadings, kaiser)
    weighted = weights * loadings
    found = project_gradient(criterion, weighted, starts, oblique)
    good = np.flatnonzero(found.converged & np.isfinite(found.value))
    if not len(good):
        raise NotAvailableError(
            f"none of {len(starts)} starts of rotation={criterion.words!r} reached a minimum: the "
            "criterion may have none here. Take an orthogonal rotation, another criterion, or "
            "fewer factors."
        )
    turns = found.point.reshape(starts.shape)
    classes = _classes(found.value[good])
    best = Stationary(criterion, weighted, turns[good[classes[0][0]]], oblique).polished()
    turn = arranged(best, order)
    best = Stationary(criterion, weighted, turn, oblique)
    minima = [
        (
            float(found.value[good[members[0]]]),
            len(members),
            np.linalg.solve(turns[good[members[0]]], weighted.T).T,
        )
        for members in classes
    ]
    plain = np.asarray(np.linalg.solve(turn, loadings.T).T)
    return Rotated(plain, best.correlations, best, minima, len(starts), len(good))


def starts_for(loadings: Array, n_starts: int, seed: int) -> Array:
    """Starts, shape (n_starts, m, m); the first leaves the loadings as they are."""
    return random_rotations(n_starts, loadings.shape[-1], np.random.default_rng(seed))


def _classes(values: Array) -> list[list[int]]:
    """Places of values that are the same, lowest first."""
    order = np.argsort(values, kind="stable")
    classes: list[list[int]] = []
    for place in order:
        first = values[classes[-1][0]] if classes else np.nan  # nothing is the same as NaN
        if values[place] - first <= _SAME * (1.0 + abs(first)):
            classes[-1].append(int(place))
        else:
            classes.append([int(place)])
    return classes
