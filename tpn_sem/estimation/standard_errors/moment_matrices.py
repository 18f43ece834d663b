"""Matrices over the moments of all groups together, at a minimum.

The moments of a group are its means, then vech(covariance); groups follow each other. Everything
is per observation of the whole sample, so that a group counts by its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...data import (
    CompleteMoments,
    IncompleteMoments,
    LevelMoments,
    OrdinalStatistics,
    Sample,
    moment_names,
)
from ...errors import NotAvailableError
from ...moments import Patterns, normal_theory_spread, normal_theory_weight
from ...numerics import (
    Array,
    Indices,
    half_indices,
    half_places,
    mapped_moments,
    unit_scale,
    weighted,
)
from ...numerics import inverse as inverse_of
from ...specification import Pattern, Specification
from ..discrepancy import (
    LeastSquares,
    Scores,
    WeightedLeastSquares,
    level_information,
    saturated_scores,
    score_products,
)
from ..implied import Implied
from ..implied import free_moments as as_implied
from ..minimum import Minimum, remembered


@remembered
def jacobian(minimum: Minimum) -> Array:
    """Derivatives of the implied moments along what the constraints leave free, (M, n)."""
    blocks = []
    for pattern, along in zip(minimum.specification.patterns, minimum.directions, strict=True):
        blocks.append(along.jacobian(minimum.specification.means) @ minimum.tangent[pattern.places])
    return np.concatenate(blocks)


def free_jacobian(minimum: Minimum) -> Array:
    """The same along all free parameters, whatever the constraints, (M, n_free)."""
    columns = moment_columns(minimum)
    found = np.zeros((int(columns[-1][-1]) + 1, minimum.specification.table.n_free))
    for rows, pattern, along in zip(
        columns, minimum.specification.patterns, minimum.directions, strict=True
    ):
        found[np.ix_(rows, pattern.places)] = along.jacobian(minimum.specification.means)
    return found


def exogenous_jacobian(minimum: Minimum) -> Array:
    """The same along the moments that are taken from the sample, where answers are missing, (M, t).

    Complete rows are freed of what exogenous variables predict (`spread`); with missing answers
    these moments stay in, and what is taken from the sample must not count as unexplained.
    """
    columns = moment_columns(minimum)
    blocks = []
    for sample, pattern, implied, rows in zip(
        minimum.samples.groups,
        minimum.specification.patterns,
        minimum.implied,
        columns,
        strict=True,
    ):
        known = (IncompleteMoments, LevelMoments)
        if not isinstance(sample, known) or len(pattern.taken) == 0:
            continue
        along = implied.along(pattern.taken_cells)
        block = np.zeros((int(columns[-1][-1]) + 1, len(pattern.taken)))
        block[rows] = along.jacobian(minimum.specification.means)
        blocks.append(block)
    return np.hstack(blocks) if blocks else np.zeros((int(columns[-1][-1]) + 1, 0))


def weight(minimum: Minimum) -> Array:
    """Weight V of the discrepancy, shape (M, M).

    At the implied moments; at the unrestricted ones where these came first (two-stage). With
    observed information it is that of the unrestricted moments, at the implied ones; with
    `h1_information="unstructured"` at their own estimates.
    """
    if minimum.options.h1_information == "unstructured":
        return saturated_information(minimum, "expected" if is_expected(minimum) else "observed")
    if minimum.discrepancy.is_likelihood and not (is_expected(minimum) or minimum.is_two_stage):
        return implied_information(minimum)
    return expected_weight(minimum)


@remembered
def expected_weight(minimum: Minimum) -> Array:
    """The same with expected information whatever the options say, (M, M)."""
    if minimum.is_two_stage:
        means = minimum.specification.means
        inverses = [inverse_of(sample.covariance) for sample in minimum.samples.groups]
        return by_group(minimum, [normal_theory_weight(item, means) for item in inverses])
    pairs = zip(minimum.samples.groups, minimum.implied, strict=True)
    return by_group(minimum, [minimum.discrepancy.moment_weight(*pair) for pair in pairs])


def normal_spread(minimum: Minimum) -> Array:
    """Covariance matrix of normal data's moments at the implied covariances, times n, (M, M).

    That of ordinal variables' statistics rests on normal latent responses anyway.
    """
    means = minimum.specification.means
    if minimum.specification.categories:
        return spread(minimum)
    return by_group(
        minimum, [normal_theory_spread(item.covariance, means) for item in minimum.implied], -1.0
    )


def normal_sample_spread(minimum: Minimum) -> Array:
    """The same at the samples' own covariances."""
    means = minimum.specification.means
    return by_group(
        minimum,
        [normal_theory_spread(item.covariance, means) for item in minimum.samples.groups],
        -1.0,
    )


