"""Unrestricted thresholds and correlations of rows with answers missing at random.

The score of a row's pairs is expected given the answers that the row has (Molenberghs, Kenward,
Verbeke & Birhanu, 2011; Katsikatsou, Moustaki & Jamil, 2022), under the statistics that are
estimated: a fixed point of expectation and maximisation.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..errors import DataError
from ..linalg import Array, cholesky
from .expected_pairs import DRAWS, IncompleteRows, expect, incomplete_rows
from .layout import Layout
from .pairwise import PairwiseAnswers, pairwise_answers

_EXPECTATIONS = 4  # steps of expectation and maximisation before those of Newton
_STEPS = 30
_CLOSE = 1e-9
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
    answers = _expected(plain, rows, _definite(rows, start))
    for _ in range(_EXPECTATIONS):
        assert answers.expected_at is not None
        answers = _moved(plain, rows, answers.expected_at, answers.maximise(answers.expected_at))
    return _newton(plain, rows, answers)


def _newton(
    plain: PairwiseAnswers, rows: IncompleteRows, answers: PairwiseAnswers
) -> tuple[PairwiseAnswers, Array]:
    """Steps to where the expected score is zero, with the same derivatives throughout."""
    statistics = answers.expected_at
    assert statistics is not None
    bread = answers.weight(statistics) - answers.dependence(statistics)
    for _ in range(_STEPS):
        step = np.linalg.solve(bread, answers.gradient(statistics))
        answers = _moved(plain, rows, statistics, statistics + step)
        assert answers.expected_at is not None
        moved, statistics = answers.expected_at - statistics, answers.expected_at
        if np.abs(moved).max() < _CLOSE:
            return answers, statistics
    raise DataError(
        "the thresholds and polychoric correlations that predict missing answers were not found: "
        "too few answers for so many items. Leave items out, or take missing='available_cases'."
    )


def _expected(plain: PairwiseAnswers, rows: IncompleteRows, statistics: Array) -> PairwiseAnswers:
    """All pairs, with missing answers expected at some statistics."""
    expected = expect(rows, statistics)
    tables = tuple(
        replace(
            table,
            counts=table.counts
            + np.array(
                [expected.counts(*pair) for pair in zip(table.first, table.second, strict=True)]
            ),
        )
        for table in plain.tables
    )
    return replace(plain, tables=tables, expected=expected, expected_at=statistics)


def _moved(
    plain: PairwiseAnswers, rows: IncompleteRows, statistics: Array, target: Array
) -> PairwiseAnswers:
    """Answers expected at the target, or on the way to it where correlations allow no more."""
    for _ in range(_STEPS):
        if _is_definite(rows, target):
            return _expected(plain, rows, target)
        target = 0.5 * (statistics + target)
    raise DataError(
        "the polychoric correlations are not positive definite, so that missing answers cannot be "
        "predicted: too few answers, or items that say the same. Leave items out, or take "
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
