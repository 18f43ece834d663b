"""Thresholds and polychoric correlations from tables of counts, without rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from ...errors import DataError
from ...numerics import Array, Indices
from .contingency_tables import PairTables, pair_tables, without_empty_cells
from .influence_tables import (
    LookUps,
    correlation_lookups,
    joined,
    threshold_influence,
    threshold_lookups,
)
from .polychoric import polychoric
from .statistic_order import Layout
from .univariate import Regression


@dataclass(frozen=True, eq=False)
class CountedStatistics:
    """Statistics of ordinal variables from the counts of pairs of categories.

    Attributes
    ----------
    layout : Layout
    thresholds : tuple of arrays
    covariance : array, shape (p, p)
        Polychoric correlations.
    empty_pairs : tuple of two ints each
    lookups : LookUps
        Influence of a row by its categories.
    """

    layout: Layout
    thresholds: tuple[Array, ...]
    covariance: Array
    empty_pairs: tuple[tuple[int, int], ...]
    lookups: LookUps


def counted_statistics(
    cross: Array,
    total: float,
    layout: Layout,
    zero_add: tuple[float, float] = (0.5, 0.0),
    zero_keep_margins: bool = True,
) -> CountedStatistics:
    """Thresholds, correlations and look-ups of influence from counts.

    Parameters
    ----------
    cross : array, shape (sum of c, sum of c)
        Of `tables.cross_counts`.
    total : float
        Number of rows that have an answer.
    layout : Layout
        Ordinal variables only.
    zero_add, zero_keep_margins : as in `categorical_moments`

    Raises
    ------
    DataError
        Where a category is empty, or two variables are perfectly associated or never answered
        together.
    """
    ends = np.cumsum(layout.categories)
    counts = np.split(np.diag(cross), ends[:-1])
    for place, own in enumerate(counts):
        if not (own > 0.0).all():
            empty = int(np.flatnonzero(own <= 0.0)[0]) + 1
            raise DataError(
                f"nobody is in category {empty} (from the lowest) of {layout.called(place)}: join "
                "it with a neighbour."
            )
    regressions = tuple(
        Regression(place, ndtri(np.cumsum(own)[:-1] / own.sum()), 0.0, np.zeros(0), 1.0)
        for place, own in enumerate(counts)
    )
    tables = tuple(pair_tables(cross, layout))
    apart = np.concatenate([one.pairs[one.counts.sum(axis=(1, 2)) == 0.0] for one in tables])
    if len(apart):
        raise DataError(
            f"never answered together: {listing(layout, np.sort(apart))}. Leave one of each pair "
            "out."
        )
    rho = np.full(len(layout.pairs[0]), np.nan)
    for one in tables:
        filled = without_empty_cells(one.counts, zero_add, zero_keep_margins)
        rho[one.pairs] = polychoric(filled, *table_thresholds(one, regressions))
    refuse_perfect(rho, layout)
    return CountedStatistics(
        layout,
        tuple(one.thresholds for one in regressions),
        residual_covariance(rho, regressions, layout),
        empty_pairs(tables),
        category_lookups(list(counts), total, layout, regressions, rho, tables),
    )


def table_thresholds(
    tables: PairTables, regressions: tuple[Regression, ...]
) -> tuple[Array, Array]:
    """Thresholds of the tables' first and second variables, shape (k, r - 1) and (k, s - 1)."""
    first = np.array([regressions[place].thresholds for place in tables.first])
    return first, np.array([regressions[place].thresholds for place in tables.second])


def empty_pairs(tables: tuple[PairTables, ...]) -> tuple[tuple[int, int], ...]:
    """Places of the pairs whose table has an empty cell."""
    found: list[tuple[int, int]] = []
    for one in tables:
        which = one.with_empty_cells
        found += zip(one.first[which].tolist(), one.second[which].tolist(), strict=True)
    return tuple(sorted(found))


def refuse_perfect(rho: Array, layout: Layout) -> None:
    """Name the pairs without a correlation."""
    wrong = np.flatnonzero(np.isnan(rho))
    if len(wrong):
        raise DataError(
            f"perfectly associated: {listing(layout, wrong)}. Leave one of each pair out, or join "
            "categories."
        )


def listing(layout: Layout, pairs: Indices) -> str:
    """The first pairs by the names of their variables."""
    first, second = layout.pairs
    return ", ".join(
        f"{layout.called(first[k])} and {layout.called(second[k])}" for k in pairs[:10]
    )


def residual_covariance(rho: Array, regressions: tuple[Regression, ...], layout: Layout) -> Array:
    """Covariance matrix of the residuals, shape (p, p)."""
    deviation = np.sqrt([one.variance for one in regressions])
    correlation = np.eye(layout.n_variables)
    first, second = layout.pairs
    correlation[first, second] = correlation[second, first] = rho
    covariance = correlation * deviation[:, None] * deviation
    np.einsum("ii->i", covariance)[:] = [one.variance for one in regressions]
    return np.asarray(covariance)


def category_lookups(
    counts: list[Array],
    total: float,
    layout: Layout,
    regressions: tuple[Regression, ...],
    rho: Array,
    tables: tuple[PairTables, ...],
) -> LookUps:
    """Look-ups of thresholds and polychoric correlations.

    Parameters
    ----------
    counts : list of arrays, shape (c,) each
        How often each category of each variable was answered; empty for continuous ones.
    total : float
        Number of rows.
    """
    influences = [
        total * threshold_influence(one.thresholds, own) if len(own) else np.zeros((0, 0))
        for one, own in zip(regressions, counts, strict=True)
    ]
    parts = [threshold_lookups(influences, layout)]
    for one in tables:
        first, second = table_thresholds(one, regressions)
        parts.append(
            correlation_lookups(one, first, second, rho[one.pairs], influences, total, layout)
        )
    return joined(parts)
