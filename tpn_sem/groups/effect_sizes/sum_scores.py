"""Sum scores of items: expectation, variance, distribution."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from scipy.special import ndtr

from ...numerics import Array, Indices, grid_distribution
from .group_measurement import GroupMeasurement


def expected_mean(items: GroupMeasurement, item: int, over: GroupMeasurement) -> float:
    """Mean expected answer of one group's item over another's factors.

    A probit of a normal predictor is a probit again, so that it has a closed form.
    """
    centre = float(items.intercepts[item] + items.loadings[item] @ over.factor_mean)
    if item not in items.thresholds:
        return centre
    slope = items.loadings[item]
    spread = np.sqrt(slope @ over.factor_covariance @ slope + items.residuals[item, item])
    return float(1.0 + ndtr((centre - items.thresholds[item]) / spread).sum())


def sum_variance(group: GroupMeasurement, places: Indices) -> float:
    """Implied variance of the sum of some items.

    Covariances of ordinal answers are sums of bivariate normal probabilities over thresholds.
    """
    loadings = group.loadings[places]
    residuals = group.residuals[np.ix_(places, places)]
    spread = loadings @ group.factor_covariance @ loadings.T + residuals
    deviations = np.sqrt(np.diag(spread))
    means = group.predictors(group.factor_mean)[places]
    cuts: list[Array | None] = [None] * len(places)
    for number, place in enumerate(places):
        if int(place) in group.thresholds:
            own = group.thresholds[int(place)]
            cuts[number] = (own - means[number]) / deviations[number]
    total = sum(
        spread[i, i] if own is None else _answer_variance(own) for i, own in enumerate(cuts)
    )
    for i, j in combinations(range(len(places)), 2):
        rho = spread[i, j] / deviations[i] / deviations[j]
        total += 2.0 * _covariance(cuts[i], cuts[j], rho, deviations[i], deviations[j])
    return float(total)


def _answer_variance(cuts: Array) -> float:
    shares = np.diff([0.0, *ndtr(cuts), 1.0])
    codes = np.arange(len(shares))
    return float(shares @ codes**2 - (shares @ codes) ** 2)


def _covariance(
    one: Array | None, two: Array | None, rho: float, deviation_one: float, deviation_two: float
) -> float:
    """Of two answers, cut at standardised thresholds or continuous (None)."""
    if one is None and two is None:
        return rho * deviation_one * deviation_two
    if one is not None and two is not None:
        together = grid_distribution(-one[None], -two[None], np.array([rho]))[0]
        return float((together - np.outer(ndtr(-one), ndtr(-two))).sum())
    cuts, deviation = (one, deviation_two) if two is None else (two, deviation_one)
    assert cuts is not None
    density = np.exp(-0.5 * cuts**2) / np.sqrt(2.0 * np.pi)
    return float(rho * deviation * density.sum())


def sum_distribution(group: GroupMeasurement, places: Indices, predictors: Array) -> Array:
    """Probabilities of sums of ordinal items at some predictors, shape (nodes, sums).

    Sums count from the lowest one; answers are independent given the factors (Lord & Wingersky,
    1984).

    Parameters
    ----------
    predictors : array, shape (nodes, p)
    """
    found = np.ones((len(predictors), 1))
    for place in places:
        above = group.above(int(place), predictors[:, place])
        ones, zeros = np.ones((len(above), 1)), np.zeros((len(above), 1))
        shares = np.hstack([ones, above]) - np.hstack([above, zeros])
        longer = np.zeros((len(found), found.shape[1] + shares.shape[1] - 1))
        for answer in range(shares.shape[1]):
            longer[:, answer : answer + found.shape[1]] += found * shares[:, [answer]]
        found = longer
    return found
