"""Factor scores that are linear in the answers, from whatever answers a row has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..numerics import Array, Indices, has_full_rank
from ..specification import fill


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of the rows of one group, and how sure they are.

    Attributes
    ----------
    values : array, shape (n, f)
        NaN where a row's answers do not suffice.
    spread : array, shape (n, f, f)
        Covariance matrix of the errors: of the posterior, or of Bartlett's estimates.
    """

    values: Array
    spread: Array


def regression_scores(estimation: Estimation, group: int, rows: Array) -> Scores:
    """E(factors | answers) under normality, and the covariance that is left. Thurstone (1935)."""
    implied = estimation.implied[group]
    n, joint = implied.n_observed, implied.all_covariance
    rows = rows / implied.units
    centre, origin = _means(estimation, group, rows)
    found = _empty(len(rows), len(joint) - n)
    for inside, there in _patterns(rows):
        among, across = joint[np.ix_(there, there)], joint[there, n:]
        weights = np.linalg.solve(among, across)
        deviations = rows[np.ix_(inside, there)] - centre[there]
        found.values[inside] = origin[inside] + deviations @ weights
        found.spread[inside] = joint[n:, n:] - across.T @ weights
    return found


def bartlett_scores(estimation: Estimation, group: int, rows: Array) -> Scores:
    """Generalised least squares of the answers on the factors. Bartlett (1937)."""
    loadings, residual = _measurement(estimation, group)
    rows = rows / estimation.implied[group].units
    if not has_full_rank(residual):
        raise NotAvailableError("Bartlett scores need a positive variance for every residual.")
    centre, origin = _means(estimation, group, rows)
    found = _empty(len(rows), loadings.shape[1])
    complete = loadings.T @ np.linalg.solve(residual, loadings)
    if not has_full_rank(complete):
        raise NotAvailableError("a factor has no indicators of its own: it cannot be scored.")
    for inside, there in _patterns(rows):
        own = loadings[there]
        weighted = np.linalg.solve(residual[np.ix_(there, there)], own)
        precision = own.T @ weighted
        if not has_full_rank(precision):
            continue  # a factor none of whose items was answered
        spread = np.linalg.inv(precision)
        deviations = rows[np.ix_(inside, there)] - centre[there]
        found.values[inside] = origin[inside] + deviations @ weighted @ spread
        found.spread[inside] = spread
    return found


def _empty(n_rows: int, n_factors: int) -> Scores:
    return Scores(
        np.full((n_rows, n_factors), np.nan), np.full((n_rows, n_factors, n_factors), np.nan)
    )


def _patterns(rows: Array) -> Iterator[tuple[Indices, Indices]]:
    """Rows with the same answers missing, and the columns that they have; none without any."""
    observed, members = np.unique(~np.isnan(rows), axis=0, return_inverse=True)
    for place, columns in enumerate(observed):
        if columns.any():
            yield np.flatnonzero(members.ravel() == place), np.flatnonzero(columns)


def _means(estimation: Estimation, group: int, rows: Array) -> tuple[Array, Array]:
    """Means of the variables, shape (p,), and of the factors, shape (n, f).

    Without mean structure the means are the sample's, and factors have the mean that exogenous
    predictors give them.
    """
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    n = implied.n_observed
    if sample.mean is not None:
        return implied.all_mean[:n], np.broadcast_to(
            implied.all_mean[n:], (len(rows), len(implied.all_mean) - n)
        )
    pattern = estimation.specification.patterns[group]
    exogenous = [pattern.observed.index(name) for name in pattern.exogenous]
    centre = sample.centre / implied.units
    origin = implied.effects[n:, exogenous] @ centre[exogenous]
    return centre, np.broadcast_to(origin, (len(rows), len(origin)))


def _measurement(estimation: Estimation, group: int) -> tuple[Array, Array]:
    """Loadings, shape (p, factors), and residual covariances, shape (p, p), given the factors."""
    pattern = estimation.specification.patterns[group]
    values = estimation.implied[group].values
    paths, covariances, _ = fill(pattern, values)
    n = pattern.n_observed
    effects = np.linalg.inv(np.eye(n) - paths[:n, :n])
    return effects @ paths[:n, n:], effects @ covariances[:n, :n] @ effects.T


def determinacies(estimation: Estimation, group: int, method: str) -> pd.Series:
    """Correlations of factors with their scores, by normal theory. Grice (2001).

    Parameters
    ----------
    method : {"regression", "Bartlett"}
    """
    pattern, implied = estimation.specification.patterns[group], estimation.implied[group]
    if not pattern.latent or estimation.specification.categories:
        raise NotAvailableError("scores of continuous items' factors have a determinacy here.")
    n, joint = implied.n_observed, implied.all_covariance
    variances = np.diagonal(joint)[n:]
    across = joint[:n, n:]
    if method == "regression":
        shared = np.diagonal(across.T @ np.linalg.solve(joint[:n, :n], across)) / variances
    else:
        errors = bartlett_scores(estimation, group, np.zeros((1, n))).spread[0]
        shared = variances / (variances + np.diagonal(errors))
    return pd.Series(np.sqrt(shared), list(pattern.latent))
