"""Root mean square residuals: raw, standardised by the sample (Bentler, 1995), of correlations."""

from __future__ import annotations

from math import sqrt

import numpy as np

from ...data import OrdinalStatistics, Sample
from ...estimation.implied import Implied
from ...numerics import correlation
from .evidence import Evidence, Value, total_size


def residual_based(evidence: Evidence) -> dict[str, Value]:
    """rmr, srmr (as srmr_bentler), crmr and srmr_mplus, with and without the means.

    With several groups, the groups' values are averaged with the groups' sizes as weights.
    """
    total: dict[str, float] = {}
    for sample, implied in zip(evidence.samples, evidence.implied, strict=True):
        share = sample.size / total_size(evidence)
        for name, value in _one_group(sample, implied).items():
            total[name] = total.get(name, 0.0) + share * value
    if not isinstance(evidence.samples[0], OrdinalStatistics):
        total["srmr"] = total["srmr_bentler"]
        return dict(total)
    reason = "it is not defined for ordinal items"
    return {
        **total,
        "srmr": total["srmr_bentler_nomean"],
        "wrmr": _weighted(evidence),
        "srmr_mplus": reason,
        "srmr_mplus_nomean": reason,
    }


def _weighted(evidence: Evidence) -> float:
    """Weighted root mean square residual (Muthen & Muthen, 1998): chi-square over statistics."""
    total = 0.0
    for sample, implied in zip(evidence.samples, evidence.implied, strict=True):
        value = float(evidence.discrepancy.value(sample, implied))
        total += (sample.size - 1.0) * value / len(sample.vector)
    return sqrt(max(total, 0.0))  # rounding can leave a perfect fit below zero


def _responses(sample: OrdinalStatistics, implied: Implied) -> dict[str, float]:
    """The same of thresholds and polychoric correlations.

    As in lavaan, variances and means of continuous variables count as entries without a residual.
    Predictors that are conditioned on are no entries: lavaan 0.6 counted each of them as one.
    """
    layout, given, fitted = sample.statistics.layout, sample.vector, implied.vector(True)
    rows, columns = layout.pairs
    gap = given - fitted
    thresholds = gap[layout.blocks["thresholds"]]
    deviation, implied_deviation = np.ones((2, layout.n_variables))
    deviation[layout.continuous] = given[layout.blocks["variances"]] ** 0.5
    implied_deviation[layout.continuous] = fitted[layout.blocks["variances"]] ** 0.5
    observed = given[layout.blocks["covariances"]] / (deviation[rows] * deviation[columns])
    expected = fitted[layout.blocks["covariances"]]
    expected = expected / (implied_deviation[rows] * implied_deviation[columns])
    raw = gap[layout.blocks["covariances"]]
    entries = len(rows) + layout.n_variables
    found = {}
    for name, parts, count in (
        ("rmr", raw, entries),
        ("srmr_bentler", raw / (deviation[rows] * deviation[columns]), entries),
        ("crmr", observed - expected, len(rows)),
    ):
        squares = float(parts @ parts)
        found[f"{name}_nomean"] = sqrt(squares / max(count, 1))
        with_thresholds = squares + float(thresholds @ thresholds)
        found[name] = sqrt(with_thresholds / max(count + len(thresholds), 1))
    return found


def _one_group(sample: Sample, implied: Implied) -> dict[str, float]:
    if isinstance(sample, OrdinalStatistics):
        return _responses(sample, implied)
    observed, expected = sample.covariance, implied.covariance
    deviation, implied_deviation = np.sqrt(observed.diagonal()), np.sqrt(expected.diagonal())
    raw = observed - expected
    scaled = raw / (deviation[:, None] * deviation)
    correlated = correlation(observed) - correlation(expected)
    mplus = correlated.copy()
    np.fill_diagonal(mplus, scaled.diagonal())
    p = len(deviation)
    if sample.mean is None:
        means = dict.fromkeys(("raw", "scaled", "own"), np.zeros(0))
    else:
        means = {
            "raw": sample.mean - implied.mean,
            "scaled": (sample.mean - implied.mean) / deviation,
            "own": sample.mean / deviation - implied.mean / implied_deviation,
        }
    entries = p * (p + 1) // 2
    found: dict[str, float] = {}
    for name, matrix, mean, count in (
        ("rmr", raw, means["raw"], entries),
        ("srmr_bentler", scaled, means["scaled"], entries),
        ("crmr", correlated, means["scaled"], entries - p),
        ("srmr_mplus", mplus, means["own"], entries),
    ):
        diagonal = matrix.diagonal()
        squares = 0.5 * float(np.vdot(matrix, matrix) + diagonal @ diagonal)
        found[f"{name}_nomean"] = sqrt(squares / max(count, 1))
        with_means = squares + float(mean @ mean)
        found[name] = sqrt(with_means / max(count + len(mean), 1))
    return found
