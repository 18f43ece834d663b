"""Columns of texts to columns of numbers, truth values or texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .answer_column import AnswerColumn, is_number
from .decisions import Decisions, listed, quoted
from .missing_words import MissingWords

_TRUTH = {"true": True, "false": False}


def typed(
    column: AnswerColumn,
    mark: str,
    rows: Sequence[int],
    words: MissingWords,
    decisions: Decisions,
) -> pd.Series:
    """A column in its kind: numbers where all answers are; texts otherwise, and said why."""
    if not column.answers:
        return pd.Series(np.full(len(column.places), np.nan), name=column.name)
    if column.is_numeric(mark):
        values = column.numbers(mark)
        if not np.isinf(values).any():
            return words.without_numbers(pd.Series(values, name=column.name))
    if {text.lower() for text in column.answers} <= set(_TRUTH):
        return pd.Series(_truth(column), name=column.name)
    _tell_why(column, mark, rows, decisions)
    return pd.Series(column.kept(), name=column.name)


def _truth(column: AnswerColumn) -> Any:
    values = np.array([_TRUTH.get(text.lower(), np.nan) for text in column.texts], dtype=object)
    found = values[column.places]
    return found.astype(bool) if len(column.answers) == len(column.texts) else found


def _tell_why(column: AnswerColumn, mark: str, rows: Sequence[int], decisions: Decisions) -> None:
    """Say where a column of texts looks like one of numbers."""
    reason = column.reason_for_text(mark)
    if reason:
        decisions.say(f"{column.name!r} {reason}: it stays text")
        return
    strange = [text for text in column.answers if not is_number(text, mark)]
    there = column.rows_with(set(strange), rows)
    n_answers = int(np.sum(~np.asarray(column.missing)[column.places]))
    if strange and 0 < 2 * len(there) < n_answers:
        where = f"row {there[0]}" if len(there) == 1 else f"rows {listed(there)}"
        decisions.say(
            f"{column.name!r} has texts among its numbers: {quoted(strange)} in {where}; it stays "
            "text (missing= takes texts that mean no answer)"
        )


def make_frame(columns: Sequence[pd.Series], decisions: Decisions) -> pd.DataFrame:
    """A data frame of columns, saying which have no answers at all."""
    empty = [str(column.name) for column in columns if column.isna().all()]
    if empty:
        decisions.say(f"no answers in {quoted(empty)}")
    return pd.DataFrame({column.name: column for column in columns})
