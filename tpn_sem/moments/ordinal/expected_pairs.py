"""Pairs of answers with those that are missing expected given the row's other answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from ...numerics import Array, Indices, Mask, grid_distribution
from .latent_response_draws import FAR, LatentDraws, draw
from .statistic_order import Layout

DRAWS = 64  # a row; docs/ordinal.md has the error that they leave
_SEED = 20220415
_BLOCK = 1 << 14  # draws at a time


@dataclass(frozen=True, eq=False)
class IncompleteRows:
    """The different rows with missing answers of one group.

    Attributes
    ----------
    layout : Layout
    codes : int array, shape (n, p)
        Categories; the number of categories where an answer is missing.
    repeats : array, shape (n,)
        How many rows of the group each is.
    member : int array
        Which of them each row of the group is; -1 for a complete row.
    shifts : array, shape (n, p)
        What moves the points of each row's draws.
    count : int
        Number of draws a row.
    """

    layout: Layout
    codes: Indices
    repeats: Array
    member: Indices
    shifts: Array = field(repr=False)
    count: int = DRAWS

    @cached_property
    def missing(self) -> Mask:
        """Which answers are missing, shape (n, p)."""
        return np.asarray(self.codes == np.array(self.layout.categories))

    def edges(self, statistics: Array) -> Array:
        """Bounds of the categories of all variables, shape (p, most categories + 1)."""
        edges = np.full((self.layout.n_variables, max(self.layout.categories) + 1), FAR)
        edges[:, 0] = -FAR
        for place, count in enumerate(self.layout.categories):
            edges[place, 1:count] = statistics[self.layout.thresholds_of(place)]
        return edges

    def correlation(self, statistics: Array) -> Array:
        """Correlation matrix of the latent responses, shape (p, p)."""
        matrix = np.eye(self.layout.n_variables)
        first, second = self.layout.pairs
        matrix[first, second] = statistics[self.layout.blocks["covariances"]]
        matrix[second, first] = matrix[first, second]
        return matrix

    def draws(self, statistics: Array) -> Iterator[tuple[Indices, LatentDraws]]:
        """Some rows that lack the same number of answers, and their draws, in turn."""
        edges, correlation = self.edges(statistics), self.correlation(statistics)
        lacking = self.missing.sum(axis=1)
        step = max(1, _BLOCK // self.count)
        for number in np.unique(lacking):
            alike = np.flatnonzero(lacking == number)
            for start in range(0, len(alike), step):
                rows = alike[start : start + step]
                order = np.argsort(self.missing[rows], axis=1, kind="stable")
                answered = order[:, : order.shape[1] - number]
                codes = self.codes[rows[:, None], answered]
                lower, upper = edges[answered, codes], edges[answered, codes + 1]
                yield (
                    rows,
                    draw(order, lower, upper, correlation, self.shifts[rows], self.count),
                )


def incomplete_rows(codes: Indices, layout: Layout, count: int = DRAWS) -> IncompleteRows:
    """The rows with a missing answer, each different one once."""
    member = np.full(len(codes), -1, dtype=np.intp)
    where = np.flatnonzero((codes == np.array(layout.categories)).any(axis=1))
    different, inverse, repeats = np.unique(
        codes[where], axis=0, return_inverse=True, return_counts=True
    )
    member[where] = inverse.reshape(-1)
    shifts = np.random.default_rng(_SEED).random(different.shape)
    return IncompleteRows(
        layout, different.astype(np.intp), repeats.astype(float), member, shifts, count
    )


@dataclass(frozen=True, eq=False)
class ExpectedPairs:
    """Probabilities of the missing answers of rows given the others.

    Attributes
    ----------
    rows : IncompleteRows
    shares : array, shape (n, p, most categories)
        Probabilities of each answer; one for the one that was given.
    both : dict
        For each two places, the rows that lack both answers and the probabilities of the two
        together, shape (k, most categories, most categories).
    """

    rows: IncompleteRows
    shares: Array
    both: dict[tuple[int, int], tuple[Indices, Array]]

    def of(self, first: int, second: int) -> Array:
        """Probabilities of two answers, zero where both were given, shape (n, r, s)."""
        missing = self.rows.missing
        either = (missing[:, first] | missing[:, second]).astype(float)
        table = (either[:, None] * self.shares[:, first])[:, :, None] * self.shares[:, second, None]
        if (first, second) in self.both:
            where, together = self.both[first, second]
            table[where] = together
        r, s = (self.rows.layout.categories[place] for place in (first, second))
        return table[:, :r, :s]

    def counts(self, first: int, second: int) -> Array:
        """Expected number of rows by two answers, one of them missing at least, (r, s)."""
        return np.asarray(np.tensordot(self.rows.repeats, self.of(first, second), 1))


def expect(rows: IncompleteRows, statistics: Array) -> ExpectedPairs:
    """Expected pairs under thresholds and correlations, shape (m,).

    Latent responses are drawn for the answers that were given; given those, missing ones are
    normal, and the probabilities of one or two of them are exact.
    """
    edges = rows.edges(statistics)
    levels = np.arange(edges.shape[1] - 1)
    shares = np.asarray(rows.codes[:, :, None] == levels, dtype=float)
    both: dict[tuple[int, int], list[tuple[Indices, Array]]] = {}
    for where, drawn in rows.draws(statistics):
        absent = drawn.order[:, drawn.n_answered :]
        scaled = standardised(drawn, edges[absent][:, :, 1:-1])
        below = drawn.average(ndtr(scaled))
        shares[where[:, None], absent] = np.diff(_closed(below), axis=-1)
        for (i, j), corners in joint_corners(drawn, scaled).items():
            cells = _cells(corners, below[:, i], below[:, j])
            for pair in np.unique(absent[:, [i, j]], axis=0).tolist():
                chosen = (absent[:, [i, j]] == pair).all(axis=1)
                both.setdefault((pair[0], pair[1]), []).append((where[chosen], cells[chosen]))
    joined = {
        pair: (np.concatenate([one for one, _ in parts]), np.concatenate([one for _, one in parts]))
        for pair, parts in both.items()
    }
    return ExpectedPairs(rows, shares, joined)


def standardised(drawn: LatentDraws, cuts: Array) -> Array:
    """Thresholds of the missing variables, (n, q, c), given each draw, shape (n, d, q, c)."""
    deviation = np.sqrt(np.einsum("nii->ni", drawn.covariance))
    gap = cuts[:, None] - drawn.means[..., None]
    return np.asarray(np.clip(gap / deviation[:, None, :, None], -FAR, FAR))


def joint_corners(drawn: LatentDraws, scaled: Array) -> dict[tuple[int, int], Array]:
    """Probabilities that two missing responses are below thresholds, shape (n, c, c)."""
    n, d, q, c = scaled.shape
    covariance = drawn.covariance
    found = {}
    for i in range(q):
        for j in range(i + 1, q):
            rho = covariance[:, i, j] / np.sqrt(covariance[:, i, i] * covariance[:, j, j])
            first, second = scaled[:, :, i].reshape(-1, c), scaled[:, :, j].reshape(-1, c)
            corners = grid_distribution(first, second, np.repeat(rho, d))
            found[i, j] = drawn.average(corners.reshape(n, d, c, c))
    return found


def _closed(below: Array) -> Array:
    """Distribution functions with 0 before and 1 behind."""
    zero = np.zeros((*below.shape[:-1], 1))
    return np.concatenate([zero, below, zero + 1.0], axis=-1)


def _cells(corners: Array, first: Array, second: Array) -> Array:
    """Probabilities of cells from those of corners, (n, c, c), and of margins, (n, c)."""
    n, c = first.shape
    whole = np.zeros((n, c + 2, c + 2))
    whole[:, 1:-1, 1:-1] = corners
    whole[:, 1:-1, -1], whole[:, -1, 1:-1] = first, second
    whole[:, -1, -1] = 1.0
    return np.asarray(np.diff(np.diff(whole, axis=1), axis=2))
