"""The likelihood of pairs of answers as a function of thresholds and correlations.

Katsikatsou, Moustaki, Yang-Wallentin & Joreskog (2012). Derivatives are in the statistics of a
`Layout` without continuous variables: thresholds, then correlations.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from ...numerics import Array, Indices, Problem, Step, Stopping, descend, normal_density
from .coded_rows import observations
from .contingency_tables import PairTables, cross_counts, pair_tables
from .expected_pairs import ExpectedPairs
from .polychoric import cells, threshold_slopes
from .statistic_order import Layout

_STEPS = 50
_CLOSE = 5e-13  # decrement


@dataclass(frozen=True, eq=False)
class PairwiseAnswers:
    """One group's answers, pair by pair.

    Attributes
    ----------
    layout : Layout
    codes : int array, shape (n, p)
        Categories; the number of categories where an answer is missing.
    tables : tuple of PairTables
    n_observations : int
    alone : array, shape (n, p), or None
        For how many partners each answer stands alone, where these count too ("available cases").
    expected : ExpectedPairs, or None
        What is expected of missing answers, where `tables` have it too ("doubly robust").
    expectation_slopes : array, shape (pairs, most categories, most categories, m), or None
        Derivatives of the expected tables in the statistics that they are expected at.
    """

    layout: Layout
    codes: Indices
    tables: tuple[PairTables, ...]
    n_observations: int
    alone: Array | None
    expected: ExpectedPairs | None = None
    expectation_slopes: Array | None = None

    def log_likelihood(self, statistics: Array) -> float:
        """Log-likelihood of all pairs over the number of rows."""
        total = 0.0
        for table in self.tables:
            share = cells(*self._at(table, statistics), table.counts).probability
            total += float((table.counts * np.log(share)).sum())
        if self.alone is not None:
            for place, counts in enumerate(self._lonely):
                total += float(counts @ np.log(self._shares(place, statistics)))
        return total / self.n_observations

    def gradient(self, statistics: Array) -> Array:
        """Its first derivatives in the statistics, shape (m,)."""
        total = np.zeros(self.layout.size)
        for table in self.tables:
            scores, columns = self._scores(table, statistics)
            np.add.at(total, columns, np.einsum("kab,kabc->kc", table.counts, scores))
        if self.alone is not None:
            for place, counts in enumerate(self._lonely):
                where = self.layout.thresholds_of(place)
                total[where] += counts @ self._alone_scores(place, statistics)
        return total / self.n_observations

    def weight(self, statistics: Array) -> Array:
        """Expected negative second derivatives, shape (m, m)."""
        total = np.zeros((self.layout.size, self.layout.size))
        for table in self.tables:
            scores, columns = self._scores(table, statistics)
            share = cells(*self._at(table, statistics)).probability
            rows = table.counts.sum(axis=(1, 2))[:, None, None] * share
            block = np.einsum("kabc,kab,kabd->kcd", scores, rows, scores)
            np.add.at(total, (columns[:, :, None], columns[:, None, :]), block)
        if self.alone is not None:
            for place, counts in enumerate(self._lonely):
                where = self.layout.thresholds_of(place)
                scores = self._alone_scores(place, statistics)
                share = counts.sum() * self._shares(place, statistics)
                total[where, where] += scores.T @ (share[:, None] * scores)
        return total / self.n_observations

    def row_scores(self, statistics: Array, part: slice) -> Array:
        """Each row's first derivatives, shape (rows, m)."""
        codes = self.codes[part]
        total = np.zeros((len(codes), self.layout.size))
        if self.expected is not None:
            member = self.expected.rows.member[part]
            total[member >= 0] = self._expected_scores(statistics)[member[member >= 0]]
        for table in self.tables:
            scores, columns = self._scores(table, statistics)
            padded = np.pad(scores, ((0, 0), (0, 1), (0, 1), (0, 0)))  # zeros where missing
            for k, (first, second) in enumerate(zip(table.first, table.second, strict=True)):
                total[:, columns[k]] += padded[k, codes[:, first], codes[:, second]]
        if self.alone is not None:
            for place in range(self.layout.n_variables):
                scores = np.pad(self._alone_scores(place, statistics), ((0, 1), (0, 0)))
                weights = self.alone[part, place]
                total[:, self.layout.thresholds_of(place)] += (
                    weights[:, None] * scores[codes[:, place]]
                )
        return total

    def _expected_scores(self, statistics: Array) -> Array:
        """Derivatives of each different incomplete row's expected pairs, shape (rows, m)."""
        assert self.expected is not None
        total = np.zeros((len(self.expected.shares), self.layout.size))
        for table in self.tables:
            scores, columns = self._scores(table, statistics)
            for k, pair in enumerate(zip(table.first, table.second, strict=True)):
                total[:, columns[k]] += np.tensordot(self.expected.of(*pair), scores[k], 2)
        return total

    def dependence(self, statistics: Array) -> Array:
        """Derivatives of `gradient` in the statistics that answers are expected at, (m, m)."""
        total = np.zeros((self.layout.size, self.layout.size))
        if self.expectation_slopes is None:
            return total
        for table in self.tables:
            scores, columns = self._scores(table, statistics)
            _, r, s, _ = scores.shape
            slopes = self.expectation_slopes[table.pairs, :r, :s]
            for k, where in enumerate(columns):
                total[where] += np.tensordot(scores[k], slopes[k], ((0, 1), (0, 1)))
        return total / self.n_observations

    def maximise(self, statistics: Array) -> Array:
        """The statistics that maximise the likelihood, by scoring, shape (m,)."""
        return descend(_Scoring(self), statistics, Stopping(_CLOSE, max_iterations=_STEPS)).point

    @cached_property
    def _lonely(self) -> list[Array]:
        """How often each category of each variable stands alone."""
        assert self.alone is not None
        found: list[Array] = []
        for place, count in enumerate(self.layout.categories):
            sums = np.bincount(self.codes[:, place], self.alone[:, place], count + 1)
            found.append(np.asarray(sums[:count], dtype=float))
        return found

    def _shares(self, place: int, statistics: Array) -> Array:
        cuts = statistics[self.layout.thresholds_of(place)]
        return np.asarray(np.diff(ndtr(np.concatenate([[-np.inf], cuts, [np.inf]]))))

    def _alone_scores(self, place: int, statistics: Array) -> Array:
        """Derivatives of the log shares of a variable in its thresholds, shape (c, c - 1)."""
        cuts = statistics[self.layout.thresholds_of(place)]
        dense = np.diag(normal_density(cuts))
        change = np.vstack([dense, np.zeros(len(cuts))]) - np.vstack([np.zeros(len(cuts)), dense])
        return np.asarray(change / self._shares(place, statistics)[:, None])

    def _at(self, table: PairTables, statistics: Array) -> tuple[Array, Array, Array]:
        """Thresholds of the first and the second variables, and correlations."""
        first = np.array([statistics[self.layout.thresholds_of(v)] for v in table.first])
        second = np.array([statistics[self.layout.thresholds_of(v)] for v in table.second])
        return first, second, statistics[self.layout.blocks["covariances"]][table.pairs]

    def _scores(self, table: PairTables, statistics: Array) -> tuple[Array, Indices]:
        """Derivatives of the log cells, shape (k, r, s, c), and the statistics they are in."""
        first, second, rho = self._at(table, statistics)
        found = cells(first, second, rho, table.counts)
        k, r, s = found.probability.shape
        slopes = np.zeros((k, r, s, r + s - 1))
        for a, change in enumerate(np.moveaxis(threshold_slopes(first, second, rho), 1, 0)):
            slopes[:, a, :, a], slopes[:, a + 1, :, a] = change, -change
        for b, change in enumerate(np.moveaxis(threshold_slopes(second, first, rho), 1, 0)):
            place = r - 1 + b
            slopes[:, :, b, place], slopes[:, :, b + 1, place] = change, -change
        slopes[..., -1] = found.slope
        where = [np.arange(self.layout.size)[self.layout.thresholds_of(v)] for v in table.first]
        other = [np.arange(self.layout.size)[self.layout.thresholds_of(v)] for v in table.second]
        last = self.layout.blocks["covariances"].start + table.pairs
        columns = np.hstack([np.array(where), np.array(other), last[:, None]])
        return slopes / found.probability[..., None], columns


