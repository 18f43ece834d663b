"""Which model is nested in which: Bentler & Satorra's (2010) test, and equivalence."""

from __future__ import annotations

import warnings
from dataclasses import replace
from enum import Enum

import numpy as np

from ...data import CompleteMoments, OrdinalStatistics, Samples
from ...errors import TpnSemError, TpnSemWarning
from ...estimation import Estimation, Objective, solve_unseen
from ...estimation.discrepancy import MaximumLikelihood, UnweightedLeastSquares
from ...estimation.latent_products import ImpliedWithProducts
from ...estimation.optimisation import PATIENT, search_minimum
from ...estimation.standard_errors import order_of
from ...numerics import Array
from ...specification import EstimationOptions

_LIKELIHOOD = MaximumLikelihood()
_PATIENCE = PATIENT - 1  # iterations before other start values are tried
_NEAR = 1e-3  # objective of a search that creeps towards where the model is singular
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
    own, wide = _products(restricted), _products(general)
    if not own <= wide or (difference == 0 and own != wide):
        return Nesting.NOT_NESTED  # rows tell of products what moments do not
    refitted = _refit(restricted, general)
    if refitted is None:
        return Nesting.UNKNOWN
    if float(refitted.solution.value) > _PERFECT:
        return Nesting.NOT_NESTED if refitted.converged else Nesting.UNKNOWN
    return Nesting.EQUIVALENT if difference == 0 else Nesting.NESTED


def _products(estimation: Estimation) -> set[tuple[object, ...]]:
    """Outcome, factors and group of each coefficient of a latent product that is not zero."""
    products = estimation.specification.roles.products
    return {
        (row.lhs, *sorted(row.rhs.split(":")), row.group)
        for row in estimation.specification.table.rows
        if row.rhs in products and row.fixed != 0.0
    }


def place_at(restricted: Estimation, general: Estimation) -> Estimation | None:
    """The general model with parameters that imply the restricted model's moments, if any do."""
    refitted = _refit(restricted, general)
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
        if isinstance(implied, ImpliedWithProducts):
            implied = implied.without_products
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


def _refit(restricted: Estimation, general: Estimation) -> Estimation | None:
    """The general model fitted to the moments that the restricted one implies.

    First from the restricted model's own estimates, then from the usual start values, and from
    others where neither search ends.
    """
    ordinal = bool(general.specification.categories)
    discrepancy = UnweightedLeastSquares() if ordinal else _LIKELIHOOD
    most = general.options.max_iterations
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        try:
            samples = _implied_samples(restricted, general)
            objective = Objective(general.specification, samples, discrepancy)
            start = _shared_start(restricted, general, objective)
            near = search_minimum(objective, start, min(most, _PATIENCE))
            found = Estimation(objective, near, EstimationOptions(max_iterations=most))
            if found.converged and float(near.value) <= _PERFECT:
                return found
            if general.specification.roles.products:
                return found if near.converged else None
            for patience in dict.fromkeys((min(most, _PATIENCE), most)):
                options = EstimationOptions(max_iterations=patience)
                again = solve_unseen(general.specification, samples, discrepancy, options)
                if again.converged or float(again.solution.value) < _NEAR:
                    return again
            return found if found.converged else again
        except TpnSemError:
            return None


def _shared_start(restricted: Estimation, general: Estimation, objective: Objective) -> Array:
    """Estimates of the parameters that both have; paths and covariances of one alone are zero."""
    values = np.array(general.parameters)
    known = {
        (row.key, row.group): row.fixed if row.free < 0 else restricted.parameters[row.free]
        for row in restricted.specification.table.rows
    }
    for row in general.specification.table.free_rows:
        absent = 0.0 if row.operator in ("~", "~~") and not row.is_variance else None
        value = known.get((row.key, row.group), absent)
        if value is not None:
            values[row.free] = value
    reduction = general.specification.restrictions.reduction
    start = reduction.expand(reduction.project(values))
    usable = all(implied.is_usable for implied in objective.imply(start))
    return start if usable else general.parameters
