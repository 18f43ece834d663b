"""Start values of composites' weights: what goes best with all other variables."""

from __future__ import annotations

import numpy as np

from ..numerics import Array, Indices
from ..specification import Composite, Pattern, fill

_SMALLEST = 0.2  # share of a composite's deviation that the item with the fixed weight begins with
_TURNED = 0.05  # the same, where it is sought on the other side
_RIDGE = 1e-6  # times the variances


def held_weights(pattern: Pattern, composite: Composite) -> Array:
    """Fixed weights of a composite's items, zero where they are free, shape (k,)."""
    return fill(pattern, pattern.fixed)[0][composite.place, composite.items]


def composite_weights(pattern: Pattern, covariance: Array, turned: bool = False) -> Array:
    """Weights in the rows of composites, shape (v, v), fixed ones kept; zero elsewhere.

    They are those of the first canonical variate of a composite's items and all other observed
    variables (Hotelling, 1936), in the unit that a fixed weight gives.

    Parameters
    ----------
    covariance : array, shape (p, p)
    turned : bool
        Whether items with a fixed weight begin with little of it, on the other side.
    """
    found = np.zeros((pattern.n_variables, pattern.n_variables))
    for one in pattern.composites:
        held = held_weights(pattern, one)
        found[one.place, one.items] = _weights(one.items, held, covariance, turned)
    return found


def _weights(items: Indices, fixed: Array, covariance: Array, turned: bool) -> Array:
    deviations = np.sqrt(np.diag(covariance)[items])
    others = np.setdiff1d(np.arange(len(covariance)), items)
    standard = _first_variate(covariance, items, others) if len(others) else np.ones(len(items))
    held = np.flatnonzero(fixed)
    if not len(held):
        return np.asarray(standard / deviations)
    marker = held[0]
    side = np.sign(fixed[marker])
    if standard[marker] * side < 0.0:
        standard = -standard
    if turned:
        standard, standard[marker] = -standard, _TURNED * side
    elif abs(standard[marker]) < _SMALLEST:
        standard[marker] = _SMALLEST * side
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