@dataclass(frozen=True, eq=False)
class _Point:
    """Statistics, shape (m,), and minus the log-likelihood there."""

    point: Array
    value: Array


class _Scoring(Problem[_Point]):
    """Fisher scoring of the likelihood of pairs."""

    def __init__(self, answers: PairwiseAnswers):
        self.answers = answers

    def at(self, point: Array) -> _Point:
        """Minus the log-likelihood; +inf where a correlation is not one."""
        rho = point[self.answers.layout.blocks["covariances"]]
        inside = np.abs(rho).max(initial=0.0) < 1.0
        value = -self.answers.log_likelihood(point) if inside else np.inf
        return _Point(point, np.asarray(value))

    def step(self, here: _Point, last: Array) -> Step | None:
        """Towards the solution of the quadratic approximation."""
        gradient = self.answers.gradient(here.point)
        try:
            move = np.linalg.solve(self.answers.weight(here.point), gradient)
        except np.linalg.LinAlgError:
            return None
        return Step(np.asarray(move), np.asarray(0.5 * (gradient @ move)))


def pairwise_answers(rows: Array, layout: Layout, available: bool) -> PairwiseAnswers:
    """Answers of one group, shape (n, p), codes from 0 and NaN where missing."""
    data = observations(rows, layout, None, None)
    tables = tuple(pair_tables(cross_counts(data, layout), layout))
    missing = np.isnan(rows)
    alone = None
    if available and missing.any():
        alone = np.where(missing, 0.0, missing.sum(axis=1, keepdims=True).astype(float))
    return PairwiseAnswers(layout, data.codes, tables, len(rows), alone)
