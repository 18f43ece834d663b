"""Root mean square residuals: raw, standardised by the sample (Bentler, 1995), of correlations."""

from __future__ import annotations

from math import sqrt

import numpy as np

from ..implied import Implied
from ..linalg import Array, correlation, vech
from ..sample import Sample
from .evidence import Evidence, Value


def residual_based(evidence: Evidence) -> dict[str, Value]:
    """rmr, srmr (as srmr_bentler), crmr and srmr_mplus, with and without the means.

    With several groups, the groups' values are averaged with the groups' sizes as weights.
    """
    total: dict[str, float] = {}
    for sample, implied in zip(evidence.samples, evidence.implied, strict=True):
        share = sample.n_observations / evidence.n_observations
        for name, value in _one_group(sample, implied).items():
            total[name] = total.get(name, 0.0) + share * value
    total["srmr"] = total["srmr_bentler"]
    return dict(total)


def _one_group(sample: Sample, implied: Implied) -> dict[str, float]:
    observed, expected = sample.covariance, implied.covariance
    deviation, implied_deviation = np.sqrt(np.diag(observed)), np.sqrt(np.diag(expected))
    raw = observed - expected
    scaled = raw / np.outer(deviation, deviation)
    correlated = correlation(observed) - correlation(expected)
    mplus = correlated + np.diag(np.diag(scaled))
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
        found[name] = _root_mean_square(matrix, mean, count)
        found[f"{name}_nomean"] = _root_mean_square(matrix, mean[:0], count)
    return found


def _root_mean_square(matrix: Array, mean: Array, count: int) -> float:
    squares = float((vech(matrix) ** 2).sum() + (mean**2).sum())
    return sqrt(squares / max(count + len(mean), 1))
