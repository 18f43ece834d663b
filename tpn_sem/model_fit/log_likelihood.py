"""Log-likelihoods under multivariate normality."""

from __future__ import annotations

from math import nan

import numpy as np

from ..data import IncompleteMoments, LevelMoments, Sample
from ..estimation import Minimum
from ..estimation.latent_products import ProductLikelihood
from ..estimation.latent_responses import ResponseLikelihood
from ..numerics import Indices


def log_likelihoods(estimation: Minimum) -> tuple[float, float] | None:
    """Log-likelihood of the model and of the unrestricted one; None without a likelihood.

    NaN where there is no unrestricted model.
    Where exogenous variables are fixed to their sample moments both are conditional on them.
    """
    if estimation.is_two_stage or not estimation.discrepancy.is_likelihood:
        return None
    if estimation.specification.has_levels:
        return _of_levels(estimation)
    if isinstance(estimation.discrepancy, ProductLikelihood | ResponseLikelihood):
        return _of_rows(estimation), nan
    unrestricted = sum(
        _saturated(sample, np.arange(sample.n_variables))
        - _saturated(sample, pattern.fixed_exogenous)
        for sample, pattern in zip(
            estimation.samples.groups, estimation.specification.patterns, strict=True
        )
    )
    pairs = zip(estimation.samples.groups, estimation.group_discrepancies, strict=True)
    distance = sum(sample.size * discrepancy for sample, discrepancy in pairs)
    best = float(unrestricted) if estimation.has_unrestricted else nan
    return float(unrestricted - 0.5 * distance), best


def _of_levels(estimation: Minimum) -> tuple[float, float]:
    """The same of two levels, given the exogenous variables of both."""
    best, distance = 0.0, 0.0
    groups, patterns = estimation.samples.groups, estimation.specification.patterns
    for sample, pattern, lost in zip(groups, patterns, estimation.group_discrepancies, strict=True):
        assert isinstance(sample, LevelMoments)
        deviance = sample.saturated_deviance + sample.clusters.constant
        given = np.setdiff1d(pattern.fixed_exogenous, sample.layout.carriers)
        if len(given):
            own = sample.clusters.of(given)
            block = sample.covariance[np.ix_(given, given)]
            deviance -= float(own.at(sample.centre[given], block).deviance) + own.constant
        best -= 0.5 * sample.size * deviance
        distance += sample.size * lost
    return best - 0.5 * distance, best if estimation.has_unrestricted else nan


def _of_rows(estimation: Minimum) -> float:
    """Of rows with latent products, or of answers, given the exogenous variables that are fixed."""
    total = 0.0
    for sample, pattern, value in zip(
        estimation.samples.groups,
        estimation.specification.patterns,
        estimation.group_discrepancies,
        strict=True,
    ):
        total -= 0.5 * sample.size * value
        if not pattern.n_given:  # else the likelihood is conditional on them as it is
            total -= _saturated(sample, pattern.fixed_exogenous)
    return total


def _saturated(sample: Sample, places: Indices) -> float:
    """Log-likelihood of some variables at their own sample moments."""
    if not len(places):
        return 0.0
    covariance = sample.covariance[np.ix_(places, places)]
    answers = float(len(places))
    if not isinstance(sample, IncompleteMoments):
        deviance = float(np.linalg.slogdet(covariance)[1]) + answers
    else:
        patterns = sample.patterns.of(places)
        deviance = float(patterns.at(sample.centre[places], covariance).deviance)
        answers = float(patterns.shares @ patterns.observed.sum(1))
    return -0.5 * sample.size * (answers * np.log(2.0 * np.pi) + deviance)
