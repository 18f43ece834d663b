"""Standard errors of rotated loadings and correlations of factors."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..numerics import Array, Indices
from ..results import inference
from .rotated_solution import RotatedSolution
from .standardised_loadings import loadings_and_slopes

_ROUNDING = 1e-7  # slopes of correlations that the criterion keeps at zero


def rotated_estimates(
    estimation: Estimation,
    solution: RotatedSolution,
    items: tuple[str, ...],
    factors: tuple[str, ...],
) -> pd.DataFrame:
    """Rotated loadings, then correlations of factors, with errors by the delta method.

    The covariance matrix is that of the unrotated estimates, so that it is robust or one of
    clusters where theirs is; the slopes of the rotation are Jennrich's (1973).

    Returns
    -------
    DataFrame
        Columns lhs, op, rhs, estimate, se, z, p_value, ci_lower, ci_upper, and df with few
        clusters.
    """
    first, second = np.tril_indices(len(factors), -1)
    values = np.r_[solution.loadings.ravel(), solution.correlations[first, second]]
    jacobian = _jacobian(estimation, solution, first * len(factors) + second, len(items))
    clusters = None
    if estimation.samples.cluster_labels:
        clusters = float(estimation.cluster_degrees_of_freedom)
    numbers = inference(estimation, values, jacobian, clusters)
    numbers["estimate"] = values
    names = _names(items, factors, list(zip(second, first, strict=True)))
    return pd.DataFrame({**names, **numbers})


def _jacobian(
    estimation: Estimation, solution: RotatedSolution, pairs: Indices, n_items: int
) -> Array:
    """Slopes in the free parameters: of loadings, item by item, then of pairs of factors."""
    by_loadings, by_correlations = solution.slopes()
    by_correlations = np.where(np.abs(by_correlations) < _ROUNDING, 0.0, by_correlations)
    _, unrotated = loadings_and_slopes(estimation, n_items)
    return np.asarray(np.concatenate([by_loadings, by_correlations[pairs]]) @ unrotated)


def _names(
    items: tuple[str, ...], factors: tuple[str, ...], pairs: list[tuple[int, int]]
) -> dict[str, list[str]]:
    left = [factors[one] for one, _ in pairs]
    right = [factors[other] for _, other in pairs]
    return {
        "lhs": [factor for _ in items for factor in factors] + left,
        "op": ["=~"] * (len(items) * len(factors)) + ["~~"] * len(pairs),
        "rhs": [item for item in items for _ in factors] + right,
    }
