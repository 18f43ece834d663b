"""Start values from the sample moments, without iteration over the model.

Factors are taken one by one: their loadings fit the covariances among their indicators, and their
covariances with everything else follow by regression on the indicators. That gives a covariance
matrix of all variables, observed and latent; paths are its regressions, and what is left are the
residual covariances.
"""

from __future__ import annotations

import numpy as np

from .errors import StartValueError
from .linalg import Array, is_positive_definite
from .matrices import COVARIANCE, INTERCEPT, PATH, Pattern, fill
from .objective import Objective
from .specification import Specification

_SMALLEST_RESIDUAL = 0.1  # share of a variable's variance
_LARGEST_COMMUNALITY = 0.9


def start_values(objective: Objective) -> Array:
    """Start values of the free parameters that satisfy the linear constraints, shape (n_free,).

    Raises
    ------
    StartValueError
        Where the user's start values imply a covariance matrix that is not positive definite.
    """
    specification = objective.specification
    asked = specification.unconstrained_start()
    reduction = specification.restrictions.reduction
    for caution in (1.0, 0.5, 0.0):
        parameters = np.where(np.isnan(asked), _from_moments(objective, caution), asked)
        projected = reduction.expand(reduction.project(parameters))
        implied = objective.imply(projected)
        if all(is_positive_definite(moments.covariance) for moments in implied):
            return projected
    if np.all(np.isnan(asked)):
        raise StartValueError(
            "no start values were found that imply a positive definite covariance matrix; give "
            "some, as start(0.5)*x2, or look for fixed values that are far from the data."
        )
    rows = specification.table.free_rows
    given = [row.name for row, value in zip(rows, asked, strict=True) if not np.isnan(value)]
    raise StartValueError(
        "the start values imply a covariance matrix that is not positive definite; the ones "
        f"given are for {', '.join(given[:8])}. Move them closer to the data or leave them out."
    )


def _from_moments(objective: Objective, caution: float) -> Array:
    """Start values; `caution` shrinks covariances and regressions towards zero."""
    parameters = np.zeros(objective.specification.table.n_free)
    for group, pattern in enumerate(objective.specification.patterns):
        values = _group_starts(objective, group, caution)
        parameters[pattern.places] = values[pattern.free_cells]
    return parameters


def _group_starts(objective: Objective, group: int, caution: float) -> Array:
    """Start values of all cells of one group."""
    specification = objective.specification
    pattern = specification.patterns[group]
    sample = objective.samples.groups[group]
    is_free = pattern.free >= 0
    values = objective.fixed_values[group].copy()
    loadings, joint = _measure(specification, pattern, values, sample.covariance)
    is_loading = _is_loading(specification, pattern)
    chosen = is_free & is_loading
    values[chosen] = loadings[pattern.row[chosen], pattern.column[chosen]]
    for name in np.unique(pattern.row[is_free & (pattern.kind == PATH) & ~is_loading]):
        cells = np.flatnonzero((pattern.kind == PATH) & ~is_loading & (pattern.row == name))
        _regress(values, cells, is_free, pattern, joint, caution)
    paths, _, _ = fill(pattern, values)
    deviation = np.eye(len(paths)) - paths
    residual = deviation @ joint @ deviation.T
    _fill_residuals(values, is_free, pattern, residual, np.diag(joint), caution)
    if sample.mean is not None:
        _fill_intercepts(values, is_free, pattern, paths, sample.mean)
    return values


def _is_loading(specification: Specification, pattern: Pattern) -> Array:
    operators = [specification.table.rows[place].operator for place in pattern.table_rows]
    return np.array([operator == "=~" for operator in operators])


def _measure(
    specification: Specification, pattern: Pattern, values: Array, covariance: Array
) -> tuple[Array, Array]:
    """Loadings, shape (v, v), and the covariance matrix of all variables, factor by factor."""
    size, n = pattern.n_variables, pattern.n_observed
    place = {name: index for index, name in enumerate(specification.roles.all)}
    joint = np.zeros((size, size))
    joint[:n, :n] = covariance
    left = joint.copy()  # what earlier factors of the same indicators leave to explain
    loadings = np.zeros((size, size))
    done = list(range(n))
    waiting = list(specification.roles.indicators)
    while waiting:
        ready = [f for f in waiting if all(place[i] in done for i in _items(specification, f))]
        factor = ready[0] if ready else waiting[0]
        waiting.remove(factor)
        items = np.array([place[item] for item in _items(specification, factor)])
        here = place[factor]
        weights, variance = _one_factor(left[np.ix_(items, items)])
        scale = _scale(specification, pattern, values, here, items, weights, variance)
        weights, variance = weights / scale, variance * scale**2
        loadings[items, here] = weights
        shared = joint[np.ix_(items, done)].T @ weights / (weights @ weights)
        joint[done, here] = joint[here, done] = shared
        joint[items, here] = joint[here, items] = weights * variance
        joint[here, here] = left[here, here] = variance
        left[done, here] = left[here, done] = shared
        left[np.ix_(items, items)] -= np.outer(weights, weights) * variance
        done.append(here)
    return loadings, joint


