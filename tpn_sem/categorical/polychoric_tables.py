"""Polychoric correlations of contingency tables, all pairs of variables at once.

Olsson (1979). Tables are padded with empty categories at infinity to the largest number of
categories, so that one stack holds them all, shape (pairs, c, c).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ..linalg import Array, Mask
from .binormal import density, excess, joint_density, log_density_slope
from .correlations import maximise, start_from


@dataclass(frozen=True, eq=False)
class Tables:
    """Contingency tables of pairs of ordinal variables.

    Attributes
    ----------
    counts : array, shape (pairs, c, c)
        Categories of the first variable in the rows.
    first, second : arrays, shape (pairs, c + 1)
        Limits of the categories, from minus to plus infinity.
    """

    counts: Array
    first: Array
    second: Array


def estimate(tables: Tables) -> tuple[Array, Mask]:
    """Correlations, and which of them run off to -1 or 1."""
    return maximise(_derivatives(tables), _start(tables))


def _start(tables: Tables) -> Array:
    """Correlation of the categories' expectations under normality."""
    first, second = (_expectations(limits) for limits in (tables.first, tables.second))
    product = (first[:, None, :] @ tables.counts @ second[:, :, None])[:, 0, 0]
    own = (tables.counts.sum(2) * first * first).sum(1)
    other = (tables.counts.sum(1) * second * second).sum(1)
    return start_from(product / np.sqrt(np.maximum(own * other, 1e-300)))


def _expectations(limits: Array) -> Array:
    mass = np.diff(ndtr(limits))
    return np.where(mass > 0.0, -np.diff(density(limits)) / np.where(mass > 0.0, mass, 1.0), 0.0)


def _derivatives(tables: Tables) -> Callable[[Array], tuple[Array, Array, Array]]:
    """Sums of scores, their squares and their derivatives, as functions of the correlations."""
    h, k = tables.first[:, 1:-1, None], tables.second[:, None, 1:-1]

    def derivatives(rho: Array) -> tuple[Array, Array, Array]:
        inverse = _reciprocal(probabilities(tables, rho))
        rho = rho[:, None, None]
        joint = joint_density(h, k, rho)
        change = _mixed_difference(joint * log_density_slope(h, k, rho)) * inverse
        score = _mixed_difference(joint) * inverse
        once = tables.counts * score
        squares = (once * score).sum((1, 2))
        return once.sum((1, 2)), squares, (tables.counts * change).sum((1, 2)) - squares

    return derivatives


def probabilities(tables: Tables, rho: Array) -> Array:
    """Probabilities of the cells, shape (pairs, c, c)."""
    first, second = ndtr(tables.first), ndtr(tables.second)
    whole = first[:, :, None] * second[:, None, :]
    h, k = tables.first[:, 1:-1, None], tables.second[:, None, 1:-1]
    whole[:, 1:-1, 1:-1] += excess(h, k, rho[:, None, None])
    return np.diff(np.diff(whole, axis=1), axis=2)


def scores(tables: Tables, rho: Array) -> tuple[Array, Array, Array]:
    """Scores of each cell in the correlation and in both variables' thresholds.

    Returns
    -------
    score : array, shape (pairs, c, c)
    first, second : arrays, shape (pairs, c - 1, c, c)
        A threshold of the first or second variable in the second place.
    """
    inverse = _reciprocal(probabilities(tables, rho))
    h, k = tables.first[:, 1:-1], tables.second[:, 1:-1]
    joint = joint_density(h[:, :, None], k[:, None, :], rho[:, None, None])
    other = np.swapaxes(inverse, 1, 2)
    return (
        _mixed_difference(joint) * inverse,
        _threshold_scores(h, tables.second, rho, inverse),
        np.swapaxes(_threshold_scores(k, tables.first, rho, other), 2, 3),
    )


def _threshold_scores(own: Array, other: Array, rho: Array, inverse: Array) -> Array:
    """Scores in a variable's thresholds, shape (pairs, c - 1, c, c), its categories third."""
    size = other.shape[1] - 1
    r = rho[:, None, None]
    conditional = ndtr((other[:, None, :] - r * own[:, :, None]) / np.sqrt(1.0 - r * r))
    mass = density(own)[:, :, None] * np.diff(conditional, axis=2)
    result = np.zeros((len(own), size - 1, size, size))
    steps = np.arange(size - 1)
    result[:, steps, steps] = mass * inverse[:, :-1]
    result[:, steps, steps + 1] = -mass * inverse[:, 1:]
    return result


def own_scores_by_category(limits: Array) -> Array:
    """Scores of one variable's likelihood in its thresholds, shape (c, c - 1)."""
    count = len(limits) - 1
    steps = np.arange(count - 1)
    mass, height = np.diff(ndtr(limits)), density(limits[1:-1])
    result = np.zeros((count, count - 1))
    result[steps, steps] = height / mass[:-1]
    result[steps + 1, steps] = -height / mass[1:]
    return result


def _mixed_difference(inner: Array) -> Array:
    """Masses of cells from a function at the inner corners that is zero at the outer ones."""
    whole = np.zeros((len(inner), inner.shape[1] + 2, inner.shape[2] + 2))
    whole[:, 1:-1, 1:-1] = inner
    return np.diff(np.diff(whole, axis=1), axis=2)


def _reciprocal(mass: Array) -> Array:
    """1 / mass, and 0 for cells that are as good as impossible."""
    possible = mass > 1e-15
    return np.where(possible, 1.0 / np.where(possible, mass, 1.0), 0.0)
