"""Residuals of covariances and means: raw, of correlations, normalised, standardised; R²."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..data import OrdinalStatistics
from ..errors import NotAvailableError, choose
from ..estimation import Estimation
from ..estimation.standard_errors import moment_matrices as moments
from ..numerics import Array, correlation, half_indices, unvech

KINDS = ("raw", "correlation", "correlation_bentler", "normalized", "standardized")


def residual_tables(estimation: Estimation, kind: str) -> dict[str, pd.DataFrame]:
    """Residuals by group label: observed less implied covariances, and means in a last column.

    See `Fit.residuals` for the kinds.
    """
    choose("kind", kind, KINDS)
    return {
        label: _one_group(estimation, group, kind)
        for group, label in enumerate(estimation.samples.labels)
    }


def _one_group(estimation: Estimation, group: int, kind: str) -> pd.DataFrame:
    names = list(estimation.specification.patterns[group].observed)
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    if not sample.has_unrestricted:
        raise NotAvailableError(f"{estimation.untested}, and nothing to take residuals from.")
    deviation = np.sqrt(np.diag(sample.covariance))
    matrix = sample.covariance - implied.covariance
    mean = None if sample.mean is None else sample.mean - implied.mean
    if mean is not None and isinstance(sample, OrdinalStatistics):
        mean[sample.statistics.layout.ordinal] = np.nan  # they have thresholds instead
    if kind == "correlation":
        matrix = correlation(sample.covariance) - correlation(implied.covariance)
        mean = None if mean is None else mean / deviation
    elif kind == "correlation_bentler":
        matrix = matrix / np.outer(deviation, deviation)
        mean = None if mean is None else mean / deviation
    elif kind in ("normalized", "standardized"):
        matrix, mean = _by_error(estimation, group, matrix, mean, kind == "standardized")
    matrix = np.where(sample.seen, matrix, np.nan)  # no row has both
    frame = pd.DataFrame(matrix, index=names, columns=names)
    if mean is not None:
        frame["~1"] = mean
    return frame


def _by_error(
    estimation: Estimation, group: int, matrix: Array, mean: Array | None, net: bool
) -> tuple[Array, Array | None]:
    """Residuals over their standard errors; `net` of what estimation has fitted away."""
    spread = moments.residual_spread(estimation)
    whole = np.diag(spread)[moments.moment_columns(estimation)[group]]
    left = whole
    if net:
        net_of = moments.fitted_away(estimation)
        left = np.diag(net_of @ spread @ net_of.T)[moments.moment_columns(estimation)[group]]
    sample = estimation.samples.groups[group]
    if isinstance(sample, OrdinalStatistics):
        residual = sample.vector - estimation.implied[group].vector(True)
        return _square(sample, _ratio(estimation, residual, left, whole))
    rows, columns = half_indices(len(matrix))
    residual = matrix[rows, columns]
    if mean is not None:
        residual = np.concatenate([mean, residual])
    ratio = _ratio(estimation, residual, left, whole)
    scaled = unvech(ratio[len(ratio) - len(rows) :], len(matrix))
    return scaled, None if mean is None else ratio[: len(mean)]


def _square(sample: OrdinalStatistics, ratio: Array) -> tuple[Array, Array]:
    """Ratios of polychoric correlations and of continuous variables' means and variances."""
    layout, p = sample.statistics.layout, sample.n_variables
    matrix, mean = np.zeros((p, p)), np.full(p, np.nan)
    rows, columns = layout.pairs
    matrix[rows, columns] = matrix[columns, rows] = ratio[layout.blocks["covariances"]]
    own = layout.with_variance
    matrix[own, own] = ratio[layout.blocks["variances"]]
    mean[layout.with_mean] = ratio[layout.blocks["means"]]
    return matrix, mean


def _ratio(estimation: Estimation, residual: Array, left: Array, whole: Array) -> Array:
    """Zero where a residual is zero by construction, NaN where nothing is left of its variance."""
    n = estimation.samples.size
    errors = np.sqrt(np.maximum(whole, 0.0) / n)
    zero = np.abs(residual) < 1e-6 * errors + 1e-12
    vanished = left <= 1e-9 * whole
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(vanished, np.nan, residual / np.sqrt(left / n))
    return np.where(zero, 0.0, ratio)
