"""Matrices over the moments of all groups together, at a minimum.

The moments of a group are its means, then vech(covariance); groups follow each other. Everything
is per observation of the whole sample, so that a group counts by its share.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...data import CompleteMoments, IncompleteMoments, OrdinalStatistics, Sample
from ...errors import NotAvailableError
from ...moments import normal_theory_spread, normal_theory_weight
from ...numerics import Array, Indices, half_indices, weighted
from ...numerics import inverse as inverse_of
from ...specification import Pattern, Specification
from ..discrepancy import LeastSquares, Scores, saturated_scores, score_products
from ..implied import Implied
from ..minimum import Minimum, remembered


@remembered
def jacobian(found: Minimum) -> Array:
    """Derivatives of the implied moments along what the constraints leave free, (M, n)."""
    blocks = []
    for pattern, along in zip(found.specification.patterns, found.directions, strict=True):
        blocks.append(along.jacobian(found.specification.means) @ found.tangent[pattern.places])
    return np.concatenate(blocks)


def exogenous_jacobian(found: Minimum) -> Array:
    """The same along the moments that are taken from the sample, where answers are missing, (M, t).

    Complete rows are freed of what exogenous variables predict (`spread`); with missing answers
    these moments stay in, and what is taken from the sample must not count as unexplained.
    """
    columns = moment_columns(found)
    blocks = []
    for sample, pattern, implied, rows in zip(
        found.samples.groups, found.specification.patterns, found.implied, columns, strict=True
    ):
        if not isinstance(sample, IncompleteMoments) or len(pattern.taken) == 0:
            continue
        along = implied.along(pattern.taken_cells)
        block = np.zeros((int(columns[-1][-1]) + 1, len(pattern.taken)))
        block[rows] = along.jacobian(found.specification.means)
        blocks.append(block)
    return np.hstack(blocks) if blocks else np.zeros((int(columns[-1][-1]) + 1, 0))


def weight(found: Minimum) -> Array:
    """Weight V of the discrepancy, shape (M, M).

    At the implied moments; at the unrestricted ones where these came first (two-stage). With
    observed information it is that of the unrestricted moments, at the implied ones.
    """
    if found.discrepancy.is_likelihood and not (is_expected(found) or found.is_two_stage):
        return implied_information(found)
    return expected_weight(found)


@remembered
def expected_weight(found: Minimum) -> Array:
    """The same with expected information whatever the options say, (M, M)."""
    if found.is_two_stage:
        means = found.specification.means
        inverses = [inverse_of(sample.covariance) for sample in found.samples.groups]
        return by_group(found, [normal_theory_weight(item, means) for item in inverses])
    pairs = zip(found.samples.groups, found.implied, strict=True)
    return by_group(found, [found.discrepancy.moment_weight(*pair) for pair in pairs])


def normal_spread(found: Minimum) -> Array:
    """Covariance matrix of normal data's moments at the implied covariances, times n, (M, M).

    That of ordinal variables' statistics rests on normal latent responses anyway.
    """
    means = found.specification.means
    if found.specification.categories:
        return spread(found)
    return by_group(
        found, [normal_theory_spread(item.covariance, means) for item in found.implied], -1.0
    )


def normal_sample_spread(found: Minimum) -> Array:
    """The same at the samples' own covariances."""
    means = found.specification.means
    return by_group(
        found, [normal_theory_spread(item.covariance, means) for item in found.samples.groups], -1.0
    )


