"""Log-likelihoods of the rows of a fit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..casewise import model_log_likelihoods, row_labels
from ..data import Sample
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..numerics import Array, Indices


def row_likelihood_table(estimation: Estimation) -> pd.Series:
    """See `Fit.log_likelihoods`."""
    specification = estimation.specification
    if specification.has_levels or specification.categories:
        kind = (
            "two levels, whose clusters have one" if specification.has_levels else "ordinal items"
        )
        raise NotAvailableError(f"rows have no likelihood of their own in a model with {kind}.")
    if not estimation.discrepancy.is_likelihood:
        raise NotAvailableError("least squares have no likelihood: fit with estimator='ML'.")
    if not estimation.samples.has_rows:
        raise NotAvailableError("log-likelihoods of rows need rows of data, not moments.")
    parts = []
    for group, sample in enumerate(estimation.samples.groups):
        known = (~np.isnan(sample.rows.values)).sum(axis=1)
        values = model_log_likelihoods(estimation, group) - 0.5 * known * np.log(2.0 * np.pi)
        given = specification.patterns[group].fixed_exogenous
        values = values - _of_given(sample, given) if len(given) else values
        parts.append(pd.Series(values, index=sample.rows.places))
    found = pd.concat(parts).sort_index(kind="stable")
    labels = row_labels(estimation.samples.index, found.index.to_numpy())
    return found.set_axis(labels).rename("log_likelihood")


def _of_given(sample: Sample, places: Indices) -> Array:
    """What the exogenous variables, which the model takes as given, have of it, shape (n,)."""
    values, mean = sample.rows.values[:, places], sample.centre[places]
    covariance = sample.plain_covariance[np.ix_(places, places)]
    left = values - mean
    _, determinant = np.linalg.slogdet(covariance)
    distance = (left * np.linalg.solve(covariance, left.T).T).sum(axis=1)
    return np.asarray(-0.5 * (distance + determinant + len(places) * np.log(2.0 * np.pi)))
