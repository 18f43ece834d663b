"""Units that cannot be left out, and why, as far as their rows tell before any refit."""

from __future__ import annotations

import numpy as np

from ..casewise import RowUnits
from ..data import OrdinalStatistics
from ..estimation import Estimation
from ..numerics import Array, Indices


def undeletable(estimation: Estimation, units: RowUnits) -> list[str]:
    """Why a unit cannot be left out, as far as its rows tell; empty where it can."""
    reasons = [""] * len(units)
    clustered = bool(estimation.samples.cluster_labels)
    for group, sample in enumerate(estimation.samples.groups):
        members, label = units.of_rows[group], sample.label
        counts = np.bincount(members, minlength=len(units))
        for unit in np.flatnonzero(counts).tolist():
            left = len(members) - counts[unit]
            if left == 0:
                whole = f"it is all of group {label!r}" if label else "it is all rows"
                reasons[unit] = reasons[unit] or whole
            elif left == 1:
                reasons[unit] = reasons[unit] or "one row would be left"
        if clustered:
            _note_last_cluster(sample.rows.membership, members, reasons)
        if isinstance(sample, OrdinalStatistics):
            pattern = estimation.specification.patterns[group]
            _note_emptied(sample.rows.values, pattern.observed, members, reasons)
        else:
            _note_constant(sample.rows.values, sample.names, members, reasons)
    return reasons


def _note_last_cluster(clusters: Indices, members: Indices, reasons: list[str]) -> None:
    """Units without which one cluster would be left of a group."""
    for unit in _only_left(clusters.astype(float), members, len(reasons)).tolist():
        reasons[unit] = reasons[unit] or (
            "one cluster would be left, which says nothing of how clusters differ"
        )


def _note_constant(
    values: Array, names: tuple[str, ...], members: Indices, reasons: list[str]
) -> None:
    """Units without which a variable has one value, or none."""
    for name, column in zip(names, values.T, strict=True):
        for unit in _only_left(column, members, len(reasons)).tolist():
            reasons[unit] = reasons[unit] or f"without it {name!r} does not vary"


def _only_left(column: Array, members: Indices, count: int) -> Indices:
    """Units outside which a column has one value at most; missing ones do not count."""
    there = ~np.isnan(column)
    low, high = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(low, members[there], column[there])
    np.maximum.at(high, members[there], column[there])
    if low.min() >= high.max():  # as it is in all rows
        return np.empty(0, dtype=np.intp)
    least, most = _least_of_the_others(low), -_least_of_the_others(-high)
    own = np.bincount(members, minlength=count) > 0
    return np.flatnonzero(own & (least >= most))


def _least_of_the_others(values: Array) -> Array:
    """For each entry the smallest of the others, shape (u,) as given, two or more."""
    order = np.argsort(values, kind="stable")
    found = np.full(len(values), values[order[0]])
    found[order[0]] = values[order[1]]
    return found


def _note_emptied(
    values: Array, names: tuple[str, ...], members: Indices, reasons: list[str]
) -> None:
    """Units that hold all answers of a category."""
    for name, column in zip(names, values.T, strict=True):
        there = ~np.isnan(column)
        answers, codes, counts = np.unique(column[there], return_inverse=True, return_counts=True)
        if len(answers) > 20:
            continue  # a continuous variable among ordinal ones
        holders = members[there]
        for code in range(len(answers)):
            first = holders[codes == code]
            if counts[code] and (first == first[0]).all():
                unit = int(first[0])
                reasons[unit] = reasons[unit] or f"it has every answer of one category of {name!r}"
