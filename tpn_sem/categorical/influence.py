"""What each row contributes to the statistics, and so their asymptotic covariance matrix.

Muthén (1984), Muthén and Satorra (1995): the statistics solve estimating equations in two steps,
so that a row's influence on them is A^-1 times its scores. A is block-triangular: a block for
each variable's own statistics, and for each correlation the sum of products of its score with
those of all that the pair's likelihood depends on. Sums of outer products of scores stand for
second derivatives throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..linalg import Array, Indices
from ..linalg import inverse as inverse_of
from .data import Data
from .groups import Group, pair_scores, products
from .layout import Layout
from .polychoric_tables import Tables, own_scores_by_category, scores
from .univariate import Block, Univariate, own_scores, read_block


@dataclass(frozen=True, eq=False)
class Lookup:
    """Pairs of ordinal variables without exogenous ones: what each cell contributes.

    Attributes
    ----------
    places : int array, shape (pairs,)
        Where the pairs stand among all.
    first, second : int arrays, shape (pairs,)
        Their variables.
    values : array, shape (pairs, c + 1, c + 1)
        Influence on the correlations; the last row and column are of missing answers.
    """

    places: Indices
    first: Indices
    second: Indices
    values: Array

    def rows(self, codes: Indices) -> Array:
        """Influence of rows with these codes, shape (rows, pairs)."""
        size = self.values.shape[-1]
        offset = np.arange(len(self.places)) * (size * size)
        index = codes[:, self.first] * size
        index += codes[:, self.second]
        index += offset
        return self.values.ravel().take(index)


@dataclass(frozen=True, eq=False)
class Influence:
    """The influence function of all statistics.

    Attributes
    ----------
    data : Data
    univariate : Univariate
    rho : array, shape (pairs,)
    groups : tuple of Group
        Pairs worked on row by row.
    own : tuple of array
        Each variable's influence by category, shape (c + 1, k), or the inverse of its block of A,
        shape (k, k), where that needs the rows.
    cross : array, shape (pairs, m_univariate)
        The off-diagonal part of A.
    information : array, shape (pairs,)
        The diagonal of A for the correlations.
    lookup : Lookup
    """

    data: Data
    univariate: Univariate
    rho: Array
    groups: tuple[Group, ...]
    own: tuple[Array, ...]
    cross: Array
    information: Array
    lookup: Lookup

    def rows(self, part: slice) -> Array:
        """Influence of some rows on the statistics times their weights, shape (rows, m)."""
        layout = self.data.layout
        block = read_block(self.data, self.univariate, part)
        result = np.zeros((len(block.weights), layout.size))
        for variable in range(layout.n_variables):
            result[:, layout.univariate(variable)] = self._own(block, variable)
        own, pairs = result[:, : layout.n_univariate], result[:, layout.covariances]
        for group in self.groups:
            at = group.places
            score = pair_scores(block, group, self.rho[at])
            pairs[:, at] = (score - own @ self.cross[at].T) / self.information[at]
        if len(self.lookup.places):
            pairs[:, self.lookup.places] = self.lookup.rows(block.codes)
        self._to_covariances(own, pairs)
        if self.data.weights is not None:
            result *= block.weights[:, None]
        return result

    def _own(self, block: Block, variable: int) -> Array:
        layout, own = self.data.layout, self.own[variable]
        if is_by_category(layout, variable):
            return own.take(block.codes[:, variable], axis=0)
        return own_scores(layout, self.univariate, block, variable) @ own

    def _to_covariances(self, own: Array, pairs: Array) -> None:
        """From correlations to covariances, in place."""
        layout, variance = self.data.layout, self.univariate.variance
        rows, columns = layout.pairs
        pairs *= np.sqrt(variance[rows] * variance[columns])
        places = layout.variances.start + np.arange(len(layout.continuous))
        for variable, place in zip(layout.continuous.tolist(), places.tolist(), strict=True):
            at = np.flatnonzero((rows == variable) | (columns == variable))
            scale = np.sqrt(variance[rows[at]] * variance[columns[at]])
            half = 0.5 * self.rho[at] * scale / variance[variable]
            pairs[:, at] += own[:, place, None] * half


def is_by_category(layout: Layout, variable: int) -> bool:
    """Whether a variable's scores depend on nothing but its category."""
    return layout.categories[variable] > 0 and not layout.n_exogenous


