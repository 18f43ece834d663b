"""Indices without a baseline: critical n, goodness of fit, McDonald's, cross-validation."""

from __future__ import annotations

from math import exp

from ..distributions import chi_square_quantile
from ..implied import Implied
from ..linalg import Array, Indices
from ..sample import Sample
from .evidence import Evidence, Value


def absolute(evidence: Evidence) -> dict[str, Value]:
    """cn_05, cn_01, gfi, agfi, pgfi, mfi, ecvi.

    Hoelter (1983); Joreskog & Sorbom (1982); Mulaik et al. (1989); McDonald (1989); Browne &
    Cudeck (1993).
    """
    x, df, n = evidence.chi_square, evidence.degrees_of_freedom, evidence.multiplier
    gfi = _goodness_of_fit(evidence)
    moments = evidence.n_all_moments
    return {
        "cn_05": _critical_n(evidence, 0.05),
        "cn_01": _critical_n(evidence, 0.01),
        "gfi": gfi,
        "agfi": 1.0 - (1.0 - gfi) * moments / df if df else 1.0,
        "pgfi": gfi * df / moments,
        "mfi": exp(-0.5 * (x - df) / n),
        "ecvi": x / n + 2.0 * evidence.n_parameters / n,
    }


def _critical_n(evidence: Evidence, level: float) -> Value:
    if evidence.degrees_of_freedom == 0:
        return "the model is saturated"
    if evidence.chi_square <= 0.0:
        return "the model fits perfectly at every n"
    quantile = chi_square_quantile(1.0 - level, evidence.degrees_of_freedom)
    return quantile / (evidence.chi_square / evidence.multiplier) + 1.0


def _goodness_of_fit(evidence: Evidence) -> float:
    """1 - e'We / s'Ws with W the normal-theory weight at the implied moments.

    Groups are averaged with their sizes as weights. Moments of exogenous variables that are fixed
    to the sample are not in e and s.
    """
    total = 0.0
    for sample, implied in zip(evidence.samples, evidence.implied, strict=True):
        error, whole = _weighted(sample, implied, evidence.exogenous)
        total += sample.n_observations / evidence.n_observations * (1.0 - error / whole)
    return total


def _weighted(sample: Sample, implied: Implied, exogenous: Indices) -> tuple[float, float]:
    inverse = implied.inverse

    def size(matrix: Array, mean: Array | None) -> float:
        product = inverse @ matrix
        total = 0.5 * float((product * product.T).sum())
        return total if mean is None else total + float(mean @ inverse @ mean)

    error_mean = None if sample.mean is None else sample.mean - implied.mean
    error = size(sample.covariance - implied.covariance, error_mean)
    covariance = sample.covariance.copy()
    covariance[exogenous[:, None], exogenous] = 0.0
    mean = None if sample.mean is None else sample.mean.copy()
    if mean is not None:
        mean[exogenous] = 0.0
    return error, size(covariance, mean)
