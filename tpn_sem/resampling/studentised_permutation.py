"""Studentised permutation of groups: contrasts over their errors, without refits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd

from ..arguments import read_seed
from ..casewise import influence_of_rows, of_statistics
from ..data import Sample
from ..errors import NotAvailableError
from ..estimation import Estimation, Objective
from ..estimation.discrepancy import saturated_scores
from ..estimation.standard_errors import moment_matrices
from ..numerics import Array, Indices
from ..redraws import (
    LinearModel,
    PermutedGroups,
    PermutedScores,
    PooledScores,
    Refitter,
    permuted_groups,
    read_pooled,
)
from ..results import ScaledContrasts, slopes_along

_STEP = 1e-5  # of numerical derivatives, over a parameter's size
_ROUNDING = 1e-6  # by which dealings that say the same may differ


@dataclass(frozen=True, eq=False)
class StudentisedPermutation:
    """Contrasts and tests of steps, of the data and of groups dealt anew.

    Attributes
    ----------
    observed : Series
        Of the data: each contrast over its error, and the scaled difference of chi-square of each
        step, both by one step from the pooled estimates.
    p_values : Series
        Share of dealings that are as far from zero (contrasts) or as large (steps), the data being
        one of them.
    replicates : DataFrame
        A row per dealing, a column per statistic.
    unit : {"row", "cluster", "row_within_cluster"}
    n_units : int
    """

    observed: pd.Series
    p_values: pd.Series
    replicates: pd.DataFrame
    unit: str
    n_units: int


def studentised_permutation(
    found: Mapping[str, Estimation],
    contrasts: ScaledContrasts,
    step: str,
    n: int,
    seed: int | None,
) -> StudentisedPermutation:
    """Deal the groups anew among clusters, or rows within clusters that are in several groups.

    Each statistic is over its cluster-robust error in each dealing, so that a test of one contrast
    does not mistake other differences for it (Janssen, 1997; Chung & Romano, 2013), nor groups of
    few and unequal clusters (Hagemann, 2019; MacKinnon & Webb, 2020).

    Parameters
    ----------
    found : mapping of str to Estimation
        Steps of a ladder in their order.
    contrasts : ScaledContrasts
        Of the step named `step`.
    n : int
    seed : int, optional

    Raises
    ------
    NotAvailableError
        Where the pooled rows cannot be fitted.
    """
    first = next(iter(found.values()))
    draws = permuted_groups(first, None, None)
    scores = permuted_scores(found, {step: contrasts}, draws, tested=True)
    names = [("contrast", name) for name in contrasts.names]
    steps = list(found)[1:]
    names += [("step", name) for name, is_in in zip(steps, scores.tested, strict=True) if is_in]
    columns = pd.MultiIndex.from_tuples(names, names=["kind", "statistic"])
    generator = np.random.default_rng(read_seed(seed))
    own = scores.statistics(draws.own)
    values = np.array([scores.statistics(draws.deal(generator)) for _ in range(n)])
    sizes = np.array([kind == "contrast" for kind, _ in names])
    return StudentisedPermutation(
        pd.Series(own, index=columns),
        pd.Series(shares_beyond(values, own, sizes), index=columns),
        pd.DataFrame(values, columns=columns),
        draws.unit,
        len(draws.strata),
    )


def shares_beyond(values: Array, own: Array, two_sided: Array) -> Array:
    """P-values of statistics, shape (k,), by those of dealings, (n, k): (1 + #) / (1 + n)."""
    sizes = np.where(two_sided, np.abs(values), values)
    observed = np.where(two_sided, np.abs(own), own)
    margin = _ROUNDING * np.maximum(1.0, np.abs(observed))
    return np.asarray((1.0 + (sizes >= observed - margin).sum(0)) / (1.0 + len(values)))


def permuted_scores(
    found: Mapping[str, Estimation],
    contrasts: Mapping[str, ScaledContrasts],
    draws: PermutedGroups,
    tested: bool = False,
) -> PermutedScores:
    """What models say of each dealing of the draws, by one step from their pooled estimates.

    Parameters
    ----------
    found : mapping of str to Estimation
        Of the same samples.
    contrasts : mapping of str to ScaledContrasts
        Of some of them.
    draws : PermutedGroups
    tested : bool
        Whether each model is nested in the one before and tested against it.

    Raises
    ------
    NotAvailableError
        Where the pooled rows cannot be fitted, or rows have no scores in the moments.
    """
    first = next(iter(found.values()))
    if not (of_statistics(first) or first.discrepancy.is_likelihood):
        raise NotAvailableError(
            f"the rows have no scores in the moments with {first.discrepancy.name}."
        )
    sample = read_pooled(first, draws.pooled_rows)
    at = {name: pooled_estimation(one, sample) for name, one in found.items()}
    models = tuple(_linear(one, contrasts.get(name)) for name, one in at.items())
    falls = tuple(
        tested and after.degrees_of_freedom > before.degrees_of_freedom
        for before, after in pairwise(found.values())
    )
    return PermutedScores(_pooled_scores(next(iter(at.values())), draws), models, falls)


def pooled_estimation(estimation: Estimation, sample: Sample) -> Estimation:
    """The model where each group has the same rows: groups are alike, on any scale.

    Raises
    ------
    NotAvailableError
        Where it did not converge.
    """
    groups = tuple(replace(sample, label=one.label) for one in estimation.samples.groups)
    samples = replace(estimation.samples, groups=groups)
    objective = Objective(estimation.specification, samples, estimation.discrepancy)
    solution = Refitter(estimation).solve(objective)
    if not solution.converged:
        raise NotAvailableError("the rows of all groups together could not be fitted.")
    return Estimation(objective, solution, estimation.options)


def _linear(at: Estimation, contrasts: ScaledContrasts | None) -> LinearModel:
    """A model at its pooled estimates."""
    means, tangent = at.specification.means, at.tangent
    jacobians = tuple(
        np.asarray(along.jacobian(means) @ tangent[pattern.places])
        for along, pattern in zip(at.directions, at.specification.patterns, strict=True)
    )
    if contrasts is None or not len(contrasts):
        return LinearModel(jacobians, np.zeros((0, tangent.shape[1])))
    spread = np.sqrt(np.abs(np.diag(contrasts.estimation.covariance)))
    steps = _STEP * np.fmax(np.abs(at.parameters), np.where(np.isfinite(spread), spread, 1.0))
    _, slopes = slopes_along(at.objective, at.parameters, steps, contrasts.quantity)
    return LinearModel(jacobians, slopes @ tangent)


def _pooled_scores(at: Estimation, draws: PermutedGroups) -> PooledScores:
    sample, implied = at.samples.groups[0], at.implied[0]
    places = moment_matrices.moment_columns(at)[0]
    weight = moment_matrices.expected_weight(at)[np.ix_(places, places)] / at.shares[0]
    counts = sample.rows.counts
    whole = slice(0, len(sample.rows))
    if of_statistics(at):
        pulls = influence_of_rows(at, 0)(whole) @ weight
        holds = bool(at.specification.categories)  # influence of ordinal rows holds their weights
    else:
        means = at.specification.means
        mean = implied.mean if means else sample.centre
        pulls, holds = saturated_scores(sample, mean, implied.covariance, means)(whole), False
    if counts is not None and not holds:
        pulls = pulls * counts[:, None]
    of_rows = np.ones(len(sample.rows)) if counts is None else counts
    clusters = _cluster_of_unit(draws)
    scores = np.zeros((len(clusters), pulls.shape[1]))
    np.add.at(scores, draws.units, pulls)
    sizes = np.zeros(len(clusters))
    np.add.at(sizes, draws.units, of_rows)
    return PooledScores(
        scores,
        weight,
        sizes,
        clusters,
        len(at.samples.groups),
    )


def _cluster_of_unit(draws: PermutedGroups) -> Indices:
    """The cluster of each unit, from 0; units themselves where there are no clusters."""
    rows = draws.pooled_rows
    members = np.arange(len(rows)) if rows.clusters is None else rows.membership
    _, numbers = np.unique(members, return_inverse=True)
    found = np.zeros(len(draws.strata), dtype=np.intp)
    found[draws.units] = numbers
    return found
