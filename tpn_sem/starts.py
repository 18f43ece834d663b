"""Start values from the sample moments, without iteration over the model.

Factors are taken one by one: their loadings fit the covariances among their indicators, and their
covariances with everything else follow by regression on the indicators. That gives a covariance
matrix of all variables, observed and latent; paths are its regressions, and what is left are the
residual covariances.
"""

from __future__ import annotations

import numpy as np

from .errors import StartValueError
from .implied import imply
from .linalg import Array, Indices, Mask, is_positive_definite
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
    """Start values of all cells of one group.

    What the means leave unexplained (an intercept fixed at zero, say) the covariances must
    explain, so that they are then fitted to the second moments around the implied means.
    """
    pattern = objective.specification.patterns[group]
    sample = objective.samples.groups[group]
    values = _fit_moments(objective, group, sample.covariance, caution)
    if sample.mean is None:
        return values
    gap = sample.mean - imply(pattern, values).mean
    if np.all(np.abs(gap) < 0.1 * np.sqrt(np.diag(sample.covariance))):
        return values
    return _fit_moments(objective, group, sample.covariance + np.outer(gap, gap), caution)


def _fit_moments(objective: Objective, group: int, covariance: Array, caution: float) -> Array:
    """Cell values that fit a covariance matrix, then the means."""
    specification = objective.specification
    pattern = specification.patterns[group]
    sample = objective.samples.groups[group]
    is_free = pattern.free >= 0
    values = objective.fixed_values[group].copy()
    loadings, joint = _measure(specification, pattern, values, covariance)
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


def _is_loading(specification: Specification, pattern: Pattern) -> Mask:
    operators = [specification.table.rows[place].operator for place in pattern.table_rows]
    return np.array([operator == "=~" for operator in operators])


def _measure(
    specification: Specification, pattern: Pattern, values: Array, covariance: Array
) -> tuple[Array, Array]:
    """Loadings, shape (v, v), and the covariance matrix of all variables, factor by factor."""
    size, n = pattern.n_variables, pattern.n_observed
    place = {name: index for index, name in enumerate(specification.roles.all)}
    joint = np.zeros((size, size))  # rows of factors that are not measured yet are zero
    joint[:n, :n] = covariance
    loadings = np.zeros((size, size))
    measured = set(specification.observed)
    waiting = list(specification.roles.indicators)
    while waiting:
        ready = [f for f in waiting if measured.issuperset(specification.roles.indicators[f])]
        factor = ready[0] if ready else waiting[0]
        waiting.remove(factor)
        measured.add(factor)
        items = np.array([place[item] for item in specification.roles.indicators[factor]])
        here = place[factor]
        weights = _one_factor(joint[items[:, None], items]) / np.sqrt(_crowd(pattern, items))
        scale = _scale(pattern, values, here, items, weights)
        weights, variance = weights / scale, scale**2
        loadings[items, here] = weights
        shared = weights @ joint[items] / (weights @ weights)
        shared[items], shared[here] = weights * variance, variance
        joint[:, here] = joint[here] = shared
    return loadings, joint


def _crowd(pattern: Pattern, items: Indices) -> Array:
    """Number of factors that explain each item: they share its covariances evenly."""
    is_loading = (pattern.kind == PATH) & (pattern.column >= pattern.n_observed)
    return np.maximum(np.bincount(pattern.row[is_loading], minlength=pattern.n_variables)[items], 1)


def _one_factor(covariance: Array) -> Array:
    """Loadings of one factor with variance 1 that fit the off-diagonal entries (minres)."""
    deviations = np.sqrt(np.abs(np.diag(covariance)) + 1e-12)
    if len(deviations) == 1:
        return deviations
    off = covariance - np.diag(np.diag(covariance))
    signs = np.where(off[0] < 0.0, -1.0, 1.0)
    if len(deviations) == 2:
        strength = abs(covariance[0, 1]) / (deviations[0] * deviations[1])
        return np.asarray(
            signs * deviations * np.sqrt(np.clip(strength, 0.1, _LARGEST_COMMUNALITY))
        )
    ceiling, floor = np.sqrt(_LARGEST_COMMUNALITY) * deviations, 0.1 * deviations
    weights = signs * 0.6 * deviations
    for _ in range(4):
        squares = weights * weights
        weights = off @ weights / (squares.sum() - squares)
        weights = np.minimum(np.maximum(weights, -ceiling), ceiling)
        weights = np.where(np.abs(weights) < floor, signs * floor, weights)
    squares = weights * weights
    scale = weights @ off @ weights / (squares.sum() ** 2 - squares @ squares)
    return weights * np.sqrt(scale)


def _scale(pattern: Pattern, values: Array, factor: int, items: Indices, weights: Array) -> float:
    """What to divide the loadings of a factor with variance 1 by to keep what is fixed."""
    fixed = pattern.free < 0
    loading = fixed & (pattern.kind == PATH) & (pattern.column == factor) & (values != 0.0)
    for cell in np.flatnonzero(loading):
        own = weights[items == pattern.row[cell]]
        if len(own):
            return float(own[0] / values[cell])
    own_cells = (pattern.row == factor) & (pattern.column == factor)
    variance = values[fixed & own_cells & (pattern.kind == COVARIANCE)]
    if len(variance) and variance[0] > 0.0:
        return float(np.sqrt(variance[0]))
    return float(np.mean(np.abs(weights))) or 1.0


def _regress(
    values: Array, cells: Indices, is_free: Mask, pattern: Pattern, joint: Array, caution: float
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
    is_free: Mask,
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
    values: Array, is_free: Mask, pattern: Pattern, paths: Array, mean: Array
) -> None:
    """Intercepts that bring the implied means as near to the sample's as they can."""
    cells = np.flatnonzero((pattern.kind == INTERCEPT) & is_free)
    _, _, intercepts = fill(pattern, values)
    effects = np.linalg.inv(np.eye(len(paths)) - paths)[: pattern.n_observed]
    target = mean - effects @ intercepts
    values[cells] = np.linalg.lstsq(effects[:, pattern.row[cells]], target, rcond=None)[0]
