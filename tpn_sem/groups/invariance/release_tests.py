"""Score tests of equality constraints over groups, robust where the fit is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...estimation import Estimation
from ...estimation.standard_errors import moment_matrices as moments
from ...numerics import Array, Indices, chi_square_tail, f_tail, generalised_inverse, weighted
from ...results import effective_size
from ...specification import Cells, Pattern, cell_of
from .candidates import Candidate, constraint_rows

RELEASE_COLUMNS = (
    *("parameter", "statistic", "df", "p_value", "expected_change", "standardized_change"),
)


@dataclass(frozen=True, eq=False)
class _Space:
    """The free parameters, before constraints, and cells that candidates would free.

    Attributes
    ----------
    gradient : array, shape (x,)
        Downhill, of one observation.
    bread, middle : array, shape (x, x)
        Information, and covariance matrix of the scores, of one observation.
    extra : dict of key to int arrays
        Places of the cells that each candidate adds, one a later group.
    n_free : int
    """

    gradient: Array
    bread: Array
    middle: Array
    extra: dict[tuple[str, str, str], Indices]
    n_free: int


def release_tests(estimation: Estimation, candidates: list[Candidate]) -> pd.DataFrame:
    """What giving up each equality alone would improve.

    The generalised score test: the one-step change of the difference between groups over its
    standard error, which is the sandwich where the fit's standard errors are (Satorra, 1989).
    With clusters its square over the degrees of freedom is referred to an F distribution with
    clusters less groups as denominator.

    Parameters
    ----------
    estimation : Estimation
        In which the candidates are equal.
    candidates : list of Candidate

    Returns
    -------
    DataFrame
        A row per candidate: parameter, statistic, df, p_value, expected_change (of the parameter,
        later group less first; of the group in which it is largest) and standardized_change.
    """
    space = _space(estimation, candidates)
    rows = [_one(estimation, space, item) for item in candidates]
    return pd.DataFrame(rows, columns=list(RELEASE_COLUMNS))


def _one(estimation: Estimation, space: _Space, item: Candidate) -> tuple[object, ...]:
    basis, gap = _basis(estimation, space, item), _gaps(estimation, space, item)
    inner = basis.T @ space.bread @ basis
    step = np.linalg.solve(inner, np.column_stack([basis.T @ space.gradient, basis.T @ gap.T]))
    change = gap @ basis @ step[:, 0]
    pull = step[:, 1:]
    spread = pull.T @ (basis.T @ space.middle @ basis) @ pull
    size = effective_size(estimation)
    statistic = size * float(change @ generalised_inverse(spread) @ change)
    df = len(gap)
    if estimation.samples.cluster_labels:
        p_value = f_tail(statistic / df, df, estimation.cluster_degrees_of_freedom)
    else:
        p_value = chi_square_tail(statistic, df)
    largest = float(change[np.argmax(np.abs(change))])
    return item.text, statistic, df, p_value, largest, largest * scale_of(estimation, item)


def _basis(estimation: Estimation, space: _Space, item: Candidate) -> Array:
    """Directions that are free once the candidate is given up."""
    linear = estimation.specification.restrictions.linear
    kept = np.delete(linear, constraint_rows(estimation, item.parameter.key), axis=0)
    free = estimation.freed(kept)
    added = space.extra.get(item.parameter.key, np.zeros(0, dtype=np.intp))
    basis = np.zeros((len(space.gradient), free.shape[1] + len(added)))
    basis[: space.n_free, : free.shape[1]] = free
    basis[added, free.shape[1] + np.arange(len(added))] = 1.0
    return basis


def _gaps(estimation: Estimation, space: _Space, item: Candidate) -> Array:
    """Differences of the parameter, later groups less the first, as rows over the space."""
    wanted = item.parameter.key
    size = len(space.gradient)
    if wanted in space.extra:
        return np.eye(size)[space.extra[wanted]]
    places = [row.free for row in estimation.specification.table.free_rows if row.key == wanted]
    gaps = np.zeros((len(places) - 1, size))
    gaps[:, places[0]] = -1.0
    gaps[np.arange(len(gaps)), places[1:]] = 1.0
    return gaps


def _space(estimation: Estimation, candidates: list[Candidate]) -> _Space:
    n_free = estimation.specification.table.n_free
    blocks = [np.zeros((0, n_free))] * len(estimation.samples.groups)
    for group, (pattern, along) in enumerate(
        zip(estimation.specification.patterns, estimation.directions, strict=True)
    ):
        wide = along.jacobian(estimation.specification.means)
        blocks[group] = np.zeros((len(wide), n_free))
        blocks[group][:, pattern.places] = wide
    jacobian = np.concatenate(blocks)
    gradient = -estimation.objective.gradient(estimation.implied, estimation.directions)
    fixed = [item.parameter.key for item in candidates if item.parameter.free < 0]
    columns, slopes, extra = _added(estimation, fixed, n_free)
    jacobian = np.hstack([jacobian, columns])
    pulled = weighted(moments.weight(estimation), jacobian)
    bread = jacobian.T @ pulled
    middle = bread
    if estimation.specification.categories or estimation.options.is_robust:
        middle = pulled.T @ moments.spread(estimation) @ pulled
    return _Space(np.concatenate([gradient, slopes]), bread, middle, extra, n_free)


def _added(
    estimation: Estimation, keys: list[tuple[str, str, str]], n_free: int
) -> tuple[Array, Array, dict[tuple[str, str, str], Indices]]:
    """Jacobian, gradient and places of fixed cells in the later groups."""
    n_groups, moments_of = len(estimation.samples.groups), estimation.specification.moment_places
    columns = np.zeros((estimation.specification.n_all_moments, len(keys) * (n_groups - 1)))
    slopes = np.zeros(columns.shape[1])
    if keys:
        for group in range(1, n_groups):
            implied, sample = estimation.implied[group], estimation.samples.groups[group]
            along = implied.along(_cells(estimation.specification.patterns[group], keys))
            here = slice((group - 1) * len(keys), group * len(keys))
            columns[moments_of[group], here] = along.jacobian(estimation.specification.means)
            share = 0.5 * estimation.objective.shares[group]
            slopes[here] = -share * estimation.discrepancy.gradient(sample, implied, along)
    later = np.arange(n_groups - 1) * len(keys) + n_free
    return columns, slopes, {wanted: later + place for place, wanted in enumerate(keys)}


def _cells(pattern: Pattern, keys: list[tuple[str, str, str]]) -> Cells:
    names = {name: place for place, name in enumerate(pattern.names)}
    kind, row, column = zip(*(cell_of(*wanted, names) for wanted in keys), strict=True)
    return Cells(*(np.array(part, dtype=np.intp) for part in (kind, row, column)))


def scale_of(estimation: Estimation, item: Candidate) -> float:
    """Turns a change into standard deviations, of the item and the factor, in the first group."""
    deviations = np.sqrt(np.maximum(np.diagonal(estimation.implied[0].all_covariance), 1e-300))
    names = estimation.specification.patterns[0].names
    own = float(deviations[names.index(item.item)])
    if item.parameter.operator == "=~":
        return float(deviations[names.index(item.parameter.lhs)]) / own
    return 1.0 / own**2 if item.parameter.is_variance else 1.0 / own
