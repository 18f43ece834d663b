"""Rows of a data frame to a sample of two levels."""

from __future__ import annotations

import numpy as np

from ..errors import DataError
from ..language import carried, plain_name
from ..moments import ClustersBySize, IncompleteClusters, LevelLayout, saturate_levels
from ..numerics import Array, Indices, Mask
from ..specification import Pattern
from .cluster_rows import cluster_numbers, clusters_of_rows, own_values
from .level_moments import LevelMoments, level_layout
from .rows import Rows
from .sample_checks import check_positive_definite

_ROUNDING = 1e-10


def level_sample(rows: Rows, label: str, pattern: Pattern) -> LevelMoments:
    """What complete rows of one group say of both levels.

    Raises
    ------
    DataError
        Where clusters or rows are too few, or a variable does not vary at a level that it has.
    """
    where = f" in group {label!r}" if label else ""
    names = pattern.observed
    clusters: ClustersBySize | IncompleteClusters
    has_carriers = any(map(carried, names))
    if np.isnan(rows.values).any() or has_carriers:
        clusters = incomplete_clusters(rows, level_layout(names), names, where)
    else:
        clusters = clusters_by_size(rows, level_layout(names), names, where)
    mean, covariance = clusters.start() if has_carriers else saturate_levels(clusters)
    return LevelMoments(
        label=label,
        names=names,
        n_observations=len(rows),
        covariance=covariance,
        mean=mean,
        known_rows=rows,
        clusters=clusters,
    )


def clusters_by_size(
    rows: Rows, layout: LevelLayout, names: tuple[str, ...], where: str
) -> ClustersBySize:
    """Sufficient statistics of complete rows within clusters."""
    values, members = rows.values, cluster_numbers(rows)
    counts = np.bincount(members)
    inside, outside = values[:, layout.within], values[:, layout.only]
    centre = values.mean(axis=0)
    means = _cluster_means(values - centre, members, counts)
    own = means[:, layout.only] + centre[layout.only]
    check_constant(outside, own[members], [names[k] for k in layout.only], where)
    centred = inside - centre[layout.within] - means[members][:, layout.within]
    check_enough(len(counts), len(values), layout, where)
    deviations = centred.T @ centred / (len(values) - len(counts))
    _check_within(deviations, inside, [names[k] for k in layout.within], where)
    columns = np.concatenate([layout.within, layout.only])
    of_clusters = means[:, columns]
    sizes, member_sizes = np.unique(counts, return_inverse=True)
    how_many = np.bincount(member_sizes)
    mean = _cluster_means(of_clusters, member_sizes, how_many)
    left = of_clusters - mean[member_sizes]
    covariance = np.zeros((len(sizes), len(columns), len(columns)))
    np.add.at(covariance, member_sizes, left[:, :, None] * left[:, None, :])
    _check_between(own, [names[k] for k in layout.only], where)
    return ClustersBySize(
        layout,
        sizes.astype(float),
        how_many.astype(float),
        deviations,
        mean + centre[columns],
        covariance / how_many[:, None, None],
    )


def incomplete_clusters(
    rows: Rows, layout: LevelLayout, names: tuple[str, ...], where: str
) -> IncompleteClusters:
    """Rows with gaps within clusters; a cluster has its own variables from any row that knows."""
    values, members = rows.values, cluster_numbers(rows)
    n_clusters = int(members.max()) + 1
    within, only = list(layout.within), list(layout.only)
    _check_answered(values, names, where)
    outside = values[:, only]
    own = own_values(outside, members, n_clusters)
    check_constant(outside, own[members], [names[k] for k in only], where)
    check_enough(n_clusters, len(values), layout, where)
    found = clusters_of_rows(rows, layout)
    there = found.observed[found.pattern]
    _check_spread(found.values, there, members, [names[k] for k in within], where)
    _check_between(own[~np.isnan(own).any(axis=1)], [names[k] for k in only], where)
    return found


def _check_answered(values: Array, names: tuple[str, ...], where: str) -> None:
    empty = np.isnan(values).all(axis=0)
    if empty.any():
        name = plain_name(names[int(np.flatnonzero(empty)[0])])
        raise DataError(f"column {name!r} has no answer at all{where}. Leave it out.")


