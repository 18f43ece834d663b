"""Indices without a baseline: critical n, goodness of fit, McDonald's, cross-validation."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

import numpy as np

from ...data import OrdinalStatistics, Sample
from ...estimation.discrepancy import LeastSquares
from ...estimation.implied import Implied
from ...numerics import Array, Indices, chi_square_quantile, vech
from .evidence import Evidence, Value, total_size


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
        "mfi": noncentrality_index(x - df, n),
        "ecvi": x / n + 2.0 * evidence.n_parameters / n,
    }


def noncentrality_index(excess: float, n: float) -> float:
    """McDonald's (1989) index, of what chi-square exceeds its degrees of freedom by."""
    return exp(-0.5 * excess / n)


def _critical_n(evidence: Evidence, level: float) -> Value:
    if evidence.degrees_of_freedom == 0:
        return "the model is saturated"
    if evidence.chi_square <= 0.0:
        return "the model fits perfectly at every n"
    quantile = chi_square_quantile(1.0 - level, evidence.degrees_of_freedom)
    return quantile / (evidence.chi_square / evidence.multiplier) + 1.0


def _goodness_of_fit(evidence: Evidence) -> float:
    """One less e'We / s'Ws with W the weight of the discrepancy.

    Groups are averaged with their sizes as weights. Moments of exogenous variables that are fixed
    to the sample are not in e and s.
    """
    if isinstance(evidence.discrepancy, LeastSquares):
        return _by_moments(evidence)
    total = 0.0
    for sample, implied, exogenous in _groups(evidence):
        error, whole = _weighted(sample, implied, exogenous)
        total += sample.size / total_size(evidence) * (1.0 - error / whole)
    return total


def _groups(evidence: Evidence) -> Iterator[tuple[Sample, Implied, Indices]]:
    return zip(evidence.samples, evidence.implied, evidence.exogenous, strict=True)


def _by_moments(evidence: Evidence) -> float:
    """The same with a weight over means and vech(covariances)."""
    total = 0.0
    for sample, implied, exogenous in _groups(evidence):
        weight = evidence.discrepancy.moment_weight(sample, implied)
        share = sample.size / total_size(evidence)
        whole = _whole(sample, exogenous)
        gap = sample.vector - implied.vector(sample.mean is not None)
        total += share * (1.0 - float(gap @ weight @ gap) / float(whole @ weight @ whole))
    return total


def _whole(sample: Sample, exogenous: Indices) -> Array:
    """The sample's vector with zeros for moments of exogenous variables."""
    if isinstance(sample, OrdinalStatistics):
        return sample.vector
    covariance, mean = _without(sample, exogenous)
    half = vech(covariance)
    return half if mean is None else np.concatenate([mean, half])


def _without(sample: Sample, exogenous: Indices) -> tuple[Array, Array | None]:
    """Sample moments with zeros for those of exogenous variables."""
    covariance = sample.covariance.copy()
    covariance[np.ix_(exogenous, exogenous)] = 0.0
    mean = None if sample.mean is None else sample.mean.copy()
    if mean is not None:
        mean[exogenous] = 0.0
    return covariance, mean


def _weighted(sample: Sample, implied: Implied, exogenous: Indices) -> tuple[float, float]:
    """Sizes of residuals and of moments under normality, without forming W."""
    inverse = implied.inverse

    def size(matrix: Array, mean: Array | None) -> float:
        product = inverse @ matrix
        total = 0.5 * float((product * product.T).sum())
        return total if mean is None else total + float(mean @ inverse @ mean)

    error_mean = None if sample.mean is None else sample.mean - implied.mean
    error = size(sample.covariance - implied.covariance, error_mean)
    return error, size(*_without(sample, exogenous))
