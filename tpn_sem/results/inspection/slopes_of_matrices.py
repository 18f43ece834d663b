"""First derivatives of the objective in all elements of the model matrices, free or not."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...errors import NotAvailableError
from ...estimation import Estimation
from ...numerics import Array
from .model_matrices import Matrices, model_matrices


def slopes_of_matrices(estimation: Estimation, group: int) -> Matrices:
    """Of half the discrepancy in lambda, theta, psi, beta, nu and alpha; zero where it is least.

    An element off the diagonal of a symmetric matrix counts with its mirror.
    """
    specification, discrepancy = estimation.specification, estimation.discrepancy
    if specification.categories or specification.has_levels or discrepancy.untested:
        raise NotAvailableError("these derivatives are of continuous variables at one level.")
    implied, sample = estimation.implied[group], estimation.samples.groups[group]
    found = model_matrices(estimation, group, implied.values)
    if "wmat" in found or "delta" in found:
        raise NotAvailableError("these derivatives are of models without composites and scales.")
    slope, half = discrepancy.slope(sample, implied), 0.5 * estimation.objective.shares[group]
    pull = float(half) * slope.covariance
    loadings, psi = found["lambda"].to_numpy(), found["psi"].to_numpy()
    identity = np.eye(len(psi))
    beta = found["beta"].to_numpy() if "beta" in found else np.zeros_like(psi)
    effects = np.linalg.inv(identity - beta)
    total = effects @ psi @ effects.T
    reduced = loadings @ effects
    slopes: dict[str, Array] = {
        "lambda": 2.0 * pull @ loadings @ total,
        "theta": _twice(pull),
        "psi": _twice(reduced.T @ pull @ reduced),
        "beta": 2.0 * reduced.T @ pull @ loadings @ total,
    }
    if slope.mean is not None:
        push = float(half) * slope.mean[:, None]
        origin = effects @ found["alpha"].to_numpy()
        slopes["lambda"] = slopes["lambda"] + push @ origin.T
        slopes["beta"] = slopes["beta"] + reduced.T @ push @ origin.T
        slopes |= {"nu": push, "alpha": reduced.T @ push}
    return {
        name: pd.DataFrame(slopes[name], table.index, table.columns)
        for name, table in found.items()
    }


def _twice(matrix: Array) -> Array:
    return np.asarray(2.0 * matrix - np.diag(np.diag(matrix)))
