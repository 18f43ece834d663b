"""Root mean square residuals: raw, standardised by the sample (Bentler, 1995), of correlations."""

from __future__ import annotations

from math import sqrt

import numpy as np

from ..implied import Implied
from ..linalg import correlation
from ..sample import Sample
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
    total["srmr"] = total["srmr_bentler"]
    return dict(total)


def _one_group(sample: Sample, implied: Implied) -> dict[str, float]:
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
