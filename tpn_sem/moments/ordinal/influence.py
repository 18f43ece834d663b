"""Casewise influence on the statistics of ordinal and continuous variables (Muthén, 1984)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...numerics import Array, Indices
from .casewise_correlations import Dependence, RowGroup
from .coded_rows import Observations
from .influence_tables import LookUps
from .statistic_order import Layout
from .univariate import Predicted, Regression, predicted, scores


@dataclass(frozen=True, eq=False)
class FittedGroup:
    """Pairs whose likelihood is worked out row by row, at their correlations.

    Attributes
    ----------
    group : RowGroup
    rho : array, shape (k,)
    dependence : Dependence
    """

    group: RowGroup
    rho: Array
    dependence: Dependence


@dataclass(frozen=True, eq=False)
class Influence:
    """Casewise influence values, by look-ups where categories are all that counts.

    Attributes
    ----------
    layout : Layout
    rows : Observations
    regressions : tuple of Regression
    covariance : array, shape (p, p)
    lookups : LookUps or None
    inverses : tuple of arrays
        Inverse mean products of each variable's scores; empty where they are looked up.
    groups : tuple of FittedGroup
    """

    layout: Layout
    rows: Observations
    regressions: tuple[Regression, ...]
    covariance: Array
    lookups: LookUps | None
    inverses: tuple[Array, ...]
    groups: tuple[FittedGroup, ...]

    def __call__(self, part: slice) -> Array:
        """Influence values of some rows, shape (rows, m)."""
        rows = self.rows.some(part)
        if self.lookups is not None and len(self.lookups.columns) == self.layout.size:
            return rows.weighted(self.lookups(rows.codes))
        values = np.zeros((len(rows), self.layout.size))
        if self.lookups is not None:
            values[:, self.lookups.columns] = self.lookups(rows.codes)
        block = predicted(rows, self.regressions)
        self._add_regressions(values, block)
        for fitted in self.groups:
            self._add_correlations(values, block, fitted)
        return rows.weighted(values)

    def _add_regressions(self, values: Array, block: Predicted) -> None:
        """The part of each variable's regression."""
        for one, inverse in zip(self.regressions, self.inverses, strict=True):
            if len(inverse):
                values[:, one.places(self.layout)] = scores(block, one) @ inverse

    def _add_correlations(self, values: Array, block: Predicted, fitted: FittedGroup) -> None:
        """The part of covariances, from correlations and variances."""
        group, before = fitted.group, self.layout.blocks["covariances"].start
        both = block.present[:, group.first] & block.present[:, group.second]
        score = np.where(both, group.scores(block, fitted.rho).score, 0.0)
        score -= values[:, :before] @ fitted.dependence.cross.T
        score *= block.deviation[group.first] * block.deviation[group.second]
        change = score / fitted.dependence.information
        covariance = self.covariance[group.first, group.second]
        for side in (group.first, group.second):
            change += self._from_variance(values, side, block.deviation[side], covariance)
        values[:, before + group.pairs] = change

    def _from_variance(
        self, values: Array, side: Indices, deviation: Array, covariance: Array
    ) -> Array | float:
        """What the variance of a continuous variable adds to a covariance."""
        if self.layout.categories[side[0]]:
            return 0.0
        places = self.layout.blocks["variances"].start
        places = places + np.searchsorted(self.layout.continuous, side)
        return np.asarray(values[:, places] * (covariance / (2.0 * deviation**2)))


def inverse_products(
    rows: Observations,
    layout: Layout,
    regressions: tuple[Regression, ...],
    needed: tuple[bool, ...],
) -> tuple[Array, ...]:
    """Inverse mean outer products of each variable's scores; empty where not needed."""
    sizes = [
        len(one.places(layout)) if use else 0 for one, use in zip(regressions, needed, strict=True)
    ]
    totals = [np.zeros((size, size)) for size in sizes]
    for part in rows.blocks() if any(needed) else ():
        block = predicted(part, regressions)
        for one, total in zip(regressions, totals, strict=True):
            if len(total):
                found = scores(block, one)
                total += part.weighted(found).T @ found
    return tuple(np.asarray(np.linalg.inv(total / rows.n_observations), float) for total in totals)
