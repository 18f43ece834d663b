"""Intraclass correlation and design effect of a variable."""

from __future__ import annotations

import numpy as np

from .sample import Sample


def intraclass_correlation(sample: Sample, place: int) -> tuple[float, float, float]:
    """ICC(1) of a variable by analysis of variance, the average size, and the design effect.

    Shrout & Fleiss (1979); with clusters of unequal size the average that makes mean squares
    unbiased. It can be negative: clusters then differ less than chance would have it.
    """
    values, membership = sample.rows.values[:, place], sample.rows.membership
    there = ~np.isnan(values)
    values, clusters = values[there], np.unique(membership[there], return_inverse=True)[1]
    sizes = np.bincount(clusters).astype(float)
    n, count = len(values), len(sizes)
    if count < 2 or n <= count:
        return np.nan, n / max(count, 1), np.nan
    means = np.bincount(clusters, values) / sizes
    between = (sizes * (means - values.mean()) ** 2).sum() / (count - 1)
    within = ((values - means[clusters]) ** 2).sum() / (n - count)
    average = (n - (sizes**2).sum() / n) / (count - 1)
    icc = (between - within) / (between + (average - 1.0) * within)
    return float(icc), float(average), float(1.0 + (average - 1.0) * icc)