def residual_spread(found: Minimum) -> Array:
    """Covariance matrix of the sample's moments, times n, as the standard errors take it, (M, M).

    Of normal data where these rest on normality, with the moments of fixed exogenous variables
    taken as given.
    """
    robust = found.options.se not in ("standard", "none", "first_order")
    robust = robust or bool(found.specification.categories)
    incomplete = any(isinstance(one, IncompleteMoments) for one in found.samples.groups)
    if robust:
        return spread(found)
    if incomplete:
        return inverse_of(saturated_information(found))
    means, blocks = found.specification.means, []
    for sample, pattern in zip(found.samples.groups, found.specification.patterns, strict=True):
        places = pattern.fixed_exogenous
        across = sample.covariance[:, places]
        given = across @ np.linalg.solve(sample.covariance[np.ix_(places, places)], across.T)
        whole = normal_theory_spread(sample.covariance, means)
        blocks.append(whole - normal_theory_spread(given, means))
    return by_group(found, blocks, -1.0)


def residuals(found: Minimum) -> Array:
    """Sample moments less implied ones, shape (M,)."""
    means = found.specification.means
    pairs = zip(found.samples.groups, found.implied, strict=True)
    return np.concatenate([sample.vector - implied.vector(means) for sample, implied in pairs])


@remembered
def implied_information(found: Minimum) -> Array:
    """Information of one observation in the unrestricted moments, at the implied ones, (M, M)."""
    blocks = []
    for sample, implied in zip(found.samples.groups, found.implied, strict=True):
        here = sample.all_patterns.at(_mean(sample, implied), implied.covariance)
        blocks.append(here.information if is_expected(found) else here.curvature)
    sizes = [sample.n_variables for sample in found.samples.groups]
    pairs = zip(blocks, sizes, strict=True)
    return by_group(found, [_kept(found, block, p) for block, p in pairs])


def is_expected(found: Minimum) -> bool:
    """Whether expected information is asked for, rather than observed."""
    return found.options.information == "expected"


def _mean(sample: Sample, implied: Implied) -> Array:
    """Implied means; the sample's where the model has none."""
    return sample.centre if sample.mean is None else implied.mean


def _kept(found: Minimum, matrix: Array, p: int) -> Array:
    """A matrix over means and covariances without the means, where the model has none."""
    return matrix if found.specification.means else matrix[p:, p:]


@remembered
def spread(found: Minimum) -> Array:
    """Covariance matrix of the sample's moments, times n, whatever the distribution, (M, M).

    From fourth-order moments (Browne, 1984). Where answers are missing, the moments are those of
    maximum likelihood, and it is their sandwich (Yuan & Bentler, 2000), or, if two-stage errors
    take the answers to be normal, their inverse information. Rows of a cluster count as one.
    """
    limited = found.specification.categories and isinstance(found.discrepancy, LeastSquares)
    if limited and not found.samples.cluster_labels:
        return by_group(found, [sample.spread for sample in found.samples.groups], -1.0)
    require_rows(found)
    if found.options.se == "two_stage":
        return inverse_of(saturated_information(found))
    columns = moment_columns(found)
    width = int(columns[-1][-1]) + 1
    if not any(isinstance(one, IncompleteMoments) for one in found.samples.groups):
        deviations = [_deviations(found, group) for group in range(len(found.samples.groups))]
        middle = score_products(found.samples, deviations, columns, width)
        shares = [
            (share * sample.size / found.samples.size) ** 0.5
            for share, sample in zip(found.shares, found.samples.groups, strict=True)
        ]
        scale = np.repeat(shares, [len(places) for places in columns])
        return np.asarray(middle / scale[:, None] / scale)
    bread = inverse_of(saturated_information(found))
    return np.asarray(bread @ saturated_middle(found) @ bread)


@remembered
def weighted_jacobian(found: Minimum) -> Array:
    """V J, shape (M, n)."""
    return weighted(weight(found), jacobian(found))


@remembered
def pulled_spread(found: Minimum) -> Array:
    """J' V Gamma, shape (n, M)."""
    return np.asarray(weighted_jacobian(found).T @ spread(found))


