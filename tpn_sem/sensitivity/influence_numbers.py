"""Distances and changes of every unit: one step for all, refits for some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ..casewise import RowUnits, squared_distances_of_rows
from ..estimation import Estimation
from ..numerics import Array, Indices, Mask, student_two_sided, two_sided
from .chosen_paths import ChosenPaths
from .exact_deletion import refitted_without
from .one_step import one_step, scale_of_the_rest, variances_without
from .undeletable_units import undeletable

_STACK = 32  # units at a time


@dataclass(frozen=True, eq=False)
class InfluenceNumbers:
    """What leaving out each unit does; of refitted units exactly.

    Attributes
    ----------
    parameters : array, shape (u, n_free)
        Without the unit.
    values, errors, p_values : arrays, shape (u, k)
        Of the chosen paths without the unit.
    chi_square, cook, displacement, mahalanobis : arrays, shape (u,)
    reasons : list of str
        Why a unit cannot be left out; empty where it can. Its numbers are NaN.
    refits : dict of int to Estimation
        By unit.
    """

    parameters: Array
    values: Array
    errors: Array
    p_values: Array
    chi_square: Array
    cook: Array
    displacement: Array
    mahalanobis: Array
    reasons: list[str]
    refits: Mapping[int, Estimation] = field(default_factory=dict)

    @property
    def able(self) -> Mask:
        """Which units can be left out, as far as is known, shape (u,)."""
        return np.array([not reason for reason in self.reasons], dtype=bool)

    def blanked(self) -> InfluenceNumbers:
        """The same, without numbers of units that cannot be left out."""
        table, own = self.able[:, None], self.able
        return replace(
            self,
            parameters=np.where(table, self.parameters, np.nan),
            values=np.where(table, self.values, np.nan),
            errors=np.where(table, self.errors, np.nan),
            p_values=np.where(table, self.p_values, np.nan),
            chi_square=np.where(own, self.chi_square, np.nan),
            cook=np.where(own, self.cook, np.nan),
            displacement=np.where(own, self.displacement, np.nan),
            mahalanobis=np.where(own, self.mahalanobis, np.nan),
        )


def approximated(estimation: Estimation, units: RowUnits, paths: ChosenPaths) -> InfluenceNumbers:
    """All of it from one step."""
    step = one_step(estimation, units)
    reasons = undeletable(estimation, units)
    parameters = np.where(np.isfinite(step.parameters), step.parameters, np.nan)
    values = paths.values(estimation, parameters)
    jacobian, whole = paths.jacobian(estimation), paths.inference(estimation)
    errors = np.sqrt(variances_without(estimation, units, step, jacobian))
    errors = np.where(np.isfinite(errors), errors, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = values / errors
    df = whole.get("df")
    moves = parameters - estimation.parameters
    information = estimation.information * estimation.multiplier
    cook = ((moves @ information) * moves).sum(axis=1) / scale_of_the_rest(estimation, units)
    return InfluenceNumbers(
        parameters,
        values,
        errors,
        two_sided(z) if df is None else student_two_sided(z, df),
        np.where(np.isfinite(step.chi_square), step.chi_square, np.nan),
        cook,
        displacements(estimation, parameters),
        mean_distances(estimation, units),
        reasons,
    ).blanked()


def with_refits(
    estimation: Estimation,
    units: RowUnits,
    paths: ChosenPaths,
    found: InfluenceNumbers,
    chosen: Indices,
) -> InfluenceNumbers:
    """The same with the numbers of refits in the place of those of some units."""
    parameters, values, errors = (
        one.copy() for one in (found.parameters, found.values, found.errors)
    )
    p_values, chi_square, cook = (
        one.copy() for one in (found.p_values, found.chi_square, found.cook)
    )
    reasons, refits = list(found.reasons), dict(found.refits)
    for unit, refit in zip(
        chosen.tolist(), refitted_without(estimation, units, chosen), strict=True
    ):
        if isinstance(refit, str):
            reasons[unit] = reasons[unit] or refit.rstrip(".")
            continue
        own, refits[unit] = paths.inference(refit), refit
        parameters[unit], values[unit] = refit.parameters, own["estimate"]
        errors[unit], p_values[unit] = own["se"], own["p_value"]
        chi_square[unit] = refit.chi_square
        move = estimation.parameters - refit.parameters
        cook[unit] = move @ (refit.information * refit.multiplier) @ move
    displacement = displacements(estimation, parameters)
    return InfluenceNumbers(
        parameters,
        values,
        errors,
        p_values,
        chi_square,
        cook,
        displacement,
        found.mahalanobis,
        reasons,
        refits,
    ).blanked()


def displacements(estimation: Estimation, parameters: Array) -> Array:
    """Likelihood displacement 2 [l(all) - l(without)], of all rows, shape (u,). Cook (1986).

    Of least squares, the same in its discrepancy.
    """
    objective = estimation.objective
    best = float(objective.value(estimation.implied))
    found = np.full(len(parameters), np.nan)
    known = np.flatnonzero(np.isfinite(parameters).all(axis=1))
    size = 1 if estimation.specification.categories else _STACK
    for start in range(0, len(known), size):
        part: Indices | int = known[start : start + size]
        if size == 1:  # likelihoods of pairs take no stacks
            part = int(known[start])
        values = objective.value(objective.imply(parameters[part]))
        found[part] = 2.0 * estimation.multiplier * (values - best)
    return np.where(np.isfinite(found), found, np.nan)


def mean_distances(estimation: Estimation, units: RowUnits) -> Array:
    """Squared Mahalanobis distance, the mean over a unit's rows, shape (u,); NaN if ordinal."""
    if estimation.specification.categories:
        return np.full(len(units), np.nan)
    total, count = np.zeros(len(units)), np.zeros(len(units))
    for group, sample in enumerate(estimation.samples.groups):
        distances = squared_distances_of_rows(sample)
        total += units.sums(group, distances[:, None])[:, 0]
        count += np.bincount(units.of_rows[group], minlength=len(units))
    return total / count
