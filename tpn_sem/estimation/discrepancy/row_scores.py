"""Casewise scores and their outer products.

Rows are taken in blocks, so that the memory needed does not grow with their number; with clusters
the rows of a cluster are summed up before anything is squared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...data import LevelMoments, Sample, Samples, SurveyDesign
from ...numerics import Array, Indices, half_indices, half_weights
from ..implied import Directions, Implied, free_moments, moment_directions
from .level_scores import level_scores

_BLOCK = 4096
Scores = Callable[[slice], Array]  # some rows of a group to their scores, shape (rows, k)


def saturated_scores(sample: Sample, mean: Array, covariance: Array, means: bool) -> Scores:
    """Scores of the log-likelihood in mean and vech(covariance) at some values of theirs."""
    if isinstance(sample, LevelMoments):
        free = free_moments(mean, covariance)
        return level_scores(sample, free, moment_directions(free))
    first, second = half_indices(len(covariance))
    half = 0.5 * half_weights(len(covariance))
    inverse, pulls = sample.row_pulls(mean, covariance)
    expected = inverse[:, first, second]

    def scores(part: slice) -> Array:
        pull, member = pulls(part)
        change = half * (pull[:, first] * pull[:, second] - expected[member])
        return np.hstack([pull, change]) if means else change

    return scores


def direction_scores(sample: Sample, implied: Implied, directions: Directions) -> Scores:
    """Scores of the log-likelihood along directions in the moments."""
    mean = implied.mean if sample.mean is not None else sample.centre
    inverse, pulls = sample.row_pulls(mean, implied.covariance)
    expected = directions.slope(0.5 * inverse, None)

    def scores(part: slice) -> Array:
        pull, member = pulls(part)
        total = directions.squares(pull) - expected[member]
        return np.asarray(total if sample.mean is None else total + pull @ directions.mean)

    return scores


def score_products(
    samples: Samples,
    scores: Sequence[Scores],
    columns: Sequence[Indices],
    width: int,
    weigh: bool = True,
) -> Array:
    """Sum of the outer products of independent units' scores over n, shape (width, width).

    Units are clusters where there are any, else rows. C clusters of a group count C / (C - 1)
    times, as variances of a mean do. With strata units vary about the means of these, and what was
    drawn of a finite population does not vary (Binder, 1983).

    Parameters
    ----------
    scores : a group each
    columns : int arrays, a group each
        Where the group's scores stand among all.
    width : int
    weigh : bool
        False where the scores hold the rows' weights.
    """
    if samples.design is not None:
        return _design_products(samples, samples.design, scores, columns, width, weigh)
    if samples.cluster_labels:
        sums = cluster_sums(samples, scores, columns, width, weigh)
        for sample, places in zip(samples.groups, columns, strict=True):
            if not isinstance(sample, LevelMoments):  # whose likelihood knows clusters as they are
                count = sample.n_clusters
                sums[:, places] *= np.sqrt(count / (count - 1))
        return np.asarray(sums.T @ sums / samples.size)
    total = np.zeros((width, width))
    for sample, function, places in zip(samples.groups, scores, columns, strict=True):
        block = np.zeros((len(places), len(places)))
        for part in blocks(sample):
            plain = function(part)
            once = weighted(sample, plain, part) if weigh else plain
            again = once if sample.rows.repeats is None else plain
            block += once.T @ again
        total[np.ix_(places, places)] += block
    return total / samples.size


def _design_products(
    samples: Samples,
    design: SurveyDesign,
    scores: Sequence[Scores],
    columns: Sequence[Indices],
    width: int,
    weigh: bool,
) -> Array:
    """The same of units that were drawn within strata."""
    factors, strata = design.factors, design.strata
    total, sums = np.zeros((width, width)), np.zeros((len(factors), width))
    if samples.cluster_labels:
        units = cluster_sums(samples, scores, columns, width, weigh)[strata >= 0]
        own = strata[strata >= 0]
        np.add.at(sums, own, units)
        left = (units - design.centres(sums)[own]) * np.sqrt(factors[own])[:, None]
        return np.asarray(left.T @ left / samples.size)
    for found, own, places in _row_parts(samples, strata, scores, columns, weigh):
        block = np.zeros((len(factors), len(places)))
        np.add.at(block, own, found)
        sums[:, places] += block
    centres = design.centres(sums)
    for found, own, places in _row_parts(samples, strata, scores, columns, weigh):
        left = np.zeros((len(found), width))
        left[:, places] = found
        left = (left - centres[own]) * np.sqrt(factors[own])[:, None]
        total += left.T @ left
    return total / samples.size


def _row_parts(
    samples: Samples,
    strata: Indices,
    scores: Sequence[Scores],
    columns: Sequence[Indices],
    weigh: bool,
) -> Iterator[tuple[Array, Indices, Indices]]:
    """Scores of rows in blocks, their strata, and where they stand among all."""
    for sample, function, places in zip(samples.groups, scores, columns, strict=True):
        for part in blocks(sample):
            found = weighted(sample, function(part), part) if weigh else function(part)
            yield found, strata[sample.rows.places[part]], places


def cluster_sums(
    samples: Samples,
    scores: Sequence[Scores],
    columns: Sequence[Indices],
    width: int,
    weigh: bool = True,
) -> Array:
    """Scores summed up by cluster, shape (clusters, width); see `score_products`."""
    sums = np.zeros((len(samples.cluster_labels), width))
    for sample, function, places in zip(samples.groups, scores, columns, strict=True):
        for part in blocks(sample):
            block = np.zeros((len(sums), len(places)))
            found = weighted(sample, function(part), part) if weigh else function(part)
            np.add.at(block, sample.rows.membership[part], found)
            sums[:, places] += block
    return sums


def blocks(sample: Sample) -> Iterator[slice]:
    """Slices that cover the rows of a sample."""
    for start in range(0, len(sample.rows), _BLOCK):
        yield slice(start, start + _BLOCK)


def weighted(sample: Sample, scores: Array, part: slice = slice(None)) -> Array:
    """Scores times the rows' sampling or frequency weights."""
    counts = sample.rows.counts
    return scores if counts is None else scores * counts[part, None]
