"""Polychoric correlations of stacks of contingency tables, given the thresholds (Olsson, 1979)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ...numerics import Array, Indices, density, density_slope, grid_distribution, normal_density
from .correlation_newton import maximise

_SMALLEST = 1e-16  # what the quadrature can tell from zero


@dataclass(frozen=True, eq=False)
class Cells:
    """Probabilities of the cells of tables and their derivatives.

    Attributes
    ----------
    probability, slope, bend : array, shape (k, r, s)
        The probability, its first and its second derivative in the correlation.
    """

    probability: Array
    slope: Array
    bend: Array


def cells(first: Array, second: Array, rho: Array) -> Cells:
    """Probabilities between the thresholds of pairs of variables with correlation rho.

    Parameters
    ----------
    first : array, shape (k, r - 1)
    second : array, shape (k, s - 1)
    rho : array, shape (k,)
    """
    k, r, s = len(rho), first.shape[1] + 1, second.shape[1] + 1
    corners = np.zeros((k, r + 1, s + 1))
    corners[:, 1:-1, 1:-1] = grid_distribution(first, second, rho)
    corners[:, 1:-1, -1] = ndtr(first)
    corners[:, -1, 1:-1] = ndtr(second)
    corners[:, -1, -1] = 1.0
    a, b, correlation = first[:, :, None], second[:, None, :], rho[:, None, None]
    slopes = np.zeros((2, k, r + 1, s + 1))
    slopes[0, :, 1:-1, 1:-1] = density(a, b, correlation)
    slopes[1] = slopes[0]
    slopes[1, :, 1:-1, 1:-1] *= density_slope(a, b, correlation)
    slope, bend = _differences(slopes)
    return Cells(np.maximum(_differences(corners), _SMALLEST), slope, bend)


def _differences(corners: Array) -> Array:
    """Differences of neighbours along the last two axes."""
    rows = corners[..., 1:, :] - corners[..., :-1, :]
    return np.asarray(rows[..., 1:] - rows[..., :-1])


def polychoric(counts: Array, first: Array, second: Array) -> Array:
    """Correlations that maximise the likelihood of tables given the thresholds, shape (k,).

    Parameters
    ----------
    counts : array, shape (k, r, s)
    first : array, shape (k, r - 1)
        Thresholds of the first variables.
    second : array, shape (k, s - 1)

    Returns
    -------
    array, shape (k,)
        NaN where the likelihood still grows near a correlation of one.
    """
    shares = counts / counts.sum(axis=(1, 2), keepdims=True)

    def derivatives(rho: Array, which: Indices) -> tuple[Array, Array, Array]:
        found = cells(first[which], second[which], rho)
        ratio = shares[which] / found.probability
        relative = found.slope / found.probability
        gradient = (ratio * found.slope).sum(axis=(1, 2))
        expected = (relative * found.slope).sum(axis=(1, 2))
        hessian = (ratio * found.bend).sum(axis=(1, 2)) - (ratio * relative * found.slope).sum(
            axis=(1, 2)
        )
        return gradient, hessian, expected

    return maximise(derivatives, _scores_correlation(shares, first, second))


def _scores_correlation(shares: Array, first: Array, second: Array) -> Array:
    """Correlations of the categories' mean normal scores, where to start from, shape (k,)."""
    along = _normal_scores(first, shares.sum(axis=2))
    across = _normal_scores(second, shares.sum(axis=1))
    product = (along[:, None, :] @ shares @ across[:, :, None])[:, 0, 0]
    return np.asarray(np.clip(1.1 * product, -0.9, 0.9))


def _normal_scores(thresholds: Array, shares: Array) -> Array:
    """Standardised means of a normal variable between thresholds, shape (k, r)."""
    heights = np.pad(normal_density(thresholds), ((0, 0), (1, 1)))
    means = (heights[:, :-1] - heights[:, 1:]) / np.maximum(shares, _SMALLEST)
    return np.asarray(means / np.sqrt((shares * means**2).sum(axis=1, keepdims=True)))


def threshold_slopes(first: Array, second: Array, rho: Array) -> Array:
    """Derivatives of P(X <= a, Y in a category) in the first variables' thresholds.

    Shape (k, r - 1, s): what one cell gains when the threshold above it moves, and the next loses.
    """
    rest = np.sqrt(1.0 - rho * rho)[:, None, None]
    inner = ndtr((second[:, None, :] - rho[:, None, None] * first[:, :, None]) / rest)
    edges = np.zeros((*inner.shape[:2], inner.shape[2] + 2))
    edges[:, :, 1:-1] = inner
    edges[:, :, -1] = 1.0
    return np.asarray(normal_density(first)[:, :, None] * np.diff(edges, axis=2))
