"""Residuals of covariances and means: raw, of correlations, normalised, standardised; R²."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .errors import choose
from .estimation import Estimation
from .implied import Directions
from .linalg import Array, correlation, half_indices

KINDS = ("raw", "correlation", "correlation_bentler", "normalized", "standardized")


def residual_tables(found: Estimation, kind: str) -> dict[str, pd.DataFrame]:
    """Residuals by group label: observed less implied covariances, and means in a last column.

    See `Fit.residuals` for the kinds.
    """
    choose("kind", kind, KINDS)
    return {
        label: _one_group(found, group, kind) for group, label in enumerate(found.samples.labels)
    }


def _one_group(found: Estimation, group: int, kind: str) -> pd.DataFrame:
    names = list(found.specification.observed)
    sample, implied = found.samples.groups[group], found.implied[group]
    deviation = np.sqrt(np.diag(sample.covariance))
    matrix = sample.covariance - implied.covariance
    mean = None if sample.mean is None else sample.mean - implied.mean
    if kind == "correlation":
        matrix = correlation(sample.covariance) - correlation(implied.covariance)
        mean = None if mean is None else mean / deviation
    elif kind == "correlation_bentler":
        matrix = matrix / np.outer(deviation, deviation)
        mean = None if mean is None else mean / deviation
    elif kind in ("normalized", "standardized"):
        matrix, mean = _by_error(found, group, matrix, mean, kind == "standardized")
    frame = pd.DataFrame(matrix, index=names, columns=names)
    if mean is not None:
        frame["~1"] = mean
    return frame


def _by_error(
    found: Estimation, group: int, matrix: Array, mean: Array | None, net: bool
) -> tuple[Array, Array | None]:
    """Residuals over their standard errors; `net` of what estimation has fitted away."""
    mean_spread, spread = _moment_variances(found, group)
    left_mean, left = (mean_spread, spread)
    if net:
        loss = _fitted_away(found, group)
        n_means = len(loss) - len(spread)
        left = spread - loss[n_means:]
        left_mean = mean_spread - loss[:n_means] if n_means else mean_spread
    rows, columns = half_indices(len(matrix))
    scaled = np.zeros_like(matrix)
    scaled[rows, columns] = _ratio(found, matrix[rows, columns], left, spread)
    scaled[columns, rows] = scaled[rows, columns]
    return scaled, None if mean is None else _ratio(found, mean, left_mean, mean_spread)


def _shares(found: Estimation, group: int) -> tuple[Array, Array]:
    """The sample covariance matrix S, and the part B of it that exogenous variables fix.

    Conditionally on them the sample moments vary as under S less as under B.
    """
    sample = found.samples.groups[group]
    places = found.specification.fixed_exogenous
    across = sample.covariance[:, places]
    fixed = across @ np.linalg.solve(sample.covariance[np.ix_(places, places)], across.T)
    return sample.covariance, fixed


def _moment_variances(found: Estimation, group: int) -> tuple[Array, Array]:
    """Asymptotic variances of sample means and covariances under normality, times n_total."""
    scale = found.objective.shares[group]
    total, fixed = _shares(found, group)
    rows, columns = half_indices(len(total))

    def spread(matrix: Array) -> Array:
        diagonal = np.diag(matrix)
        return diagonal[rows] * diagonal[columns] + matrix[rows, columns] ** 2

    return np.diag(total - fixed) / scale, (spread(total) - spread(fixed)) / scale


def _fitted_away(found: Estimation, group: int) -> Array:
    """By how much residuals vary less than sample moments, times n_total, shape (moments,).

    With P the projection of sample on fitted moments and G the covariance of the former, the
    residuals vary as (I - P) G (I - P)', so that the loss is the diagonal of PG + GP' - PGP'.
    """
    means = found.specification.means
    basis = found.tangent
    expected = found.objective.expected_hessian(found.implied, found.directions)
    inverse = basis @ np.linalg.inv(basis.T @ expected @ basis) @ basis.T
    middle = _score_covariance(found)
    places = found.specification.patterns[group].places
    jacobian = found.directions[group].jacobian(means)
    crossed = _score_moment_covariance(found, group)
    towards = jacobian @ inverse[places]
    once = np.einsum("ij,ij->i", towards[:, places], crossed)
    twice = np.einsum("ij,jk,ik->i", towards, middle, towards)
    return np.asarray(2.0 * once - twice)


def _score_covariance(found: Estimation) -> Array:
    """Covariance matrix of the gradient under the sample's moments, times n_total."""
    n_free = found.specification.table.n_free
    total = np.zeros((n_free, n_free))
    for group, (along, implied) in enumerate(zip(found.directions, found.implied, strict=True)):
        weight = found.discrepancy.weight(found.samples.groups[group], implied)
        places = found.specification.patterns[group].places
        for sign, part in zip((1.0, -1.0), _shares(found, group), strict=True):
            block = along.information(weight @ part @ weight, found.specification.means)
            total[np.ix_(places, places)] += sign * found.objective.shares[group] * block
    return total


def _score_moment_covariance(found: Estimation, group: int) -> Array:
    """Covariances of the group's moments with its gradient, (moments, k), times n_total."""
    along, implied = found.directions[group], found.implied[group]
    weight = found.discrepancy.weight(found.samples.groups[group], implied)
    total, fixed = (
        Directions(
            *(part @ weight @ vectors for vectors in (along.u, along.v, along.mean))
        ).jacobian(found.specification.means)
        for part in _shares(found, group)
    )
    return total - fixed


def _ratio(found: Estimation, residual: Array, left: Array, whole: Array) -> Array:
    """Zero where a residual is zero by construction, NaN where nothing is left of its variance."""
    n = found.n_observations
    errors = np.sqrt(np.maximum(whole, 0.0) / n)
    zero = np.abs(residual) < 1e-6 * errors + 1e-12
    vanished = left <= 1e-9 * whole
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(vanished, np.nan, residual / np.sqrt(left / n))
    return np.where(zero, 0.0, ratio)


def r_squared(found: Estimation) -> pd.Series:
    """Share of explained variance of each variable that the model explains.

    Returns
    -------
    Series
        Indexed by variable, or by group and variable where there are several groups. NaN where
        the residual variance is negative.
    """
    values: dict[tuple[str, str], float] = {}
    table = found.specification.table
    explained = [row.rhs for row in table.rows if row.operator == "=~"]
    explained += [row.lhs for row in table.rows if row.operator == "~"]
    names = found.specification.roles.all
    for group, label in enumerate(found.samples.labels):
        pattern = found.specification.patterns[group]
        cells = found.objective.cell_values(found.parameters, group)
        total = np.diagonal(found.implied[group].all_covariance)
        for name in dict.fromkeys(explained):
            place = names.index(name)
            diagonal = (pattern.kind == 1) & (pattern.row == place) & (pattern.column == place)
            residual = float(cells[diagonal].sum())
            share = 1.0 - residual / total[place]
            values[label, name] = share if residual >= 0.0 else float("nan")
    series = pd.Series(values, dtype=float)
    series.index = pd.MultiIndex.from_tuples(values, names=["group", "variable"])
    return series.droplevel("group") if len(found.samples.labels) == 1 else series
