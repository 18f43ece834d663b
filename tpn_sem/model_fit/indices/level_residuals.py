"""Root mean square residuals of each level."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from ...data import LevelMoments, LevelOrdinalStatistics
from ...estimation.implied import Implied, ImpliedResponses
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
        if not isinstance(sample, LevelMoments | LevelOrdinalStatistics):
            continue
        share = sample.size / total_size(evidence)
        levels = (sample.layout.within, sample.layout.between)
        for name, every in zip(totals, levels, strict=True):
            places = every[every < _n_compared(sample)]
            totals[name] += share * _of_level(*_covariances(sample, implied), places)
    found: dict[str, Value] = {
        name: value if isfinite(value) else _NO_VARIANCE for name, value in totals.items()
    }
    both = sum(totals.values())
    found["srmr"] = both if isfinite(both) else _NO_VARIANCE
    return {
        **dict.fromkeys((*_OTHERS, *(f"{name}_nomean" for name in _OTHERS)), _BY_LEVEL),
        **found,
    }


def _n_compared(sample: LevelMoments | LevelOrdinalStatistics) -> int:
    """Variables that are not conditioned on, which come first."""
    if isinstance(sample, LevelMoments):
        return sample.n_variables
    return sample.statistics.layout.n_variables


def _covariances(
    sample: LevelMoments | LevelOrdinalStatistics, implied: Implied
) -> tuple[Array, Array]:
    """Of the sample and of the model; given predictors where these are conditioned on."""
    if isinstance(sample, LevelMoments) or not isinstance(implied, ImpliedResponses):
        return sample.covariance, implied.covariance
    p, scale = len(implied.scale), implied.scale
    given = implied.given.all_covariance[:p, :p]
    return sample.statistics.covariance, given * np.outer(scale, scale)


def _of_level(observed: Array, expected: Array, places: Indices) -> float:
    block = np.ix_(places, places)
    with np.errstate(invalid="ignore", divide="ignore"):
        residuals = correlation(observed[block]) - correlation(expected[block])
    return sqrt(0.5 * float((residuals**2).sum()) / (len(places) * (len(places) + 1) / 2))
