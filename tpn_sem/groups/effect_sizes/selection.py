"""Accuracy of selection by a sum score under partial invariance. Millsap & Kwok (2004)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import ndtr

from ...errors import NotAvailableError
from ...numerics import Array, Indices
from .group_measurement import GroupMeasurement
from .sum_scores import sum_distribution

_NODES, _REACH = 400, 8.0  # of Gauss and Legendre on each side of the cut; standard deviations


def selection_table(
    groups: list[GroupMeasurement], factor: str, share: float, reference: str
) -> pd.DataFrame:
    """Selection rates and accuracy by group, as items work and as if they worked alike.

    See `EffectSizes.selection`.
    """
    place = groups[0].factors.index(factor)
    places = groups[0].measures[place]
    _check(groups, factor, places)
    base = next(group for group in groups if group.label == reference)
    equal = [_measured_as(group, base) for group in groups]
    cut = _factor_cut(groups, place, share)
    found = _rates(groups, place, places, cut, share)
    alike = _rates(equal, place, places, cut, share).add_suffix("_if_equal")
    return found.join(alike)


def _check(groups: list[GroupMeasurement], factor: str, places: Indices) -> None:
    if not len(places):
        raise NotAvailableError(f"{factor!r} has no items of its own to be added up.")
    crossed = [
        groups[0].items[place]
        for place in places
        if any(np.count_nonzero(group.loadings[place]) > 1 for group in groups)
    ]
    if crossed:
        raise NotAvailableError(
            f"{crossed[0]!r} measures several factors: selection by the sum of items of {factor!r} "
            "is worked out for items of one factor."
        )
    ordinal = [int(place) in groups[0].thresholds for place in places]
    if any(ordinal) and not all(ordinal):
        raise NotAvailableError(f"some items of {factor!r} are ordinal and some continuous.")


def _measured_as(group: GroupMeasurement, base: GroupMeasurement) -> GroupMeasurement:
    """A group's people, measured as in the reference group."""
    return replace(
        base,
        label=group.label,
        n=group.n,
        factor_mean=group.factor_mean,
        factor_covariance=group.factor_covariance,
    )


def _factor_cut(groups: list[GroupMeasurement], place: int, share: float) -> float:
    """The value of the factor that a share of all people exceed."""
    weights = np.array([group.n for group in groups])
    weights /= weights.sum()
    means = np.array([group.factor_mean[place] for group in groups])
    deviations = np.sqrt([group.factor_covariance[place, place] for group in groups])

    def exceeding(value: float) -> float:
        return float(weights @ ndtr((means - value) / deviations))

    reach = _REACH * deviations.max()
    return _bisect(exceeding, share, float(means.min() - reach), float(means.max() + reach))


def _bisect(falling: Callable[[float], float], level: float, low: float, high: float) -> float:
    """Where a falling function has a level."""
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if falling(middle) > level else (low, middle)
    return 0.5 * (low + high)


def _rates(
    groups: list[GroupMeasurement], place: int, places: Indices, cut: float, share: float
) -> pd.DataFrame:
    weights = np.array([group.n for group in groups])
    weights /= weights.sum()
    sides = [_sides(group, place, cut) for group in groups]
    if int(places[0]) in groups[0].thresholds:
        selected = _by_answers(groups, places, sides, weights, share)
    else:
        selected = _by_sums(groups, places, sides, weights, share)
    rows = {}
    for group, ((_, _), (density, _)), (false, true) in zip(groups, sides, selected, strict=True):
        worthy = float(density.sum())
        rows[group.label] = {
            "selected": true + false,
            "sensitivity": true / worthy,
            "specificity": 1.0 - false / (1.0 - worthy),
            "success_ratio": true / (true + false),
        }
    return pd.DataFrame(rows).T.rename_axis("group")


Side = tuple[Array, Array]  # density at nodes of the factor, and the items' predictors there


def _sides(group: GroupMeasurement, place: int, cut: float) -> tuple[Side, Side]:
    """Nodes below and above the cut of the factor."""
    mean = group.factor_mean[place]
    deviation = float(np.sqrt(group.factor_covariance[place, place]))
    middle = float(np.clip((cut - mean) / deviation, -_REACH, _REACH))
    found = []
    for low, high in ((-_REACH, middle), (middle, _REACH)):
        nodes, weights = np.polynomial.legendre.leggauss(_NODES)
        z = 0.5 * (high - low) * nodes + 0.5 * (high + low)
        density = 0.5 * (high - low) * weights * np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
        factors = np.tile(group.factor_mean, (_NODES, 1))
        factors[:, place] = mean + deviation * z
        found.append((density, group.predictors(factors)))
    return found[0], found[1]


def _by_answers(
    groups: list[GroupMeasurement],
    places: Indices,
    sides: list[tuple[Side, Side]],
    weights: Array,
    share: float,
) -> list[tuple[float, float]]:
    """Probabilities of being selected below and above the cut; at the lowest sum, by lot."""
    sums = [
        tuple(density @ sum_distribution(group, places, predictors) for density, predictors in pair)
        for group, pair in zip(groups, sides, strict=True)
    ]
    pooled = sum(weight * (low + high) for weight, (low, high) in zip(weights, sums, strict=True))
    above = np.concatenate([np.cumsum(pooled[::-1])[::-1][1:], [0.0]])
    with np.errstate(divide="ignore", invalid="ignore"):
        taken = np.clip(np.where(pooled > 0.0, (share - above) / pooled, 0.0), 0.0, 1.0)
    return [(float(low @ taken), float(high @ taken)) for low, high in sums]


def _by_sums(
    groups: list[GroupMeasurement],
    places: Indices,
    sides: list[tuple[Side, Side]],
    weights: Array,
    share: float,
) -> list[tuple[float, float]]:
    """The same of continuous items, whose sum is normal given the factor."""
    spreads = [np.sqrt(group.residuals[np.ix_(places, places)].sum()) for group in groups]

    def selected(cut: float) -> list[tuple[float, float]]:
        return [
            (float(low @ _tail(below, cut, spread)), float(high @ _tail(over, cut, spread)))
            for ((low, below), (high, over)), spread in zip(sides, spreads, strict=True)
        ]

    def _tail(predictors: Array, cut: float, spread: float) -> Array:
        return np.asarray(ndtr((predictors[:, places].sum(axis=1) - cut) / spread))

    def rate(cut: float) -> float:
        return float(weights @ np.array([false + true for false, true in selected(cut)]))

    totals = np.concatenate([item[1][:, places].sum(axis=1) for pair in sides for item in pair])
    margin = _REACH * float(max(spreads))
    return selected(_bisect(rate, share, totals.min() - margin, totals.max() + margin))
