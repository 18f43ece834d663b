"""Thresholds and polychoric correlations of data that are read in batches, in three passes.

The first finds the categories, the second counts them by pairs, the third adds up the outer
products of each row's influence.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...errors import DataError
from ...moments.ordinal import (
    BLOCK,
    CategoricalMoments,
    CountedStatistics,
    Layout,
    Observations,
    counted_statistics,
    cross_counts,
)
from ...numerics import Array, Indices, Mask
from .source import Source
from .sums import grouped

_MOST = 30  # categories


def ordinal_moments(source: Source, pairwise: bool) -> dict[str, tuple[CategoricalMoments, int]]:
    """Statistics of each group, and the number of rows that were dropped.

    Raises
    ------
    DataError
        Where answers are no whole numbers, or a group lacks a category.
    """
    if not source.can_be_read_again:
        raise DataError("ordinal items are read three times: give a table or files, no stream.")
    answers = source.answers()
    layout = _layout(source, answers)
    counts: dict[str, Array] = {}
    sizes: dict[str, list[int]] = {}
    for label, codes, there in _coded(source, answers, pairwise):
        cross = counts.setdefault(label, np.zeros((sum(layout.categories),) * 2))
        cross += cross_counts(_observations(codes), layout)
        size = sizes.setdefault(label, [0, 0])
        size[0] += len(codes)
        size[1] += int((~there).sum())
    if not counts:
        raise DataError(f"{source.name} has no rows.")
    found = {}
    for label, cross in counts.items():
        where = f" in group {label!r}" if label else ""
        try:
            found[label] = counted_statistics(cross, float(sizes[label][0]), layout)
        except DataError as error:
            raise DataError(f"ordinal answers of {source.name}{where}: {error}") from None
    spreads = _spreads(source, answers, pairwise, found)
    return {
        label: (_moments(one, sizes[label][0], spreads[label]), sizes[label][1])
        for label, one in found.items()
    }


def _layout(source: Source, answers: tuple[Array, ...]) -> Layout:
    for name, values in zip(source.columns, answers, strict=True):
        strange = values[values != np.round(values)]
        if len(strange):
            raise DataError(
                f"ordinal column {name!r} of {source.name} has answers that are no whole numbers, "
                f"such as {strange[0]:g}."
            )
        if not 2 <= len(values) <= _MOST:
            raise DataError(
                f"ordinal column {name!r} of {source.name} has {len(values)} different answers: "
                f"2 to {_MOST} can be categories."
            )
    return Layout(tuple(len(values) for values in answers), 0, source.columns)


def _coded(
    source: Source, answers: tuple[Array, ...], pairwise: bool
) -> Iterator[tuple[str, Indices, Mask]]:
    """Rows of each batch by group: categories from 0, their number where missing; rows used."""
    for label, values in grouped(source):
        missing = np.isnan(values)
        used = np.logical_not(missing.all(axis=1) if pairwise else missing.any(axis=1))
        codes = np.empty(values.shape, dtype=np.intp)
        for place, known in enumerate(answers):
            codes[:, place] = np.searchsorted(known, values[:, place])  # a gap comes last
        yield label, codes[used], used


def _observations(codes: Indices) -> Observations:
    values = np.broadcast_to(np.float64(0.0), codes.shape)
    nothing = np.zeros((len(codes), 0))
    return Observations(codes, values, nothing, None, len(codes))


def _spreads(
    source: Source,
    answers: tuple[Array, ...],
    pairwise: bool,
    found: dict[str, CountedStatistics],
) -> dict[str, Array]:
    """Sums of outer products of influence values."""
    totals = {label: np.zeros((one.layout.size,) * 2) for label, one in found.items()}
    for label, codes, _ in _coded(source, answers, pairwise):
        lookups, total = found[label].lookups, totals[label]
        for start in range(0, len(codes), BLOCK):
            values = lookups(codes[start : start + BLOCK])
            total += values.T @ values
    return totals


def _moments(one: CountedStatistics, n: int, products: Array) -> CategoricalMoments:
    p = one.layout.n_variables
    return CategoricalMoments(
        one.layout,
        one.thresholds,
        np.zeros(p),
        np.zeros((p, 0)),
        one.covariance,
        n,
        one.empty_pairs,
        None,
        products / n,
    )
