"""Bootstrap of rotated loadings: replicates rotated from the solution, their columns matched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..drawing import Shown, Table
from ..errors import NotAvailableError
from ..fit import Fit
from ..numerics import Array
from ..resampling import bootstrap
from ..rotation import (
    Turning,
    TwoSteps,
    aligned,
    principal_axes,
    project_gradient,
    row_weights,
)
from .rotated_solution import RotatedSolution
from .standardised_loadings import loadings_and_slopes, stacked_loadings


@dataclass(frozen=True, eq=False, repr=False)
class RotatedBootstrap(Shown):
    """Rotated loadings of resampled data.

    Attributes
    ----------
    loadings : array, shape (r, p, k)
        Of each replicate that converged, its columns in the order and with the signs that bring
        them nearest to the solution.
    correlations : array, shape (r, k, k)
    table : DataFrame
        A row per loading and correlation: lhs, op, rhs, estimate, se, bias, ci_lower, ci_upper (95
        % percentiles).
    n_failed : int
        Replicates that are left out: neither fitted nor rotated.
    """

    loadings: Array
    correlations: Array
    table: pd.DataFrame
    n_failed: int

    def _views(self) -> list[str | Table]:
        head = f"{len(self.loadings)} replicates; {self.n_failed} failed"
        return [head, Table(self.table, index=False)]


def bootstrap_rotated(
    fit: Fit,
    solution: RotatedSolution,
    turning: Turning,
    items: tuple[str, ...],
    factors: tuple[str, ...],
    n: int,
    seed: int | None,
) -> RotatedBootstrap:
    """Refit, rotate and match `n` replicates; all rotations are one stack."""
    found = fit.estimation
    names = list(dict.fromkeys(found.names))
    replicates = bootstrap(fit, n, seed=seed, progress=False).replicates[names].dropna()
    stack = stacked_loadings(found, replicates.to_numpy(), len(items))
    unrotated, _ = loadings_and_slopes(found, len(items))
    loadings, correlations = _rotated(_turned_to(stack, unrotated), solution, turning)
    if len(loadings) < 2:
        raise NotAvailableError(f"{len(loadings)} of {n} replicates converged: nothing to say.")
    places, signs = aligned(loadings, solution.loadings)
    loadings = np.take_along_axis(loadings, places[:, None, :], axis=2) * signs[:, None, :]
    for axis in (1, 2):
        index = np.expand_dims(places, 3 - axis)
        correlations = np.take_along_axis(correlations, index, axis=axis)
    correlations = correlations * signs[:, :, None] * signs[:, None, :]
    table = _table(loadings, correlations, solution, items, factors)
    return RotatedBootstrap(loadings, correlations, table, n - len(loadings))


def _turned_to(stack: Array, target: Array) -> Array:
    """Loadings of uncorrelated factors turned as near to a target as they go. Schonemann (1966)."""
    left, _, right = np.linalg.svd(np.swapaxes(stack, -2, -1) @ target)
    return np.asarray(stack @ (left @ right))


def _rotated(stack: Array, solution: RotatedSolution, turning: Turning) -> tuple[Array, Array]:
    """Each replicate rotated from the solution's rotation; those that end in no minimum go."""
    m = stack.shape[-1]
    if turning.criterion is None or m == 1:
        turned = np.array([principal_axes(one)[0] for one in stack])
        return turned, np.broadcast_to(np.eye(m), (len(stack), m, m))
    weighted = row_weights(stack, turning.kaiser) * stack
    starts = np.broadcast_to(solution.turn, (len(stack), m, m))
    found = project_gradient(turning.criterion, weighted, starts, turning.oblique)
    turns = found.point.reshape(-1, m, m)[found.converged]
    loadings = stack[found.converged] @ np.swapaxes(np.linalg.inv(turns), -2, -1)
    correlations = np.swapaxes(turns, -2, -1) @ turns
    if isinstance(turning.rotation, TwoSteps):
        loadings, correlations, _ = turning.rotation.then(loadings, correlations)
    return loadings, correlations


def _table(
    loadings: Array,
    correlations: Array,
    solution: RotatedSolution,
    items: tuple[str, ...],
    factors: tuple[str, ...],
) -> pd.DataFrame:
    k = len(factors)
    first, second = np.tril_indices(k, -1)
    draws = np.concatenate(
        [loadings.reshape(len(loadings), -1), correlations[:, first, second]], axis=1
    )
    own = np.r_[solution.loadings.ravel(), solution.correlations[first, second]]
    lower, upper = np.quantile(draws, (0.025, 0.975), axis=0)
    return pd.DataFrame(
        {
            "lhs": [factor for _ in items for factor in factors] + [factors[i] for i in second],
            "op": ["=~"] * (len(items) * k) + ["~~"] * len(first),
            "rhs": [item for item in items for _ in factors] + [factors[i] for i in first],
            "estimate": own,
            "se": draws.std(axis=0, ddof=1),
            "bias": draws.mean(axis=0) - own,
            "ci_lower": lower,
            "ci_upper": upper,
        }
    )
