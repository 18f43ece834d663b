"""Difference tests where the restricted model is at the edge of the general one.

Two factors that are one, or a factor that is not there, fix a covariance matrix where it is just
singular. Among proper solutions the difference of the chi-squares is then a mixture of
chi-squares, smaller than one with all degrees of freedom. Self & Liang (1987); Shapiro (1985);
Stoel, Garre, Dolan & van den Wittenboer (2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np

from ..estimation import Estimation
from ..model_fit.comparison import default_method, difference_test, place_at
from ..numerics import Array, chi_square_tail, chi_square_tails, half_indices, inverse
from ..specification import COVARIANCE, fill

REGULAR, EDGE, IRREGULAR = "", "edge", "parameters vanish"
_SINGULAR = 2e-3  # eigenvalue of a correlation matrix, at parameters known to 1e-4
_ROUNDING = 1e-6  # of the information: parameters that vanish are known to 1e-4
_SMALL = 1e-3  # correlation of estimates that changes no weight of a mixture
_DRAWS, _SEED, _ROUNDS = 2000, 1987, 80


@dataclass(frozen=True)
class NestedTest:
    """A difference test of nested models.

    Attributes
    ----------
    statistic, p_value : float
        NaN where there is no test.
    df : int
    method : str
    edge : str
        "" for a regular test; "edge" where it is a mixture; "parameters vanish" where some of the
        general model mean nothing under the restricted one, so that nothing is known of the
        distribution (Davies, 1977).
    """

    statistic: float
    df: int
    p_value: float
    method: str
    edge: str


def nested_test(
    restricted: Estimation, general: Estimation, method: str | None = None
) -> NestedTest:
    """Test a model against one in which it is nested, with the mixture where it is at its edge."""
    df = restricted.degrees_of_freedom - general.degrees_of_freedom
    chosen = method or default_method(general)
    placed = place_at(restricted, general)
    test = difference_test(restricted, general, placed, chosen)
    if placed is None or np.isnan(test.statistic):
        return NestedTest(test.statistic, df, test.p_value, chosen, REGULAR)
    edge = edge_of(placed, general)
    if edge is None:
        return NestedTest(test.statistic, df, np.nan, chosen, IRREGULAR)
    if not edge.sizes:
        return NestedTest(test.statistic, df, test.p_value, chosen, REGULAR)
    return NestedTest(test.statistic, df, edge.mixture_tail(test.statistic, df), chosen, EDGE)


@dataclass(frozen=True, eq=False)
class Edge:
    """Where a covariance matrix of disturbances is singular along U, and what would leave it.

    Attributes
    ----------
    sizes : tuple of int
        Columns of U, a singular group each.
    covariance : array, shape (m, m)
        Of vech(U' dS U), group after group, in the sampling of the general model's estimates.
    """

    sizes: tuple[int, ...]
    covariance: Array

    def mixture_tail(self, statistic: float, df: int) -> float:
        """Probability of a larger difference of chi-squares under the restricted model.

        Of the df restrictions those that lie in the edge have their distance from the cone of
        positive semidefinite matrices taken off; the others are as ever.
        """
        m = len(self.covariance)
        if df < m or not _is_definite(self.covariance):
            # the edge is not restricted, or not free, in all its directions: the plain test, which
            # is conservative
            return chi_square_tail(statistic, df)
        if self._is_independent:
            return sum(
                comb(m, count) * _tail(statistic, df - m + count) for count in range(m + 1)
            ) / float(2**m)
        left = statistic - self._cone_gains()
        if df == m:
            return float(np.mean(left < 0.0))
        return float(np.mean(chi_square_tails(np.maximum(left, 0.0), df - m)))

    @property
    def _is_independent(self) -> bool:
        """Whether all are variances that say nothing of each other: each is above zero or not."""
        correlated = self.covariance - np.diag(np.diag(self.covariance))
        scale = np.sqrt(np.diag(self.covariance))
        bound = _SMALL * np.outer(scale, scale)
        return set(self.sizes) == {1} and bool((np.abs(correlated) <= bound).all())

    def _cone_gains(self) -> Array:
        """Squared length of draws less their squared distance from the cone, shape (draws,)."""
        roots = np.concatenate([_root_weights(size) for size in self.sizes])
        covariance = self.covariance * np.outer(roots, roots)
        root = np.linalg.cholesky(covariance)
        draws = np.random.default_rng(_SEED).standard_normal((_DRAWS, len(root))) @ root.T
        weight = inverse(covariance)
        nearest = self._nearest(draws, weight)
        gap = draws - nearest
        lengths = ((draws @ weight) * draws).sum(axis=1)
        return np.asarray(lengths - ((gap @ weight) * gap).sum(axis=1))

    def _nearest(self, draws: Array, weight: Array) -> Array:
        """The nearest positive semidefinite matrices in the metric of `weight`.

        Accelerated projected gradient (Beck & Teboulle, 2009).
        """
        step = 1.0 / float(np.linalg.eigvalsh(weight)[-1])
        now = ahead = self._projected(draws)
        momentum = 1.0
        for _ in range(_ROUNDS):
            after = self._projected(ahead - step * (ahead - draws) @ weight)
            faster = 0.5 * (1.0 + np.sqrt(1.0 + 4.0 * momentum**2))
            ahead = after + (momentum - 1.0) / faster * (after - now)
            now, momentum = after, faster
        return now

    def _projected(self, draws: Array) -> Array:
        """Negative eigenvalues of each matrix set to zero."""
        parts, start = [], 0
        for size in self.sizes:
            rows, columns = half_indices(size)
            weights, stop = _root_weights(size), start + len(rows)
            matrices = np.zeros((len(draws), size, size))
            matrices[:, rows, columns] = draws[:, start:stop] / weights
            matrices[:, columns, rows] = matrices[:, rows, columns]
            values, vectors = np.linalg.eigh(matrices)
            kept = (vectors * np.maximum(values, 0.0)[:, None]) @ np.swapaxes(vectors, 1, 2)
            parts.append(kept[:, rows, columns] * weights)
            start = stop
        return np.concatenate(parts, axis=1)


def _tail(statistic: float, df: int) -> float:
    """Chance of more under a chi-square, which without degrees of freedom is zero."""
    return chi_square_tail(statistic, df) if df else float(statistic <= 0.0)


def _root_weights(size: int) -> Array:
    """What makes the length of a half of a symmetric matrix that of the whole."""
    rows, columns = half_indices(size)
    return np.where(rows == columns, 1.0, np.sqrt(2.0))


def edge_of(placed: Estimation, general: Estimation) -> Edge | None:
    """Where the general model is singular at the restricted one; None where parameters vanish.

    Parameters
    ----------
    placed : Estimation
        The general model at what the restricted one implies.
    general : Estimation
        At its own estimates, whose errors and variances are the units that make both plain.
    """
    units = 1.0 / np.sqrt(np.diag(_expected(general)))
    basis = np.linalg.qr(placed.tangent / units[:, None])[0]
    matrix = basis.T @ (_expected(placed) * np.outer(units, units)) @ basis
    if not _is_definite(matrix):
        return None
    found = [_slopes(placed, general, group) for group in range(len(placed.implied))]
    sizes = tuple(size for size, _ in found if size)
    if not sizes:
        return Edge((), np.zeros((0, 0)))
    slopes = np.concatenate([block for size, block in found if size]) * units @ basis
    return Edge(sizes, np.asarray(slopes @ inverse(matrix) @ slopes.T))


def _expected(estimation: Estimation) -> Array:
    """The information that a model expects, shape (n_free, n_free)."""
    if estimation.discrepancy.is_likelihood and not estimation.is_two_stage:
        return estimation.objective.expected_hessian(estimation.implied, estimation.directions)
    return estimation.information


def _is_definite(matrix: Array) -> bool:
    """Whether a matrix without units is positive definite but for rounding."""
    if not np.isfinite(matrix).all():
        return False
    values = np.linalg.eigvalsh(matrix)
    return bool(values[0] > _ROUNDING * values[-1])


def _slopes(placed: Estimation, general: Estimation, group: int) -> tuple[int, Array]:
    """How many directions are singular, and the derivative of vech(U' S U), (m, n_free)."""
    pattern, implied = placed.specification.patterns[group], placed.implied[group]
    covariances = fill(pattern, implied.values)[1]
    cells = zip(pattern.kind, pattern.row, pattern.column, pattern.free, strict=True)
    free = sorted({i for kind, i, j, at in cells if kind == COVARIANCE and i == j and at >= 0})
    scale = np.sqrt(np.diag(general.implied[group].all_covariance)[free])
    own = covariances[np.ix_(free, free)] / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(own)
    singular = vectors[:, values < _SINGULAR] / scale[:, None]
    size = singular.shape[1]
    rows, columns = half_indices(size)
    slopes = np.zeros((len(rows), placed.specification.table.n_free))
    for cell in np.flatnonzero((pattern.kind == COVARIANCE) & (pattern.free >= 0)).tolist():
        i, j = int(pattern.row[cell]), int(pattern.column[cell])
        if i not in free or j not in free:
            continue
        first, second = singular[free.index(i)], singular[free.index(j)]
        change = np.outer(first, second) if i == j else _both_ways(first, second)
        slopes[:, pattern.free[cell]] += change[rows, columns]
    return size, slopes


def _both_ways(first: Array, second: Array) -> Array:
    return np.outer(first, second) + np.outer(second, first)
