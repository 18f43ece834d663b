"""Two-step sample statistics of ordinal and continuous variables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..errors import DataError
from ..linalg import Array, Indices, Mask
from .data import Data, read_data
from .groups import estimate_group, group_pairs
from .influence import Influence, find_influence
from .layout import Layout
from .polychoric_tables import Tables, estimate
from .univariate import Univariate, estimate_univariate
from .zeros import fill_empty


@dataclass(frozen=True, eq=False)
class CategoricalMoments:
    """Sample statistics of one group of rows, and what each row contributes to them.

    Attributes
    ----------
    thresholds : tuple of array
        A variable each, increasing, of the variable behind the answers, whose (residual) variance
        is one; empty for a continuous variable.
    mean : array, shape (p,)
        Intercepts of the continuous variables; 0 for ordinal ones.
    slopes : array, shape (p, q)
        Regressions on the exogenous variables: probit or linear.
    covariance : array, shape (p, p)
        Given the exogenous variables: 1 on the diagonal for ordinal variables; polychoric,
        polyserial or plain covariances.
    n_observations : int
    layout : Layout
        The order of the statistics.
    empty_tables : tuple of pair of int
        Pairs of ordinal variables of which some combination of answers was not observed.
    """

    thresholds: tuple[Array, ...]
    mean: Array
    slopes: Array
    covariance: Array
    n_observations: int
    layout: Layout
    empty_tables: tuple[tuple[int, int], ...]
    _influence: Influence

    def vector(self) -> Array:
        """The statistics in the order of the layout, shape (m,)."""
        thresholds = np.concatenate([np.zeros(0), *self.thresholds])
        return self.layout.vector(thresholds, self.mean, self.slopes, self.covariance)

    def influence(self, part: slice = slice(None)) -> Array:
        """Influence of some rows on the statistics, shape (rows, m).

        Sampling weights are in it. The sum of its outer products over n is `spread`.
        """
        return self._influence.rows(part)

    @cached_property
    def spread(self) -> Array:
        """Asymptotic covariance matrix of the statistics times n, shape (m, m)."""
        total = np.zeros((self.layout.size, self.layout.size))
        for part in self._influence.data.blocks():
            rows = self.influence(part)
            total += rows.T @ rows
        return total / self.n_observations

    @cached_property
    def spread_diagonal(self) -> Array:
        """Asymptotic variances of the statistics times n, shape (m,)."""
        if "spread" in self.__dict__:
            return np.diagonal(self.spread).copy()
        total = np.zeros(self.layout.size)
        for part in self._influence.data.blocks():
            rows = self.influence(part)
            total += np.einsum("nm,nm->m", rows, rows)
        return total / self.n_observations


def categorical_moments(
    rows: Array,
    ordinal: Mask,
    categories: Sequence[int],
    exogenous: Array | None = None,
    weights: Array | None = None,
    *,
    zero_add: tuple[float, float] = (0.5, 0.0),
    zero_keep_margins: bool = True,
    names: Sequence[str] | None = None,
) -> CategoricalMoments:
    """Two-step sample statistics of one group (Muthén 1984; Olsson 1979).

    Thresholds, intercepts, slopes and variances are maximum-likelihood estimates of single
    variables; given these, each correlation is that of its pair. Statistics of a variable are from
    the rows that have it, those of a pair from the rows that have both.

    Parameters
    ----------
    rows : array, shape (n, p)
        Codes 0, 1, ... of ordinal variables, values of continuous ones, NaN where missing.
    ordinal : bool array, shape (p,)
    categories : sequence of int
        Numbers of categories; not read for continuous variables.
    exogenous : array, shape (n, q), or None
        Given variables, without missing values.
    weights : array, shape (n,), or None
        Sampling weights, of any scale.
    zero_add : pair of float
        What is added to empty cells of tables of two by two cells, and to those of larger ones.
    zero_keep_margins : bool
        Whether two by two tables keep their margins when something is added.
    names : sequence of str or None
        What messages call the variables.

    Raises
    ------
    DataError
        Values that are no codes, an empty category, a constant variable, categories that exogenous
        variables tell apart, or pairs that are perfectly associated.
    """
    data = read_data(rows, ordinal, categories, exogenous, weights, names)
    layout = data.layout
    univariate = estimate_univariate(data)
    groups, places = group_pairs(layout)
    first, second = layout.pairs[0][places], layout.pairs[1][places]
    counts = data.counts()
    tables = Tables(
        counts[first, second],
        univariate.limits[first][:, : data.n_codes + 1],
        univariate.limits[second][:, : data.n_codes + 1],
    )
    filled, empty = _filled(tables, layout, first, second, zero_add, zero_keep_margins)
    rho, perfect = np.zeros(len(layout.pairs[0])), np.zeros(len(layout.pairs[0]), dtype=bool)
    rho[places], perfect[places] = estimate(filled)
    for group in groups:
        rho[group.places], perfect[group.places] = estimate_group(data, univariate, group)
    _check(perfect, data)
    totals = counts[np.arange(len(counts)), np.arange(len(counts))].diagonal(axis1=1, axis2=2)
    influence = find_influence(
        data, univariate, rho, groups, places, first, second, tables, list(totals)
    )
    pairs = zip(second[empty].tolist(), first[empty].tolist(), strict=True)
    return CategoricalMoments(
        univariate.thresholds(layout),
        univariate.mean,
        univariate.slopes,
        _covariance(layout, univariate, rho),
        data.n_observations,
        layout,
        tuple(pairs),
        influence,
    )


def _filled(
    tables: Tables,
    layout: Layout,
    first: Indices,
    second: Indices,
    add: tuple[float, float],
    keep_margins: bool,
) -> tuple[Tables, Mask]:
    """The tables with something in their empty cells, and which have such cells."""
    sizes = np.asarray(layout.categories, dtype=int)
    steps = np.arange(tables.counts.shape[1])
    real = (steps < sizes[first][:, None])[:, :, None] & (steps < sizes[second][:, None])[:, None]
    small = (sizes[first] == 2) & (sizes[second] == 2)
    counts, empty = fill_empty(tables.counts, small, real, add, keep_margins)
    return Tables(counts, tables.first, tables.second), empty


def _check(perfect: Mask, data: Data) -> None:
    if not perfect.any():
        return
    rows, columns = data.layout.pairs
    pairs = [
        f"{data.names[columns[place]]} and {data.names[rows[place]]}"
        for place in np.flatnonzero(perfect).tolist()
    ]
    more = f", and {len(pairs) - 5} more pairs" if len(pairs) > 5 else ""
    raise DataError(
        f"Perfectly associated: {'; '.join(pairs[:5])}{more}. "
        "Their correlation runs off to -1 or 1; keep one variable of each pair."
    )


def _covariance(layout: Layout, univariate: Univariate, rho: Array) -> Array:
    matrix = np.eye(layout.n_variables)
    rows, columns = layout.pairs
    matrix[rows, columns] = rho
    matrix[columns, rows] = rho
    deviation = np.sqrt(univariate.variance)
    return matrix * (deviation[:, None] * deviation)
