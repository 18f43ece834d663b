"""Each row's part in moments, scores and their covariances.

Rows are taken in blocks, so that the memory needed does not grow with their number; with clusters
the rows of a cluster are summed up before anything is squared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ...data import Sample, Samples
from ...numerics import Array, Indices, half_indices, half_weights
from ...numerics import inverse as inverse_of
from ..implied import Directions, Implied

_BLOCK = 4096
Scores = Callable[[slice], Array]  # some rows of a group to their scores, shape (rows, k)


def moment_deviations(
    sample: Sample, means: bool, exogenous: Indices | None = None, part: slice = slice(None)
) -> Array:
    """Rows and their products less the sample's moments, shape (rows, m).

    What exogenous variables predict is subtracted: they and their moments are taken as given.
    """
    assert sample.rows is not None
    centred = sample.rows[part] - sample.centre
    first, second = half_indices(centred.shape[1])
    products = centred[:, first] * centred[:, second]
    products = products - sample.plain_covariance[first, second]
    if exogenous is not None and len(exogenous):
        among = sample.plain_covariance[np.ix_(exogenous, exogenous)]
        slopes = np.linalg.solve(among, sample.plain_covariance[exogenous])
        expected = centred[:, exogenous] @ slopes
        predicted = slopes.T @ among @ slopes
        products -= expected[:, first] * expected[:, second] - predicted[first, second]
        centred = centred - expected
    return np.hstack([centred, products]) if means else products


def saturated_scores(sample: Sample, mean: Array, covariance: Array, means: bool) -> Scores:
    """Scores of the log-likelihood in mean and vech(covariance) at some values of theirs."""
    first, second = half_indices(len(covariance))
    half = 0.5 * half_weights(len(covariance))
    inverse = _inverses(sample, mean, covariance)
    expected = inverse[:, first, second]

    def scores(part: slice) -> Array:
        pull, member = _pulls(sample, mean, inverse, part)
        change = half * (pull[:, first] * pull[:, second] - expected[member])
        return np.hstack([pull, change]) if means else change

    return scores


def direction_scores(sample: Sample, implied: Implied, directions: Directions) -> Scores:
    """Scores of the log-likelihood along directions in the moments."""
    u, v = directions.u, directions.v
    mean = implied.mean if sample.mean is not None else sample.centre
    inverse = _inverses(sample, mean, implied.covariance)
    expected = (u * (inverse @ v)).sum(-2)

    def scores(part: slice) -> Array:
        pull, member = _pulls(sample, mean, inverse, part)
        total = (pull @ u) * (pull @ v) - expected[member]
        return np.asarray(total if sample.mean is None else total + pull @ directions.mean)

    return scores


def _inverses(sample: Sample, mean: Array, covariance: Array) -> Array:
    """W, the inverse covariance matrix of each pattern's variables, shape (J, p, p)."""
    if sample.patterns is None:
        return inverse_of(covariance)[None]
    return sample.patterns.at(mean, covariance).inverse


def _pulls(sample: Sample, mean: Array, inverse: Array, part: slice) -> tuple[Array, Indices]:
    """W (y - mu) of each row, shape (rows, p), and each row's pattern."""
    assert sample.rows is not None
    rows = sample.rows[part]
    if sample.patterns is None:
        return (rows - mean) @ inverse[0], np.zeros(len(rows), dtype=np.intp)
    member = sample.patterns.member[part]
    distance = np.where(np.isnan(rows), 0.0, rows - mean)
    return (inverse[member] @ distance[..., None])[..., 0], member


def score_products(
    samples: Samples, scores: Sequence[Scores], columns: Sequence[Indices], width: int
) -> Array:
    """Sum of the outer products of independent units' scores over n, shape (width, width).

    Units are clusters where there are any, else rows. C clusters of a group count C / (C - 1)
    times, as variances of a mean do.

    Parameters
    ----------
    scores : a group each
    columns : int arrays, a group each
        Where the group's scores stand among all.
    width : int
    """
    if samples.cluster_labels:
        sums = cluster_sums(samples, scores, columns, width)
        for sample, places in zip(samples.groups, columns, strict=True):
            count = sample.n_clusters
            sums[:, places] *= np.sqrt(count / (count - 1))
        return np.asarray(sums.T @ sums / samples.size)
    total = np.zeros((width, width))
    for sample, function, places in zip(samples.groups, scores, columns, strict=True):
        block = np.zeros((len(places), len(places)))
        for part in blocks(sample):
            once = weighted(sample, function(part), part)
            again = once if sample.repeats is None else function(part)
            block += once.T @ again
        total[np.ix_(places, places)] += block
    return total / samples.size


def cluster_sums(
    samples: Samples, scores: Sequence[Scores], columns: Sequence[Indices], width: int
) -> Array:
    """Scores summed up by cluster, shape (clusters, width)."""
    sums = np.zeros((len(samples.cluster_labels), width))
    for sample, function, places in zip(samples.groups, scores, columns, strict=True):
        assert sample.clusters is not None
        for part in blocks(sample):
            block = np.zeros((len(sums), len(places)))
            np.add.at(block, sample.clusters[part], weighted(sample, function(part), part))
            sums[:, places] += block
    return sums


def blocks(sample: Sample) -> Iterator[slice]:
    """Slices that cover the rows of a sample."""
    assert sample.rows is not None
    for start in range(0, len(sample.rows), _BLOCK):
        yield slice(start, start + _BLOCK)


def weighted(sample: Sample, scores: Array, part: slice = slice(None)) -> Array:
    """Scores times the rows' sampling or frequency weights."""
    weights = sample.weights if sample.weights is not None else sample.repeats
    return scores if weights is None else scores * weights[part, None]
