"""Estimation in two steps: each variable alone, then each pair given those (Muthén, 1984)."""

from __future__ import annotations

import numpy as np

from ...errors import DataError
from ...numerics import Array
from .casewise_correlations import RowGroup, correlate, dependence, row_groups
from .coded_rows import Observations, observations
from .contingency_tables import PairTables, cross_counts, pair_tables, without_empty_cells
from .from_counts import (
    category_lookups,
    empty_pairs,
    listing,
    refuse_perfect,
    residual_covariance,
    table_thresholds,
)
from .influence import FittedGroup, Influence, inverse_products
from .ordinal_moments import CategoricalMoments
from .polychoric import polychoric
from .statistic_order import Layout
from .univariate import Regression, category_counts, regress


def categorical_moments(
    rows: Array,
    categories: tuple[int, ...],
    exogenous: Array | None = None,
    weights: Array | None = None,
    zero_add: tuple[float, float] = (0.5, 0.0),
    zero_keep_margins: bool = True,
    names: tuple[str, ...] = (),
) -> CategoricalMoments:
    """Thresholds, regressions and correlations in two steps, and their asymptotic covariance.

    First each variable alone, then each pair given those. The derivatives of the scores are mean
    outer products of scores (Muthén, 1984).

    Parameters
    ----------
    rows : array, shape (n, p)
        Categories as 0, 1, ... and continuous values; NaN where missing. Each statistic uses the
        rows that have its variables.
    categories : tuple of int
        How many categories each variable has; 0 for a continuous one.
    exogenous : array, shape (n, q), or None
    weights : array, shape (n,), or None
        Sampling weights; only their ratios matter.
    zero_add : two floats
        What is added to empty cells of tables of two by two, and of larger ones. Without exogenous
        variables only.
    zero_keep_margins : bool
        Whether a table of two by two keeps its margins then.
    names : tuple of str
        What messages call the variables.

    Raises
    ------
    DataError
        Where a category is empty, a variable is constant, or two are perfectly associated or never
        answered together.
    """
    layout = Layout(tuple(categories), 0 if exogenous is None else exogenous.shape[1], names)
    data = observations(rows, layout, exogenous, weights)
    regressions = regress(data, layout)
    _refuse_apart(data, layout)
    tables = _all_tables(data, layout)
    groups = tuple(row_groups(layout))
    rho = np.full(len(layout.pairs[0]), np.nan)
    for one in tables:
        filled = without_empty_cells(one.counts, zero_add, zero_keep_margins)
        rho[one.pairs] = polychoric(filled, *table_thresholds(one, regressions))
    for group in groups:
        rho[group.pairs] = correlate(group, data, regressions)
    refuse_perfect(rho, layout)
    covariance = residual_covariance(rho, regressions, layout)
    return CategoricalMoments(
        layout,
        tuple(one.thresholds for one in regressions),
        np.array([one.mean for one in regressions]),
        np.array([one.slopes for one in regressions]),
        covariance,
        data.n_observations,
        empty_pairs(tables),
        _influence(data, layout, regressions, covariance, rho, tables, groups),
    )


def _refuse_apart(rows: Observations, layout: Layout) -> None:
    """Name the pairs that no row has both answers to."""
    together = np.zeros((layout.n_variables, layout.n_variables))
    for block in rows.blocks():
        present = block.present.astype(float)
        together += present.T @ present
    first, second = layout.pairs
    wrong = np.flatnonzero(together[first, second] == 0.0)
    if len(wrong):
        pairs = listing(layout, wrong)
        raise DataError(f"never answered together: {pairs}. Leave one of each pair out.")


def _all_tables(rows: Observations, layout: Layout) -> tuple[PairTables, ...]:
    """Tables of all pairs of ordinal variables; none with exogenous variables."""
    if layout.n_exogenous or len(layout.ordinal) < 2:
        return ()
    return tuple(pair_tables(cross_counts(rows, layout), layout))


def _influence(
    rows: Observations,
    layout: Layout,
    regressions: tuple[Regression, ...],
    covariance: Array,
    rho: Array,
    tables: tuple[PairTables, ...],
    groups: tuple[RowGroup, ...],
) -> Influence:
    """What gives the influence values of the rows."""
    by_table = len(layout.ordinal) > 0 and not layout.n_exogenous
    lookups = None
    if by_table:
        counts = [
            category_counts(rows, place, count, layout) if count else np.zeros(0)
            for place, count in enumerate(layout.categories)
        ]
        lookups = category_lookups(counts, rows.n_observations, layout, regressions, rho, tables)
    needed = tuple(not (one.is_ordinal and by_table) for one in regressions)
    inverses = inverse_products(rows, layout, regressions, needed)
    fitted = []
    for group in groups:
        depends = dependence(group, rho[group.pairs], rows, regressions, layout)
        depends.cross[:, inverses.idle] = 0.0
        fitted.append(FittedGroup(group, rho[group.pairs], depends))
    return Influence(
        layout, rows, regressions, covariance, lookups, inverses.matrices, tuple(fitted)
    )
