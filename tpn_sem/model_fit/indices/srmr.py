"""Root mean square residuals: raw, standardised by the sample (Bentler, 1995), of correlations."""

from __future__ import annotations

from math import isfinite, sqrt

import numpy as np

from ...data import LevelMoments, LevelOrdinalStatistics, OrdinalStatistics, Sample
from ...estimation import NO_UNRESTRICTED
from ...estimation.implied import Implied, ImpliedResponses
from ...numerics import Array, correlation
from .evidence import Evidence, Value, total_size
from .level_residuals import by_level

_NO_VARIANCE = "an implied variance is not positive: there is no correlation"


def residual_based(evidence: Evidence) -> dict[str, Value]:
    """rmr, srmr (as srmr_bentler), crmr and srmr_mplus, with and without the means.

    With several groups, the groups' values are averaged with the groups' sizes as weights.
    """
    total: dict[str, float] = {}
    if reason := _beyond(evidence):
        names = ("rmr", "srmr_bentler", "crmr", "srmr_mplus")
        without_means = (f"{name}_nomean" for name in names)
        return dict.fromkeys((*names, *without_means, "srmr"), reason)
    if isinstance(evidence.samples[0], LevelMoments | LevelOrdinalStatistics):
        return by_level(evidence)
    for sample, implied in zip(evidence.samples, evidence.implied, strict=True):
        share = sample.size / total_size(evidence)
        for name, value in _one_group(sample, implied).items():
            total[name] = total.get(name, 0.0) + share * value
    found = {name: value if isfinite(value) else _NO_VARIANCE for name, value in total.items()}
    if not isinstance(evidence.samples[0], OrdinalStatistics):
        return {**found, "srmr": found["srmr_bentler"]}
    reason = "it is not defined for ordinal items"
    return {
        **found,
        "srmr": found["srmr_bentler_nomean"],
        "wrmr": evidence.discrepancy.untested or _weighted(evidence),
        "srmr_mplus": reason,
        "srmr_mplus_nomean": reason,
    }


def _beyond(evidence: Evidence) -> str:
    """Why there are no residuals; empty where there are."""
    if not all(sample.has_unrestricted for sample in evidence.samples):
        return NO_UNRESTRICTED
    responses = (one for one in evidence.implied if isinstance(one, ImpliedResponses))
    return next((one.reason.rstrip(".") for one in responses), "")


def _weighted(evidence: Evidence) -> float:
    """Weighted root mean square residual (Muthen & Muthen, 1998): chi-square over statistics."""
    total = 0.0
    for sample, implied in zip(evidence.samples, evidence.implied, strict=True):
        value = float(evidence.discrepancy.value(sample, implied))
        total += (sample.size - 1.0) * value / len(sample.vector)
    return sqrt(max(total, 0.0))  # rounding can leave a perfect fit below zero


def _responses(sample: OrdinalStatistics, implied: Implied) -> dict[str, float]:
    """The same of polychoric correlations; with thresholds and slopes where means would be.

    As in lavaan, variances of continuous variables count as entries without a residual, and their
    means not at all. Slopes are standardised by the variables' (residual) deviations. Predictors
    that are conditioned on are no entries: lavaan 0.6 counted each of them as one.
    """
    layout, given, fitted = sample.statistics.layout, sample.vector, implied.vector(True)
    rows, columns = layout.pairs
    gap = given - fitted
    others = np.concatenate([gap[layout.blocks["thresholds"]], gap[layout.blocks["slopes"]]])
    deviation, implied_deviation = np.ones((2, layout.n_variables))
    deviation[layout.continuous] = given[layout.blocks["variances"]] ** 0.5
    implied_deviation[layout.continuous] = fitted[layout.blocks["variances"]] ** 0.5
    observed = given[layout.blocks["covariances"]] / (deviation[rows] * deviation[columns])
    expected = fitted[layout.blocks["covariances"]]
    expected = expected / (implied_deviation[rows] * implied_deviation[columns])
    raw = gap[layout.blocks["covariances"]]
    entries = len(rows) + layout.n_variables
    given_deviation = np.sqrt(np.diag(sample.covariance)[layout.n_variables :])
    slopes = np.outer(1.0 / deviation, given_deviation).ravel()
    scale = np.concatenate([np.ones(len(layout.threshold_variables)), slopes])
    found = {}
    for name, parts, beside, count in (
        ("rmr", raw, others, entries),
        ("srmr_bentler", raw / (deviation[rows] * deviation[columns]), others * scale, entries),
        ("crmr", observed - expected, others * scale, len(rows)),
    ):
        squares = float(parts @ parts)
        found[f"{name}_nomean"] = sqrt(squares / max(count, 1))
        found[name] = sqrt((squares + float(beside @ beside)) / max(count + len(others), 1))
    return found


def _told(sample: Sample, residuals: Array) -> Array:
    """Residuals with zeros for covariances that the data do not tell, shape (p, p)."""
    return np.where(sample.seen, residuals, 0.0) if sample.n_unseen else residuals


def _one_group(sample: Sample, implied: Implied) -> dict[str, float]:
    if isinstance(sample, OrdinalStatistics):
        return _responses(sample, implied)
    observed, expected = sample.covariance, implied.covariance
    deviation, implied_deviation = np.sqrt(observed.diagonal()), np.sqrt(expected.diagonal())
    raw = _told(sample, observed - expected)
    scaled = raw / (deviation[:, None] * deviation)
    correlated = _told(sample, correlation(observed) - correlation(expected))
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
    entries = p * (p + 1) // 2 - sample.n_unseen
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
