"""Start values of composites' weights: what goes best with all other variables."""

from __future__ import annotations

import numpy as np

from ..numerics import Array, Indices
from ..specification import Composite, Pattern, fill

_SMALLEST = 0.2  # share of a composite's deviation that the item with the fixed weight begins with
_RIDGE = 1e-6  # times the variances


def composite_weights(pattern: Pattern, values: Array, covariance: Array) -> Array:
    """Weights in the rows of composites, shape (v, v), fixed ones kept; zero elsewhere.

    They are those of the first canonical variate of a composite's items and all other observed
    variables (Hotelling, 1936), in the unit that a fixed weight gives.

    Parameters
    ----------
    values : array, shape (n_cells,)
        With the fixed weights.
    covariance : array, shape (p, p)
    """
    found = np.zeros((pattern.n_variables, pattern.n_variables))
    if not pattern.composites:
        return found
    fixed = fill(pattern, values)[0]
    for one in pattern.composites:
        found[one.place, one.items] = _weights(one, fixed[one.place, one.items], covariance)
    return found


def _weights(composite: Composite, fixed: Array, covariance: Array) -> Array:
    items = composite.items
    deviations = np.sqrt(np.diag(covariance)[items])
    others = np.setdiff1d(np.arange(len(covariance)), items)
    standard = _first_variate(covariance, items, others) if len(others) else np.ones(len(items))
    held = np.flatnonzero(fixed)
    if not len(held):
        return np.asarray(standard / deviations)
    marker = held[0]
    if np.sign(standard[marker]) * np.sign(fixed[marker]) < 0:
        standard = -standard
    least = _SMALLEST * np.sign(fixed[marker])
    if abs(standard[marker]) < _SMALLEST:
        standard[marker] = least
    weights = standard / deviations
    weights = weights * (fixed[marker] / weights[marker])
    return np.asarray(np.where(fixed != 0.0, fixed, weights))


def _first_variate(covariance: Array, items: Indices, others: Indices) -> Array:
    """Standardised weights of the items in their first canonical variate with the others."""
    deviations = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviations, deviations)
    own = correlation[np.ix_(items, items)] + _RIDGE * np.eye(len(items))
    rest = correlation[np.ix_(others, others)] + _RIDGE * np.eye(len(others))
    across = correlation[np.ix_(items, others)]
    lower = np.linalg.cholesky(own)
    inner = np.linalg.solve(lower, across @ np.linalg.solve(rest, across.T))
    inner = np.linalg.solve(lower, inner.T)
    variate = np.linalg.eigh(0.5 * (inner + inner.T))[1][:, -1]
    weights = np.linalg.solve(lower.T, variate)
    return np.asarray(weights * (1.0 if weights.sum() >= 0.0 else -1.0))
