"""Modification indices: score tests of fixed parameters and of equality constraints."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
import pandas as pd

from ..drawing import EXPLAINED
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..language import level_of, plain_name
from ..numerics import (
    Array,
    Indices,
    chi_square_tail,
    chi_square_tails,
    generalised_inverse,
)
from ..specification import COVARIANCE, INTERCEPT, PATH, Cells, Key, ParameterTable, cell_of, key
from .estimates import explained_by

_SINGULAR = 1e-9


@dataclass(frozen=True, eq=False)
class _Extended:
    """What freeing candidates would do, by observation.

    Attributes
    ----------
    score : array, shape (c,)
        Slope of the log-likelihood along each candidate.
    cross : array, shape (c, n_free)
        Information of candidates with the free parameters.
    own : array, shape (c,)
        Information of each candidate.
    cells : Cells
    """

    score: Array
    cross: Array
    own: Array
    cells: Cells


def modification_indices(estimation: Estimation) -> pd.DataFrame:
    """Score test and expected change of every parameter that could be added, one at a time.

    Sorbom (1989). See `Fit.modification_indices`.
    """
    _require_solution(estimation)
    groups = []
    for group, label in enumerate(estimation.samples.labels):
        candidates = _candidates(estimation, group)
        if candidates:
            groups.append(_one_group(estimation, group, label, candidates))
    columns = ["lhs", "op", "rhs", "group", "mi", "epc", "sepc_lv", "sepc_all", "p_value"]
    if not groups:
        return pd.DataFrame(columns=columns)
    whole = {name: np.concatenate([columns[name] for columns in groups]) for name in columns}
    order = np.argsort(-whole["mi"], kind="quicksort")
    found = pd.DataFrame({name: values[order] for name, values in whole.items()})
    found.attrs[EXPLAINED] = explained_by(estimation.specification)
    return found


def _require_solution(estimation: Estimation) -> None:
    if not (estimation.converged and estimation.is_identified):
        raise NotAvailableError(
            "score tests need a converged solution with a positive definite information matrix."
        )


def _candidates(estimation: Estimation, group: int) -> list[Key]:
    """Parameters that the group's table fixes, and loadings and covariances that it lacks."""
    table = estimation.specification.table
    roles = table.group_roles[group]
    present = {row.key for row in table.rows if row.group == group}
    fixed = [
        row.key for row in table.rows if row.group == group and row.free < 0 and not row.exogenous
    ]
    wanted = [key(f, "=~", i) for f in roles.latent for i in roles.items if i != f]
    wanted += [key(a, "~~", b) for a, b in combinations_with_replacement(roles.modelled, 2)]
    wanted += [key(a, "~~", b) for a, b in combinations_with_replacement(roles.latent, 2)]
    regressed = _regression_candidates(table, group)
    new = [place for place in wanted + regressed if place not in present]
    following = _following(estimation)
    found = [place for place in fixed + new if place not in following]
    if not estimation.specification.has_levels:
        return found
    return [one for one in found if level_of(one[0]) == level_of(one[2] or one[0])]


def _following(estimation: Estimation) -> set[Key]:
    """What follows from the rest, and cannot be freed."""
    table = estimation.specification.table
    found = {row.key for row in table.rows if row.follows}
    operator = "~~" if table.parameterization == "delta" else "~*~"
    items = [plain_name(name) for name, _ in estimation.specification.categories]
    return found | {(name, operator, name) for name in items}


def _regression_candidates(table: ParameterTable, group: int) -> list[Key]:
    """Paths among the variables that the structural part of a group already relates."""
    rows = [row for row in table.rows if row.operator == "~" and row.group == group]
    involved = dict.fromkeys(name for row in rows for name in (row.lhs, row.rhs))
    exogenous = table.group_roles[group].exogenous
    explainable = [name for name in involved if name not in exogenous]
    return [key(y, "~", x) for y in explainable for x in involved if x != y]


def _one_group(
    estimation: Estimation, group: int, label: str, candidates: list[Key]
) -> dict[str, Array]:
    """The columns of the table for one group."""
    extended = _extend(estimation, group, candidates)
    basis = estimation.tangent
    cross, score, own = extended.cross @ basis, extended.score, extended.own
    inner = (
        basis.T
        @ estimation.objective.expected_hessian(estimation.implied, estimation.directions)
        @ basis
    )
    left = own - (cross * np.linalg.solve(inner, cross.T).T).sum(axis=1)
    informative = left > 1e-8 * np.maximum(own, 1e-300)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = effective_size(estimation) * score**2 / left
        change = score / left
    lhs, operator, rhs = (np.array(part, dtype=object) for part in zip(*candidates, strict=True))
    latent_only, everything = _scales(estimation, group, extended.cells)
    columns = {
        "lhs": lhs,
        "op": operator,
        "rhs": rhs,
        "group": np.full(len(candidates), label, dtype=object),
        "mi": statistic,
        "epc": change,
        "sepc_lv": change * latent_only,
        "sepc_all": change * everything,
        "p_value": chi_square_tails(statistic),
    }
    return {name: values[informative] for name, values in columns.items()}


def effective_size(estimation: Estimation) -> float:
    """What a quadratic form in the score is multiplied by; least squares loses a row a group twice.

    As in lavaan, where it costs one part in n; with "DLS" it does not.
    """
    n = estimation.samples.size
    return estimation.multiplier**2 / n if estimation.discrepancy.lost_in_shares else n