def saturated_information(found: Minimum, kind: str = "observed") -> Array:
    """Information of one observation in the unrestricted moments, at their estimates, (M, M)."""
    blocks = []
    for sample in found.samples.groups:
        if not isinstance(sample, IncompleteMoments):
            inverse = inverse_of(sample.covariance)
            blocks.append(normal_theory_weight(inverse, found.specification.means))
        else:
            here = sample.patterns.at(sample.centre, sample.covariance)
            blocks.append(here.curvature if kind == "observed" else here.information)
    return by_group(found, blocks)


def saturated_middle(found: Minimum) -> Array:
    """Covariance matrix of the scores in the unrestricted moments, at their estimates, (M, M)."""
    require_rows(found)
    means = found.specification.means
    columns = moment_columns(found)
    scores = [
        saturated_scores(sample, sample.centre, sample.covariance, means)
        for sample in found.samples.groups
    ]
    return score_products(found.samples, scores, columns, int(columns[-1][-1]) + 1)


def require_rows(found: Minimum) -> None:
    """Refuse what cannot be had from sample moments."""
    if not found.samples.has_rows:
        raise NotAvailableError(
            "robust standard errors and tests need rows of data, not sample moments."
        )


def moment_columns(found: Minimum) -> list[Indices]:
    """Where the moments of each group stand among all."""
    return list(found.specification.moment_places)


def order_of(other: Specification, first: Specification) -> Indices:
    """Places of the moments of `first` among those of another model of the same variables, (M,)."""
    pairs = zip(other.patterns, first.patterns, other.moment_places, strict=True)
    return np.concatenate([places[_order(two, one, first.means)] for two, one, places in pairs])


def _order(other: Pattern, first: Pattern, means: bool) -> Indices:
    """The same of one group."""
    if first.responses is not None:
        place = {name: index for index, name in enumerate(other.statistics)}
        place |= {_turned(name): index for name, index in place.items()}
        return np.array([place[name] for name in first.statistics])
    names = list(other.observed)
    order = np.array([names.index(name) for name in first.observed])
    rows, columns = half_indices(len(names))
    square = np.zeros((len(names), len(names)), dtype=np.intp)
    square[rows, columns] = square[columns, rows] = np.arange(len(rows))
    halves = square[order[rows], order[columns]]
    return np.concatenate([order, len(names) + halves]) if means else halves


def _turned(name: str) -> str:
    """A covariance's name with its variables the other way round."""
    return "~~".join(reversed(name.split("~~")))


def free_moments(found: Minimum) -> Indices:
    """Places of the moments that are not taken from the sample, among all."""
    if found.specification.categories:
        return np.arange(found.specification.n_all_moments)
    kept = []
    for pattern, places in zip(
        found.specification.patterns, found.specification.moment_places, strict=True
    ):
        fixed = np.isin(np.arange(pattern.n_observed), pattern.fixed_exogenous)
        rows, columns = half_indices(pattern.n_observed)
        taken = fixed[rows] & fixed[columns]
        if found.specification.means:
            taken = np.concatenate([fixed, taken])
        kept.append(places[~taken])
    return np.concatenate(kept)


def _deviations(found: Minimum, group: int) -> Scores:
    """Each row's part in the deviation of the sample's vector from its expectation."""
    sample = found.samples.groups[group]
    if isinstance(sample, OrdinalStatistics):
        return found.discrepancy.influence(sample)
    if not isinstance(sample, CompleteMoments):
        raise NotAvailableError("fourth-order moments need complete rows.")
    exogenous = found.specification.patterns[group].fixed_exogenous
    return lambda part: sample.deviations(exogenous, part)


def by_group(found: Minimum, blocks: Sequence[Array], power: float = 1.0) -> Array:
    """A block-diagonal matrix, each block times its group's share to a power."""
    if len(blocks) == 1:
        return blocks[0]
    size = sum(len(block) for block in blocks)
    total = np.zeros((size, size))
    for block, columns, share in zip(blocks, moment_columns(found), found.shares, strict=True):
        total[np.ix_(columns, columns)] = block * share**power
    return total
