"""Other places to begin from, where the search from the usual start values reaches no minimum.

A factor whose unit is a marker that it hardly explains runs off: the marker's loading is fixed at
1, so that the others grow without end while the factor's variance shrinks. From small loadings, or
from the other sign, the search ends in the minimum on that side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice

import numpy as np

from ..errors import StartValueError
from ..numerics import Array
from ..specification import EstimationOptions, Parameter
from .implied import sample_units
from .objective import Objective
from .optimisation import Solution, minimise, minimise_in_region
from .start_values import NONE_QUIET, Quiet, can_begin, given_starts, shrunk, start_values

# Standardised loadings, share of a marker's variance that its factor has, residual share.
_PLAIN = ((0.5, 0.2, 0.8), (1.0, 0.05, 0.5), (-1.0, 0.05, 0.5), (1.0, 0.5, 0.5), (1.0, -0.05, 0.9))
_N_RANDOM = 6
_SMALL = (0.2, 0.35, 0.1)  # standardised loadings of a factor that lies over or under others
_SAME = 1e-8  # of the objective
_HOW = "the usual start values led nowhere, others did"
_SEED = 20240301
_PATIENCE = 150  # iterations; those that end take thirty


def best_of_second_starts(
    objective: Objective,
    given: Mapping[str, float],
    max_iterations: int,
    accepts: Callable[[Solution], bool],
) -> Solution | None:
    """The lowest minimum that the search reaches from other starts; None where it reaches none.

    One that is reached twice is taken for the lowest. `accepts` says what is a minimum at all.
    """
    found: Solution | None = None
    starts = (_turned_starts, _layered_starts, _starts)
    for start in chain.from_iterable(make(objective, given) for make in starts):
        solution = _tried(objective, start, min(max_iterations, _PATIENCE))
        if solution is None or not accepts(solution):
            continue
        if found is not None and abs(solution.value - found.value) < _SAME:
            return found
        if found is not None and solution.value > found.value:
            continue
        found = replace(solution, how=_HOW)
    return found


def best_of_random_starts(
    objective: Objective,
    first: Solution,
    options: EstimationOptions,
    accepts: Callable[[Solution], bool],
) -> Solution:
    """The lowest of a minimum and those that the search reaches from random starts.

    `Solution.how` counts what was found: how many searches converged, and to how many minima.

    Parameters
    ----------
    objective : Objective
    first : Solution
        From the usual start values.
    options : EstimationOptions
        `rstarts` and `max_iterations` of them, and the starts that the user gave, which stay.
    accepts : callable
        Whether a solution is a minimum at all.
    """
    given = dict(options.start)
    starts = islice(_random_starts(objective, given), options.rstarts)
    tried = [_tried(objective, start, options.max_iterations) for start in starts]
    reached = [one for one in (first, *tried) if one is not None and accepts(one)]
    if not reached:
        return replace(first, how=f"{options.rstarts} random starts were tried: none converged")
    best = min(reached, key=lambda one: float(one.value))
    values = [float(one.value) for one in reached]
    same = sum(value - min(values) < _SAME for value in values)
    worse = f", {len(values) - same} in higher ones" if same < len(values) else ""
    return replace(
        best,
        how=f"of {options.rstarts + 1} searches, {options.rstarts} from random starts, "
        f"{len(values)} converged: {same} in the minimum reported{worse}",
    )


def first_patience(objective: Objective, max_iterations: int) -> int:
    """Iterations of the search from the usual start values before others are tried.

    Where factors lie over others, a search that lasts is one that has begun in the wrong place.
    """
    over, _ = overlying_factors(objective.specification.roles.indicators)
    return min(max_iterations, _PATIENCE) if over else max_iterations


def _tried(objective: Objective, start: Array, max_iterations: int) -> Solution | None:
    if not can_begin(objective, objective.imply(start)):
        return None
    solution = minimise(objective, start, max_iterations)
    if not solution.converged:
        solution = minimise_in_region(objective, start, max_iterations)
    return solution if solution.converged else None


def _turned_starts(objective: Objective, given: Mapping[str, float]) -> Iterator[Array]:
    """Composites on the other side of where the weight of their marker is zero.

    Between the sides the other weights are endless, and no search crosses that.
    """
    if any(pattern.composites for pattern in objective.specification.patterns):
        with suppress(StartValueError):
            yield start_values(objective, given, NONE_QUIET._replace(turned=True))


def _layered_starts(objective: Objective, given: Mapping[str, float]) -> Iterator[Array]:
    """Starts for models with factors of method, general or specific factors: these begin small.

    Where two factors explain the same items, the usual start values share the items' covariances
    evenly between them, which is far from any minimum in which one of them explains little.
    """
    over, under = overlying_factors(objective.specification.roles.indicators)
    if not over:
        return
    for quiet in (*(Quiet(over, loading) for loading in _SMALL), Quiet(under, _SMALL[0])):
        try:
            yield start_values(objective, given, quiet)
        except StartValueError:  # the next may do
            continue


def overlying_factors(
    indicators: Mapping[str, Sequence[str]],
) -> tuple[frozenset[str], frozenset[str]]:
    """The widest of the factors whose items all have other factors, too; and what lies under these.

    Both are empty where no factor lies over another: none shares all its items, or all do alike.
    """
    items = {name: set(own) for name, own in indicators.items()}
    crossed = {
        name: own
        for name, own in items.items()
        if own <= set().union(*(other for one, other in items.items() if one != name))
    }
    widest = max(map(len, crossed.values()), default=0)
    over = frozenset(name for name, own in crossed.items() if len(own) == widest)
    covered = set().union(*(items[name] for name in over))
    under = frozenset(name for name in items if name not in over and items[name] & covered)
    return (over, under) if under else (frozenset(), frozenset())


def _starts(objective: Objective, given: Mapping[str, float]) -> Iterator[Array]:
    """Start values of the free parameters, (n_free,), that satisfy the linear constraints.

    Those that the user gave stay.
    """
    rows = objective.specification.table.free_rows
    for loading, factor, residual in _PLAIN:
        yield _start(objective, given, np.full(len(rows), loading), factor, residual)
    yield from islice(_random_starts(objective, given), _N_RANDOM)


def _random_starts(objective: Objective, given: Mapping[str, float]) -> Iterator[Array]:
    """The same with loadings drawn at random, always the same ones, without end."""
    generator = np.random.default_rng(_SEED)
    rows = objective.specification.table.free_rows
    while True:
        yield _start(objective, given, generator.uniform(-1.5, 1.5, len(rows)), 0.3, 0.6)


def _start(
    objective: Objective, given: Mapping[str, float], sizes: Array, factor: float, residual: float
) -> Array:
    """One start; `sizes` are standardised loadings, of rows that are any."""
    specification = objective.specification
    reduction = specification.restrictions.reduction
    asked = given_starts(specification, given)
    values = np.array(
        [
            _value(objective, row, size, factor, residual)
            for row, size in zip(specification.table.free_rows, sizes, strict=True)
        ]
    )
    start = reduction.expand(reduction.project(np.where(np.isnan(asked), values, asked)))
    return shrunk(objective, start)


def _value(
    objective: Objective, row: Parameter, loading: float, factor: float, residual: float
) -> float:
    """One start value, in the units of the data, or of a correlation structure."""
    sample = objective.samples.groups[row.group]
    place = {name: at for at, name in enumerate(sample.names)}
    units = sample_units(objective.specification.patterns[row.group], sample.start_covariance)
    variances = np.diag(sample.start_covariance) / units**2
    if row.operator == "~*~":
        return float(units[place[row.lhs]])
    if row.operator == "=~":
        unit = _unit(objective, row.lhs, row.group)
        if row.rhs not in place:
            return 1.0
        return loading * float(np.sqrt(variances[place[row.rhs]] / unit))
    if row.is_variance:
        if row.lhs in place:
            return residual * float(variances[place[row.lhs]])
        return factor * _unit(objective, row.lhs, row.group)
    if row.operator == "~1" and row.lhs in place and sample.mean is not None:
        return float(sample.mean[place[row.lhs]] / units[place[row.lhs]])
    return 0.0


def _unit(objective: Objective, factor: str, group: int) -> float:
    """Variance of the first observed indicator of a factor; 1 where it has none."""
    sample = objective.samples.groups[group]
    units = sample_units(objective.specification.patterns[group], sample.covariance)
    for row in objective.specification.table.rows:
        if (row.lhs, row.operator, row.group) == (factor, "=~", group) and row.rhs in sample.names:
            place = sample.names.index(row.rhs)
            return float(sample.covariance[place, place] / units[place] ** 2)
    return 1.0
