"""Root mean square residuals of each level."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from ...data import LevelMoments
from ...numerics import Array, Indices, correlation
from .evidence import Evidence, Value, total_size

_NO_VARIANCE = "a variance of that level is not positive: there is no correlation"
_BY_LEVEL = "residuals of two levels are not comparable: see srmr_within and srmr_between"
_OTHERS = ("rmr", "srmr_bentler", "crmr", "srmr_mplus")


def by_level(evidence: Evidence) -> dict[str, Value]:
    """srmr_within and srmr_between, of correlations without means, and srmr, their sum.

    Groups are averaged with their sizes as weights.
    """
    totals = {"srmr_within": 0.0, "srmr_between": 0.0}
    for sample, implied in zip(evidence.samples, evidence.implied, strict=True):
        if not isinstance(sample, LevelMoments):
            continue
        share = sample.size / total_size(evidence)
        levels = (sample.layout.within, sample.layout.between)
        for name, places in zip(totals, levels, strict=True):
            totals[name] += share * _of_level(sample.covariance, implied.covariance, places)
    found: dict[str, Value] = {
        name: value if isfinite(value) else _NO_VARIANCE for name, value in totals.items()
    }
    both = sum(totals.values())
    found["srmr"] = both if isfinite(both) else _NO_VARIANCE
    return {
        **dict.fromkeys((*_OTHERS, *(f"{name}_nomean" for name in _OTHERS)), _BY_LEVEL),
        **found,
    }


def _of_level(observed: Array, expected: Array, places: Indices) -> float:
    block = np.ix_(places, places)
    with np.errstate(invalid="ignore", divide="ignore"):
        residuals = correlation(observed[block]) - correlation(expected[block])
    return sqrt(0.5 * float((residuals**2).sum()) / (len(places) * (len(places) + 1) / 2))
