"""Samples of what was drawn: stacks of moments where these are all that is needed, else rows."""

from __future__ import annotations

import numpy as np

from ...data import Rows, Sample, categorical_sample, continuous_sample
from ...estimation import Minimum
from ...numerics import Array, half_indices, unvech
from ...specification import Specification

_BLOCK = 4096  # rows at a time
_STACK = 32
_ENTRIES = 2**22  # of the weights of a stack
_LARGEST = 60  # variables: above, a stack of matrices is slower than one after the other


def fits_in_stacks(found: Minimum) -> bool:
    """Whether moments of complete rows are all that the estimator sees."""
    specification = found.specification
    listwise = specification.options.missing == "listwise" and not specification.categories
    return listwise and not found.discrepancy.needs_rows


def stack_size(found: Minimum) -> int:
    """How many data sets to fit together."""
    if not fits_in_stacks(found) or not found.specification.restrictions.is_smooth:
        return 1
    if len(found.specification.observed) > _LARGEST:
        return 1
    rows = max(sample.n_observations for sample in found.samples.groups)
    return int(np.clip(_ENTRIES // rows, 1, _STACK))


def weighted_moments(sample: Sample, weights: Array) -> Sample:
    """Moments of a sample's rows with each of several sets of weights, shape (r, n)."""
    assert sample.rows is not None
    if sample.weights is not None:
        weights = weights * sample.weights
    p, sizes = sample.n_variables, weights.sum(axis=1)
    first, second = half_indices(p)
    mean, products = np.zeros((len(weights), p)), np.zeros((len(weights), len(first)))
    for start in range(0, len(sample.rows), _BLOCK):
        block = sample.rows[start : start + _BLOCK] - sample.centre
        part = weights[:, start : start + _BLOCK]
        mean += part @ block
        products += part @ (block[:, first] * block[:, second])
    mean /= sizes[:, None]
    covariance = unvech(products / sizes[:, None], p) - mean[:, :, None] * mean[:, None, :]
    return stack(sample, covariance, mean + sample.centre, sizes)


def stack(sample: Sample, covariance: Array, mean: Array, sizes: Array) -> Sample:
    """A stack of moments with divisor n, in the place of a sample."""
    if sample.is_unbiased:
        covariance = covariance * (sizes / (sizes - 1.0))[:, None, None]
    return Sample(
        sample.label,
        sample.n_observations,
        covariance,
        None if sample.mean is None else mean,
        is_unbiased=sample.is_unbiased,
        sizes=sizes,
    )


def drawn_rows(sample: Sample, weights: Array) -> Rows:
    """The rows that a draw took, shape (n,); fractions become sampling weights."""
    assert sample.rows is not None
    assert sample.places is not None
    whole = bool((weights == np.round(weights)).all())
    if whole:
        taken = np.repeat(np.arange(len(weights)), weights.astype(int))
        own = None if sample.weights is None else sample.weights[taken]
    else:
        taken = np.flatnonzero(weights)
        own = weights[taken] if sample.weights is None else (weights * sample.weights)[taken]
    clusters = None if sample.clusters is None else sample.clusters[taken]
    members = np.zeros(len(taken), dtype=np.intp)
    return Rows(sample.rows[taken], sample.places[taken], members, own, None, clusters)


def read_rows(specification: Specification, rows: Rows, label: str) -> Sample:
    """One group's sample, as if its rows had come in a data frame.

    Raises
    ------
    DataError
        Where these rows cannot serve: a category is empty, a variable constant.
    """
    table, options = specification.table, specification.options
    names = specification.observed
    if specification.categories:
        categories = specification.categories
        return categorical_sample(rows, label, names, categories, table.n_given, options)
    return continuous_sample(rows, label, names, options, specification.means)


def with_values(sample: Sample, values: Array) -> Rows:
    """The rows of a sample with other values, as gaps and clusters are."""
    assert sample.rows is not None
    assert sample.places is not None
    values = np.where(np.isnan(sample.rows), np.nan, values)
    members = np.zeros(len(values), dtype=np.intp)
    return Rows(values, sample.places, members, sample.weights, sample.repeats, sample.clusters)
