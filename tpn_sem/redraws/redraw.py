"""Sample statistics of drawn rows: stacks of moments where these suffice, else row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..data import CompleteMoments, Rows, Sample, sample_of_rows
from ..estimation import Minimum
from ..numerics import Array, half_indices, unvech

_BLOCK = 4096  # rows at a time
_STACK = 32
_ENTRIES = 2**20  # of the weights of a stack
_LARGEST = 60  # variables: above, a stack of matrices is slower than one after the other


def fits_in_stacks(minimum: Minimum) -> bool:
    """Whether moments of complete rows are all that the estimator sees."""
    complete = all(isinstance(sample, CompleteMoments) for sample in minimum.samples.groups)
    return complete and not minimum.discrepancy.needs_rows


def stack_size(minimum: Minimum) -> int:
    """How many data sets to fit together."""
    if not fits_in_stacks(minimum) or not minimum.specification.restrictions.is_smooth:
        return 1
    if len(minimum.specification.observed) > _LARGEST:
        return 1
    rows = max(sample.n_observations for sample in minimum.samples.groups)
    return int(np.clip(_ENTRIES // rows, 1, _STACK))


def sampled_weights(draws: Array, rows: Rows, how: str) -> Array:
    """What rows count in draws: how often they were drawn, times their sampling weights.

    Parameters
    ----------
    draws : array, shape (..., n)
    rows : Rows
    how : {"total", "group", "none"}
        How sampling weights were normalised; with "group" they add up to the rows of each draw.
    """
    if rows.weights is None:
        return draws
    weights = draws * rows.weights
    if how == "group":
        weights *= (draws.sum(axis=-1) / weights.sum(axis=-1))[..., None]
    return weights


def weighted_moments(sample: Sample, weights: Array, how: str) -> CompleteMoments:
    """Moments of a sample's rows with each of several sets of draws' weights, shape (r, n).

    `how` sampling weights were normalised: see `sampled_weights`.
    """
    rows = sample.rows
    weights = sampled_weights(weights, rows, how)
    p, sizes = sample.n_variables, weights.sum(axis=1)
    first, second = half_indices(p)
    mean, products = np.zeros((len(weights), p)), np.zeros((len(weights), len(first)))
    for start in range(0, len(rows), _BLOCK):
        block = rows.values[start : start + _BLOCK] - sample.centre
        part = weights[:, start : start + _BLOCK]
        mean += part @ block
        products += part @ (block[:, first] * block[:, second])
    mean /= sizes[:, None]
    covariance = unvech(products / sizes[:, None], p) - mean[:, :, None] * mean[:, None, :]
    return stack(sample, covariance, mean + sample.centre, sizes)


def stack(sample: Sample, covariance: Array, mean: Array, sizes: Array) -> CompleteMoments:
    """A stack of moments with divisor n, in the place of a sample."""
    is_unbiased = isinstance(sample, CompleteMoments) and sample.is_unbiased
    if is_unbiased:
        covariance = covariance * (sizes / (sizes - 1.0))[:, None, None]
    return CompleteMoments(
        label=sample.label,
        names=sample.names,
        n_observations=sample.n_observations,
        covariance=covariance,
        mean=None if sample.mean is None else mean,
        is_unbiased=is_unbiased,
        sizes=sizes,
    )


def drawn_rows(rows: Rows, weights: Array, how: str) -> Rows:
    """The rows that a draw took, shape (n,); fractions become sampling weights.

    `how` sampling weights were normalised: see `sampled_weights`.
    """
    own = sampled_weights(weights, rows, how)
    whole = bool((weights == np.round(weights)).all())
    if whole:
        taken = np.repeat(np.arange(len(weights)), weights.astype(int))
        each = None if rows.weights is None else own[taken] / weights[taken]
        return replace(rows.take(taken), weights=each, repeats=None)
    taken = np.flatnonzero(weights)
    return replace(rows.take(taken), weights=own[taken], repeats=None)


def read_rows(minimum: Minimum, rows: Rows, group: int) -> Sample:
    """One group's sample, as if its rows had come in a data frame.

    Raises
    ------
    DataError
        Where these rows cannot serve: a category is empty, a variable constant.
    """
    specification, options = minimum.specification, minimum.samples.options
    label, pattern = minimum.samples.labels[group], specification.patterns[group]
    return sample_of_rows(rows, label, pattern, specification, options)


def read_pooled(minimum: Minimum, rows: Rows) -> Sample:
    """One sample of the rows of all groups, in their order; see `read_rows`."""
    if rows.repeats is None:
        how = minimum.samples.options.sampling_weights_normalization
        rows = drawn_rows(rows, np.ones(len(rows)), how)
    return read_rows(minimum, rows, 0)


def with_gaps(rows: Rows, values: Array) -> Rows:
    """The rows with other values, and the same gaps."""
    return rows.with_values(np.where(np.isnan(rows.values), np.nan, values))
