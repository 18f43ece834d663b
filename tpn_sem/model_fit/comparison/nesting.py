"""Which model is nested in which: Bentler & Satorra's (2010) test, and equivalence."""

from __future__ import annotations

import warnings
from dataclasses import replace
from enum import Enum

import numpy as np

from ...data import CompleteMoments, OrdinalStatistics, Samples
from ...errors import TpnSemError, TpnSemWarning
from ...estimation import Estimation, solve
from ...estimation.discrepancy import MaximumLikelihood, UnweightedLeastSquares
from ...estimation.standard_errors import order_of
from ...specification import EstimationOptions

_LIKELIHOOD = MaximumLikelihood()
_PERFECT = 1e-8  # objective below which one model reproduces the other's moments


class Nesting(Enum):
    """How one model stands to another."""

    EQUIVALENT = "equivalent to"
    NESTED = "nested in"
    NOT_NESTED = "not nested in"
    UNKNOWN = "undecided against"


def nesting(restricted: Estimation, general: Estimation) -> Nesting:
    """Whether `restricted` is nested in `general`, or equivalent to it.

    The general model is fitted to the moments that the restricted one implies. If it reproduces
    them perfectly, the restricted model is nested in it; with equal degrees of freedom the two are
    equivalent. The answer holds at the estimates, so that it is a numerical proof of what is not
    nested and strong evidence of what is.
    """
    if not (restricted.converged and general.converged):
        return Nesting.UNKNOWN
    difference = restricted.degrees_of_freedom - general.degrees_of_freedom
    if difference < 0:
        return Nesting.NOT_NESTED
    if restricted.specification.means != general.specification.means:
        return Nesting.UNKNOWN
    both = zip(restricted.specification.patterns, general.specification.patterns, strict=True)
    if any(set(one.observed) != set(two.observed) for one, two in both):
        return Nesting.NOT_NESTED
    if set(restricted.specification.categories) != set(general.specification.categories):
        return Nesting.NOT_NESTED
    refitted = _refit(general, _implied_samples(restricted, general))
    if refitted is None:
        return Nesting.UNKNOWN
    if float(refitted.solution.value) > _PERFECT:
        return Nesting.NOT_NESTED if refitted.converged else Nesting.UNKNOWN
    return Nesting.EQUIVALENT if difference == 0 else Nesting.NESTED


def place_at(restricted: Estimation, general: Estimation) -> Estimation | None:
    """The general model with parameters that imply the restricted model's moments, if any do."""
    refitted = _refit(general, _implied_samples(restricted, general))
    if refitted is None or float(refitted.solution.value) > _PERFECT:
        return None
    solution = replace(general.solution, parameters=refitted.parameters, active=(), implied=None)
    return Estimation(general.objective, solution, general.options)


def _implied_samples(restricted: Estimation, general: Estimation) -> Samples:
    """The restricted model's implied moments in the general model's order of variables."""
    if general.specification.categories:
        return _implied_statistics(restricted, general)
    groups = []
    for group, (sample, implied) in enumerate(
        zip(restricted.samples.groups, restricted.implied, strict=True)
    ):
        names = restricted.specification.patterns[group].observed
        wanted = general.specification.patterns[group].observed
        order = [names.index(name) for name in wanted]
        groups.append(
            CompleteMoments(
                label=sample.label,
                names=wanted,
                n_observations=sample.n_observations,
                covariance=implied.covariance[order][:, order],
                mean=implied.mean[order] if sample.mean is not None else None,
            )
        )
    return Samples(tuple(groups))


def _implied_statistics(restricted: Estimation, general: Estimation) -> Samples:
    """The same of thresholds and correlations of ordinal variables."""
    fitted = np.concatenate([implied.vector(True) for implied in restricted.implied])
    fitted = fitted[order_of(restricted.specification, general.specification)]
    places = general.specification.moment_places
    groups = tuple(
        replace(sample, statistics=sample.statistics.at(fitted[own]))
        for sample, own in zip(general.samples.groups, places, strict=True)
        if isinstance(sample, OrdinalStatistics)
    )
    return Samples(groups)


def _refit(general: Estimation, samples: Samples) -> Estimation | None:
    specification = general.specification
    options = EstimationOptions(max_iterations=general.options.max_iterations)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        try:
            discrepancy = UnweightedLeastSquares() if specification.categories else _LIKELIHOOD
            return solve(specification, samples, discrepancy, options)
        except TpnSemError:
            return None
