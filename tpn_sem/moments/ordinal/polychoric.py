"""Polychoric correlations of stacks of contingency tables, given the thresholds (Olsson, 1979)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ...numerics import (
    Array,
    Indices,
    Mask,
    density,
    density_slope,
    grid_distribution,
    log_rectangle,
    normal_density,
)
from .correlation_newton import maximise, maximise_globally

_SMALLEST = 1e-16  # what the quadrature can tell from zero
TINY = 1e-7  # a probability below which the quadrature's absolute error counts
_LEAST = 1e-300  # the smallest probability; slopes keep their ratio to it
_FAR = 40.0  # stands for an infinite threshold
_SURPRISE = 1e6  # times as many answers as expected, that make a maximum doubtful


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


def cells(first: Array, second: Array, rho: Array, counts: Array | None = None) -> Cells:
    """Probabilities between the thresholds of pairs of variables with correlation rho.

    Parameters
    ----------
    first : array, shape (k, r - 1)
    second : array, shape (k, s - 1)
    rho : array, shape (k,)
    counts : array, shape (k, r, s), or None
        Where above zero, probabilities and the ratios of their derivatives to them are accurate
        however small they are; elsewhere to 1e-12.
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
    probability = np.maximum(_differences(corners), _SMALLEST)
    if counts is not None:
        tiny = (probability < TINY) & (counts > 0.0)
        if tiny.any():
            _refine(probability, slope, bend, tiny, (first, second, rho))
    return Cells(probability, slope, bend)


def _refine(
    probability: Array, slope: Array, bend: Array, tiny: Mask, at: tuple[Array, Array, Array]
) -> None:
    """Put accurate values of tiny cells in."""
    pair, row, column = np.nonzero(tiny)
    wide = [np.pad(side, ((0, 0), (1, 1)), constant_values=(-_FAR, _FAR)) for side in at[:2]]
    low, high = wide[0][pair, row], wide[0][pair, row + 1]
    left, right = wide[1][pair, column], wide[1][pair, column + 1]
    probability[tiny], slope[tiny], bend[tiny] = tiny_rectangles(
        low, high, left, right, at[2][pair]
    )


def tiny_rectangles(
    low: Array, high: Array, left: Array, right: Array, rho: Array
) -> tuple[Array, Array, Array]:
    """Probabilities of rectangles, at least 1e-300, and their derivatives in rho, shape (k,) each.

    The ratios of the derivatives to the probability are right also where that would be less.
    """
    log_scale = log_rectangle(low, high, left, right, rho)
    share = np.maximum(np.exp(log_scale), _LEAST)
    slope, bend = np.zeros(len(rho)), np.zeros(len(rho))
    for a, b, sign in (
        (high, right, 1.0),
        (low, right, -1.0),
        (high, left, -1.0),
        (low, left, 1.0),
    ):
        height = sign * density(a, b, rho, log_scale)
        slope += height
        bend += height * density_slope(a, b, rho)
    return share, slope * share, bend * share


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
        NaN where the likelihood is largest near a correlation of one.
    """
    shares = counts / counts.sum(axis=(1, 2), keepdims=True)
    surprised = np.zeros(len(counts), dtype=bool)

    def derivatives(rho: Array, which: Indices) -> tuple[Array, Array, Array]:
        found = cells(first[which], second[which], rho, shares[which])
        ratio = shares[which] / found.probability
        surprised[which] = (ratio > _SURPRISE).any(axis=(1, 2))
        relative = found.slope / found.probability
        gradient = (ratio * found.slope).sum(axis=(1, 2))
        expected = (relative * found.slope).sum(axis=(1, 2))
        hessian = (ratio * found.bend).sum(axis=(1, 2)) - (ratio * relative * found.slope).sum(
            axis=(1, 2)
        )
        return gradient, hessian, expected

    rho = maximise(derivatives, _scores_correlation(shares, first, second))
    doubtful = np.flatnonzero(surprised | np.isnan(rho))
    if len(doubtful):
        rho[doubtful] = maximise_globally(derivatives, doubtful)
    return rho


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
