"""Measurement parameters of each group: loadings, intercepts, thresholds, factor moments."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from ...data import CompleteMoments, OrdinalStatistics, Sample
from ...errors import NotAvailableError
from ...estimation import Estimation
from ...estimation.implied import ImpliedResponses
from ...numerics import Array, Indices
from ...specification import COVARIANCE, INTERCEPT, PATH

_SAME = 1e-8
_FEW = 11  # different whole numbers that are answers of a scale


@dataclass(frozen=True, eq=False)
class GroupMeasurement:
    """Items and factors of one group: p items, m factors.

    Attributes
    ----------
    label : str
    n : float
        Observations.
    items, factors : tuple of str
    loadings : array, shape (p, m)
    intercepts : array, shape (p,)
    residuals : array, shape (p, p)
        Residual covariances, of latent responses where items are ordinal.
    thresholds : dict of int to array
        By place, of ordinal items.
    factor_mean : array, shape (m,)
    factor_covariance : array, shape (m, m)
    deviations : array, shape (p,)
        Standard deviations of the answers in the sample, ordinal ones as 1, 2, 3, ...
    scales : dict of int to (int, int)
        By place, the lowest and the highest answer where answers are few whole numbers.
    """

    label: str
    n: float
    items: tuple[str, ...]
    factors: tuple[str, ...]
    loadings: Array
    intercepts: Array
    residuals: Array
    thresholds: dict[int, Array]
    factor_mean: Array
    factor_covariance: Array
    deviations: Array
    scales: dict[int, tuple[int, int]] = field(default_factory=dict)

    def predictors(self, factors: Array) -> Array:
        """Intercept and loadings applied to values of the factors, (..., m) to (..., p)."""
        return self.intercepts + factors @ self.loadings.T

    def expected(self, item: int, predictor: Array) -> Array:
        """Expected answer of an item, ordinal ones as 1, 2, 3, ..., same shape as `predictor`."""
        if item not in self.thresholds:
            return predictor
        return 1.0 + self.above(item, predictor).sum(-1)

    def above(self, item: int, predictor: Array) -> Array:
        """Probabilities of answers above each threshold, shape (..., thresholds)."""
        deviation = np.sqrt(self.residuals[item, item])
        return np.asarray(ndtr((predictor[..., None] - self.thresholds[item]) / deviation))

    @cached_property
    def measures(self) -> tuple[Indices, ...]:
        """Places of the items of each factor."""
        return tuple(np.flatnonzero(column) for column in self.loadings.T)


def group_measurements(estimation: Estimation, logistic: bool = False) -> list[GroupMeasurement]:
    """What a fit says of each group's items.

    Parameters
    ----------
    estimation : Estimation
    logistic : bool
        Whether the caller knows logistic curves, which are refused otherwise.

    Raises
    ------
    NotAvailableError
        Where there are no factors, or items respond to each other or to predictors.
    """
    for one in estimation.implied:
        if isinstance(one, ImpliedResponses) and one.reason and not logistic:
            raise NotAvailableError(one.reason)
    roles, patterns = estimation.specification.roles, estimation.specification.patterns
    if not roles.latent:
        raise NotAvailableError("the model has no factors: there is no measurement to compare.")
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: it says nothing of groups.")
    items = tuple(
        dict.fromkeys(
            item
            for factor in roles.latent
            for item in roles.indicators.get(factor, ())  # products have none
            if all(item in pattern.modelled for pattern in patterns)
        )
    )
    lost = [name for name in roles.latent if not all(name in one.latent for one in patterns)]
    if lost:
        raise NotAvailableError(f"factor {lost[0]!r} is not in all groups: they can't be compared.")
    return [_one_group(estimation, group, items) for group in range(len(estimation.samples.groups))]


def _one_group(estimation: Estimation, group: int, items: tuple[str, ...]) -> GroupMeasurement:
    pattern, implied = estimation.specification.patterns[group], estimation.implied[group]
    observed, factors = list(pattern.observed), pattern.latent
    places = np.array([observed.index(item) for item in items])
    size = pattern.n_variables
    paths, residuals, intercepts = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    kind, row, column, values = pattern.kind, pattern.row, pattern.column, implied.values
    paths[row[kind == PATH], column[kind == PATH]] = values[kind == PATH]
    spread = kind == COVARIANCE
    residuals[row[spread], column[spread]] = values[spread]
    residuals[column[spread], row[spread]] = values[spread]
    intercepts[row[kind == INTERCEPT]] = values[kind == INTERCEPT]
    n = len(observed)
    if paths[places][:, :n].any():
        raise NotAvailableError(
            "some items respond to observed variables: curves of items given factors alone do not "
            "exist."
        )
    sample = estimation.samples.groups[group]
    thresholds = _thresholds(estimation, group, places)
    return GroupMeasurement(
        sample.label,
        float(sample.size),
        items,
        factors,
        paths[places][:, n:],
        intercepts[places],
        residuals[np.ix_(places, places)],
        thresholds,
        implied.all_mean[n:],
        implied.all_covariance[n:, n:],
        _deviations(sample, places),
        _scales(sample, places) | {item: (1, 1 + len(own)) for item, own in thresholds.items()},
    )


def _thresholds(estimation: Estimation, group: int, places: Indices) -> dict[int, Array]:
    cuts = estimation.implied[group].cuts
    return {i: cuts[int(place)] for i, place in enumerate(places) if int(place) in cuts}


def _scales(sample: Sample, places: Indices) -> dict[int, tuple[int, int]]:
    """Of items whose answers are few whole numbers in the rows."""
    if sample.known_rows is None:
        return {}
    found = {}
    for item, column in enumerate(sample.known_rows.values[:, places].T):
        answers = np.unique(column[np.isfinite(column)])
        if 1 < len(answers) <= _FEW and (answers == np.round(answers)).all():
            found[item] = int(answers[0]), int(answers[-1])
    return {item: ends for item, ends in found.items() if ends[1] - ends[0] < _FEW}


def _deviations(sample: Sample, places: Indices) -> Array:
    """Of the answers; those of ordinal items from the shares that their thresholds stand for.

    With the divisor n - 1.
    """
    bessel = sample.size / (sample.size - 1.0)
    if not isinstance(sample, OrdinalStatistics):
        unbiased = isinstance(sample, CompleteMoments) and sample.is_unbiased
        scale = 1.0 if unbiased else bessel
        return np.asarray(np.sqrt(scale * np.diag(sample.covariance))[places])
    layout, vector = sample.statistics.layout, sample.vector
    cuts = vector[layout.blocks["thresholds"]]
    variances = np.zeros(layout.n_variables)
    variances[layout.continuous] = vector[layout.blocks["variances"]]
    for variable in layout.ordinal:
        own = ndtr(cuts[layout.threshold_variables == variable])
        shares = np.diff([0.0, *own, 1.0])
        codes = np.arange(len(shares))
        variances[variable] = shares @ codes**2 - (shares @ codes) ** 2
    return np.asarray(np.sqrt(bessel * variances)[places])


def invariant_items(groups: list[GroupMeasurement]) -> dict[str, list[str]]:
    """Items of each factor whose loadings, intercepts and thresholds are the same in all groups."""
    first = groups[0]
    same = [
        all(_same_item(first, other, place) for other in groups[1:])
        for place in range(len(first.items))
    ]
    return {
        factor: [first.items[place] for place in places if same[place]]
        for factor, places in zip(first.factors, first.measures, strict=True)
    }


def without_common_unit(groups: list[GroupMeasurement]) -> list[str]:
    """Factors none of whose items has the same loading in all groups."""
    first = groups[0]
    return [
        factor
        for place, (factor, items) in enumerate(zip(first.factors, first.measures, strict=True))
        if len(items)
        and not any(
            all(
                np.isclose(first.loadings[item, place], other.loadings[item, place], rtol=_SAME)
                for other in groups[1:]
            )
            for item in items
        )
    ]


def _same_item(one: GroupMeasurement, two: GroupMeasurement, item: int) -> bool:
    pairs = [
        (one.loadings[item], two.loadings[item]),
        (one.intercepts[item], two.intercepts[item]),
    ]
    if item in one.thresholds:
        pairs.append((one.thresholds[item], two.thresholds[item]))
    return all(np.allclose(a, b, rtol=_SAME, atol=_SAME) for a, b in pairs)


def require_common_metric(groups: list[GroupMeasurement]) -> None:
    """Every factor that has items needs one that is the same in all groups.

    Raises
    ------
    NotAvailableError
    """
    if len(groups) < 2:
        raise NotAvailableError("there is one group: fit with group=.")
    invariant = invariant_items(groups)
    for factor, places in zip(groups[0].factors, groups[0].measures, strict=True):
        if len(places) and not invariant[factor]:
            raise NotAvailableError(
                f"no item of {factor!r} has equal loadings and intercepts in all groups, so that "
                "values of the factor are not comparable: take a fit with (partial) scalar "
                "invariance, such as ladder.fits['partial scalar']."
            )
