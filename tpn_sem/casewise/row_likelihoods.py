"""What each unit's rows gain of likelihood by unrestricted moments."""

from __future__ import annotations

import numpy as np

from ..data import Sample
from ..estimation import Estimation
from ..estimation.discrepancy import saturated_scores
from ..estimation.latent_products import ProductLikelihood
from ..estimation.standard_errors import moment_matrices
from ..numerics import Array
from .row_units import RowUnits


def row_log_likelihoods(sample: Sample, mean: Array, covariance: Array) -> Array:
    """Normal log-likelihood of each row's answers without its constant, shape (n,)."""
    here = sample.all_patterns.at(mean, covariance)
    _, pulls = sample.row_pulls(mean, covariance)
    pull, member = pulls(slice(0, len(sample.rows)))
    values = sample.rows.values
    distance = np.where(np.isnan(values), 0.0, values - mean)
    return np.asarray(-0.5 * (here.log_determinant[member] + (pull * distance).sum(axis=1)))


def model_log_likelihoods(estimation: Estimation, group: int) -> Array:
    """Log-likelihood of a group's rows under a fit, without the normal constant, shape (n,)."""
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    if isinstance(estimation.discrepancy, ProductLikelihood):
        found = estimation.discrepancy.log_likelihoods(sample, implied)
        answers = (~np.isnan(sample.rows.values)).sum(axis=1)
        return np.asarray(found + 0.5 * answers * np.log(2.0 * np.pi))
    mean = sample.centre if sample.mean is None else implied.mean
    return row_log_likelihoods(sample, mean, implied.covariance)


def squared_distances_of_rows(sample: Sample) -> Array:
    """Squared Mahalanobis distance of each row's answers from the sample's mean, shape (n,)."""
    _, pulls = sample.row_pulls(sample.centre, sample.plain_covariance)
    pull, _ = pulls(slice(0, len(sample.rows)))
    values = sample.rows.values
    distance = np.where(np.isnan(values), 0.0, values - sample.centre)
    return np.asarray((pull * distance).sum(axis=1))


def unit_log_likelihoods(estimation: Estimation, units: RowUnits) -> Array:
    """Each unit's log-likelihood at unrestricted moments less that at implied ones, (u,)."""
    total = np.zeros(len(units))
    for group, sample in enumerate(estimation.samples.groups):
        implied = estimation.implied[group]
        mean = sample.centre if sample.mean is None else implied.mean
        gained = row_log_likelihoods(sample, sample.centre, sample.plain_covariance)
        gained = gained - row_log_likelihoods(sample, mean, implied.covariance)
        counts = sample.rows.counts
        gained = gained if counts is None else gained * counts
        total += units.sums(group, gained[:, None])[:, 0]
    return total


def unit_saturated_scores(estimation: Estimation, units: RowUnits) -> Array:
    """Each unit's score in the unrestricted moments, at their estimates, shape (u, m)."""
    columns = moment_matrices.moment_columns(estimation)
    total = np.zeros((len(units), int(columns[-1][-1]) + 1))
    for group, (sample, places) in enumerate(zip(estimation.samples.groups, columns, strict=True)):
        means = estimation.specification.means
        scores = saturated_scores(sample, sample.centre, sample.plain_covariance, means)
        found = scores(slice(0, len(sample.rows)))
        counts = sample.rows.counts
        found = found if counts is None else found * counts[:, None]
        total[:, places] += units.sums(group, found)
    return total
