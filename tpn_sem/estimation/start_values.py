"""Start values from the sample moments, without iteration over the model.

Factors are taken one by one: their loadings fit the covariances among their indicators, and their
covariances with everything else follow by regression on the indicators. That gives a covariance
matrix of all variables, observed and latent; paths are its regressions, and what is left are the
residual covariances.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..data import OrdinalStatistics
from ..errors import ModelError, StartValueError
from ..numerics import Array, Indices, Mask
from ..specification import (
    COVARIANCE,
    INTERCEPT,
    PATH,
    OfAnotherFit,
    Pattern,
    Roles,
    Specification,
    fill,
    squeezed,
)
from .composite_starts import composite_weights
from .implied import Implied, imply, sample_units
from .objective import Objective

_SMALLEST_RESIDUAL = 0.1  # share of a variable's variance
_LARGEST_COMMUNALITY = 0.9
_SMALLEST_LOADING = 0.1  # of standardised variables
_SWEEPS = 2
_SHARES = (1.0, 0.8, 0.6, 0.4, 0.2, 0.05)  # of links, in a correlation structure


class Quiet(NamedTuple):
    """What begins small: factors with one loading on all of their items, composites' markers.

    Attributes
    ----------
    factors : frozenset of str
    loading : float
        Standardised.
    turned : bool
        Whether composites' items with a fixed weight begin small, with the other items' signs
        turned.
    """

    factors: frozenset[str]
    loading: float
    turned: bool = False


NONE_QUIET = Quiet(frozenset(), 0.0)


def start_values(
    objective: Objective,
    given: Mapping[str, float] | None = None,
    quiet: Quiet = NONE_QUIET,
) -> Array:
    """Start values of the free parameters that satisfy the linear constraints, shape (n_free,).

    Parameters
    ----------
    objective : Objective
    given : mapping of str to float, optional
        Start values by name or label of parameters, beside those of the model text.
    quiet : Quiet, optional
        Factors that the others leave little to: these begin as if they were not there.

    Raises
    ------
    StartValueError
        Where the user's start values imply a covariance matrix that is not positive definite.
    """
    specification = objective.specification
    asked = given_starts(specification, given or {})
    reduction = specification.restrictions.reduction
    for caution in (1.0, 0.5, 0.0):
        parameters = np.where(np.isnan(asked), _from_moments(objective, caution, quiet), asked)
        projected = shrunk(objective, reduction.expand(reduction.project(parameters)))
        implied = objective.imply(projected)
        if can_begin(objective, implied):
            return projected
    if np.all(np.isnan(asked)):
        raise StartValueError(
            "no start values were found that imply a positive definite covariance matrix; give "
            "some, as start(0.5)*x2, or look for fixed values that are far from the data."
        )
    rows = specification.table.free_rows
    named = [row.name for row, value in zip(rows, asked, strict=True) if not np.isnan(value)]
    raise StartValueError(
        "the start values imply a covariance matrix that is not positive definite; the ones "
        f"given are for {', '.join(named[:8])}. Move them closer to the data or leave them out."
    )


def shrunk(objective: Objective, start: Array) -> Array:
    """A start of a correlation structure that leaves no residual variance negative, (n_free,).

    Loadings, paths and covariances are made smaller until it does, what is linearly restricted
    with them. Other models have residual variances of their own.
    """
    if all(pattern.standardised is None for pattern in objective.specification.patterns):
        return start
    reduction = objective.specification.restrictions.reduction
    links = np.array(
        [
            row.operator in ("=~", "~", "~~") and not row.is_variance
            for row in objective.specification.table.free_rows
        ]
    )
    for share in _SHARES:
        moved = reduction.expand(reduction.project(np.where(links, share * start, start)))
        if can_begin(objective, objective.imply(moved)):
            return moved
    return start


def can_begin(objective: Objective, implied: tuple[Implied, ...]) -> bool:
    """Whether an optimiser can begin here; between clusters covariances may be singular."""
    if objective.specification.has_levels:
        return bool(np.isfinite(objective.value(implied)))
    return all(moments.is_usable for moments in implied)


def given_starts(specification: Specification, given: Mapping[str, float]) -> Array:
    """Start values that the user gave, NaN elsewhere, shape (n_free,)."""
    rows = specification.table.free_rows
    starts = np.array([row.start for row in rows])
    if not given:
        return starts
    numbered = [name for name in given if name.isdigit()]
    if numbered and len(numbered) != len(rows):
        raise ModelError(
            f"start= has {len(numbered)} numbers, but the model has {len(rows)} free parameters; "
            "give one for each, in the order of fit.coef, or a dict of some."
        )
    for place in map(int, numbered):
        starts[place - 1] = given[str(place)]
    asked = {squeezed(name): float(value) for name, value in given.items()}
    for place, row in enumerate(rows):
        for name in row.spellings:
            starts[place] = asked.get(squeezed(name), starts[place])
    known = {squeezed(name) for row in rows for name in row.spellings}
    unknown = [
        name
        for name in given
        if not (squeezed(name) in known or name.isdigit() or isinstance(name, OfAnotherFit))
    ]
    if unknown:
        raise ModelError(
            f"start= names {unknown[0]!r}, which is no free parameter of the model; "
            f"name it as {rows[0].name!r}."
        )
    return starts


def _from_moments(objective: Objective, caution: float, quiet: Quiet) -> Array:
    """Start values; `caution` shrinks covariances and regressions towards zero."""
    parameters = np.zeros(objective.specification.table.n_free)
    for group, pattern in enumerate(objective.specification.patterns):
        values = _group_starts(objective, group, caution, quiet)
        parameters[pattern.places] = values[pattern.free_cells]
    return parameters


def _group_starts(objective: Objective, group: int, caution: float, quiet: Quiet) -> Array:
    """Start values of all cells of one group.

    What the means leave unexplained (an intercept fixed at zero, say) the covariances must
    explain, so that they are then fitted to the second moments around the implied means.
    """
    pattern = objective.specification.patterns[group]
    sample = objective.samples.groups[group]
    units = sample_units(pattern, sample.start_covariance)
    covariance = sample.start_covariance / (units[:, None] * units)
    mean = None if sample.mean is None else sample.mean / units
    values = _fit_moments(objective, group, covariance, mean, caution, quiet)
    if pattern.responses is not None and isinstance(sample, OrdinalStatistics):
        _forget_covariances(objective.specification, group, values)
        thresholds = np.concatenate(sample.statistics.thresholds)
        values[pattern.responses.thresholds] = thresholds
        values[pattern.responses.scales] = 1.0
        return values
    if pattern.standardised is not None:
        values[pattern.standardised.scales] = units[pattern.standardised.variables]
    if mean is None:
        return values
    gap = mean - imply(pattern, values).all_mean[: len(mean)]
    if np.all(np.abs(gap) < 0.1 * np.sqrt(np.diag(covariance))):
        return values
    if pattern.standardised is not None:
        return values  # what means leave unexplained is none of the correlations
    return _fit_moments(objective, group, covariance + np.outer(gap, gap), mean, caution, quiet)


def _forget_covariances(specification: Specification, group: int, values: Array) -> None:
    """Let factors whose loadings the user starts be uncorrelated: signs may be others there."""
    pattern, latent = specification.patterns[group], set(specification.roles.latent)
    rows = [specification.table.free_rows[place] for place in pattern.places]
    turned = {row.lhs for row in rows if row.operator == "=~" and not np.isnan(row.start)}
    for cell, row in zip(pattern.free_cells, rows, strict=True):
        ends = {row.lhs, row.rhs}
        if row.operator == "~~" and len(ends) == 2 and ends <= latent and ends & turned:
            values[cell] = 0.0


def _fit_moments(
    objective: Objective,
    group: int,
    covariance: Array,
    mean: Array | None,
    caution: float,
    quiet: Quiet,
) -> Array:
    """Cell values that fit a covariance matrix, then the means, in the units of the model."""
    pattern = objective.specification.patterns[group]
    plan = _plan(objective.specification, group, quiet.factors)
    values = objective.fixed_values[group].copy()
    weights = composite_weights(pattern, covariance, quiet.turned)
    loadings, joint = _measure(plan.generations, covariance, quiet.loading, weights)
    values[plan.loadings] = loadings[pattern.row[plan.loadings], pattern.column[plan.loadings]]
    for equation in plan.equations:
        _regress(values, equation, pattern, joint, caution)
    paths, _, _ = fill(pattern, values)
    deviation = pattern.identity - paths * (weights == 0.0)  # items' moments are no residuals
    residual = deviation @ joint @ deviation.T
    _fill_residuals(values, plan.residuals, pattern, residual, joint.diagonal(), caution)
    if mean is not None:
        together = "intercepts" in objective.specification.options.effect_coding
        _fill_intercepts(values, plan.intercepts, pattern, paths, mean, together)
    return values


@dataclass(frozen=True, eq=False)
class _Generation:
    """Factors that can be measured at the same time, f of them, among v variables.

    Attributes
    ----------
    factors : int array, shape (f,)
        Their places among all variables.
    members : array, shape (v, f)
        One where a variable is an indicator of a factor, zero elsewhere.
    crowd : array, shape (v, 1)
        Number of factors that explain each variable: they share its covariances evenly, but for
        quiet ones.
    first : int array, shape (f,)
        First indicator of each factor; its loading is positive.
    marked, markers, loadings
        Factors, as columns, with a fixed loading, the indicators that have it, and its value.
    scaled, deviations
        Factors with a fixed variance, as columns, and its root.
    quiet
        Factors that begin with one small loading, as columns.
    """

    factors: Indices
    members: Array
    crowd: Array
    first: Indices
    marked: Indices
    markers: Indices
    loadings: Array
    scaled: Indices
    deviations: Array
    quiet: Indices


@dataclass(frozen=True, eq=False)
class _Plan:
    """Which cells of a group start with what; `equations` have free and fixed cells each."""

    generations: tuple[_Generation, ...]
    loadings: Indices
    equations: tuple[tuple[Indices, Indices], ...]
    residuals: Indices
    intercepts: Indices


@lru_cache(maxsize=64)
def _plan(specification: Specification, group: int, quiet: frozenset[str]) -> _Plan:
    """What start values need to know of a model, which is the same for all data."""
    pattern, roles = specification.patterns[group], specification.table.group_roles[group]
    operators = [specification.table.rows[place].operator for place in pattern.table_rows]
    is_loading = np.isin(operators, ["=~", "<~"])
    is_free = pattern.free >= 0
    regressed = (pattern.kind == PATH) & ~is_loading
    equations = []
    for outcome in np.unique(pattern.row[is_free & regressed]):
        into = regressed & (pattern.row == outcome)
        equations.append((np.flatnonzero(into & is_free), np.flatnonzero(into & ~is_free)))
    return _Plan(
        tuple(
            _generation(roles, pattern, is_loading, names, quiet) for names in _generations(roles)
        ),
        np.flatnonzero(is_free & is_loading),
        tuple(equations),
        np.flatnonzero(is_free & (pattern.kind == COVARIANCE)),
        np.flatnonzero(is_free & (pattern.kind == INTERCEPT)),
    )


def _generations(roles: Roles) -> Iterator[list[str]]:
    """Factors by what their indicators are: observed, factors of observed variables, and so on."""
    measured = set(roles.observed)
    waiting = dict(roles.indicators)
    while waiting:
        ready = [name for name, items in waiting.items() if measured.issuperset(items)]
        ready = ready or [next(iter(waiting))]
        measured.update(ready)
        for name in ready:
            del waiting[name]
        yield ready


def _generation(
    roles: Roles, pattern: Pattern, is_loading: Mask, names: list[str], quiet: frozenset[str]
) -> _Generation:
    place = {name: index for index, name in enumerate(pattern.names)}
    items = [[place[item] for item in roles.indicators[name]] for name in names]
    factors = [place[name] for name in names]
    members = np.zeros((pattern.n_variables, len(names)))
    for column, rows in enumerate(items):
        members[rows, column] = 1.0
    silent = [place[name] for name in quiet]
    counted = (pattern.kind == PATH) & ~np.isin(pattern.column, silent)
    explained = pattern.row[counted & (pattern.column >= pattern.n_observed)]
    crowd = np.maximum(np.bincount(explained, minlength=pattern.n_variables), 1)
    fixed = np.flatnonzero(pattern.fixed)[::-1]  # of several cells of a factor the first holds
    marker = {int(pattern.column[cell]): cell for cell in fixed if is_loading[cell]}
    variance = {
        int(pattern.row[cell]): cell
        for cell in fixed
        if pattern.kind[cell] == COVARIANCE and pattern.row[cell] == pattern.column[cell]
    }
    marked = [column for column, factor in enumerate(factors) if factor in marker]
    cells = _integers([marker[factors[column]] for column in marked])
    scaled = [
        column
        for column, factor in enumerate(factors)
        if factor not in marker and factor in variance and pattern.fixed[variance[factor]] > 0.0
    ]
    variances = pattern.fixed[_integers([variance[factors[column]] for column in scaled])]
    return _Generation(
        _integers(factors),
        members,
        crowd[:, None],
        _integers([rows[0] for rows in items]),
        _integers(marked),
        pattern.row[cells],
        pattern.fixed[cells],
        _integers(scaled),
        np.sqrt(variances),
        _integers([column for column, name in enumerate(names) if name in quiet]),
    )


def _integers(values: list[int]) -> Indices:
    return np.array(values, dtype=np.intp)


def _measure(
    generations: tuple[_Generation, ...], covariance: Array, loading: float, weights: Array
) -> tuple[Array, Array]:
    """Loadings, shape (v, v), and the covariance matrix of all variables, factor by factor.

    `weights` of composites, shape (v, v), come first and stay among the loadings.
    """
    n = len(covariance)
    joint = np.zeros_like(weights)  # rows of factors that are not measured yet are zero
    joint[:n, :n] = covariance
    made = weights @ joint
    joint = joint + made + made.T + made @ weights.T
    loadings = weights.copy()
    for generation in generations:
        here = generation.factors
        weights = _unit_loadings(joint, generation) / np.sqrt(generation.crowd)
        quiet = generation.quiet
        if len(quiet):
            deviations = np.sqrt(np.abs(joint.diagonal()))
            weights[:, quiet] = loading * generation.members[:, quiet] * deviations[:, None]
        scale = _scale(generation, weights)
        weights, variance = weights / scale, scale * scale
        loadings[:, here] = weights
        predictor = weights / (weights * weights).sum(axis=0)
        predictor[:, quiet] = 0.0
        shared = np.where(generation.members, weights * variance, joint @ predictor)
        among = predictor.T @ shared
        among = 0.5 * (among + among.T)
        among[quiet], among[:, quiet] = 0.0, 0.0
        among.flat[:: len(here) + 1] = variance
        joint[:, here], joint[here] = shared, shared.T
        joint[here[:, None], here] = among
    return loadings, joint


def _unit_loadings(covariance: Array, generation: _Generation) -> Array:
    """Loadings of factors with variance 1 that fit the off-diagonal entries (minres), (v, f)."""
    members = generation.members
    variances = np.abs(covariance.diagonal())
    deviations = np.sqrt(np.where(variances > 0.0, variances, 1.0))
    off = covariance / (deviations[:, None] * deviations)
    off.flat[:: len(off) + 1] = 0.0
    signs = np.where(off[:, generation.first] < 0.0, -members, members)
    weights = 0.6 * signs
    for _ in range(_SWEEPS):
        squares = weights * weights
        others = squares.sum(axis=0) - squares
        weights = _bounded(members * (off @ weights) / np.maximum(others, 1e-12), signs)
    squares = weights * weights
    fitted = squares.sum(axis=0) ** 2 - (squares * squares).sum(axis=0)
    given = (weights * (off @ weights)).sum(axis=0)
    alone = fitted < 1e-12
    stretch = np.sqrt(np.maximum(given, 0.0) / np.where(alone, 1.0, fitted))
    weights = np.where(alone, members, _bounded(weights * stretch, signs))
    return weights * deviations[:, None]


def _bounded(weights: Array, signs: Array) -> Array:
    """Standardised loadings within what a start value may be; `signs` are zero outside."""
    largest = np.sqrt(_LARGEST_COMMUNALITY)
    weights = np.minimum(np.maximum(weights, -largest), largest)
    return np.where(np.abs(weights) < _SMALLEST_LOADING, _SMALLEST_LOADING * signs, weights)


def _scale(generation: _Generation, weights: Array) -> Array:
    """What to divide the loadings of factors with variance 1 by to keep what is fixed, (f,)."""
    scale = np.abs(weights).sum(axis=0) / generation.members.sum(axis=0)
    marked = weights[generation.markers, generation.marked]
    scale[generation.marked] = marked / generation.loadings
    scale[generation.scaled] = generation.deviations
    return scale


def _regress(
    values: Array,
    equation: tuple[Indices, Indices],
    pattern: Pattern,
    joint: Array,
    caution: float,
) -> None:
    """Least-squares start values of the free paths into one variable."""
    free, fixed = equation
    outcome = pattern.row[free[0]]
    predictors = pattern.column[free]
    target = joint[predictors, outcome]
    if len(fixed):
        target = target - joint[np.ix_(predictors, pattern.column[fixed])] @ values[fixed]
    among = joint[np.ix_(predictors, predictors)]
    variances = np.diag(among)
    unknown = variances <= 0.0  # of a variable that nothing measures
    ridge = np.where(unknown, 1.0, 1e-3 * variances)
    values[free] = caution * np.linalg.solve(among + np.diag(ridge), target)
    if unknown.any():  # not zero, where its own paths would be of no effect
        spread = np.sqrt(max(float(joint[outcome, outcome]), 0.0)) or 1.0
        values[free[unknown]] = _SMALLEST_LOADING * spread


def _fill_residuals(
    values: Array,
    cells: Indices,
    pattern: Pattern,
    residual: Array,
    variances: Array,
    caution: float,
) -> None:
    """Residual variances kept positive; covariances kept below a correlation of .9."""
    diagonal = np.maximum(residual.diagonal(), _SMALLEST_RESIDUAL * variances)
    rows, columns = pattern.row[cells], pattern.column[cells]
    ceiling = 0.9 * np.sqrt(diagonal[rows] * diagonal[columns])
    covariances = caution * np.minimum(np.maximum(residual[rows, columns], -ceiling), ceiling)
    values[cells] = np.where(rows == columns, diagonal[rows], covariances)


def _fill_intercepts(
    values: Array, cells: Indices, pattern: Pattern, paths: Array, mean: Array, together: bool
) -> None:
    """Intercepts that bring the implied means as near to the sample's as they can.

    All together where the group's own means tell them apart, or the sum of the intercepts does
    (`together`). Else it is other groups that tell them apart: those of observed variables come
    first, and those of factors take up only what is left.
    """
    _, _, intercepts = fill(pattern, values)
    effects = np.linalg.inv(pattern.identity - paths)[: pattern.n_observed]
    target = mean - effects @ intercepts
    observed = pattern.row[cells] < pattern.n_observed
    if not observed.all():
        rank = np.linalg.matrix_rank(effects[:, pattern.row[cells]])
        together = together or bool(rank == len(cells))
    for chosen in (cells,) if together else (cells[observed], cells[~observed]):
        slopes = effects[:, pattern.row[chosen]]
        values[chosen] = np.linalg.lstsq(slopes, target, rcond=None)[0]
        target = target - slopes @ values[chosen]
