"""How the estimates of both steps follow the sample's statistics, to first order.

What a statistic s of n rows scatters by, Gamma / n, then gives what the estimates do, whatever the
distribution: V = A Gamma A' / n for the slopes A. Yuan & Chan (2002); Rosseel & Loh (2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..data import Sample
from ..estimation import Estimation, free_directions, remembered
from ..estimation.implied import Implied
from ..estimation.standard_errors import moment_matrices as moments
from ..estimation.standard_errors import order_of
from ..numerics import (
    Array,
    Mask,
    half_indices,
    half_places,
    mapped_moments,
    vech,
    weighted_left_inverse,
)
from ..specification import Pattern
from .factor_moments import FactorMoments, factor_moments, group_parts
from .sample_statistics import moments_of_statistics
from .two_step_errors import places_of

_STEP = 1e-5  # of a difference, in standard deviations


def measurement_slopes(whole: Estimation, blocks: Sequence[Estimation], measured: Mask) -> Array:
    """Of the first step's estimates among all, zero elsewhere, shape (n_free, M)."""
    found = np.zeros((len(measured), whole.specification.n_all_moments))
    for block in blocks:
        here, there = places_of(whole.specification, block.specification, measured)
        columns = order_of(whole.specification, block.specification)
        found[np.ix_(here, columns)] = _own_slopes(block)[there]
    return found


def structure_slopes(
    whole: Estimation, structure: Estimation, of_factors: Array, measured: Mask
) -> Array:
    """Of the second step's estimates among all, fitted to factors' moments, (n_free, M).

    Parameters
    ----------
    of_factors : array, shape (E, M)
        Slopes of the factors' moments.
    """
    found = np.zeros((len(measured), of_factors.shape[1]))
    here, there = places_of(whole.specification, structure.specification, ~measured)
    found[here] = _own_slopes(structure)[there] @ of_factors
    return found


def held_slopes(whole: Estimation, first: Array, measured: Mask) -> Array:
    """The same where they were fitted to all items with the first step's held, (n_free, M).

    Parameters
    ----------
    first : array, shape (n_free, M)
        Slopes of the first step's estimates.
    """
    basis, jacobian = free_directions(whole.objective, measured), moments.free_jacobian(whole)
    left = weighted_left_inverse(jacobian @ basis, moments.weight(whole))
    known = jacobian @ first + _taken(whole)
    return np.asarray(basis @ (left - left @ known))


def _taken(whole: Estimation) -> Array:
    """What moments of predictors, taken from the sample, do to implied ones, shape (M, M)."""
    total = np.zeros((whole.specification.n_all_moments,) * 2)
    triples = zip(
        moments.moment_columns(whole), whole.specification.patterns, whole.implied, strict=True
    )
    for rows, pattern, implied in triples:
        if len(pattern.taken) and not pattern.n_given:
            total[np.ix_(rows, rows)] = taken_slopes(pattern, implied, whole.specification.means)
    return total


def taken_slopes(pattern: Pattern, implied: Implied, means: bool) -> Array:
    """The same of one group, shape (m, m)."""
    total = np.zeros((pattern.n_moments(means),) * 2)
    cells, skipped = pattern.taken_cells, pattern.n_observed * means
    square = half_places(pattern.n_observed) + skipped
    at = np.where(cells.is_intercept, cells.row, square[cells.row, cells.origin])
    total[:, at] = implied.along(cells).jacobian(means)
    return total


@remembered
def _own_slopes(fit: Estimation) -> Array:
    """Of the free parameters of one fit in its own moments, shape (n_free, m)."""
    left = weighted_left_inverse(moments.jacobian(fit), moments.expected_weight(fit))
    return np.asarray(fit.tangent @ left)


def factor_slopes(
    whole: Estimation,
    blocks: Sequence[Estimation],
    structure: Estimation,
    factors: Sequence[FactorMoments],
) -> Array:
    """Of the factors' moments, shape (E, M).

    Parameters
    ----------
    whole : Estimation
        The whole model, for its samples.
    blocks : sequence of Estimation
        Measurement models.
    structure : Estimation
        The structure fitted to the factors' moments.
    factors : sequence of FactorMoments
        These, by group.
    """
    means = whole.specification.means
    here, there = structure.specification.moment_places, whole.specification.moment_places
    found = np.zeros((int(here[-1][-1]) + 1, int(there[-1][-1]) + 1))
    implied = [one.implied for one in blocks]
    for group, (rows, columns, one) in enumerate(zip(here, there, factors, strict=True)):
        sample, pattern = whole.samples.groups[group], whole.specification.patterns[group]
        direct = mapped_moments(one.mapping, means)
        if one.error_share < 1.0:
            names, parts = structure.specification.observed, group_parts(blocks, implied, group)
            direct[-len(vech(one.covariance)) :, means * len(sample.names) :] -= _of_share(
                sample, names, parts, one
            )
        found[np.ix_(rows, columns)] = direct @ moments_of_statistics(pattern, sample, means)
    for place, block in enumerate(blocks):
        along = _along(whole, blocks, structure, implied, place)
        columns = order_of(whole.specification, block.specification)
        found[:, columns] += along @ _own_slopes(block)
    return found


def _of_share(
    sample: Sample,
    names: Sequence[str],
    parts: Sequence[tuple[Pattern, Implied]],
    factors: FactorMoments,
) -> Array:
    """What the share of error that is taken does through S, by central differences, (E, h)."""
    noise = vech(factors.mapping @ sample.covariance @ factors.mapping.T - factors.covariance)
    noise = noise / factors.error_share
    size = np.sqrt(np.diag(sample.covariance))
    slopes = []
    for one, other in zip(*half_indices(len(size)), strict=True):
        move = np.zeros_like(sample.covariance)
        move[one, other] = move[other, one] = _STEP * size[one] * size[other]
        ends = [
            factor_moments(
                replace(sample, covariance=sample.covariance + sign * move), names, parts
            ).error_share
            for sign in (1.0, -1.0)
        ]
        slopes.append((ends[0] - ends[1]) / (2.0 * move[one, other]))
    return np.outer(noise, slopes)


def _along(
    whole: Estimation,
    blocks: Sequence[Estimation],
    structure: Estimation,
    implied: Sequence[tuple[Implied, ...]],
    place: int,
) -> Array:
    """Derivatives of the factors' moments in one block's estimates, by central differences."""
    block = blocks[place]
    names = structure.specification.observed
    columns = []
    for parameter, width in enumerate(block.objective.step_widths(block.parameters)):
        ends = []
        for shift in (width, -width):
            moved = block.parameters.copy()
            moved[parameter] += shift
            changed = list(implied)
            changed[place] = block.objective.imply(moved)
            parts = []
            for group, sample in enumerate(whole.samples.groups):
                one = factor_moments(sample, names, group_parts(blocks, changed, group))
                parts += [] if one.mean is None else [one.mean]
                parts.append(vech(one.covariance))
            ends.append(np.concatenate(parts))
        columns.append((ends[0] - ends[1]) / (2.0 * width))
    return np.array(columns).T
