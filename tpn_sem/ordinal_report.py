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
        names = statistic_names(found)
        parts[sample.label] = pd.Series(sample.categorical.vector, index=names, name="statistic")
    if len(parts) == 1:
        return next(iter(parts.values()))
    return pd.concat(parts, names=["group", "statistic"])


def statistic_names(found: Estimation) -> list[str]:
    """Names of the statistics of one group, in their order."""
    counts, names = dict(found.specification.categories), found.specification.modelled
    given = found.specification.observed[len(names) :]
    continuous = [name for name in names if name not in counts]
    found_names = [f"{name}|t{k + 1}" for name in names for k in range(counts.get(name, 1) - 1)]
    found_names += [f"{name}~1" for name in continuous]
    found_names += [f"{name}~{other}" for name in names for other in given]
    found_names += [f"{name}~~{name}" for name in continuous]
    pairs = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    return found_names + [f"{names[i]}~~{names[j]}" for i, j in pairs]
