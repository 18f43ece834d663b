"""Differences between groups in paths, indirect effects and R²."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...estimation import Estimation
from ...estimation.implied import Implied
from ...numerics import Array, Indices
from ...results import quantity_table
from ...specification import COVARIANCE, PATH, Pattern


def path_differences(found: Estimation, base: int, others: list[int]) -> pd.DataFrame:
    """Direct, indirect and total effects of other groups less those of the first."""
    rows = [row for row in found.specification.table.rows if row.operator == "~"]
    variables = list(dict.fromkeys(name for row in rows for name in (row.rhs, row.lhs)))
    outcomes = list(dict.fromkeys(row.lhs for row in rows))
    all_names = list(found.specification.roles.all)
    pairs = [(y, x) for y in outcomes for x in variables if x != y]
    places = [(all_names.index(y), all_names.index(x)) for y, x in pairs]
    if not pairs:
        return pd.DataFrame()
    related = _related(found, places)
    direct = {(row.lhs, row.rhs) for row in rows}
    kept = [
        (number, kind)
        for number, pair in enumerate(pairs)
        if related[number]
        for kind in _kinds(pair in direct, _is_mediated(found, places[number]))
    ]
    names = [
        {
            "group": found.samples.labels[other],
            "effect": f"{pairs[number][1]} → {pairs[number][0]}",
            "kind": kind,
        }
        for other in others
        for number, kind in kept
    ]
    patterns = found.specification.patterns
    where = tuple(np.array(axis) for axis in zip(*places, strict=True))

    def quantity(implied: tuple[Implied, ...]) -> Array:
        effects = [
            _effects(pattern, moments, where)
            for pattern, moments in zip(patterns, implied, strict=True)
        ]
        parts = [
            effects[other][kind][..., number] - effects[base][kind][..., number]
            for other in others
            for number, kind in kept
        ]
        return np.stack(parts, axis=-1)

    return quantity_table(found, names, quantity)


def _kinds(direct: bool, mediated: bool) -> tuple[str, ...]:
    if direct and mediated:
        return ("direct", "indirect", "total")
    return ("direct",) if direct else ("indirect",)


def _effects(pattern: Pattern, moments: Implied, where: tuple[Indices, ...]) -> dict[str, Array]:
    """Direct, indirect and total effects of pairs of variables, shape (..., pairs)."""
    size = pattern.n_variables
    paths = np.zeros((*moments.values.shape[:-1], size, size))
    is_path = pattern.kind == PATH
    paths[..., pattern.row[is_path], pattern.column[is_path]] = moments.values[..., is_path]
    row, column = where
    direct, total = paths[..., row, column], moments.effects[..., row, column]
    return {"direct": direct, "total": total, "indirect": total - direct}


def _related(found: Estimation, places: list[tuple[int, int]]) -> list[bool]:
    """Whether one variable has an effect on another in any group."""
    return [any(abs(moments.effects[y, x]) > 1e-12 for moments in found.implied) for y, x in places]


def _is_mediated(found: Estimation, place: tuple[int, int]) -> bool:
    pattern, moments = found.specification.patterns[0], found.implied[0]
    where = tuple(np.array([axis]) for axis in place)
    return bool(abs(_effects(pattern, moments, where)["indirect"][0]) > 1e-12)


def explained_differences(found: Estimation, base: int, others: list[int]) -> pd.DataFrame:
    """R² of each dependent variable by group, and other groups' less the first's."""
    rows = [row for row in found.specification.table.rows if row.operator == "~"]
    outcomes = list(dict.fromkeys(row.lhs for row in rows))
    all_names = list(found.specification.roles.all)
    places = [all_names.index(name) for name in outcomes]
    if not outcomes:
        return pd.DataFrame()
    labels, patterns = found.samples.labels, found.specification.patterns
    names = [
        {"group": label, "variable": name, "quantity": "R²"}
        for label in labels
        for name in outcomes
    ]
    names += [
        {"group": labels[other], "variable": name, "quantity": "difference"}
        for other in others
        for name in outcomes
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        explained = [
            _explained(pattern, moments, places)
            for pattern, moments in zip(patterns, implied, strict=True)
        ]
        gaps = [explained[other] - explained[base] for other in others]
        return np.concatenate([*explained, *gaps], axis=-1)

    return quantity_table(found, names, quantity)


def _explained(pattern: Pattern, moments: Implied, places: list[int]) -> Array:
    """Share of variance that is not residual, shape (..., k)."""
    shares = []
    for place in places:
        own = (pattern.kind == COVARIANCE) & (pattern.row == place) & (pattern.column == place)
        residual = moments.values[..., own].sum(-1)
        shares.append(1.0 - residual / moments.all_covariance[..., place, place])
    return np.stack(shares, axis=-1)