def residual_spread(minimum: Minimum) -> Array:
    """Covariance matrix of the sample's moments, times n, as the standard errors take it, (M, M).

    Of normal data where these rest on normality, with the moments of fixed exogenous variables
    taken as given.
    """
    robust = minimum.options.is_robust or bool(minimum.specification.categories)
    robust = robust or isinstance(minimum.discrepancy, WeightedLeastSquares)
    if robust:
        return spread(minimum)
    if _by_likelihood(minimum):
        return saturated_spread(minimum)
    means, blocks = minimum.specification.means, []
    for sample, pattern in zip(minimum.samples.groups, minimum.specification.patterns, strict=True):
        places = pattern.fixed_exogenous
        across = sample.covariance[:, places]
        given = across @ np.linalg.solve(sample.covariance[np.ix_(places, places)], across.T)
        whole = normal_theory_spread(sample.covariance, means)
        blocks.append(whole - normal_theory_spread(given, means))
    return by_group(minimum, blocks, -1.0)


@remembered
def fitted_away(minimum: Minimum) -> Array:
    """I - P, with P = J (J'VJ)^-1 J'V what estimation takes out of the residuals, (M, M)."""
    whole = np.hstack([jacobian(minimum), exogenous_jacobian(minimum)])
    pulled = weight(minimum) @ whole
    size = unit_scale(whole.T @ pulled)
    whole, pulled = whole * size, pulled * size
    fitted = whole @ np.linalg.solve(whole.T @ pulled, pulled.T)
    return np.asarray(np.eye(len(fitted)) - fitted)


def residuals(minimum: Minimum) -> Array:
    """Sample moments less implied ones, shape (M,)."""
    means = minimum.specification.means
    pairs = zip(minimum.samples.groups, minimum.implied, strict=True)
    return np.concatenate([sample.vector - implied.vector(means) for sample, implied in pairs])


@remembered
def implied_information(minimum: Minimum) -> Array:
    """Information of one observation in the unrestricted moments, at the implied ones, (M, M)."""
    blocks = []
    for sample, implied in zip(minimum.samples.groups, minimum.implied, strict=True):
        if isinstance(sample, LevelMoments):
            blocks.append(level_information(sample, implied, not is_expected(minimum)))
            continue
        here = _fitted_patterns(sample).at(_mean(sample, implied), implied.covariance)
        blocks.append(here.information if is_expected(minimum) else here.curvature)
    sizes = [sample.n_variables for sample in minimum.samples.groups]
    pairs = zip(blocks, sizes, strict=True)
    return by_group(minimum, [_kept(minimum, block, p) for block, p in pairs])


def _fitted_patterns(sample: Sample) -> Patterns:
    """Rows by what is missing, with covariances as they are fitted: divided by n - 1, or by n."""
    if isinstance(sample, CompleteMoments):
        return replace(sample.all_patterns, covariance=sample.covariance[None])
    return sample.all_patterns


def is_expected(minimum: Minimum) -> bool:
    """Whether expected information is asked for, rather than observed."""
    return minimum.options.information == "expected"


def _mean(sample: Sample, implied: Implied) -> Array:
    """Implied means; the sample's where the model has none."""
    return sample.centre if sample.mean is None else implied.mean


def _kept(minimum: Minimum, matrix: Array, p: int) -> Array:
    """A matrix over means and covariances without the means, where the model has none."""
    return matrix if minimum.specification.means else matrix[p:, p:]


@remembered
def spread(minimum: Minimum) -> Array:
    """Covariance matrix of the sample's moments, times n, whatever the distribution, (M, M).

    From fourth-order moments (Browne, 1984). Where answers are missing, the moments are those of
    maximum likelihood, and it is their sandwich (Yuan & Bentler, 2000), or, if two-stage errors
    take the answers to be normal, their inverse information. Rows of a cluster count as one.
    """
    limited = minimum.specification.categories and isinstance(minimum.discrepancy, LeastSquares)
    by_row = not minimum.samples.cluster_labels or minimum.specification.has_levels
    if all(_is_given(sample) for sample in minimum.samples.groups):
        pairs = zip(minimum.samples.groups, minimum.specification.patterns, strict=True)
        return by_group(minimum, [_given_spread(*pair) for pair in pairs], -1.0)
    if limited and by_row:  # two levels know clusters as they are
        return by_group(minimum, [sample.spread for sample in minimum.samples.groups], -1.0)
    require_rows(minimum)
    if minimum.options.se == "two_stage":
        return saturated_spread(minimum)
    columns = moment_columns(minimum)
    width = int(columns[-1][-1]) + 1
    if not _by_likelihood(minimum):
        deviations = [_deviations(minimum, group) for group in range(len(minimum.samples.groups))]
        weigh = not limited  # the influence of ordinal variables' rows holds their weights
        middle = score_products(minimum.samples, deviations, columns, width, weigh)
        shares = [
            (share * sample.size / minimum.samples.size) ** 0.5
            for share, sample in zip(minimum.shares, minimum.samples.groups, strict=True)
        ]
        scale = np.repeat(shares, [len(places) for places in columns])
        return _with_divisors(minimum, np.asarray(middle / scale[:, None] / scale))
    bread = saturated_spread(minimum)
    return np.asarray(bread @ saturated_middle(minimum) @ bread)


