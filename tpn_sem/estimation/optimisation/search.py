"""Which search finds the minimum: scoring first, then a trust region, then other starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data import CompleteMoments
from ...numerics import Array, Stop
from ..discrepancy import DistributionallyWeightedLeastSquares, HeldWeights
from ..exploratory import rotated_parameters, unrotated_problem
from ..objective import Objective
from .constrained import minimise_constrained
from .newton import Solution, minimise
from .trust_region import minimise_in_region
from .without_curvature import minimise_without_curvature

_REGION = 100  # steps in a trust region, which few problems need more than thirty of
_REST = 1e-4  # change of the estimates, in steps of numerical derivatives, that is none
PATIENT = 100  # iterations from which running out of them is a matter of the method


def search_minimum(
    objective: Objective, start: Array, max_iterations: int, attempts: int = 3
) -> Solution:
    """The minimum of one problem, by the cheapest search that reaches it.

    `Solution.how` says what was needed where that is not scoring from the start values.

    Parameters
    ----------
    attempts : int
        How many searches are made at most: scoring, a trust region from the start, and one from
        where scoring stopped.
    """
    if objective.specification.restrictions.rotations:
        return _rotated_minimum(objective, start, max_iterations, attempts)
    if objective.discrepancy.is_reweighted:
        return _reweighted_minimum(objective, start, max_iterations, attempts)
    if objective.discrepancy.has_dear_weights:
        held = _with_held_weights(objective, start)
        return search_minimum(held, start, max_iterations, attempts)
    if not objective.discrepancy.has_curvature:
        return minimise_without_curvature(objective, start, max_iterations)
    if not objective.specification.restrictions.is_smooth:
        return minimise_constrained(objective, start, max_iterations)
    solution = minimise(objective, start, max_iterations)
    if objective.specification.categories:  # whose second derivatives are too dear for a region
        return solution
    ran_out = solution.stopped is not None and int(solution.stopped) == Stop.ITERATIONS
    if solution.converged or (ran_out and max_iterations < PATIENT):
        return solution
    regions = (
        (start, "scoring stopped short of it, Newton steps in a trust region did not"),
        (solution.parameters, "a trust region reached it from where scoring stopped"),
    )
    for begin, how in regions[: attempts - 1]:
        found = minimise_in_region(objective, begin, min(max_iterations, _REGION))
        if found.converged:
            return replace(found, how=how)
    return solution


def not_searched(objective: Objective, start: Array) -> Solution:
    """The start values as they are, called no solution."""
    implied = objective.imply(start)
    how = "nothing was fitted (do_fit=False): the numbers are start values"
    return Solution(start, objective.value(implied), np.asarray(False), 0, implied=implied, how=how)


def _rotated_minimum(
    objective: Objective, start: Array, max_iterations: int, attempts: int
) -> Solution:
    """The minimum of a model with exploratory blocks, found before they are rotated."""
    plain, begin = unrotated_problem(objective, start)
    found = search_minimum(plain, begin, max_iterations, attempts)
    if not found.converged:
        return found
    parameters = rotated_parameters(objective, found.parameters, start)
    return replace(found, parameters=parameters, implied=None)


def _reweighted_minimum(
    objective: Objective, start: Array, max_iterations: int, attempts: int
) -> Solution:
    """Where weights that follow the estimates have come to rest, a step at a time."""
    rounds = objective.discrepancy
    assert isinstance(rounds, DistributionallyWeightedLeastSquares)
    steps = 1 if objective.specification.restrictions.is_smooth else max_iterations
    here = start
    for taken in range(1, min(rounds.max_rounds, max_iterations) + 1):
        held = _with_held_weights(objective, here)
        found = search_minimum(held, here, steps, attempts)
        change = found.parameters - here
        here = found.parameters
        if _rests(objective, here, change):
            found = search_minimum(held, here, max_iterations, attempts)
            return replace(found, iterations=taken, implied=None)
    return replace(found, iterations=taken, implied=None, converged=np.asarray(False))


def _rests(objective: Objective, here: Array, change: Array) -> bool:
    """Whether a round changed next to nothing."""
    rounds = objective.discrepancy
    assert isinstance(rounds, DistributionallyWeightedLeastSquares)
    if rounds.tolerance is not None:
        return float(np.sqrt(np.mean(change**2))) < rounds.tolerance
    return bool((np.abs(change) < _REST * objective.step_widths(here)).all())


def _with_held_weights(objective: Objective, parameters: Array) -> Objective:
    """The objective with weights as they are at some parameters."""
    pairs = zip(objective.samples.groups, objective.imply(parameters), strict=True)
    groups = tuple(
        replace(sample, known_weight=objective.discrepancy.moment_weight(sample, implied))
        for sample, implied in pairs
        if isinstance(sample, CompleteMoments)
    )
    samples = replace(objective.samples, groups=groups)
    return replace(objective, samples=samples, discrepancy=HeldWeights())
