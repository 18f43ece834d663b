"""Pairs of variables by kind, their correlations and the sums that single rows give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..linalg import Array, Indices, Mask
from .correlations import maximise, start_from
from .data import Data
from .layout import Layout
from .pairs import Kind, OrdinalAndContinuous, Side, TwoContinuous, TwoOrdinal, side
from .univariate import Block, Univariate, designs, read_block

_CELLS = 1 << 17  # rows times pairs that are worked on at a time


@dataclass(frozen=True, eq=False)
class Group:
    """Pairs of one kind that are worked on row by row.

    Attributes
    ----------
    kind : Kind
    places : int array, shape (pairs,)
        Where the pairs stand among all.
    first, second : int arrays, shape (pairs,)
        Their variables; the ordinal one first.
    """

    kind: Kind
    places: Indices
    first: Indices
    second: Indices


def group_pairs(layout: Layout) -> tuple[tuple[Group, ...], Indices]:
    """Pairs that are worked on row by row, and places of those whose tables suffice."""
    rows, columns = layout.pairs
    is_ordinal = np.asarray(layout.categories, dtype=int) > 0
    count = is_ordinal[rows].astype(int) + is_ordinal[columns]
    swap = (count == 1) & is_ordinal[columns]
    first, second = np.where(swap, columns, rows), np.where(swap, rows, columns)
    kinds: list[tuple[int, Kind]] = [(0, TwoContinuous()), (1, OrdinalAndContinuous())]
    if layout.n_exogenous:
        kinds.append((2, TwoOrdinal()))
    places = [(kind, np.flatnonzero(count == number)) for number, kind in kinds]
    groups = tuple(Group(kind, at, first[at], second[at]) for kind, at in places if len(at))
    return groups, np.flatnonzero((count == 2) & (layout.n_exogenous == 0))


def sides(data: Data, univariate: Univariate, group: Group) -> Iterator[tuple[Side, Side, Array]]:
    """Both variables of the pairs and the rows' weights, by blocks of rows."""
    step = max(_CELLS // len(group.places), 16)
    for start in range(0, data.n_observations, step):
        block = read_block(data, univariate, slice(start, start + step))
        yield side(block, group.first), side(block, group.second), both_weights(block, group)


def both_weights(block: Block, group: Group) -> Array:
    """Weights of rows for pairs, 0 where one of both is missing, shape (rows, pairs)."""
    both = block.observed[:, group.first] & block.observed[:, group.second]
    return both * block.weights[:, None]


def estimate_group(data: Data, univariate: Univariate, group: Group) -> tuple[Array, Mask]:
    """Correlations of the group's pairs, and which of them run off to -1 or 1."""
    if isinstance(group.kind, TwoContinuous):
        return _from_moments(data, univariate, group)
    kind, count = group.kind, len(group.places)

    def derivatives(rho: Array) -> tuple[Array, Array, Array]:
        total = np.zeros((3, count))
        for first, second, weights in sides(data, univariate, group):
            score, change = kind.slopes(first, second, rho)
            once = weights * score
            total += np.stack([once.sum(0), (once * score).sum(0), (weights * change).sum(0)])
        return total[0], total[1], total[2]

    return maximise(derivatives, _moment_start(data, univariate, group))


def _moment_start(data: Data, univariate: Univariate, group: Group) -> Array:
    """Correlation of the expectations given the categories, or of residuals."""
    total = np.zeros((3, len(group.places)))
    for first, second, weights in sides(data, univariate, group):
        x, y = first.expectation, second.expectation
        total += np.stack([(weights * a * b).sum(0) for a, b in ((x, y), (x, x), (y, y))])
    return start_from(total[0] / np.sqrt(np.maximum(total[1] * total[2], 1e-300)))


def _from_moments(data: Data, univariate: Univariate, group: Group) -> tuple[Array, Mask]:
    """Correlations of continuous variables of given variances, from sums of products."""
    total = np.zeros((3, len(group.places)))
    for first, second, weights in sides(data, univariate, group):
        x, y = first.residual, second.residual
        sums = weights, weights * x * y, weights * (x * x + y * y)
        total += np.stack([part.sum(0) for part in sums])
    count, product, squares = total

    def derivatives(rho: Array) -> tuple[Array, Array, Array]:
        inside = 1.0 - rho * rho
        inner = (1.0 + rho * rho) * product - rho * squares
        expected = count * (1.0 + rho * rho) / inside**2
        change = expected + (2.0 * rho * product - squares) / inside**2
        score = count * rho / inside + inner / inside**2
        return score, expected, change + 4.0 * rho * inner / inside**3

    start = 2.0 * product / np.maximum(squares, 1e-300)
    return maximise(derivatives, np.clip(start, -0.99, 0.99))


def products(data: Data, univariate: Univariate, group: Group, rho: Array) -> tuple[Array, Array]:
    """Sums of the squares of the pairs' scores, and of their products with univariate ones.

    Returns
    -------
    information : array, shape (pairs,)
    cross : array, shape (pairs, m_univariate)
    """
    layout = data.layout
    information = np.zeros(len(rho))
    cross = np.zeros((len(rho), layout.n_univariate))
    step = max(_CELLS // len(group.places), 16)
    for start in range(0, data.n_observations, step):
        block = read_block(data, univariate, slice(start, start + step))
        first, second = side(block, group.first), side(block, group.second)
        score, own, other = group.kind.channels(first, second, rho)
        weighted = both_weights(block, group) * score
        information += (weighted * score).sum(0)
        for variable in range(layout.n_variables):
            design = designs(layout, univariate, block, variable)
            columns = layout.univariate(variable)
            for members, channels in ((group.first, own), (group.second, other)):
                at = np.flatnonzero(members == variable)
                for channel, derivative in zip(channels, design, strict=True):
                    part = (weighted[:, at] * channel[:, at]).T @ derivative
                    cross[np.ix_(at, columns)] += part
    return information, cross


def pair_scores(block: Block, group: Group, rho: Array) -> Array:
    """Scores in the correlations, shape (rows, pairs); 0 where one variable is missing."""
    first, second = side(block, group.first), side(block, group.second)
    both = block.observed[:, group.first] & block.observed[:, group.second]
    return both * group.kind.slopes(first, second, rho)[0]