def _is_given(sample: Sample) -> bool:
    """Whether a user gave the spread with the moments."""
    return isinstance(sample, CompleteMoments) and sample.known_spread is not None


def _given_spread(sample: Sample, pattern: Pattern) -> Array:
    """The spread that a user gave, freed of what fixed predictors predict, as rows would be.

    A product of deviations loses its part that is a sum of products of predictors: both are linear.
    """
    spread, places = sample.spread, pattern.fixed_exogenous
    if not len(places):
        return spread
    among = sample.covariance[np.ix_(places, places)]
    slopes = np.zeros((sample.n_variables, sample.n_variables))
    slopes[:, places] = np.linalg.solve(among, sample.covariance[places]).T
    left = np.eye(len(spread)) - mapped_moments(slopes, sample.mean is not None)
    return np.asarray(left @ spread @ left.T)


def _with_divisors(minimum: Minimum, spread: Array) -> Array:
    """The same with the divisors of fourth-order moments that were asked for."""
    for sample, rows in zip(minimum.samples.groups, moment_columns(minimum), strict=True):
        if isinstance(sample, CompleteMoments) and sample.gamma != "n":
            block, share = np.ix_(rows, rows), sample.size / minimum.samples.size
            spread[block] = sample.with_divisor(spread[block] * share) / share
    return spread


def with_mplus_divisors(minimum: Minimum, spread: Array) -> Array:
    """The spread times n / (n - 1) in each group, as Mplus has it in errors, (M, M).

    For maximum likelihood the covariances of means stay as they are.
    """
    found = spread.copy()
    for sample, rows in zip(minimum.samples.groups, moment_columns(minimum), strict=True):
        scale = np.full((len(rows), len(rows)), sample.size / (sample.size - 1.0))
        if minimum.discrepancy.is_likelihood and sample.mean is not None:
            scale[: sample.n_variables, : sample.n_variables] = 1.0
        found[np.ix_(rows, rows)] *= scale
    return found


def _by_likelihood(minimum: Minimum) -> bool:
    """Whether unrestricted moments are estimates by a likelihood that rows have parts of."""
    kinds = (IncompleteMoments, LevelMoments)
    return any(isinstance(one, kinds) for one in minimum.samples.groups)


@remembered
def weighted_jacobian(minimum: Minimum) -> Array:
    """V J, shape (M, n)."""
    return weighted(weight(minimum), jacobian(minimum))


@remembered
def pulled_spread(minimum: Minimum) -> Array:
    """J' V Gamma, shape (n, M)."""
    return np.asarray(weighted_jacobian(minimum).T @ spread(minimum))


def saturated_information(minimum: Minimum, kind: str = "observed") -> Array:
    """Information of one observation in the unrestricted moments, at their estimates, (M, M).

    Raises
    ------
    NotAvailableError
        Where they have none.
    """
    if not minimum.has_unrestricted:
        raise NotAvailableError(f"{minimum.untested}.")
    blocks = []
    for sample in minimum.samples.groups:
        if isinstance(sample, LevelMoments):
            free = as_implied(sample.centre, sample.covariance)
            blocks.append(level_information(sample, free, kind == "observed"))
        elif not isinstance(sample, IncompleteMoments):
            inverse = inverse_of(sample.covariance)
            blocks.append(normal_theory_weight(inverse, minimum.specification.means))
        else:
            here = sample.patterns.at(sample.centre, sample.covariance)
            blocks.append(here.curvature if kind == "observed" else here.information)
    return by_group(minimum, blocks)


def saturated_spread(minimum: Minimum) -> Array:
    """The inverse of `saturated_information`, with zeros for what the data do not tell, (M, M)."""
    whole = saturated_information(minimum)
    block = np.ix_(*2 * (seen_moments(minimum),))
    spread = np.zeros_like(whole)
    spread[block] = inverse_of(whole[block])
    return spread