def _extend(estimation: Estimation, group: int, candidates: list[Key]) -> _Extended:
    """Score (uphill) and information of one observation along candidate cells."""
    pattern = estimation.specification.patterns[group]
    names = {name: place for place, name in enumerate(pattern.names)}
    cells = _cells(candidates, names)
    sample, implied = estimation.samples.groups[group], estimation.implied[group]
    known, added = estimation.directions[group], implied.along(cells)
    share = estimation.objective.shares[group]
    gradient = 0.5 * share * estimation.discrepancy.gradient(sample, implied, added)
    with_known, own = estimation.discrepancy.added_information(sample, implied, known, added)
    cross = np.zeros((len(candidates), estimation.specification.table.n_free))
    cross[:, pattern.places] = share * with_known
    return _Extended(-gradient, cross, share * own, cells)


def _cells(candidates: list[Key], names: dict[str, int]) -> Cells:
    kind, row, column = zip(*(cell_of(*place, names) for place in candidates), strict=True)
    return Cells(_integers(kind), _integers(row), _integers(column))


def _integers(values: tuple[int, ...]) -> Indices:
    return np.array(values, dtype=np.intp)


def _scales(estimation: Estimation, group: int, cells: Cells) -> tuple[Array, Array]:
    """What an expected change is multiplied by to be standardised, for "lv" and "all"."""
    n = estimation.implied[group].n_observed
    all_deviations = np.sqrt(np.maximum(np.diagonal(estimation.implied[group].all_covariance), 0.0))
    residual = _residual_deviations(estimation, group, all_deviations)
    factors = []
    for deviation, spread in (
        (np.where(np.arange(len(all_deviations)) < n, 1.0, all_deviations),) * 2,
        (all_deviations, residual),
    ):
        path = deviation[cells.column] / deviation[cells.row]
        own = np.where(cells.kind == INTERCEPT, 1.0, deviation[cells.column])
        alone = 1.0 / (deviation[cells.row] * own)  # intercepts and variances
        covariance = 1.0 / (spread[cells.column] * spread[cells.row])
        factor = np.where(cells.row == cells.column, alone, covariance)
        factors.append(np.where(cells.kind == PATH, path, factor))
    return factors[0], factors[1]


def _residual_deviations(estimation: Estimation, group: int, fallback: Array) -> Array:
    pattern = estimation.specification.patterns[group]
    values = estimation.implied[group].values
    spread = fallback.copy()
    variance = (pattern.kind == COVARIANCE) & (pattern.row == pattern.column) & (values > 0.0)
    spread[pattern.row[variance]] = np.sqrt(values[variance])
    return spread


def score_test_constraints(estimation: Estimation) -> pd.DataFrame:
    """Score test of dropping each equality constraint, one at a time, and all of them.

    Returns
    -------
    DataFrame
        Columns constraint, chi_square, df, p_value; the last row is the total.
    """
    _require_solution(estimation)
    linear = estimation.specification.restrictions.linear
    if not len(linear):
        raise NotAvailableError("the model has no equality constraint that could be dropped.")
    gradient = -estimation.objective.gradient(estimation.implied, estimation.directions)
    information = estimation.objective.expected_hessian(estimation.implied, estimation.directions)
    names = constraint_names(estimation)
    rows = []
    for place, name in enumerate(names):
        rest = np.delete(linear, place, axis=0)
        rows.append((name, *_release(estimation, gradient, information, rest)))
    rows.append(("total", *_release(estimation, gradient, information, linear[:0])))
    table = pd.DataFrame(rows, columns=["constraint", "chi_square", "df"])
    table["p_value"] = [
        chi_square_tail(x, d) for x, d in zip(table.chi_square, table.df, strict=True)
    ]
    return table


def _release(
    estimation: Estimation, gradient: Array, information: Array, kept: Array
) -> tuple[float, int]:
    """Statistic and degrees of freedom where only the kept constraints hold.

    The score is zero along the directions that were free all along, so that the statistic is
    g' B (B'IB)^-1 B'g with B a basis of what is free afterwards.
    """
    basis = estimation.freed(kept)
    score = gradient @ basis
    inner = basis.T @ information @ basis
    statistic = effective_size(estimation) * float(score @ generalised_inverse(inner) @ score)
    size = basis.shape[1]
    if estimation.specification.restrictions.rotations:  # which change no moment
        size = int(np.linalg.matrix_rank(inner, _SINGULAR * np.abs(inner).max(), hermitian=True))
    return statistic, size - estimation.tangent.shape[1]


def constraint_names(estimation: Estimation) -> list[str]:
    """The linear equality constraints as text, in the order of their rows."""
    rows = estimation.specification.table.free_rows
    labels = estimation.samples.labels
    names = []
    for weights in estimation.specification.restrictions.linear:
        parts = []
        for place in np.flatnonzero(weights):
            row = rows[place]
            group = f" [{labels[row.group]}]" if labels[row.group] else ""
            parts.append((weights[place], f"{row.name}{group}"))
        if len(parts) == 2 and parts[0][0] == -parts[1][0]:
            names.append(f"{parts[0][1]} == {parts[1][1]}")
        else:
            names.append(" + ".join(f"{weight:g}*({name})" for weight, name in parts))
    return names
