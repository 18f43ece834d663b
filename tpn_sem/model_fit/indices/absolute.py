"""Indices without a baseline: critical n, goodness of fit, McDonald's, cross-validation."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

import numpy as np

from ...data import LevelMoments, OrdinalStatistics, Sample
from ...estimation.discrepancy import LeastSquares
from ...estimation.implied import Implied
from ...numerics import Array, Indices, chi_square_quantile, noncentrality, vech
from .evidence import Evidence, Value, total_size
from .rmsea import LEVEL

_GFI = ("gfi", "gfi_ci_lower", "gfi_ci_upper")


def absolute(evidence: Evidence) -> dict[str, Value]:
    """cn_05, cn_01, gfi with its 90% interval, gfi_lisrel, agfi_lisrel, pgfi, mfi, ecvi.

    Hoelter (1983); Maydeu-Olivares et al. (2024); Joreskog & Sorbom (1982); Mulaik et al. (1989);
    McDonald (1989); Browne & Cudeck (1993).
    """
    x, df, n = evidence.chi_square, evidence.degrees_of_freedom, evidence.multiplier
    lisrel = _goodness_of_fit(evidence)
    moments = _n_moments(evidence)
    return {
        "cn_05": _critical_n(evidence, 0.05),
        "cn_01": _critical_n(evidence, 0.01),
        **_population_gfi(evidence),
        "gfi_lisrel": lisrel,
        **_adjusted(lisrel, df / moments),
        "mfi": noncentrality_index(x - df, n),
        "ecvi": x / n + 2.0 * evidence.n_parameters / n,
    }


def _adjusted(lisrel: Value, share: float) -> dict[str, Value]:
    """agfi_lisrel and pgfi, of the degrees of freedom's share of the moments."""
    if isinstance(lisrel, str):
        return {"agfi_lisrel": lisrel, "pgfi": lisrel}
    return {
        "agfi_lisrel": 1.0 - (1.0 - lisrel) / share if share else 1.0,
        "pgfi": lisrel * share,
    }


def noncentrality_index(excess: float, n: float) -> float:
    """McDonald's (1989) index, of what chi-square exceeds its degrees of freedom by."""
    return exp(-0.5 * excess / n)


def _population_gfi(evidence: Evidence) -> dict[str, Value]:
    """The index p / (p + 2 d), d the reweighted statistic's noncentrality per observation.

    That ending in ``_robust`` has d as the robust rmsea has it, of the reweighted statistic.
    """
    x, df = evidence.reweighted_chi_square, float(evidence.degrees_of_freedom)
    found: dict[str, Value] = {"gfi_ci_level": LEVEL}
    found |= _gfi_family(evidence, "", x, df)
    corrected = evidence.corrected
    if corrected is None:
        return found
    if isinstance(corrected, str):
        return found | dict.fromkeys([f"{name}_robust" for name in _GFI], corrected)
    scale = corrected.interval_scale
    shift = corrected.interval_statistic - corrected.chi_square / scale
    return found | _gfi_family(evidence, "_robust", x, corrected.expected, scale, shift)


def _gfi_family(
    evidence: Evidence,
    suffix: str,
    x: float | str,
    expected: float,
    scale: float = 1.0,
    shift: float = 0.0,
) -> dict[str, Value]:
    """The index with its interval, of a statistic with an expectation, a scale and a shift."""
    names = [f"{name}{suffix}" for name in _GFI]
    if isinstance(x, str):
        return dict.fromkeys(names, x)
    df = float(evidence.degrees_of_freedom)
    p = sum(_n_rows_tell(sample) for sample in evidence.samples) / evidence.n_groups
    tail = (1.0 - LEVEL) / 2.0
    statistic = x / scale + shift
    ends = [noncentrality(statistic, df, level) if df else 0.0 for level in (tail, 1.0 - tail)]
    excesses = (x - expected, *(scale * end for end in ends))
    values = [p / (p + 2.0 * max(excess, 0.0) / evidence.multiplier) for excess in excesses]
    return dict(zip(names, values, strict=True))


def _n_rows_tell(sample: Sample) -> int:
    """Variables of rows: those within clusters where there are levels."""
    return len(sample.layout.within) if isinstance(sample, LevelMoments) else sample.n_variables


def _n_moments(evidence: Evidence) -> int:
    """Moments that LISREL's indices count: means of continuous variables are not among them."""
    means = [
        sample.n_variables
        for sample in evidence.samples
        if evidence.means and not isinstance(sample, OrdinalStatistics)
    ]
    return evidence.n_all_moments - sum(means)


def _critical_n(evidence: Evidence, level: float) -> Value:
    if evidence.degrees_of_freedom == 0:
        return "the model is saturated"
    if evidence.chi_square <= 0.0:
        return "the model fits perfectly at every n"
    quantile = chi_square_quantile(1.0 - level, evidence.degrees_of_freedom)
    return quantile / (evidence.chi_square / evidence.multiplier) + 1.0


def _goodness_of_fit(evidence: Evidence) -> Value:
    """One less e'We / s'Ws with W the weight of the discrepancy.

    Residuals of means are in e, but means are not in s: where their zero lies is arbitrary, and a
    model with saturated means is the one without. Groups are averaged with their sizes as
    weights. Moments of exogenous variables that are fixed to the sample are not in e and s.
    """
    if any(sample.n_unseen or not sample.has_unrestricted for sample in evidence.samples):
        return "the data do not tell all covariances of the variables"
    if evidence.discrepancy.untested and isinstance(evidence.samples[0], OrdinalStatistics):
        return evidence.discrepancy.untested
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
        gap = sample.vector - implied.vector(sample.mean is not None)
        whole = _whole(sample, exogenous, weight)
        total += share * (1.0 - float(gap @ weight @ gap) / whole)
    return total


def _whole(sample: Sample, exogenous: Indices, weight: Array) -> float:
    """Size of the sample's moments, with means at what makes it smallest."""
    if isinstance(sample, OrdinalStatistics):
        return float(sample.vector @ weight @ sample.vector)
    half = vech(_without(sample.covariance, exogenous))
    p = 0 if sample.mean is None else sample.n_variables
    across = weight[:p, p:] @ half
    taken = across @ np.linalg.solve(weight[:p, :p], across)
    return float(half @ weight[p:, p:] @ half - taken)


def _without(covariance: Array, exogenous: Indices) -> Array:
    """Sample covariances with zeros for those of exogenous variables."""
    covariance = covariance.copy()
    covariance[np.ix_(exogenous, exogenous)] = 0.0
    return covariance


def _weighted(sample: Sample, implied: Implied, exogenous: Indices) -> tuple[float, float]:
    """Sizes of residuals and of moments under normality, without forming W."""
    inverse = implied.inverse

    def size(matrix: Array) -> float:
        product = inverse @ matrix
        return 0.5 * float((product * product.T).sum())

    error = size(sample.covariance - implied.covariance)
    if sample.mean is not None:
        gap = sample.mean - implied.mean
        error += float(gap @ inverse @ gap)
    return error, size(_without(sample.covariance, exogenous))
