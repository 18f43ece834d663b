"""Casewise influence on the statistics of ordinal and continuous variables (Muthén, 1984)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import DataError
from ...numerics import Array, Indices, correlation, is_positive_definite
from .casewise_correlations import Dependence, RowGroup
from .coded_rows import Observations
from .influence_tables import LookUps
from .statistic_order import Layout
from .univariate import Predicted, Regression, predicted, scores

_COLLINEAR = 1e-8  # what is left of a score's variance below which others say all of it


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


@dataclass(frozen=True, eq=False)
class ScoreInverses:
    """Inverse mean outer products of each variable's scores.

    Attributes
    ----------
    matrices : tuple of arrays
        Empty where they are looked up.
    idle : int array
        Places of variances whose scores say what those of the mean say, as where a variable has
        two values. Their influence is that of a mean of squares, and they have no part in what
        correlations depend on.
    """

    matrices: tuple[Array, ...]
    idle: Indices


def inverse_products(
    rows: Observations,
    layout: Layout,
    regressions: tuple[Regression, ...],
    needed: tuple[bool, ...],
) -> ScoreInverses:
    """Inverse mean outer products of each variable's scores, where they are needed."""
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
    means = [total / rows.n_observations for total in totals]
    pairs = list(zip(regressions, means, strict=True))
    idle = [one.places(layout)[-1] for one, products in pairs if _is_idle(products, one)]
    matrices = tuple(_inverse(products, one, layout) for one, products in pairs)
    return ScoreInverses(matrices, np.array(idle, dtype=np.intp))


def _is_idle(products: Array, one: Regression) -> bool:
    """Whether the score of a continuous variable's variance follows from those before it."""
    if one.is_ordinal or not len(products):
        return False
    inner, across, own = products[:-1, :-1], products[:-1, -1], float(products[-1, -1])
    rest = own - across @ np.linalg.lstsq(inner, across, rcond=None)[0]
    return bool(rest < _COLLINEAR * max(own, 0.5 / one.variance**2))


def _inverse(products: Array, one: Regression, layout: Layout) -> Array:
    """Inverse of one variable's mean outer products; normal theory's for an idle variance."""
    if not len(products):
        return products
    inverse = np.zeros(products.shape)
    kept = slice(None)
    if _is_idle(products, one):
        kept, inverse[-1, -1] = slice(-1), 2.0 * one.variance**2
    centring = _centring(products, one)[kept, kept]
    inner = centring @ products[kept, kept] @ centring.T
    diagonal = np.diagonal(inner)
    scaled = correlation(inner) if (diagonal > 0.0).all() else np.zeros(inner.shape)
    if not is_positive_definite(scaled - _COLLINEAR * np.eye(len(inner))):
        raise DataError(
            f"{layout.called(one.variable)} and what predicts it are collinear in the rows used: "
            "there are no standard errors. Leave a predictor out, or join categories."
        )
    inverse[kept, kept] = centring.T @ np.linalg.inv(inner) @ centring
    return inverse


def _centring(products: Array, one: Regression) -> Array:
    """What makes scores of slopes those of predictors around their means, shape (k, k).

    Means far from zero, as of years, else look like collinearity.
    """
    matrix = np.eye(len(products))
    constant = np.zeros(len(products))
    constant[: max(len(one.thresholds), 1)] = 1.0  # thresholds, or the mean
    slopes = slice(int(constant.sum()), int(constant.sum()) + len(one.slopes))
    own = float(constant @ products @ constant)
    if own > 0.0:
        matrix[slopes] -= np.outer(products[slopes] @ constant / own, constant)
    return matrix
