"""Tables of estimates with standard errors, raw and standardised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd

from ..drawing import EXPLAINED
from ..errors import choose
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..language import carried, level_of, plain_name
from ..numerics import Array, Indices
from ..specification import (
    COVARIANCE,
    INTERCEPT,
    PATH,
    SCALE,
    THRESHOLD,
    Pattern,
    Specification,
    Vocabulary,
)
from .delta_method import LEVEL, inference
from .product_causes import product_causes
from .replicated_estimates import with_replicates
from .second_order import second_order_variances

STANDARDIZATIONS = ("all", "lv", "nox")


def estimates_table(estimation: Estimation, level: float = LEVEL) -> pd.DataFrame:
    """A row per parameter, fixed and defined ones included; see `Fit.estimates`."""
    found = _table(estimation, estimated_values, level)
    return with_replicates(estimation, found, level)


def estimated_values(estimation: Estimation) -> tuple[Array, Array]:
    """Value of each row of the table of estimates, and slopes in the free parameters."""
    table = estimation.specification.table
    values = np.zeros(len(table.rows))
    for group, pattern in enumerate(estimation.specification.patterns):
        values[pattern.table_rows] = estimation.implied[group].values
    jacobian = np.zeros((len(values), table.n_free))
    jacobian[estimation.specification.free_places, np.arange(table.n_free)] = 1.0
    for pattern, implied in zip(estimation.specification.patterns, estimation.implied, strict=True):
        cells = [cell for cell, row in enumerate(pattern.table_rows) if table.rows[row].follows]
        if cells:
            slopes = implied.value_slopes(pattern)[cells]
            jacobian[np.ix_(pattern.table_rows[cells], pattern.places)] = slopes
    defined, defined_jacobian = estimation.specification.restrictions.defined(estimation.parameters)
    return np.concatenate([values, defined]), np.concatenate([jacobian, defined_jacobian])


def standardized_table(estimation: Estimation, kind: str, level: float = LEVEL) -> pd.DataFrame:
    """Standardised estimates with delta-method standard errors; see `Fit.standardized`."""
    choose("kind", kind, STANDARDIZATIONS)
    return _table(estimation, partial(with_definitions, kind=kind), level)


def with_definitions(estimation: Estimation, kind: str) -> tuple[Array, Array]:
    """Standardised values of the parameter table's rows, then of definitions, and slopes."""
    values, jacobian = standardized_values(estimation, kind)
    defined, slopes = _standardized_definitions(estimation, values, jacobian)
    return np.concatenate([values, defined]), np.concatenate([jacobian, slopes])


def standardized_values(estimation: Estimation, kind: str) -> tuple[Array, Array]:
    """Standardised value of each row of the parameter table, and slopes, shape (rows, n_free)."""
    table = estimation.specification.table
    values = np.zeros(len(table.rows))
    jacobian = np.zeros((len(values), table.n_free))
    for group, pattern in enumerate(estimation.specification.patterns):
        part, slopes = _standardize_group(estimation, group, pattern, kind)
        values[pattern.table_rows] = part
        jacobian[np.ix_(pattern.table_rows, pattern.places)] = slopes
    return values, jacobian


def _standardize_group(
    estimation: Estimation, group: int, pattern: Pattern, kind: str
) -> tuple[Array, Array]:
    """Standardised values of all cells, and their Jacobian in the free cells.

    A path is multiplied by the deviation of its predictor and divided by that of its outcome; an
    intercept is divided by a deviation, a variance by the variance, and a covariance by the
    deviations of what it is a covariance of: residuals, where the variables are explained.
    """
    cells = estimation.implied[group].values
    own = estimation.implied[group].value_slopes(pattern)
    total, total_slopes = _log_deviations(estimation.implied[group], pattern)
    unscaled = _unscaled(estimation, pattern, kind)
    total[unscaled], total_slopes[unscaled] = 0.0, 0.0
    residual, residual_slopes = _log_residual_deviations(pattern, cells, own, total, total_slopes)
    residual[unscaled], residual_slopes[unscaled] = 0.0, 0.0
    row, column = pattern.row, _other_end(pattern)
    is_covariance = (pattern.kind == COVARIANCE) & (row != column)
    products = product_causes(estimation, pattern)
    log_factor = _log_factor(pattern, total, products)
    log_slopes = _log_factor(pattern, total_slopes, products)
    log_factor[is_covariance] = -(residual[row] + residual[column])[is_covariance]
    log_slopes[is_covariance] = -(residual_slopes[row] + residual_slopes[column])[is_covariance]
    scale = pattern.kind == SCALE  # of responses that are standardised already
    cells = np.where(scale, 1.0, cells)
    own[scale], log_factor[scale], log_slopes[scale] = 0.0, 0.0, 0.0
    factor = np.exp(log_factor)
    return cells * factor, (own + cells[:, None] * log_slopes) * factor[:, None]


def _log_factor(pattern: Pattern, log_deviation: Array, products: Mapping[int, list[int]]) -> Array:
    """Logarithm of what each cell is multiplied by, or its slopes, shape (n_cells, ...).

    A product as a cause counts by the deviations of what is multiplied.
    """
    row, column = log_deviation[pattern.row], log_deviation[_other_end(pattern)]
    for cell, parts in products.items():
        column[cell] = log_deviation[parts].sum(axis=0)
    shape = (-1,) + (1,) * (log_deviation.ndim - 1)
    is_path = (pattern.kind == PATH).reshape(shape)
    is_alone = np.isin(pattern.kind, (INTERCEPT, THRESHOLD)).reshape(shape)
    return np.where(is_path, column - row, np.where(is_alone, -row, -row - column))


