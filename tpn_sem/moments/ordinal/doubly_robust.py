"""Unrestricted thresholds and correlations of rows with answers missing at random.

The score of a row's pairs is expected given the answers that the row has (Molenberghs, Kenward,
Verbeke & Birhanu, 2011; Katsikatsou, Moustaki & Jamil, 2022), under the statistics that are
estimated: a fixed point of expectation and maximisation.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import DataError
from ...numerics import Array, cholesky
from .expected_pair_derivatives import expectation_slopes
from .expected_pairs import DRAWS, IncompleteRows, expect, incomplete_rows
from .pairwise_answers import PairwiseAnswers, pairwise_answers
from .statistic_order import Layout

_EXPECTATIONS = 3  # steps of expectation and maximisation before those of Newton
_STEPS = 30
_CLOSE = 1e-8
_SHRINK = 0.95  # of correlations to begin with, until they are positive definite


def expected_answers(
    values: Array, layout: Layout, start: Array, draws: int = DRAWS
) -> tuple[PairwiseAnswers, Array]:
    """Pairs of answers with missing ones expected, and the statistics that they are expected at.

    These maximise the likelihood of the pairs. Where nothing is missing: plain pairs, and `start`.

    Parameters
    ----------
    values : array, shape (n, p)
        Codes from 0; NaN where missing.
    layout : Layout
    start : array, shape (m,)
        Statistics to begin with.
    draws : int
        Draws of latent responses a row.

    Raises
    ------
    DataError
        Where no such statistics are found, or their correlations are not positive definite.
    """
    plain = pairwise_answers(values, layout, False)
    rows = incomplete_rows(plain.codes, layout, draws)
    if len(rows.codes) == 0:
        return plain, start
    statistics = _definite(rows, start)
    answers = _expected(plain, rows, statistics)
    for _ in range(_EXPECTATIONS):
        statistics = _on_the_way(rows, statistics, answers.maximise(statistics))
        answers = _expected(plain, rows, statistics)
    return _newton(plain, rows, answers, statistics)


def _newton(
    plain: PairwiseAnswers, rows: IncompleteRows, answers: PairwiseAnswers, statistics: Array
) -> tuple[PairwiseAnswers, Array]:
    """Steps to where the expected score is zero, with the same derivatives throughout.

    These are kept for the standard errors: the steps change them by far less than the draws.
    The score is no function's gradient, so that `numerics.optimiser` has nothing to descend.
    """
    plain = replace(plain, expectation_slopes=expectation_slopes(rows, statistics))
    bread = answers.weight(statistics) - plain.dependence(statistics)
    for _ in range(_STEPS):
        step = np.linalg.solve(bread, answers.gradient(statistics))
        statistics = _on_the_way(rows, statistics, statistics + step)
        answers = _expected(plain, rows, statistics)
        if np.abs(step).max() < _CLOSE:
            return answers, statistics
    raise _not_found()


def _expected(plain: PairwiseAnswers, rows: IncompleteRows, statistics: Array) -> PairwiseAnswers:
    """All pairs, with missing answers expected at some statistics."""
    expected = expect(rows, statistics)
    tables = []
    for table in plain.tables:
        pairs = zip(table.first, table.second, strict=True)
        more = np.array([expected.counts(*pair) for pair in pairs])
        tables.append(replace(table, counts=table.counts + more))
    return replace(plain, tables=tuple(tables), expected=expected)


def _on_the_way(rows: IncompleteRows, statistics: Array, target: Array) -> Array:
    """The target, or what is on the way to it where latent responses can be drawn."""
    for _ in range(_STEPS):
        if _is_definite(rows, target):
            return target
        target = 0.5 * (statistics + target)
    raise _not_found()


def _not_found() -> DataError:
    return DataError(
        "missing answers cannot be predicted: their polychoric correlations are not positive "
        "definite, or there are too few answers for so many items. Leave items out, or take "
        "missing='available_cases'."
    )


def _definite(rows: IncompleteRows, statistics: Array) -> Array:
    """Statistics to begin with: correlations shrunk until they are positive definite."""
    statistics = statistics.copy()
    while not _is_definite(rows, statistics):
        statistics[rows.layout.blocks["covariances"]] *= _SHRINK
    return statistics


def _is_definite(rows: IncompleteRows, statistics: Array) -> bool:
    """Whether thresholds are in order and correlations positive definite, by some margin."""
    edges, correlation = rows.edges(statistics), rows.correlation(statistics)
    ordered = bool((np.diff(edges, axis=1) >= 0.0).all())
    return ordered and cholesky(correlation - 1e-6 * np.eye(len(correlation))) is not None
