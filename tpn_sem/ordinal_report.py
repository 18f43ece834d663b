"""What a person reads of ordinal items: their statistics, by name."""

from __future__ import annotations

import pandas as pd

from .errors import NotAvailableError
from .estimation import Estimation


def sample_statistics(found: Estimation) -> pd.Series:
    """Thresholds, means, slopes, variances and covariances; see `Fit.statistics`."""
    if not found.specification.categories:
        raise NotAvailableError("thresholds are of ordinal items: name them in ordered=.")
    parts = {}
    for sample in found.samples.groups:
        assert sample.categorical is not None
        names = list(found.specification.statistics)
        parts[sample.label] = pd.Series(sample.categorical.vector, index=names, name="statistic")
    if len(parts) == 1:
        return next(iter(parts.values()))
    return pd.concat(parts, names=["group", "statistic"])
