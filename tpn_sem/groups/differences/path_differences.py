"""Differences between groups in paths, indirect effects and R²."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...estimation import Estimation
from ...estimation.implied import Implied
from ...numerics import Array, Indices, Mask
from ...results import quantity_table
from ...specification import COVARIANCE, PATH, Parameter, Pattern

Places = tuple[Indices, Indices]  # of effects and causes, a pair each


def path_differences(
    estimation: Estimation, base: int, others: list[int], standardized: bool = False
) -> pd.DataFrame:
    """Direct, indirect and total effects of other groups less those of the first.

    Parameters
    ----------
    standardized : bool
        Whether effects are in standard deviations of cause and outcome in each group, so that they
        depend on no marker item.
    """
    rows = _common_paths(estimation)
    variables = list(dict.fromkeys(name for row in rows for name in (row.rhs, row.lhs)))
    outcomes = list(dict.fromkeys(row.lhs for row in rows))
    pairs = [(y, x) for y in outcomes for x in variables if x != y]
    if not pairs:
        return pd.DataFrame()
    patterns = estimation.specification.patterns
    effects, causes = (list(names) for names in zip(*pairs, strict=True))
    where = [(one.places_of(effects), one.places_of(causes)) for one in patterns]
    related = _related(estimation, where)
    direct = {(row.lhs, row.rhs) for row in rows}
    kept = [
        (number, kind)
        for number, pair in enumerate(pairs)
        if related[number]
        for kind in _kinds(pair in direct, _is_mediated(estimation, where[0], number))
    ]
    names = [
        {
            "group": estimation.samples.labels[other],
            "effect": f"{pairs[number][1]} → {pairs[number][0]}",
            "kind": kind,
        }
        for other in others
        for number, kind in kept
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        effects = [
            _effects(pattern, moments, own, standardized)
            for pattern, moments, own in zip(patterns, implied, where, strict=True)
        ]
        parts = [
            effects[other][kind][..., number] - effects[base][kind][..., number]
            for other in others
            for number, kind in kept
        ]
        return np.stack(parts, axis=-1)

    return quantity_table(estimation, names, quantity)


def _kinds(direct: bool, mediated: bool) -> tuple[str, ...]:
    if direct and mediated:
        return ("direct", "indirect", "total")
    return ("direct",) if direct else ("indirect",)


def _effects(
    pattern: Pattern, moments: Implied, where: Places, standardized: bool = False
) -> dict[str, Array]:
    """Direct, indirect and total effects of pairs of variables, shape (..., pairs)."""
    size = pattern.n_variables
    paths = np.zeros((*moments.values.shape[:-1], size, size))
    is_path = pattern.kind == PATH
    paths[..., pattern.row[is_path], pattern.column[is_path]] = moments.values[..., is_path]
    row, column = where
    direct, total = paths[..., row, column], moments.effects[..., row, column]
    if standardized:
        spread = np.sqrt(np.diagonal(moments.all_covariance, axis1=-2, axis2=-1))
        unit = spread[..., column] / spread[..., row]
        direct, total = direct * unit, total * unit
    return {"direct": direct, "total": total, "indirect": total - direct}


def _common_paths(estimation: Estimation) -> list[Parameter]:
    """Regressions among variables that all groups have."""
    patterns = estimation.specification.patterns
    return [
        row
        for row in estimation.specification.table.rows
        if row.operator == "~" and all({row.lhs, row.rhs} <= set(one.names) for one in patterns)
    ]


def _related(estimation: Estimation, where: list[Places]) -> Mask:
    """Whether one variable has an effect on another in any group, shape (pairs,)."""
    sizes = [
        np.abs(moments.effects[own]) for moments, own in zip(estimation.implied, where, strict=True)
    ]
    return np.max(sizes, axis=0) > 1e-12


def _is_mediated(estimation: Estimation, where: Places, number: int) -> bool:
    effects = _effects(estimation.specification.patterns[0], estimation.implied[0], where)
    return bool(abs(effects["indirect"][number]) > 1e-12)


def explained_differences(estimation: Estimation, base: int, others: list[int]) -> pd.DataFrame:
    """R² of each dependent variable by group, and other groups' less the first's."""
    outcomes = list(dict.fromkeys(row.lhs for row in _common_paths(estimation)))
    if not outcomes:
        return pd.DataFrame()
    labels, patterns = estimation.samples.labels, estimation.specification.patterns
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
            _explained(pattern, moments, pattern.places_of(outcomes))
            for pattern, moments in zip(patterns, implied, strict=True)
        ]
        gaps = [explained[other] - explained[base] for other in others]
        return np.concatenate([*explained, *gaps], axis=-1)

    return quantity_table(estimation, names, quantity)


def _explained(pattern: Pattern, moments: Implied, places: Indices) -> Array:
    """Share of variance that is not residual, shape (..., k)."""
    shares = []
    for place in places:
        own = (pattern.kind == COVARIANCE) & (pattern.row == place) & (pattern.column == place)
        residual = moments.values[..., own].sum(-1)
        shares.append(1.0 - residual / moments.all_covariance[..., place, place])
    return np.stack(shares, axis=-1)
