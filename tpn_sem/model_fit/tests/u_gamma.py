"""The distribution of chi-square where normal theory does not hold: the matrix U Gamma.

Chi-square is then a sum of independent squares with the eigenvalues of U Gamma as weights, where
U = V - V J (J' V J)^-1 J' V, V is the weight of the discrepancy, J the Jacobian of the moments and
Gamma their covariance matrix. Satorra & Bentler (1994).
"""

from __future__ import annotations

import numpy as np

from ...estimation import Minimum, remembered
from ...estimation.standard_errors import moment_matrices as moments
from ...numerics import Array
from ...numerics import weighted as weighted_by


@remembered
def fitted_spread(minimum: Minimum) -> tuple[Array, Array]:
    """V J, and what the estimates take of the moments' spread, (J' V J)^-1 J' V Gamma."""
    if moments.exogenous_jacobian(minimum).shape[1]:
        return _fitted(minimum, moments.weight(minimum))
    weighted = moments.weighted_jacobian(minimum)
    inner = moments.jacobian(minimum).T @ weighted
    return weighted, np.asarray(np.linalg.solve(inner, moments.pulled_spread(minimum)))


def _fitted(minimum: Minimum, weight: Array) -> tuple[Array, Array]:
    jacobian = np.hstack([moments.jacobian(minimum), moments.exogenous_jacobian(minimum)])
    weighted = weighted_by(weight, jacobian)
    taken = np.linalg.solve(jacobian.T @ weighted, weighted.T @ moments.spread(minimum))
    return weighted, np.asarray(taken)


def u_gamma(minimum: Minimum, weight: Array | None = None) -> Array:
    """U Gamma over the moments of all groups, shape (M, M); V is the discrepancy's by default."""
    weighted, taken = fitted_spread(minimum) if weight is None else _fitted(minimum, weight)
    weight = moments.weight(minimum) if weight is None else weight
    found = weighted_by(weight, moments.spread(minimum)) - weighted @ taken
    if minimum.options.information_expected_mplus and minimum.specification.categories:
        for sample, places in zip(
            minimum.samples.groups, moments.moment_columns(minimum), strict=True
        ):
            found[:, places] *= 1.0 - 1.0 / sample.size
    return found


def traces(minimum: Minimum) -> tuple[float, float]:
    """Sums of the eigenvalues of U Gamma, and of their squares."""
    matrix = u_gamma(minimum)
    return float(np.trace(matrix)), float((matrix * matrix.T).sum())


def eigenvalues(minimum: Minimum) -> Array:
    """The largest eigenvalues of U Gamma, as many as there are degrees of freedom, descending."""
    values = np.sort(np.linalg.eigvals(u_gamma(minimum)).real)[::-1]
    return np.asarray(values[: minimum.degrees_of_freedom])


def residual_trace(
    metric: Array, jacobian: Array, weighted: Array, taken: Array, spread: Array
) -> float:
    """tr(M R Gamma R') for what the estimates leave of the moments, R = I - J (J' V J)^-1 J' V.

    Parameters
    ----------
    metric : array M, shape (m, m)
    jacobian, weighted : arrays J and V J, shape (m, q)
    taken : array, shape (q, m)
        (J' V J)^-1 J' V Gamma.
    spread : array Gamma, shape (m, m)
    """
    measured = metric @ jacobian
    fitted = np.linalg.solve(jacobian.T @ weighted, (taken @ weighted).T)
    total = (metric * spread).sum() - 2.0 * (measured.T * taken).sum()
    return float(total + ((jacobian.T @ measured) * fitted).sum())
