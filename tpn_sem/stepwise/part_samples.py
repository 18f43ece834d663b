"""Samples of some of the variables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..data import CompleteMoments, IncompleteMoments, OrdinalStatistics, Rows, Sample, Samples
from ..errors import NotEstimatedError
from ..moments import Patterns
from ..moments.ordinal import CategoricalMoments
from ..numerics import Array, Indices, vech
from ..specification import Specification


def part_of_samples(samples: Samples, specification: Specification) -> Samples:
    """The samples with the variables of a part of the model, in its order."""
    pairs = zip(samples.groups, specification.patterns, strict=True)
    groups = tuple(_part(sample, pattern.observed) for sample, pattern in pairs)
    return replace(samples, groups=groups, notes=(), n_dropped=0)


def _part(sample: Sample, names: tuple[str, ...]) -> Sample:
    places = np.array([sample.names.index(name) for name in names], dtype=np.intp)
    if isinstance(sample, CompleteMoments):
        return sample.of_variables(places)
    own = replace(
        sample,
        names=names,
        covariance=sample.covariance[np.ix_(places, places)],
        mean=None if sample.mean is None else sample.mean[places],
        known_rows=None,
    )
    if isinstance(own, OrdinalStatistics):
        return _of_ordinal(sample, own, places)
    if not isinstance(own, IncompleteMoments):
        return own
    patterns = own.patterns.of(places)
    kept = patterns.observed.any(axis=1)  # rows without any of these answers say nothing here
    share = float(patterns.shares[kept].sum())
    there = Patterns(
        patterns.observed[kept],
        patterns.shares[kept] / share,
        patterns.mean[kept],
        patterns.covariance[kept],
        patterns.member,
    )
    return replace(own, patterns=there, n_observations=round(own.n_observations * share))


def _of_ordinal(sample: Sample, own: OrdinalStatistics, places: Indices) -> Sample:
    """The statistics of some items, given the same predictors, and their rows.

    Raises
    ------
    NotEstimatedError
        For continuous items alone where all is conditional on predictors.
    """
    layout = own.statistics.layout
    items = places[places < layout.n_variables]
    rows = sample.known_rows
    if rows is not None:
        rows = rows.take(np.arange(len(rows)), places)
    if np.isin(items, layout.ordinal).any():
        return replace(own, statistics=own.statistics.of(items), known_rows=rows)
    if layout.n_exogenous:
        raise NotEstimatedError(
            f"{', '.join(own.names[: len(items)])} are continuous items of a factor beside "
            "ordinal ones, and predictors are conditioned on, which is not estimated: give "
            "conditional_x=False."
        )
    return _continuous(own, own.statistics.of(items), rows)


def _continuous(own: OrdinalStatistics, found: CategoricalMoments, rows: Rows | None) -> Sample:
    """Moments of continuous variables that stood among ordinal ones."""
    layout = found.layout
    p, place = layout.n_variables, np.arange(layout.size)
    square = np.zeros((p, p))
    square[np.arange(p), np.arange(p)] = place[layout.blocks["variances"]]
    one, other = layout.pairs
    square[one, other] = square[other, one] = place[layout.blocks["covariances"]]
    order = np.concatenate([place[layout.blocks["means"]], vech(square).astype(np.intp)])
    return CompleteMoments(
        label=own.label,
        names=own.names,
        n_observations=found.n_observations,
        covariance=found.covariance,
        mean=found.mean,
        known_rows=rows,
        known_spread=found.spread[np.ix_(order, order)] if found.has_spread else None,
    )


def sample_of_factors(
    sample: Sample, names: tuple[str, ...], covariance: Array, mean: Array | None
) -> CompleteMoments:
    """Estimated moments of factors as if these had been observed."""
    return CompleteMoments(
        label=sample.label,
        names=names,
        n_observations=sample.n_observations,
        covariance=covariance,
        mean=mean,
        is_unbiased=getattr(sample, "is_unbiased", False),
    )
