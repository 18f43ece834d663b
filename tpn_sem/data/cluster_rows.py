"""Rows within clusters, gaps and all."""

from __future__ import annotations

import numpy as np

from ..moments import IncompleteClusters, LevelLayout, SlopeClusters
from ..numerics import Array, Indices
from .rows import Rows


def clusters_of_rows(rows: Rows, layout: LevelLayout) -> IncompleteClusters:
    """Rows by cluster and pattern; a cluster has its own variables from any row that knows."""
    values, members = rows.values, cluster_numbers(rows)
    p = len(layout.within)
    own = own_values(values[:, layout.only], members, int(members.max()) + 1)
    origin = np.nanmean(values[:, np.concatenate([layout.within, layout.only])], axis=0)
    answers = values[:, layout.within] - origin[:p]
    there, known = ~np.isnan(answers), ~np.isnan(own)
    observed, pattern = np.unique(there, axis=0, return_inverse=True)
    found = (
        layout,
        np.where(there, answers, 0.0),
        observed,
        pattern.reshape(-1),
        members,
        np.where(known, own - origin[p:], 0.0),
        known,
        origin,
    )
    if len(layout.carriers):
        return SlopeClusters(*found, covariates=values[:, layout.carriers])
    return IncompleteClusters(*found)


def own_values(values: Array, members: Indices, n_clusters: int) -> Array:
    """Means of what the rows of a cluster have, NaN where none has anything, shape (J, q)."""
    there = ~np.isnan(values)
    sums, counts = np.zeros((2, n_clusters, values.shape[1]))
    np.add.at(sums, members, np.where(there, values, 0.0))
    np.add.at(counts, members, there.astype(float))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(sums / counts)


def cluster_numbers(rows: Rows) -> Indices:
    """The cluster of each row, numbered from 0 within the group, shape (n,)."""
    return np.asarray(np.unique(rows.membership, return_inverse=True)[1])