def _check_spread(
    values: Array, there: Mask, members: Indices, names: list[str], where: str
) -> None:
    """Refuse variables that no cluster has different answers to."""
    counts, sums = np.zeros((2, int(members.max()) + 1, values.shape[1]))
    np.add.at(counts, members, there.astype(float))
    np.add.at(sums, members, values)
    left = np.where(there, values - (sums / np.maximum(counts, 1.0))[members], 0.0)
    flat = ~(np.abs(left).max(axis=0) > _ROUNDING * np.abs(values).max(axis=0))
    _refuse_flat(flat, np.ptp(values, axis=0), names, where)


def _cluster_means(values: Array, members: Indices, counts: Indices) -> Array:
    sums = np.zeros((len(counts), values.shape[1]))
    np.add.at(sums, members, values)
    return sums / counts[:, None]


def check_enough(n_clusters: int, n_rows: int, layout: LevelLayout, where: str) -> None:
    """Both levels need more units than variables, or their covariances are singular."""
    p, q = len(layout.within), len(layout.only)
    if n_rows == n_clusters:
        raise DataError(
            f"every cluster has one row{where}: nothing tells what is within clusters from what is "
            "between them. Drop the level: blocks, or cluster= is another column."
        )
    if n_rows - n_clusters < p:
        raise DataError(
            f"there are {n_rows} rows in {n_clusters} clusters{where}, too few for {p} variables "
            "within clusters. Use fewer variables."
        )
    if n_clusters <= max(q, 1):
        count = "is one cluster" if n_clusters == 1 else f"are {n_clusters} clusters"
        raise DataError(
            f"there {count}{where}, too few for two levels with {q} variables "
            "of clusters. Drop the level: blocks: cluster= alone corrects errors for clusters."
        )


def check_constant(values: Array, own: Array, names: list[str], where: str) -> None:
    """A variable of clusters is the same in all rows of a cluster."""
    size = np.nan_to_num(np.abs(values)).max(axis=0, initial=0.0)
    gap = np.nan_to_num(np.abs(values - own)).max(axis=0, initial=0.0)
    varies = gap > _ROUNDING * np.maximum(size, 1e-300)
    if varies.any():
        name = plain_name(names[int(np.flatnonzero(varies)[0])])
        raise DataError(
            f"{name!r} is a variable of 'level: 2' only, and differs between rows of one cluster"
            f"{where}. Name it at level: 1 too, so that it has a part at each level, or give its "
            "cluster means."
        )


def _refuse_flat(flat: Mask, reach: Array, names: list[str], where: str) -> None:
    """Refuse what does not vary within clusters, or not at all.

    Raises
    ------
    DataError
    """
    if not flat.any():
        return
    place = int(np.flatnonzero(flat)[0])
    if not reach[place] > 0.0:
        raise DataError(
            f"column {names[place]!r} is constant{where}: there is no variance to explain. "
            "Leave it out."
        )
    raise DataError(
        f"{names[place]!r} stands at 'level: 1' and does not vary within clusters{where}: name it "
        "at 'level: 2' only."
    )


def _check_within(deviations: Array, values: Array, names: list[str], where: str) -> None:
    spread = np.sqrt(np.diag(deviations))
    flat = ~(spread > _ROUNDING * np.abs(values).max(axis=0))
    _refuse_flat(flat, np.ptp(values, axis=0), names, where)
    check_positive_definite(deviations, tuple(names), f" within clusters{where}")


def _check_between(own: Array, names: list[str], where: str) -> None:
    if own.shape[1] == 0:
        return
    covariance = np.atleast_2d(np.cov(own.T, bias=True))
    flat = ~(np.sqrt(np.diag(covariance)) > _ROUNDING * np.abs(own).max(axis=0))
    if flat.any():
        name = plain_name(names[int(np.flatnonzero(flat)[0])])
        raise DataError(f"{name!r} is the same in all clusters{where}. Leave it out.")
    plain = tuple(plain_name(name) for name in names)
    check_positive_definite(covariance, plain, f" between clusters{where}")
