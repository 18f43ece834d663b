"""What is known of the data and the options of a fit, a fact a function."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..._version import __version__
from ...data import OrdinalStatistics
from ...errors import NotAvailableError
from ...estimation import Estimation
from ..ordinal_report import pair_table


def answers(estimation: Estimation, group: int) -> pd.DataFrame:
    """The rows of one group that were used, by their places in the data."""
    sample, pattern = _with_rows(estimation, group), estimation.specification.patterns[group]
    return pd.DataFrame(sample.rows.values, sample.rows.places, list(pattern.observed))


def case_places(estimation: Estimation, group: int) -> Any:
    """Places in the data, from 0, of the rows that were used."""
    return _with_rows(estimation, group).rows.places


def patterns(estimation: Estimation, group: int) -> pd.DataFrame:
    """Patterns of missing answers, a row each: which variables are there; their number of rows."""
    values = answers(estimation, group)
    return values.notna().value_counts().rename("rows").reset_index()


def coverage(estimation: Estimation, group: int) -> pd.DataFrame:
    """Share of rows that have both of two variables."""
    known = answers(estimation, group).notna().astype(float)
    return known.T @ known / len(known)


def ordered(estimation: Estimation) -> list[str]:
    """Names of the ordinal items."""
    return [name for name, _ in estimation.specification.categories]


def threshold_places(estimation: Estimation, group: int) -> pd.Series:
    """The number, from 1, of the modelled variable that each threshold belongs to."""
    pattern = estimation.specification.patterns[group]
    if pattern.responses is None:
        raise NotAvailableError("the model has no ordinal items: name them in ordered=.")
    names = [name for name in pattern.statistics if "|" in name]
    return pd.Series(pattern.responses.layout.threshold_variables + 1, names, name="variable")


def tables_with_empty_cells(estimation: Estimation, group: int) -> dict[str, pd.DataFrame]:
    """Counts of answers to pairs of ordinal items of which some do not occur, by ``x1_x2``."""
    sample = estimation.samples.groups[group]
    if not isinstance(sample, OrdinalStatistics):
        raise NotAvailableError("the model has no ordinal items: name them in ordered=.")
    rows = _with_rows(estimation, group).rows.values
    categories = sample.statistics.layout.categories
    found = {}
    for first, second in sample.statistics.empty_pairs:
        counts = pair_table(rows, first, second, categories).astype(int)
        labels = [range(1, size + 1) for size in counts.shape]
        name = f"{sample.names[first]}_{sample.names[second]}"
        found[name] = pd.DataFrame(counts, *labels)
    return found


def level_labels(estimation: Estimation) -> list[str]:
    """What the levels are called: within, and the column of the clusters; none with one level."""
    if not estimation.specification.has_levels:
        return []
    return ["within", str(estimation.samples.options.cluster)]


def observations(estimation: Estimation) -> dict[str, int]:
    """Number of observations of each group."""
    return {one.label: one.n_observations for one in estimation.samples.groups}


def cluster_sizes(estimation: Estimation) -> pd.Series:
    """Number of rows of each cluster, by its label."""
    labels = estimation.samples.cluster_labels
    if not labels:
        raise NotAvailableError("the fit has no clusters.")
    members = [
        one.rows.clusters for one in estimation.samples.groups if one.rows.clusters is not None
    ]
    counts = np.bincount(np.concatenate(members), minlength=len(labels))
    return pd.Series(counts, index=list(labels), name="rows")


def cluster_numbers(estimation: Estimation) -> pd.Series:
    """The number of each row's cluster, from 1 in the order of `cluster_sizes`."""
    return _clusters(estimation) + 1


def cluster_labels(estimation: Estimation) -> pd.Series:
    """The label of each row's cluster."""
    labels = np.array(estimation.samples.cluster_labels, dtype=object)
    found = _clusters(estimation)
    return pd.Series(labels[found.to_numpy()], index=found.index, name="cluster")


def different_cluster_sizes(estimation: Estimation) -> list[int]:
    """The sizes that clusters have, ascending."""
    return sorted({int(size) for size in cluster_sizes(estimation)})


def average_cluster_size(estimation: Estimation) -> float:
    """(N^2 - sum of squared sizes) / (N (clusters - 1)): what sizes that differ amount to."""
    sizes = cluster_sizes(estimation).to_numpy(dtype=float)
    total = sizes.sum()
    return float((total**2 - (sizes**2).sum()) / (total * (len(sizes) - 1)))


def _clusters(estimation: Estimation) -> pd.Series:
    """Places of the rows' clusters, by places of the rows in the data."""
    cluster_sizes(estimation)
    parts = [
        pd.Series(one.rows.clusters, index=one.rows.places) for one in estimation.samples.groups
    ]
    return pd.concat(parts).sort_index().rename("cluster")


def version(estimation: Estimation) -> str:
    """Version of the library."""
    return __version__


def optimiser(estimation: Estimation) -> dict[str, Any]:
    """Where the search ended, and after how much; with `optim_partrace` all places on the way."""
    found = estimation.solution
    names = ["objective", *estimation.names]
    traced = {} if found.trace is None else {"partrace": pd.DataFrame(found.trace, columns=names)}
    return {
        "converged": bool(found.converged),
        "iterations": found.iterations,
        "objective": float(found.value),
        "how": found.how,
        **traced,
    }


def settings(estimation: Estimation) -> dict[str, Any]:
    """All options of the fit by name, defaults included."""
    parts = (estimation.samples.options, estimation.specification.options, estimation.options)
    return {name: value for part in parts for name, value in vars(part).items()}


def _with_rows(estimation: Estimation, group: int) -> Any:
    sample = estimation.samples.groups[group]
    if not sample.has_rows:
        raise NotAvailableError("this needs rows of data; the fit is of sample moments.")
    return sample