def _other_end(pattern: Pattern) -> Indices:
    """The second variable of each cell; of a threshold, whose column is its level, its own."""
    joins = np.isin(pattern.kind, (PATH, COVARIANCE))
    return np.where(joins, pattern.column, pattern.row)


def _log_deviations(implied: Implied, pattern: Pattern) -> tuple[Array, Array]:
    """Log standard deviations of all variables and their slopes in the free cells.

    NaN where a variance is not positive: there is no unit to standardise by.
    """
    variances = np.diagonal(implied.all_covariance)
    if any(map(carried, pattern.observed)):
        inside = [level_of(name) == 1 for name in pattern.names]  # differ with slopes' covariates
        variances = np.where(inside, np.nan, variances)
    variances = np.where(variances > 0.0, variances, np.nan)
    slopes = implied.variance_slopes(pattern.cells)
    return 0.5 * np.log(variances), 0.5 * slopes / variances[:, None]


def _log_residual_deviations(
    pattern: Pattern, cells: Array, own: Array, total: Array, total_slopes: Array
) -> tuple[Array, Array]:
    """The same of the residuals; of the variable itself where no positive one is estimated."""
    values, slopes = total.copy(), total_slopes.copy()
    is_variance = (pattern.kind == COVARIANCE) & (pattern.row == pattern.column)
    for cell in np.flatnonzero(is_variance & (cells > 0.0)):
        variable = pattern.row[cell]
        values[variable] = 0.5 * np.log(cells[cell])
        slopes[variable] = 0.5 * own[cell] / cells[cell]
    return values, slopes


def _unscaled(estimation: Estimation, pattern: Pattern, kind: str) -> Array:
    """Variables that keep their own scale, as a boolean array of shape (v,)."""
    unscaled = np.zeros(pattern.n_variables, dtype=bool)
    if kind == "lv":
        unscaled[: pattern.n_observed] = True
    if kind == "nox":
        exogenous = set(pattern.exogenous)
        unscaled[: pattern.n_observed] = [name in exogenous for name in pattern.observed]
    return unscaled


def _standardized_definitions(
    estimation: Estimation, values: Array, jacobian: Array
) -> tuple[Array, Array]:
    """Defined parameters as functions of the standardised estimates."""
    vocabulary: Vocabulary = estimation.specification.restrictions
    rows = estimation.specification.table.rows
    free = [place for place, row in enumerate(rows) if row.free >= 0]
    fixed = {label: row for label, row in vocabulary.labels.items() if row.free < 0}
    if fixed:
        places = {name: rows.index(row) for name, row in fixed.items()}
        vocabulary = vocabulary.with_fixed({k: float(values[p]) for k, p in places.items()})
    defined, slopes = vocabulary.defined(values[free])
    return defined, slopes @ jacobian[free]


def _table(
    estimation: Estimation,
    quantities: Callable[[Estimation], tuple[Array, Array]],
    level: float = LEVEL,
) -> pd.DataFrame:
    """Values with standard errors by the delta method, tests and intervals."""
    values, jacobian = quantities(estimation)
    more: Array | float = 0.0
    if estimation.options.se_delta_second_order:
        more = second_order_variances(estimation, lambda at: quantities(at)[1])
    numbers = inference(estimation, values, jacobian, level=level, more=more)
    names = _names(estimation.specification, estimation.samples.labels)
    own = {name: column.copy() for name, column in names.items()}
    found = pd.DataFrame({**own, **numbers}, copy=False)
    found.attrs[EXPLAINED] = explained_by(estimation.specification)
    return found


@lru_cache(maxsize=64)
def explained_by(specification: Specification) -> tuple[tuple[int, str], ...]:
    """Level and name of what is explained: its variances and covariances are of residuals."""
    names = {
        row.rhs if row.operator == "=~" else row.lhs
        for row in specification.table.rows
        if row.operator in ("=~", "~")
    }
    if not specification.has_levels:
        return tuple((0, name) for name in sorted(names))
    return tuple((level_of(name), plain_name(name)) for name in sorted(names))


@lru_cache(maxsize=64)
def _names(specification: Specification, labels: tuple[str, ...]) -> dict[str, Any]:
    """The columns of a table of estimates that do not depend on the data."""
    rows = specification.table.rows
    defined = list(specification.restrictions.definitions)
    texts = {item.name: item.text for item in specification.statements.definitions}
    columns = {
        "lhs": [row.lhs for row in rows] + defined,
        "op": [row.operator for row in rows] + [":="] * len(defined),
        "rhs": [row.rhs for row in rows] + [texts[name] for name in defined],
        "group": [labels[row.group] for row in rows] + [""] * len(defined),
        "label": [row.label for row in rows] + defined,
    }
    words = pd.Series([word for column in columns.values() for word in column]).array
    size = len(rows) + len(defined)
    split = {name: words[i * size : (i + 1) * size] for i, name in enumerate(columns)}
    free = [row.free >= 0 for row in rows] + [False] * len(defined)
    return {**split, "free": np.array(free)}
