"""The steps of a forward search: a good part of the units first, then one more at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..casewise import RowUnits
from ..errors import NotAvailableError, attempted
from ..estimation import Estimation
from ..numerics import Array, Indices, Mask
from ..redraws import Refitter
from .chosen_paths import ChosenPaths
from .exact_deletion import samples_of
from .robust_moments import robust_moments
from .unit_distances import standardised, unit_distances

_CONCENTRATIONS = 10


@dataclass(frozen=True, eq=False)
class SearchSteps:
    """What each step saw.

    Attributes
    ----------
    sizes, rows : int arrays, shape (s,)
        Units and rows in the subset.
    chi_square, largest, nearest : arrays, shape (s,)
        Of the subset; the largest distance in it, and the smallest outside (NaN at the end).
    values, errors : arrays, shape (s, k)
        Of the chosen paths.
    subsets : tuple of int arrays
        Units of each step.
    reasons : tuple of str
        Why there is no fit at a step; empty where there is.
    """

    sizes: Indices
    rows: Indices
    chi_square: Array
    largest: Array
    nearest: Array
    values: Array
    errors: Array
    subsets: tuple[Indices, ...]
    reasons: tuple[str, ...]

    def inside(self, count: int) -> Mask:
        """Which of so many units are in the subset of each step, shape (s, u)."""
        found = np.zeros((len(self.sizes), count), dtype=bool)
        for row, subset in zip(found, self.subsets, strict=True):
            row[subset] = True
        return found

    def joined(self, count: int) -> Indices:
        """The size at which each unit joined for the first time, shape (u,)."""
        return np.asarray(self.sizes[self.inside(count).argmax(axis=0)])

    def stays(self, count: int) -> Indices:
        """The size from which on each unit stays, shape (u,)."""
        outside = ~self.inside(count)
        last = len(outside) - outside[::-1].argmax(axis=0)
        return np.asarray(self.sizes[np.where(outside.any(axis=0), last, 0)])


def search_steps(
    estimation: Estimation,
    units: RowUnits,
    paths: ChosenPaths,
    first: int,
    n_starts: int,
    generator: np.random.Generator,
    with_errors: bool = True,
) -> SearchSteps:
    """A whole search from the best subset of `first` units on.

    Raises
    ------
    NotAvailableError
        Where the model cannot be fitted to any subset of that size.
    """
    subset, here = _best_subset(estimation, units, first, n_starts, generator)
    count = len(units)
    rows, reasons, members = [], [], []
    for size in range(first, count + 1):
        members.append(subset)
        inside = np.zeros(count, dtype=bool)
        inside[subset] = True
        reason = ""
        if size > first:
            found = _fitted(here, estimation, units, inside)
            if isinstance(found, str):
                reason = found
            else:
                here = found
        squares, answers = unit_distances(estimation, here, units)
        distances = standardised(squares, answers)
        rows.append(_seen(here, paths, distances, inside, units, with_errors, reason))
        reasons.append(reason)
        subset = np.argsort(distances, kind="stable")[: size + 1]
    table = np.array(rows)
    k = len(paths.names)
    return SearchSteps(
        np.arange(first, count + 1),
        table[:, 0].astype(int),
        table[:, 1],
        table[:, 2],
        table[:, 3],
        table[:, 4 : 4 + k],
        table[:, 4 + k :],
        tuple(members),
        tuple(reasons),
    )


def _seen(
    here: Estimation,
    paths: ChosenPaths,
    distances: Array,
    inside: Mask,
    units: RowUnits,
    with_errors: bool,
    reason: str,
) -> list[float]:
    """What is monitored of one step; NaN where it has no fit."""
    k = len(paths.names)
    outside = distances[~inside]
    n_rows = float(units.rows[inside].sum())
    if reason:
        return [n_rows, *[np.nan] * (3 + 2 * k)]
    if with_errors:
        own = paths.inference(here)
        values, errors = own["estimate"], own["se"]
    else:
        values, errors = paths.values(here, here.parameters[None])[0], np.full(k, np.nan)
    nearest = float(outside.min()) if len(outside) else np.nan
    return [n_rows, here.chi_square, float(distances[inside].max()), nearest, *values, *errors]


def _fitted(near: Estimation, whole: Estimation, units: RowUnits, inside: Mask) -> Estimation | str:
    """The model fitted to some units, from a fit that is near."""
    samples = attempted(samples_of, whole, [inside[own] for own in units.of_rows])
    return next(iter(Refitter(near).estimations(samples)))


def _best_subset(
    estimation: Estimation,
    units: RowUnits,
    size: int,
    n_starts: int,
    generator: np.random.Generator,
) -> tuple[Indices, Estimation]:
    """Units that the model fits best among the subsets that concentration steps lead to.

    From the units nearest to robust moments, and from random ones (Rousseeuw & Van Driessen, 1999):
    fit, keep the nearest, until they stay. Best is the smallest sum of distances over generalised
    variance, the likelihood of the subset.
    """
    starts = [_near_robust_moments(estimation, units, size)]
    starts += [generator.permutation(len(units))[:size] for _ in range(n_starts)]
    best: tuple[float, Indices, Estimation] | None = None
    problem = ""
    for subset in starts:
        found = _concentrated(estimation, units, np.sort(subset))
        if isinstance(found, str):
            problem = problem or found
            continue
        value, subset, here = found
        if best is None or value < best[0] - 1e-9:
            best = value, subset, here
    if best is None:
        raise NotAvailableError(
            f"the model cannot be fitted to any {size} units to begin from ({problem}): take a "
            "larger start=."
        )
    return best[1], best[2]


def _concentrated(
    estimation: Estimation, units: RowUnits, subset: Indices
) -> tuple[float, Indices, Estimation] | str:
    here = estimation
    for _ in range(_CONCENTRATIONS):
        inside = np.zeros(len(units), dtype=bool)
        inside[subset] = True
        found = _fitted(here, estimation, units, inside)
        if isinstance(found, str):
            return found
        here = found
        squares, answers = unit_distances(estimation, here, units)
        nearest = np.sort(np.argsort(standardised(squares, answers), kind="stable")[: len(subset)])
        if np.array_equal(nearest, subset):
            break
        subset = nearest
    return _deviance(here), subset, here


def _deviance(here: Estimation) -> float:
    """Minus twice the log-likelihood of the subset's rows, without its constant."""
    total = 0.0
    for sample, implied in zip(here.samples.groups, here.implied, strict=True):
        mean = sample.centre if sample.mean is None else implied.mean
        total += sample.size * float(sample.all_patterns.at(mean, implied.covariance).deviance)
    return total


def _near_robust_moments(estimation: Estimation, units: RowUnits, size: int) -> Indices:
    """The units nearest to robust means and covariances; to all rows' where there are none."""
    squares, answers = np.zeros(len(units)), np.zeros(len(units))
    for group, sample in enumerate(estimation.samples.groups):
        found = attempted(robust_moments, sample.rows.values, 0.1)
        if isinstance(found, str):
            return np.argsort(standardised(*unit_distances(estimation, estimation, units)))[:size]
        own = np.column_stack([found.squares, (~np.isnan(found.values)).sum(axis=1)])
        sums = units.sums(group, own)
        squares, answers = squares + sums[:, 0], answers + sums[:, 1]
    return np.argsort(standardised(squares, answers), kind="stable")[:size]
