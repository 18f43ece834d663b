"""Factor scores. Thurstone (1935): regression; Bartlett (1937)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import NotAvailableError, choose
from ..estimation import Estimation
from ..numerics import Array
from ..specification import fill
from .modal_factor_scores import modal_scores

METHODS = ("regression", "Bartlett", "EBM")


def factor_scores(estimation: Estimation, method: str | None) -> pd.DataFrame:
    """A row per row of the data that was used, with its label; see `Fit.factor_scores`."""
    ordinal = bool(estimation.specification.categories)
    method = choose("method", method or ("EBM" if ordinal else "regression"), METHODS)
    if ordinal != (method == "EBM"):
        kind, other = ("ordinal", "'EBM'") if ordinal else ("continuous", "'regression'")
        raise NotAvailableError(f"{method!r} is not for {kind} items: take {other}.")
    latent = list(estimation.specification.roles.latent)
    if not latent:
        raise NotAvailableError("the model has no latent variables to score.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to score with.")
    frames = []
    for group, sample in enumerate(estimation.samples.groups):
        if not sample.has_rows:
            raise NotAvailableError("factor scores need rows of data, not sample moments.")
        compute = {"regression": _regression, "Bartlett": _bartlett, "EBM": modal_scores}[method]
        own = list(estimation.specification.patterns[group].latent)
        frame = pd.DataFrame(compute(estimation, group), columns=own, index=sample.rows.places)
        if sample.label or len(estimation.samples.groups) > 1:
            frame.insert(0, "group", sample.label)
        frames.append(frame)
    table = pd.concat(frames).sort_index()
    table = table[[*(["group"] if "group" in table else []), *latent]]
    if estimation.samples.index is not None:
        table.index = estimation.samples.index[table.index]
    return table


def _centred(estimation: Estimation, group: int) -> tuple[Array, Array]:
    """Observed rows less their implied means, shape (n, p), and the latent means.

    Without mean structure the means are the sample's, and factors have the mean that exogenous
    predictors give them.
    """
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    rows, n = sample.rows.values, implied.n_observed
    if sample.mean is None:
        mean = rows.mean(axis=0)
        pattern = estimation.specification.patterns[group]
        exogenous = [pattern.observed.index(name) for name in pattern.exogenous]
        return rows - mean, implied.effects[n:, exogenous] @ mean[exogenous]
    return rows - implied.mean, implied.all_mean[n:]


def _regression(estimation: Estimation, group: int) -> Array:
    """E(factors | observed) under normality."""
    implied = estimation.implied[group]
    rows, mean = _centred(estimation, group)
    n = implied.n_observed
    return np.asarray(mean + rows @ implied.inverse @ implied.all_covariance[:n, n:])


def _bartlett(estimation: Estimation, group: int) -> Array:
    """Generalised least squares of the indicators on the factors."""
    rows, mean = _centred(estimation, group)
    loadings, residual = _measurement(estimation, group)
    if np.linalg.matrix_rank(residual) < len(residual):
        raise NotAvailableError("Bartlett scores need a positive variance for every residual.")
    weighted = np.linalg.solve(residual, loadings)
    precision = loadings.T @ weighted
    if np.linalg.matrix_rank(precision) < len(precision):
        raise NotAvailableError("a factor has no indicators of its own: it cannot be scored.")
    return np.asarray(mean + rows @ weighted @ np.linalg.inv(precision))


def _measurement(estimation: Estimation, group: int) -> tuple[Array, Array]:
    """Loadings, shape (p, factors), and residual covariances, shape (p, p), given the factors."""
    pattern = estimation.specification.patterns[group]
    values = estimation.implied[group].values
    paths, covariances, _ = fill(pattern, values)
    n = pattern.n_observed
    effects = np.linalg.inv(np.eye(n) - paths[:n, :n])
    return effects @ paths[:n, n:], effects @ covariances[:n, :n] @ effects.T