def find_influence(
    data: Data,
    univariate: Univariate,
    rho: Array,
    groups: tuple[Group, ...],
    places: Indices,
    first: Indices,
    second: Indices,
    tables: Tables,
    totals: Sequence[Array],
) -> Influence:
    """The influence function at the estimates.

    Parameters
    ----------
    data : Data
    univariate : Univariate
    rho : array, shape (pairs,)
    groups : tuple of Group
    places, first, second : int arrays
        Pairs whose tables suffice, and their variables.
    tables : Tables
        Their tables.
    totals : arrays, a variable each
        How often its categories were chosen.
    """
    n = data.n_observations
    own = _own_parts(data, univariate, totals)
    cross = np.zeros((len(rho), data.layout.n_univariate))
    information = np.ones(len(rho))
    for group in groups:
        at = group.places
        found = products(data, univariate, group, rho[at])
        information[at], cross[at] = found[0] / n, found[1] / n
    lookup = _look_up(tables, rho[places], own, places, first, second, n)
    return Influence(data, univariate, rho, groups, own, cross, information, lookup)


def _own_parts(data: Data, univariate: Univariate, totals: Sequence[Array]) -> tuple[Array, ...]:
    """What `Influence.own` is."""
    layout, n = data.layout, data.n_observations
    parts: list[Array] = []
    for variable, count in enumerate(layout.categories):
        if is_by_category(layout, variable):
            score = own_scores_by_category(univariate.limits[variable, : count + 1])
            bread = inverse_of((score.T * (totals[variable][:count] / n)) @ score)
            table = np.zeros((data.n_codes + 1, count - 1))
            table[:count] = score @ bread
            parts.append(table)
        else:
            size = len(layout.univariate(variable))
            parts.append(np.zeros((size, size)))
    rest = [i for i in range(layout.n_variables) if not is_by_category(layout, i)]
    for part in data.blocks() if rest else ():
        block = read_block(data, univariate, part)
        for variable in rest:
            score = own_scores(layout, univariate, block, variable)
            parts[variable] += score.T @ (score * (block.weights / n)[:, None])
    for variable in rest:
        parts[variable] = inverse_of(parts[variable])
    return tuple(parts)


def _look_up(
    tables: Tables,
    rho: Array,
    own: Sequence[Array],
    places: Indices,
    first: Indices,
    second: Indices,
    n: int,
) -> Lookup:
    """Influence of the cells on the correlations of their tables."""
    size = tables.counts.shape[1]
    values = np.zeros((len(places), size + 1, size + 1))
    if len(places):
        padded = np.zeros((len(own), size, size - 1))
        for variable in np.unique(np.concatenate([first, second])).tolist():
            part = own[variable]
            padded[variable, :, : part.shape[1]] = part[:size]
        score, one, other = scores(tables, rho)
        shares = tables.counts / n * score
        information = (shares * score).sum((1, 2))[:, None, None]
        cross_one = np.einsum("pab,pkab->pk", shares, one)
        cross_other = np.einsum("pab,pkab->pk", shares, other)
        missing_one = (padded[first] @ cross_one[:, :, None])[:, :, 0]
        missing_other = (padded[second] @ cross_other[:, :, None])[:, :, 0]
        values[:, :size, :size] = score
        values[:, :size, :] -= missing_one[:, :, None]
        values[:, :, :size] -= missing_other[:, None, :]
        values /= information
    return Lookup(places, first, second, values)