def saturated_middle(minimum: Minimum, at: Sequence[Implied] | None = None) -> Array:
    """Covariance matrix of the scores in the unrestricted moments, (M, M).

    Parameters
    ----------
    at : sequence of Implied, optional
        Where scores are taken, a group each; at the estimates of these moments if not given.
    """
    require_rows(minimum)
    means = minimum.specification.means
    columns = moment_columns(minimum)
    groups = minimum.samples.groups
    places = [(one.centre, one.covariance) for one in groups]
    if at is not None:
        pairs = zip(groups, at, strict=True)
        places = [(_mean(sample, implied), implied.covariance) for sample, implied in pairs]
    scores = [
        saturated_scores(sample, *place, means)
        for sample, place in zip(groups, places, strict=True)
    ]
    return score_products(minimum.samples, scores, columns, int(columns[-1][-1]) + 1)


def require_rows(minimum: Minimum) -> None:
    """Refuse what cannot be had from sample moments."""
    if not minimum.samples.has_rows:
        raise NotAvailableError(
            "robust standard errors and tests need rows of data, not sample moments; those of "
            "'MLM' and its kin can do with ts.SampleMoments(..., asymptotic_covariance=...)."
        )


def moment_columns(minimum: Minimum) -> list[Indices]:
    """Where the moments of each group stand among all."""
    return list(minimum.specification.moment_places)


def order_of(other: Specification, first: Specification) -> Indices:
    """Places of the moments of `first` among those of a model that has its variables, (M,)."""
    pairs = zip(other.patterns, first.patterns, other.moment_places, strict=True)
    return np.concatenate([places[_order(two, one, first.means)] for two, one, places in pairs])


def _order(other: Pattern, first: Pattern, means: bool) -> Indices:
    """The same of one group."""
    if other.responses is not None:
        place = {name: index for index, name in enumerate(other.statistics)}
        place |= {_turned(name): index for name, index in place.items()}
        of_moments = moment_names(first.observed, means)
        known = of_moments if first.responses is None else first.statistics
        return np.array([place[name] for name in known])
    names = list(other.observed)
    order = np.array([names.index(name) for name in first.observed])
    rows, columns = half_indices(len(order))
    halves = half_places(len(names))[order[rows], order[columns]]
    return np.concatenate([order, len(names) + halves]) if means else halves


def _turned(name: str) -> str:
    """A covariance's name with its variables the other way round."""
    return "~~".join(reversed(name.split("~~")))


def free_moments(minimum: Minimum) -> Indices:
    """Places of the moments that are not taken from the sample, among all."""
    if minimum.specification.categories:
        return np.arange(minimum.specification.n_all_moments)
    kept = []
    for pattern, places in zip(
        minimum.specification.patterns, minimum.specification.moment_places, strict=True
    ):
        fixed = np.isin(np.arange(pattern.n_observed), pattern.fixed_exogenous)
        rows, columns = half_indices(pattern.n_observed)
        taken = fixed[rows] & fixed[columns]
        if minimum.specification.means:
            taken = np.concatenate([fixed, taken])
        kept.append(places[~taken])
    return np.intersect1d(np.concatenate(kept), seen_moments(minimum))


def seen_moments(minimum: Minimum) -> Indices:
    """Places of the moments that the data tell, among all."""
    if not any(sample.n_unseen for sample in minimum.samples.groups):
        return np.arange(minimum.specification.n_all_moments)
    kept = []
    for sample, places in zip(
        minimum.samples.groups, minimum.specification.moment_places, strict=True
    ):
        kept.append(places[sample.seen_moments(minimum.specification.means)])
    return np.concatenate(kept)


def _deviations(minimum: Minimum, group: int) -> Scores:
    """Each row's part in the deviation of the sample's vector from its expectation."""
    sample = minimum.samples.groups[group]
    if isinstance(sample, OrdinalStatistics):
        return minimum.discrepancy.influence(sample)
    if not isinstance(sample, CompleteMoments):
        raise NotAvailableError("fourth-order moments need complete rows.")
    exogenous = minimum.specification.patterns[group].fixed_exogenous
    return lambda part: sample.deviations(exogenous, part)


def by_group(minimum: Minimum, blocks: Sequence[Array], power: float = 1.0) -> Array:
    """A block-diagonal matrix, each block times its group's share to a power."""
    if len(blocks) == 1:
        return blocks[0]
    size = sum(len(block) for block in blocks)
    total = np.zeros((size, size))
    for block, columns, share in zip(blocks, moment_columns(minimum), minimum.shares, strict=True):
        total[np.ix_(columns, columns)] = block * share**power
    return total
