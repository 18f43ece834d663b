"""Data drawn from a fitted model of two levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ..data import LevelMoments, LevelOrdinalStatistics, cluster_numbers, level_layout
from ..errors import OptionError
from ..estimation import Estimation
from ..estimation.implied import Implied
from ..language import carried, plain_name
from ..moments import LevelLayout, SlopeClusters
from ..numerics import Array, Indices, normal_quantile
from ..populations import WrittenPopulation, cluster_members, group_sizes


def draw_levels(
    found: Estimation,
    n: Any,
    clusters: Any,
    generator: np.random.Generator,
    unused: Mapping[str, bool],
) -> tuple[pd.DataFrame, Array, Array]:
    """Rows within clusters: parts of clusters and deviations from them, both normal.

    Covariates with random slopes are drawn from the rows that were fitted.

    Returns
    -------
    frame : DataFrame
        The variables by their plain names.
    groups : array of str, shape (n,)
    numbers : int array, shape (n,)
        The cluster of each row, from 1.

    Raises
    ------
    OptionError
        Where the fit did not converge, and for options that mean nothing here.
    """
    if not found.converged:
        raise OptionError("the fit did not converge: it describes no population.")
    if name := next((name for name, is_given in unused.items() if is_given), ""):
        raise OptionError(
            f"{name}= does not go with a fit of two levels, whose variances within and between "
            "clusters are its own. Leave it out."
        )
    own = {sample.label: sample.n_observations for sample in found.samples.groups}
    sizes, labels = group_sizes(n, own)
    numbers, _ = cluster_members(clusters, sizes, labels)
    if numbers is None and n is not None:
        raise OptionError("n= needs clusters= too: how many, or the size of each.")
    frames, members, start, first = [], [], 0, 0
    for place, (sample, size) in enumerate(zip(found.samples.groups, sizes, strict=True)):
        assert isinstance(sample, LevelMoments | LevelOrdinalStatistics)
        inside = cluster_numbers(sample.rows)
        if numbers is not None:
            inside = np.unique(numbers[start : start + size], return_inverse=True)[1]
        start += size
        frames.append(_one_group(sample, found.implied[place], inside, generator))
        members.append(inside + 1 + first)
        first += int(inside.max()) + 1
    names = np.repeat(np.array(labels, dtype=object), [len(frame) for frame in frames])
    return pd.concat(frames, ignore_index=True), names, np.concatenate(members)


def draw_written_levels(
    written: WrittenPopulation,
    n: Any,
    clusters: Any,
    generator: np.random.Generator,
    unused: Mapping[str, bool],
) -> tuple[pd.DataFrame, Array, Array]:
    """The same from a model text with numbers.

    Raises
    ------
    OptionError
        Where clusters are not given, and for options that mean nothing here.
    """
    if name := next((name for name, is_given in unused.items() if is_given), ""):
        raise OptionError(
            f"{name}= does not go with level: blocks, which say what varies within and between "
            "clusters. Leave it out."
        )
    sizes, labels = group_sizes(n, None)
    numbers, _ = cluster_members(clusters, sizes, labels)
    if numbers is None:
        raise OptionError("a text with level: blocks needs clusters=: how many, or their sizes.")
    frames, members, start, first = [], [], 0, 0
    for place, size in enumerate(sizes):
        inside = np.unique(numbers[start : start + size], return_inverse=True)[1]
        start += size
        names = written.specification.patterns[place].observed
        frames.append(
            _rows(level_layout(names), names, None, written.implied[place], inside, generator)
        )
        members.append(inside + 1 + first)
        first += int(inside.max()) + 1
    groups = np.repeat(np.array(labels, dtype=object), [len(frame) for frame in frames])
    frame = pd.concat(frames, ignore_index=True)
    for name, shares in written.cuts.items():
        frame[name] = _cut_at_shares(frame[name], name, shares, written)
    return frame, groups, np.concatenate(members)


def _cut_at_shares(
    values: pd.Series, name: str, shares: Array, written: WrittenPopulation
) -> pd.Series:
    """Answers from 1, cut where the first group has these cumulative shares."""
    implied, observed = written.implied[0], written.specification.patterns[0].observed
    own = [place for place, other in enumerate(observed) if plain_name(other) == name]
    spread = float(np.sqrt(np.diag(implied.covariance)[own].sum()))
    level = float(implied.mean[own].sum())
    cuts = level + spread * np.array([normal_quantile(share) for share in shares])
    return pd.Series(1.0 + np.searchsorted(cuts, values), index=values.index)


def _one_group(
    sample: LevelMoments | LevelOrdinalStatistics,
    implied: Implied,
    members: Indices,
    generator: np.random.Generator,
) -> pd.DataFrame:
    clusters = sample.clusters if isinstance(sample, LevelMoments) else None
    return _rows(sample.layout, sample.names, clusters, implied, members, generator)


def _rows(
    layout: LevelLayout,
    names: tuple[str, ...],
    clusters: object,
    implied: Implied,
    members: Indices,
    generator: np.random.Generator,
) -> pd.DataFrame:
    """Rows of one group, the variables by their plain names."""
    n_clusters, p = int(members.max()) + 1, len(layout.within)
    covariance = implied.all_covariance[: implied.n_observed, : implied.n_observed]
    mean = implied.all_mean[: implied.n_observed]
    spread = covariance[np.ix_(layout.within, layout.within)]
    effects = np.zeros((p, 0))
    if isinstance(clusters, SlopeClusters):
        effects, spread = clusters.split(implied.covariance)
    deviations = _normal(generator, len(members), spread)
    between = layout.of_clusters @ covariance @ layout.of_clusters.T
    shared = _normal(generator, n_clusters, between) + layout.to_means @ mean
    values = _answers(deviations + shared[members, :p], layout, implied)
    columns = {}
    if isinstance(clusters, SlopeClusters):
        covariates = clusters.covariates[
            generator.integers(len(clusters.covariates), size=len(members))
        ]
        slopes = shared[members, p : p + len(layout.random)]
        values = values + (covariates * slopes) @ effects.T
        columns = {_covariate(names[k]): covariates[:, r] for r, k in enumerate(layout.carriers)}
    own = shared[members, p + len(layout.random) :]
    columns |= {names[k]: values[:, j] for j, k in enumerate(layout.within)}
    columns |= {plain_name(names[k]): own[:, j] for j, k in enumerate(layout.only)}
    return pd.DataFrame(columns)


def _answers(values: Array, layout: LevelLayout, implied: Implied) -> Array:
    """Latent responses of ordinal items cut at their thresholds, as 1, 2, ..."""
    for place, cuts in implied.cuts.items():
        column = int(np.flatnonzero(layout.twins == place)[0])
        values[:, column] = 1.0 + np.searchsorted(cuts, values[:, column])
    return values


def _covariate(carrier: str) -> str:
    pair = carried(carrier)
    return pair[0] if pair else carrier


def _normal(generator: np.random.Generator, count: int, covariance: Array) -> Array:
    """Draws around zero, shape (count, p); what is below zero counts as nothing."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    return np.asarray(generator.standard_normal((count, len(covariance))) @ root.T)
