"""Covariances of items with their own sampling covariance matrix: rows, clusters, gaps, weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from ..data import CompleteMoments, IncompleteMoments, OrdinalStatistics, Sample
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.discrepancy import Scores, saturated_scores, score_products
from ..moments import normal_theory_spread
from ..numerics import Array, Indices, half_indices, half_places, unvech, vech
from ..numerics import inverse as inverse_of

_STEP = 1e-5
Function = Callable[[Array], Array]  # covariance matrices in stacks to values, shape (..., c)


@dataclass(frozen=True, eq=False)
class MomentSampling:
    """Covariances of p variables of one group, and how they vary from sample to sample.

    Attributes
    ----------
    covariance : array, shape (p, p)
        Polychoric correlations of ordinal items; NaN where it is not known.
    spread : array, shape (h, h)
        Sampling covariance matrix of vech(covariance); NaN where a covariance is not known.
    """

    covariance: Array
    spread: Array

    def infer(self, function: Function) -> tuple[Array, Array]:
        """A function's values and standard errors by the delta method, shape (c,) each.

        Derivatives are central differences, all covariances in one stack.
        """
        half = vech(self.covariance)
        deviations = np.sqrt(np.diag(self.covariance))
        first, second = half_indices(len(deviations))
        steps = _STEP * deviations[first] * deviations[second]
        moves = np.diag(steps)
        values = function(unvech(np.concatenate([half + moves, half - moves]), len(deviations)))
        forward, backward = np.split(values, 2)
        slopes = (forward - backward) / (2.0 * steps[:, None])
        errors = np.sqrt(np.maximum(((self.spread @ slopes) * slopes).sum(axis=0), 0.0))
        return np.asarray(function(self.covariance[None])[0]), errors


def moment_sampling(estimation: Estimation, group: int) -> MomentSampling:
    """The covariances of a group's observed variables as the fit's estimator sees them.

    Of complete rows from fourth-order moments (Browne, 1984; Maydeu-Olivares et al., 2007); of
    incomplete ones the sandwich of their likelihood (Yuan & Bentler, 2000); of ordinal items
    polychoric correlations with their influence; of sample moments that of normal data. Rows of a
    cluster count as one.
    """
    sample = estimation.samples.groups[group]
    return sampling_of(estimation, sample)


def sampling_of(estimation: Estimation, sample: Sample) -> MomentSampling:
    """The same of one sample, which need not be the fit's own."""
    covariance = known_covariance(sample)
    if isinstance(sample, IncompleteMoments) and not np.isfinite(covariance).all():
        h = len(half_indices(len(covariance))[0])
        return MomentSampling(covariance, np.full((h, h), np.nan))
    if not sample.has_rows:
        return MomentSampling(covariance, normal_theory_spread(covariance, False) / sample.size)
    h = len(half_indices(len(covariance))[0])
    one = replace(estimation.samples, groups=(sample,))
    weigh = not isinstance(sample, OrdinalStatistics)
    middle = score_products(one, [_scores(estimation, sample)], [np.arange(h)], h, weigh)
    return MomentSampling(covariance, middle / sample.size)


def known_covariance(sample: Sample) -> Array:
    """A sample's covariances; NaN of variables that were never answered together, shape (p, p)."""
    if not isinstance(sample, IncompleteMoments):
        return sample.covariance
    known = sample.seen if sample.has_unrestricted else np.zeros_like(sample.seen)
    return np.where(known, sample.covariance, np.nan)


def _scores(estimation: Estimation, sample: Sample) -> Scores:
    """Each row's influence on vech(covariance), shape (rows, h)."""
    h = len(half_indices(sample.n_variables)[0])
    if isinstance(sample, OrdinalStatistics):
        return _ordinal_scores(estimation, sample)
    if isinstance(sample, IncompleteMoments):
        return _incomplete_scores(sample)
    assert isinstance(sample, CompleteMoments)
    return lambda part: sample.deviations(None, part)[:, -h:]


def _incomplete_scores(sample: IncompleteMoments) -> Scores:
    here = sample.patterns.at(sample.centre, sample.covariance)
    bread = inverse_of(here.curvature)[:, sample.n_variables :]
    scores = saturated_scores(sample, sample.centre, sample.covariance, True)
    return lambda part: scores(part) @ bread


def _ordinal_scores(estimation: Estimation, sample: OrdinalStatistics) -> Scores:
    layout, p = sample.statistics.layout, sample.statistics.layout.n_variables
    influence = estimation.discrepancy.influence(sample)
    square = half_places(p)
    first, second = layout.pairs
    names = layout.blocks

    def scores(part: slice) -> Array:
        all_values = influence(part)
        found = np.zeros((len(all_values), p * (p + 1) // 2))
        found[:, square[first, second]] = all_values[:, names["covariances"]]
        own = layout.continuous
        found[:, square[own, own]] = all_values[:, names["variances"]]
        return found

    return scores


def answers_sample(sample: Sample, columns: Indices) -> CompleteMoments:
    """Moments of the rows that answered all of some items, ordinal answers as 0, 1, 2, ...

    Raises
    ------
    NotAvailableError
        Where there are no such rows.
    """
    rows = sample.rows.take(np.flatnonzero(~np.isnan(sample.rows.values[:, columns]).any(axis=1)))
    values = rows.values[:, columns]
    if len(rows) < 2:
        raise NotAvailableError("fewer than two rows answered all of these items.")
    centre = np.average(values, axis=0, weights=rows.counts)
    centred = values - centre
    weights = np.ones(len(rows)) if rows.counts is None else rows.counts
    covariance = (centred * weights[:, None]).T @ centred / weights.sum()
    return CompleteMoments(
        label=sample.label,
        names=tuple(sample.names[int(place)] for place in columns),
        n_observations=len(rows) if rows.repeats is None else int(rows.repeats.sum()),
        covariance=covariance,
        mean=centre,
        known_rows=replace(rows, values=values),
    )
