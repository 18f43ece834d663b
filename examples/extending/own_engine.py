"""A second engine: maximum likelihood by scipy, with derivatives by finite differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import scipy
from scipy.optimize import minimize

from tpn_sem.estimation import Estimation
from tpn_sem.numerics import Array
from tpn_sem.results.engines import EngineResult
from tpn_sem.specification import Parameter

STEP = 1e-5


class ScipyEngine:
    """Knows the parameter table and the sample covariance matrix, and nothing else of ours."""

    name = "scipy"

    def limits(self, found: Estimation) -> list[str]:
        """What a model needs that this engine lacks."""
        table = found.specification.table
        restrictions = found.specification.restrictions
        checks = {
            "several groups": table.n_groups > 1,
            "a mean structure": found.specification.means,
            "constraints": len(restrictions.linear) > 0 or not restrictions.is_smooth,
            "exogenous variables that are fixed to the sample": any(
                row.exogenous for row in table.rows
            ),
            "an estimator other than ML": found.discrepancy.name != "ML",
        }
        return [name for name, needed in checks.items() if needed]

    def fit(self, found: Estimation) -> EngineResult:
        """Fit the model to the sample covariance matrix from starts of its own."""
        rows, names = found.specification.table.rows, found.specification.roles.all
        sample = found.samples.groups[0]
        s, n = sample.covariance, sample.n_observations
        free = [row for row in rows if row.is_free]
        spread = dict(zip(found.specification.observed, np.diag(s), strict=True))

        def imply(values: Array) -> Array:
            matrix = _covariance(rows, names, values)
            return matrix[: len(s), : len(s)]

        def slopes(values: Array) -> Array:
            steps = STEP * np.eye(len(values))
            return np.array([imply(values + h) - imply(values - h) for h in steps]) / (2 * STEP)

        def discrepancy(values: Array) -> tuple[float, Array]:
            sigma = imply(values)
            if np.linalg.eigvalsh(sigma)[0] <= 0:
                return np.inf, np.zeros(len(values))
            inverse = np.linalg.inv(sigma)
            value = np.linalg.slogdet(sigma)[1] - np.linalg.slogdet(s)[1]
            value += np.trace(s @ inverse) - len(s)
            return value, np.einsum("ij,kij->k", inverse - inverse @ s @ inverse, slopes(values))

        start = np.array([_start(row, spread) for row in free])
        best = minimize(discrepancy, start, jac=True, method="BFGS", options={"gtol": 1e-7})
        weighted = np.linalg.inv(imply(best.x)) @ slopes(best.x)
        information = 0.5 * np.einsum("kij,lji->kl", weighted, weighted)
        errors = np.sqrt(np.diag(np.linalg.inv(information)) / n)
        estimates = pd.DataFrame(
            {
                "lhs": [row.lhs for row in free],
                "op": [row.operator for row in free],
                "rhs": [row.rhs for row in free],
                "estimate": best.x,
                "se": errors,
            }
        )
        df = len(s) * (len(s) + 1) // 2 - len(free)
        return EngineResult(scipy.__version__, estimates, n * best.fun, df)


def _start(row: Parameter, spread: dict[str, float]) -> float:
    """Loadings 1, half an item's variance for its residual, everything else small."""
    if row.is_variance:
        return 0.5 * spread.get(row.lhs, 1.0)
    return 1.0 if row.operator == "=~" else 0.0


def _covariance(rows: tuple[Parameter, ...], names: tuple[str, ...], values: Array) -> Array:
    """(I - A)^-1 S (I - A)^-T of all variables, observed ones first. McArdle & McDonald (1984)."""
    paths, covariances = np.zeros((2, len(names), len(names)))
    remaining = iter(values)
    for row in rows:
        value = next(remaining) if row.is_free else row.fixed
        one, two = names.index(row.lhs), names.index(row.rhs)
        if row.operator == "=~":
            paths[two, one] = value
        elif row.operator == "~":
            paths[one, two] = value
        else:
            covariances[one, two] = covariances[two, one] = value
    effects = np.linalg.inv(np.eye(len(names)) - paths)
    return effects @ covariances @ effects.T
