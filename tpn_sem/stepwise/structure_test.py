"""The test of a structure whose factors' moments were estimated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data import IncompleteMoments
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..estimation.standard_errors import moment_matrices as moments
from ..estimation.standard_errors import order_of
from ..model_fit.tests import FitTest
from ..numerics import Array, chi_square_tail, half_indices, inverse, vech
from .factor_moments import FactorMoments, factor_moments, group_parts

NAME = "corrected_for_measurement"


def structure_test(
    whole: Estimation,
    blocks: Sequence[Estimation],
    structure: Estimation,
    factors: Sequence[FactorMoments],
) -> FitTest:
    """The chi-square of the structure over its expectation: Satorra & Bentler's (1994) correction.

    The structure's chi-square takes moments of factors as those of observed variables. Their own
    sampling covariance matrix comes by the delta method from that of the items' moments, under
    normality, through both what maps items to factors and the measurement models' estimates.

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
    df = float(structure.degrees_of_freedom)
    reason = ""
    if not df:
        reason = "the structure has no degrees of freedom"
    elif any(isinstance(one, IncompleteMoments) for one in whole.samples.groups):
        reason = "with missing='fiml' the correction for the measurement is not known here"
    elif any(one.error_share < 1.0 for one in factors):
        reason = "less than all measurement error was taken from the factors' covariances"
    if reason:
        return FitTest(NAME, np.nan, df, np.nan, reason=reason)
    slopes = _slopes(whole, blocks, structure, factors)
    spread = slopes @ moments.normal_sample_spread(whole) @ slopes.T
    jacobian, weighted = moments.jacobian(structure), moments.weighted_jacobian(structure)
    left = moments.weight(structure) - weighted @ inverse(jacobian.T @ weighted) @ weighted.T
    factor = float((left * spread).sum()) / df
    value = structure.chi_square / factor
    return FitTest(NAME, value, df, chi_square_tail(value, df), factor, trace=factor * df)


def _slopes(
    whole: Estimation,
    blocks: Sequence[Estimation],
    structure: Estimation,
    factors: Sequence[FactorMoments],
) -> Array:
    """Derivatives of the factors' moments in the items', shape (E, M)."""
    means = whole.specification.means
    here, there = structure.specification.moment_places, whole.specification.moment_places
    found = np.zeros((int(here[-1][-1]) + 1, int(there[-1][-1]) + 1))
    for rows, columns, one in zip(here, there, factors, strict=True):
        found[np.ix_(rows, columns)] = _mapped(one.mapping, means)
    implied = [one.implied for one in blocks]
    for place, block in enumerate(blocks):
        along = _along(whole, blocks, structure, implied, place)
        jacobian = moments.jacobian(block)
        weighted = moments.expected_weight(block) @ jacobian
        first = block.tangent @ inverse(jacobian.T @ weighted) @ weighted.T
        found[:, order_of(whole.specification, block.specification)] += along @ first
    return found


def _mapped(mapping: Array, means: bool) -> Array:
    """Derivatives of M S M' in S, and of M mean in the mean, at a given M."""
    size = mapping.shape[1]
    first, second = half_indices(size)
    a, b = half_indices(len(mapping))
    covariances = mapping[a][:, first] * mapping[b][:, second]
    other = mapping[a][:, second] * mapping[b][:, first]
    covariances = covariances + np.where(first == second, 0.0, other)
    if not means:
        return np.asarray(covariances)
    found = np.zeros((len(mapping) + len(a), size + len(first)))
    found[: len(mapping), :size] = mapping
    found[len(mapping) :, size:] = covariances
    return found


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
