"""Differences between groups in the same parameter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..estimation import Estimation
from ..numerics import Array, Indices, chi_square_tail, f_tail, two_sided
from ..specification import Key


@dataclass(frozen=True, eq=False)
class Contrasts:
    """Parameters of later groups less those of the first, where they may differ.

    Attributes
    ----------
    estimation : Estimation
    names : list of str
        The parameter, and the group where there are more than two.
    later, first : int arrays, shape (k,)
        Rows of the parameter table.
    """

    estimation: Estimation
    names: list[str]
    later: Indices
    first: Indices

    def values(self, estimation: Estimation) -> Array:
        """The differences in a fit of the same model, shape (k,)."""
        values = table_values(estimation)
        return np.asarray(values[self.later] - values[self.first])

    @property
    def slopes(self) -> Array:
        """Derivatives of the differences in the free parameters, shape (k, n_free)."""
        jacobian = np.zeros(
            (len(self.estimation.specification.table.rows), len(self.estimation.parameters))
        )
        places = self.estimation.specification.free_places
        jacobian[places, np.arange(len(places))] = 1.0
        return np.asarray(jacobian[self.later] - jacobian[self.first])

    def errors(self) -> tuple[Array, Array]:
        """Standard errors and two-sided p-values of Wald tests, shape (k,) each."""
        variance = np.einsum("ki,ij,kj->k", self.slopes, self.estimation.covariance, self.slopes)
        errors = np.sqrt(np.where(variance > 0.0, variance, np.nan))
        return errors, two_sided(self.values(self.estimation) / errors)

    def joint_test(self, wanted: Key) -> tuple[float, int, float]:
        """Wald test that a parameter is equal in all groups: statistic, df and p-value.

        With clusters referred to an F distribution, clusters less groups in the denominator.
        """
        rows = self.estimation.specification.table.rows
        mine = [place for place, later in enumerate(self.later) if rows[later].key == wanted]
        slopes, values = self.slopes[mine], self.values(self.estimation)[mine]
        spread = slopes @ self.estimation.covariance @ slopes.T
        statistic, df = float(values @ np.linalg.solve(spread, values)), len(mine)
        if self.estimation.samples.cluster_labels:
            clusters = self.estimation.cluster_degrees_of_freedom
            return statistic, df, f_tail(statistic / df, df, clusters)
        return statistic, df, chi_square_tail(statistic, df)


def table_values(estimation: Estimation) -> Array:
    """Values of all rows of the parameter table."""
    values = np.zeros(len(estimation.specification.table.rows))
    for pattern, implied in zip(estimation.specification.patterns, estimation.implied, strict=True):
        values[pattern.table_rows] = implied.values
    return values


def group_contrasts(estimation: Estimation) -> Contrasts:
    """All contrasts of a fit that its model leaves free."""
    rows, labels = estimation.specification.table.rows, estimation.samples.labels
    first = {(r.lhs, r.operator, r.rhs): place for place, r in enumerate(rows) if r.group == 0}
    basis = estimation.specification.restrictions.reduction.expand
    size = estimation.specification.restrictions.reduction.n_reduced
    moves = basis(np.eye(size)) - basis(np.zeros((1, size)))
    names, later, earlier = [], [], []
    for place, row in enumerate(rows):
        other = first.get((row.lhs, row.operator, row.rhs))
        if row.group == 0 or other is None or row.exogenous:
            continue
        slope = np.zeros(size)
        for sign, one in ((1.0, row), (-1.0, rows[other])):
            if one.free >= 0:
                slope += sign * moves[:, one.free]
        if not np.abs(slope).max(initial=0.0) > 1e-12:
            continue
        name = row._replace(label="").name
        names.append(name if len(labels) == 2 else f"{name} ({labels[row.group]})")
        later.append(place)
        earlier.append(other)
    return Contrasts(estimation, names, np.array(later, dtype=int), np.array(earlier, dtype=int))
