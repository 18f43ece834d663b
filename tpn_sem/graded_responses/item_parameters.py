"""Discriminations and difficulties of ordinal items, with standard errors by the delta method.

With loadings l, residual standard deviation s and thresholds t of latent responses, and a factor of
mean m and standard deviation d: a = l d / s, b = (t - intercept - l m) / (l d). Takane & de Leeuw
(1987); Kamata & Bauer (2008).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..estimation.implied import Implied
from ..numerics import Array
from ..results import delta_method
from ..specification import COVARIANCE, INTERCEPT, PATH, THRESHOLD


@dataclass(frozen=True)
class ItemPlace:
    """One item of a group, and the factor that it alone measures.

    Attributes
    ----------
    group, metric_group : int
        The group, and the one whose factor has mean 0 and variance 1.
    item, factor : str
    cells : tuple of int
        Of the loading, the residual variance and the intercept.
    thresholds : tuple of int
        Cells of these.
    factor_place : int
        Among all variables.
    """

    group: int
    metric_group: int
    item: str
    factor: str
    cells: tuple[int, int, int]
    thresholds: tuple[int, ...]
    factor_place: int


def place_of(
    estimation: Estimation, group: int, metric_group: int, item: str, factor: str
) -> ItemPlace:
    """Where the parameters of an item stand."""
    pattern = estimation.specification.patterns[group]
    i, f = pattern.names.index(item), pattern.names.index(factor)
    triples = zip(pattern.kind.tolist(), pattern.row.tolist(), pattern.column.tolist(), strict=True)
    cells = {triple: place for place, triple in enumerate(triples)}
    cuts = sorted(key for key in cells if key[0] == THRESHOLD and key[1] == i)
    own = (cells[PATH, i, f], cells[COVARIANCE, i, i], cells[INTERCEPT, i, i])
    return ItemPlace(group, metric_group, item, factor, own, tuple(cells[key] for key in cuts), f)


def item_parameters(
    estimation: Estimation, places: list[ItemPlace], unit: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables of discriminations and of difficulties.

    Parameters
    ----------
    unit : float
        What discriminations are multiplied by.
    """
    numbers = delta_method(estimation, partial(_quantities, places=tuple(places), unit=unit))
    labels = estimation.samples.labels
    items, steps, at = [], [], 0
    for place in places:
        name = {"group": labels[place.group], "item": place.item, "factor": place.factor}
        items.append(name | _numbers(numbers, at, "discrimination"))
        at += 1
        for cut in range(len(place.thresholds)):
            steps.append(name | {"step": cut + 1} | _numbers(numbers, at, "difficulty"))
            at += 1
    return pd.DataFrame(items), pd.DataFrame(steps)


def _numbers(numbers: dict[str, Array], at: int, name: str) -> dict[str, float]:
    wanted = {name: "estimate", "se": "se", "ci_lower": "ci_lower", "ci_upper": "ci_upper"}
    return {shown: float(numbers[column][at]) for shown, column in wanted.items()}


def _quantities(implied: tuple[Implied, ...], places: tuple[ItemPlace, ...], unit: float) -> Array:
    """Discrimination and difficulties, item by item, shape (..., k)."""
    found = []
    for place in places:
        values, metric = implied[place.group].values, implied[place.metric_group]
        loading, residual, intercept = (values[..., cell] for cell in place.cells)
        f = place.factor_place
        deviation = np.sqrt(metric.all_covariance[..., f, f])
        found.append(unit * loading * deviation / np.sqrt(residual))
        start = intercept + loading * metric.all_mean[..., f]
        found += [(values[..., cut] - start) / (loading * deviation) for cut in place.thresholds]
    return np.stack(found, axis=-1)
