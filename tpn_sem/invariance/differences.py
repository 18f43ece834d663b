"""What groups differ in: means and variances of factors, paths, indirect effects, R²."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import NotAvailableError, choose
from ..estimates import inference
from ..estimation import Estimation
from ..fit import Fit, read_fit
from ..implied import Implied
from ..linalg import Array, Indices
from ..matrices import COVARIANCE, PATH, Pattern

_STEP = 1e-5
Quantity = Callable[[tuple[Implied, ...]], Array]  # moments in stacks to values, shape (..., k)


@dataclass(frozen=True, eq=False)
class GroupDifferences:
    """Quantities of each group and their differences, with 95 % intervals.

    Every table has a row per group (but the reference, for differences) and quantity, with the
    columns estimate, se, z, p_value, ci_lower, ci_upper; with clusters also df, of Student's t.

    Attributes
    ----------
    factors : DataFrame
        Means and variances of factors in each group.
    standardized : DataFrame
        Differences of factor means over the pooled standard deviation of the factor (by group
        sizes), other group less reference; and log ratios of the variances.
    paths : DataFrame
        Differences of direct, indirect and total effects between variables that are related by
        regressions, other group less reference.
    r_squared : DataFrame
        R² of each dependent variable and its difference.
    reference : str
    notes : tuple of str
    """

    factors: pd.DataFrame
    standardized: pd.DataFrame
    paths: pd.DataFrame
    r_squared: pd.DataFrame
    reference: str
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        parts = [f"Differences from {self.reference}"]
        for name in ("factors", "standardized", "paths", "r_squared"):
            table = getattr(self, name)
            if len(table):
                parts += [name, table.to_string(index=False, float_format="{:.3f}".format)]
        return "\n".join([*parts, *self.notes])


def group_differences(fit: Fit, *, reference: str | None = None) -> GroupDifferences:
    """Compare groups in means and variances of factors, paths, indirect effects and R².

    Errors are by the delta method from the fit's own covariance matrix. With clusters, intervals
    are Student's: Satterthwaite's degrees of freedom with ``se="cluster_cr2"``, else clusters less
    groups.

    Parameters
    ----------
    fit : Fit
        Of several groups; for factors with (partial) scalar invariance, for paths at least metric.
    reference : str, optional
        The first group if not given.

    Raises
    ------
    NotAvailableError
        For one group, or a fit without standard errors.
    """
    found = read_fit(fit, "group_differences")
    labels = list(found.samples.labels)
    if len(labels) < 2:
        raise NotAvailableError("there is one group: fit with group=.")
    if not np.isfinite(found.covariance).all():
        raise NotAvailableError("the fit has no standard errors: there are no intervals.")
    chosen = labels[0] if reference is None else choose("reference", reference, labels)
    base = labels.index(chosen)
    others = [place for place in range(len(labels)) if place != base]
    return GroupDifferences(
        _factors(found),
        _standardized(found, base, others),
        _paths(found, base, others),
        _r_squared(found, base, others),
        chosen,
        tuple(_notes(found)),
    )


def delta_method(found: Estimation, quantity: Quantity) -> dict[str, Array]:
    """Values of quantities of the implied moments, with inference; see `estimates.inference`.

    Derivatives are central differences, all parameters in one stack.
    """
    values, jacobian = _slopes(found, quantity)
    samples = found.samples
    clusters = float(found.cluster_degrees_of_freedom) if samples.cluster_labels else None
    return inference(found, values, jacobian, clusters)


def _slopes(found: Estimation, quantity: Quantity) -> tuple[Array, Array]:
    steps = _STEP * np.maximum(np.abs(found.parameters), 0.1)
    moves = np.diag(steps)
    stack = np.concatenate([found.parameters + moves, found.parameters - moves])
    values = quantity(found.objective.imply(stack))
    forward, backward = np.split(values, 2)
    centre = quantity(found.objective.imply(found.parameters[None]))[0]
    return centre, ((forward - backward) / (2.0 * steps[:, None])).T


def _table(found: Estimation, names: list[dict[str, str]], quantity: Quantity) -> pd.DataFrame:
    if not names:
        return pd.DataFrame()
    numbers = delta_method(found, quantity)
    return pd.DataFrame(names).assign(**numbers)


# Factors -----------------------------------------------------------------------------------------


def _factors(found: Estimation) -> pd.DataFrame:
    roles, labels = found.specification.roles, found.samples.labels
    n = len(found.specification.observed)
    names = [
        {"group": label, "factor": factor, "quantity": kind}
        for label in labels
        for kind in ("mean", "variance")
        for factor in roles.latent
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        parts = []
        for moments in implied:
            parts.append(moments.all_mean[..., n:])
            parts.append(np.diagonal(moments.all_covariance, axis1=-2, axis2=-1)[..., n:])
        return np.concatenate(parts, axis=-1)

    return _table(found, names, quantity)


def _standardized(found: Estimation, base: int, others: list[int]) -> pd.DataFrame:
    roles, labels = found.specification.roles, found.samples.labels
    n = len(found.specification.observed)
    sizes = np.array([sample.size for sample in found.samples.groups])
    names = [
        {"group": labels[other], "factor": factor, "quantity": kind}
        for other in others
        for kind in ("mean difference", "log variance ratio")
        for factor in roles.latent
    ]

    def quantity(implied: tuple[Implied, ...]) -> Array:
        means = [moments.all_mean[..., n:] for moments in implied]
        variances = [
            np.diagonal(moments.all_covariance, axis1=-2, axis2=-1)[..., n:] for moments in implied
        ]
        parts = []
        for other in others:
            first, second = sizes[base], sizes[other]
            pooled = (first * variances[base] + second * variances[other]) / (first + second)
            parts.append((means[other] - means[base]) / np.sqrt(pooled))
            parts.append(np.log(variances[other] / variances[base]))
        return np.concatenate(parts, axis=-1)

    return _table(found, names, quantity)


# Paths -------------------------------------------------------------------------------------------


def _paths(found: Estimation, base: int, others: list[int]) -> pd.DataFrame:
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

    return _table(found, names, quantity)


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


# R² ----------------------------------------------------------------------------------------------


def _r_squared(found: Estimation, base: int, others: list[int]) -> pd.DataFrame:
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

    return _table(found, names, quantity)


def _explained(pattern: Pattern, moments: Implied, places: list[int]) -> Array:
    """Share of variance that is not residual, shape (..., k)."""
    shares = []
    for place in places:
        own = (pattern.kind == COVARIANCE) & (pattern.row == place) & (pattern.column == place)
        residual = moments.values[..., own].sum(-1)
        shares.append(1.0 - residual / moments.all_covariance[..., place, place])
    return np.stack(shares, axis=-1)


def _notes(found: Estimation) -> list[str]:
    count = len(found.samples.cluster_labels)
    if count and not found.samples.crossed:
        return [f"Differences rest on {count} clusters, not on {found.n_observations} rows."]
    if not count:
        return [
            "Rows are taken as independent. Where the group is a property of clusters (schools), "
            "intervals are too narrow: give cluster=."
        ]
    return []
