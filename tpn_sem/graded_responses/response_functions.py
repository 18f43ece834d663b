"""Probabilities and information of graded responses, in arrays. Samejima (1969)."""

from __future__ import annotations

import numpy as np

from ..numerics import Array, Curve

_LEAST = 1e-300


def category_curves(curve: Curve, slope: float, difficulties: Array, points: Array) -> Array:
    """Probabilities of each answer, shape (n, categories).

    Parameters
    ----------
    slope : float
    difficulties : array, shape (categories - 1,)
    points : array, shape (n,)
        Values of the factor.
    """
    return _probabilities(curve, slope * (points[:, None] - difficulties))


def item_information(curve: Curve, slope: float, difficulties: Array, points: Array) -> Array:
    """Fisher information that an item has on its factor, shape (n,)."""
    along = slope * (points[:, None] - difficulties)
    probabilities = _probabilities(curve, along)
    slopes = slope * _between(curve.density(along), 0.0, 0.0)
    told = np.where(probabilities > _LEAST, probabilities, np.inf)
    return np.asarray((slopes * slopes / told).sum(axis=1))


def _probabilities(curve: Curve, along: Array) -> Array:
    """Of each answer, from the tail in which it has no 1 to be taken from."""
    above, below = curve.cumulative(along), curve.cumulative(-along)
    upper, lower = _between(above, 1.0, 0.0), -_between(below, 0.0, 1.0)
    is_high = np.hstack([above, np.zeros((len(above), 1))]) > 0.5  # of the upper end
    return np.where(is_high, lower, upper)


def _between(values: Array, first: float, last: float) -> Array:
    """What each step loses, the ends included, shape (n, categories)."""
    ends = np.full((len(values), 1), first), np.full((len(values), 1), last)
    return np.asarray(-np.diff(np.hstack([ends[0], values, ends[1]]), axis=1))