def _items(specification: Specification, factor: str) -> tuple[str, ...]:
    return specification.roles.indicators[factor]


def _one_factor(covariance: Array) -> tuple[Array, float]:
    """Loadings of one factor with variance 1 that fit the off-diagonal entries (minres)."""
    variances = np.abs(np.diag(covariance)) + 1e-12
    deviations = np.sqrt(variances)
    if len(variances) == 1:
        return deviations, 1.0
    off = covariance - np.diag(np.diag(covariance))
    signs = np.where(off[0] < 0.0, -1.0, 1.0)
    weights = signs * 0.6 * deviations
    for _ in range(5 if len(variances) > 2 else 0):
        weights = off @ weights / (weights @ weights - weights**2)
        ceiling = np.sqrt(_LARGEST_COMMUNALITY) * deviations
        weights = np.clip(weights, -ceiling, ceiling)
        weights = np.where(np.abs(weights) < 0.1 * deviations, 0.1 * signs * deviations, weights)
    if len(variances) == 2:
        strength = abs(off[0, 1]) / (deviations[0] * deviations[1])
        weights = signs * deviations * np.sqrt(np.clip(strength, 0.1, _LARGEST_COMMUNALITY))
    return weights, 1.0


def _scale(
    specification: Specification,
    pattern: Pattern,
    values: Array,
    factor: int,
    items: Array,
    weights: Array,
    variance: float,
) -> float:
    """What to divide the loadings by so that they agree with the one that is fixed."""
    fixed = (pattern.kind == PATH) & (pattern.column == factor) & (pattern.free < 0)
    for cell in np.flatnonzero(fixed & np.isin(pattern.row, items)):
        if values[cell] != 0.0:
            return float(weights[items == pattern.row[cell]][0] / values[cell])
    is_variance = (
        (pattern.kind == COVARIANCE) & (pattern.row == factor) & (pattern.column == factor)
    )
    for cell in np.flatnonzero(is_variance & (pattern.free < 0)):
        if values[cell] > 0.0:
            return float(np.sqrt(variance / values[cell])) ** -1 if variance else 1.0
    return float(np.mean(np.abs(weights))) or 1.0


def _regress(
    values: Array, cells: Array, is_free: Array, pattern: Pattern, joint: Array, caution: float
) -> None:
    """Least-squares start values of the free paths into one variable."""
    outcome = pattern.row[cells[0]]
    fixed, free = cells[~is_free[cells]], cells[is_free[cells]]
    predictors = pattern.column[free]
    target = joint[predictors, outcome]
    if len(fixed):
        target = target - joint[np.ix_(predictors, pattern.column[fixed])] @ values[fixed]
    among = joint[np.ix_(predictors, predictors)]
    ridge = 1e-3 * np.diag(np.diag(among))
    values[free] = caution * np.linalg.solve(among + ridge, target)


def _fill_residuals(
    values: Array,
    is_free: Array,
    pattern: Pattern,
    residual: Array,
    variances: Array,
    caution: float,
) -> None:
    """Residual variances kept positive; covariances kept below a correlation of .9."""
    floor = _SMALLEST_RESIDUAL * variances
    diagonal = np.maximum(np.diag(residual), floor)
    cells = np.flatnonzero((pattern.kind == COVARIANCE) & is_free)
    rows, columns = pattern.row[cells], pattern.column[cells]
    ceiling = 0.9 * np.sqrt(diagonal[rows] * diagonal[columns])
    covariances = caution * np.clip(residual[rows, columns], -ceiling, ceiling)
    values[cells] = np.where(rows == columns, diagonal[rows], covariances)


def _fill_intercepts(
    values: Array, is_free: Array, pattern: Pattern, paths: Array, mean: Array
) -> None:
    """Intercepts that bring the implied means as near to the sample's as they can."""
    cells = np.flatnonzero((pattern.kind == INTERCEPT) & is_free)
    _, _, intercepts = fill(pattern, values)
    effects = np.linalg.inv(np.eye(len(paths)) - paths)[: pattern.n_observed]
    target = mean - effects @ intercepts
    values[cells] = np.linalg.lstsq(effects[:, pattern.row[cells]], target, rcond=None)[0]
