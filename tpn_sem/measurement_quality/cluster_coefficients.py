"""Reliability within and between clusters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..data import Sample
from ..numerics import Array, Indices
from .alpha_inference import answered
from .classical_coefficients import alpha
from .explained_parts import total_of
from .measured_constructs import Construct


class ClusterCoefficients(NamedTuple):
    """Reliability of a scale by level.

    Attributes
    ----------
    alpha_within, alpha_between : float
        Of differences between rows of a cluster, and of the clusters' true means (Geldhof, Preacher
        & Zyphur, 2014).
    cluster_mean : float
        Of the observed mean of a cluster of average size: ICC(2) of the scale (Bliese, 2000).
    """

    alpha_within: float = np.nan
    alpha_between: float = np.nan
    cluster_mean: float = np.nan


def cluster_coefficients(sample: Sample, construct: Construct) -> ClusterCoefficients:
    """Coefficients from mean squares within and between clusters, of rows that answered all items.

    NaN where rows are weighted, or there are too few of them.
    """
    rows = answered(sample, construct).rows
    if rows.counts is not None:
        return ClusterCoefficients()
    values = rows.values
    if values.shape[1] != len(construct.items):
        values = values[:, construct.columns]
    whole = ~np.isnan(values).any(axis=1)
    values, membership = values[whole], rows.membership[whole]
    clusters = np.unique(membership, return_inverse=True)[1]
    sizes = np.bincount(clusters).astype(float)
    n, count = len(values), len(sizes)
    if count < 2 or n <= count:
        return ClusterCoefficients()
    within, between, average = _levels(values, clusters, sizes)
    above = float(total_of(between))
    mean = above / (above + float(total_of(within)) / average) if above > 0.0 else np.nan
    two = float(alpha(between)) if above > 0.0 else np.nan
    return ClusterCoefficients(float(alpha(within)), two, mean)


def _levels(values: Array, clusters: Indices, sizes: Array) -> tuple[Array, Array, float]:
    """Covariance matrices within and between clusters, and the average size. Muthen (1994)."""
    n, count = len(values), len(sizes)
    sums = np.zeros((count, values.shape[1]))
    np.add.at(sums, clusters, values)
    means = sums / sizes[:, None]
    inside = values - means[clusters]
    within = inside.T @ inside / (n - count)
    apart = (means - values.mean(axis=0)) * np.sqrt(sizes)[:, None]
    average = (n - (sizes**2).sum() / n) / (count - 1)
    between = (apart.T @ apart / (count - 1) - within) / average
    return within, between, float(average)
