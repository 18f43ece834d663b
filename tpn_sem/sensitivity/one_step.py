"""Estimates without each unit, one step from those of all: every unit at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..casewise import (
    RowUnits,
    influence_of_rows,
    of_statistics,
    unit_log_likelihoods,
    unit_pulls,
    unit_saturated_scores,
    units_in_estimates,
)
from ..data import CompleteMoments, IncompleteMoments
from ..estimation import Estimation
from ..estimation.standard_errors import moment_matrices
from ..numerics import Array

_SMALLEST = 0.05  # of a variance that leaving out a unit leaves


@dataclass(frozen=True, eq=False)
class OneStep:
    """Approximations of what refits without each unit would give.

    Attributes
    ----------
    parameters : array, shape (u, n_free)
    chi_square : array, shape (u,)
        NaN where it cannot be approximated.
    influence : array, shape (u, n_free)
        Part of each unit in the estimates, to first order.
    """

    parameters: Array
    chi_square: Array
    influence: Array


def one_step(estimation: Estimation, units: RowUnits) -> OneStep:
    """Approximate deletion of every unit.

    The score, or the influence on the statistics, times the inverse information (Cook & Weisberg,
    1982, ch. 5; Tanaka, Watadani & Moon, 1991; Lee & Wang, 1996), scaled for the rows that are
    left. A Newton step on the data without the unit is worse: it overshoots.
    """
    influence = units_in_estimates(estimation, units)
    moves = -influence * scale_of_the_rest(estimation, units)[:, None]
    chi_square = _chi_square(estimation, units, moves)
    return OneStep(estimation.parameters + moves, chi_square, influence)


def scale_of_the_rest(estimation: Estimation, units: RowUnits) -> Array:
    """N / (n - n_u) of the unit's own group, shape (u,); NaN where nothing is left of it."""
    of_group = {sample.label: sample.size for sample in estimation.samples.groups}
    size = np.array([of_group.get(label, estimation.samples.size) for label in units.groups])
    left = size - units.sizes
    return np.where(left > 0.0, size / np.where(left > 0.0, left, 1.0), np.nan)


def variances_without(
    estimation: Estimation, units: RowUnits, step: OneStep, jacobian: Array
) -> Array:
    """Variances without each unit of functions of the parameters, (k, n_free) to (u, k).

    A sandwich is a sum over independent units, and loses the term of what is left out.
    """
    left = scale_of_the_rest(estimation, units)[:, None]
    whole = ((jacobian @ estimation.covariance) * jacobian).sum(axis=1)
    if not estimation.options.is_robust:
        return np.asarray(left * whole)
    lost = np.maximum(whole - (step.influence @ jacobian.T) ** 2, _SMALLEST * whole)
    return np.asarray(left**2 * lost)


def _chi_square(estimation: Estimation, units: RowUnits, moves: Array) -> Array:
    """Chi-square without each unit to second order, shape (u,)."""
    incomplete = all(isinstance(one, IncompleteMoments) for one in estimation.samples.groups)
    if of_statistics(estimation) and not estimation.is_two_stage:
        return _chi_square_of_statistics(estimation, units, moves)
    whole = all(isinstance(one, CompleteMoments) for one in estimation.samples.groups)
    if not estimation.has_unrestricted or estimation.is_two_stage or not (incomplete or whole):
        return np.full(len(units), np.nan)
    left = scale_of_the_rest(estimation, units)
    gained = unit_log_likelihoods(estimation, units)
    saturated = unit_saturated_scores(estimation, units)
    spread = moment_matrices.saturated_spread(estimation) / estimation.samples.size
    restricted = unit_pulls(estimation, units)
    own = ((saturated @ spread) * saturated).sum(axis=1)
    models = -(restricted * moves).sum(axis=1) / left
    return np.asarray(estimation.chi_square - 2.0 * gained + left * (own - models))


def _chi_square_of_statistics(estimation: Estimation, units: RowUnits, moves: Array) -> Array:
    """The quadratic form in the residuals without each unit, with the weight as it is."""
    left = scale_of_the_rest(estimation, units)[:, None]
    weight, total = moment_matrices.weight(estimation), 0.0
    residuals = moment_matrices.residuals(estimation)
    for group, places in enumerate(moment_matrices.moment_columns(estimation)):
        pattern = estimation.specification.patterns[group]
        size = estimation.samples.groups[group].size
        rows = influence_of_rows(estimation, group)(slice(0, len(units.of_rows[group])))
        jacobian = estimation.directions[group].jacobian(estimation.specification.means)
        change = -left * units.sums(group, rows) / size - moves[:, pattern.places] @ jacobian.T
        there = residuals[places] + change
        block = weight[np.ix_(places, places)]
        total = total + ((there @ block) * there).sum(axis=1)
    sizes = estimation.multiplier - units.sizes
    return np.asarray(sizes * total)
