"""Standardised loadings of a fit of uncorrelated factors, and how they follow its parameters."""

from __future__ import annotations

import numpy as np

from ..estimation import Estimation
from ..numerics import Array, Indices
from ..specification import PATH, Pattern


def loadings_and_slopes(estimation: Estimation, n_items: int) -> tuple[Array, Array]:
    """Loadings of standardised items, shape (p, m), and their Jacobian, shape (p * m, n_free).

    Factors have variance one; items are divided by the deviation that the model implies.
    """
    pattern, implied = estimation.specification.patterns[0], estimation.implied[0]
    cells = _loading_cells(pattern, n_items)
    rows = pattern.row[cells]
    variances = np.diagonal(implied.all_covariance)[rows]
    values = implied.values[cells] / np.sqrt(variances)
    own = implied.value_slopes(pattern)[cells]
    logs = 0.5 * implied.variance_slopes(pattern.cells)[rows] / variances[:, None]
    slopes = own / np.sqrt(variances)[:, None] - values[:, None] * logs
    jacobian = np.zeros((len(cells), estimation.n_parameters))
    jacobian[:, pattern.places] = slopes
    return values.reshape(n_items, -1), jacobian


def stacked_loadings(estimation: Estimation, parameters: Array, n_items: int) -> Array:
    """The same loadings for a stack of parameters, shape (s, n_free): shape (s, p, m)."""
    pattern, implied = estimation.specification.patterns[0], estimation.objective.imply(parameters)
    cells = _loading_cells(pattern, n_items)
    variances = np.diagonal(implied[0].all_covariance, axis1=-2, axis2=-1)[:, pattern.row[cells]]
    values = implied[0].values[:, cells] / np.sqrt(variances)
    return values.reshape(len(parameters), n_items, -1)


def residual_variances(estimation: Estimation, n_items: int) -> Array:
    """What the factors leave of each standardised item, shape (p,); negative if improper."""
    loadings, _ = loadings_and_slopes(estimation, n_items)
    return np.asarray(1.0 - (loadings * loadings).sum(axis=1))


def _loading_cells(pattern: Pattern, n_items: int) -> Indices:
    """Places of the loadings among the cells, item by item, then factor by factor."""
    is_loading = (pattern.kind == PATH) & (pattern.column >= pattern.n_observed)
    cells = np.flatnonzero(is_loading & (pattern.row < n_items))
    return cells[np.lexsort((pattern.column[cells], pattern.row[cells]))]
