"""Columns of cells that know their kind: numbers, texts, dates, truth values."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .answer_column import AnswerColumn, answer_column, is_number
from .decisions import Decisions, counted
from .missing_words import MissingWords


def plain(cell: Any) -> Any:
    """A cell with whole numbers as such; NaN is an empty cell."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return int(cell)
    return None if isinstance(cell, float) and np.isnan(cell) else cell


def cell_text(cell: Any) -> str:
    """A cell as the text that it would be in a CSV file."""
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(" ").removesuffix(" 00:00:00")
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def of_one_kind(
    name: str, cells: Sequence[Any], words: MissingWords, decisions: Decisions
) -> pd.Series | None:
    """A column of dates only, or of truth values only, with gaps; None where it is neither."""
    there = [cell for cell in cells if not _is_gap(cell, words)]
    for kind in (datetime.date, bool):  # a date with a time is a date too
        if there and all(isinstance(cell, kind) for cell in there):
            answer_column(name, [_as_text(cell) for cell in cells], words, decisions)
            gone = None if kind is datetime.date else np.nan
            values = [cell if isinstance(cell, kind) else gone for cell in cells]
            return _dates(name, values) if kind is datetime.date else pd.Series(values, name=name)
    return None


def _is_gap(cell: Any, words: MissingWords) -> bool:
    return cell is None or (isinstance(cell, str) and words.is_missing(cell.strip()))


def _as_text(cell: Any) -> str | None:
    return cell if cell is None or isinstance(cell, str) else cell_text(cell)


def _dates(name: str, values: list[Any]) -> pd.Series:
    try:
        return pd.Series(pd.to_datetime(pd.Series(values, dtype=object)), name=name)
    except (ValueError, OverflowError):  # beyond what pandas has a kind for
        return pd.Series([None if one is None else cell_text(one) for one in values], name=name)


def as_texts(
    name: str, cells: Sequence[Any], mark: str | None, words: MissingWords, decisions: Decisions
) -> AnswerColumn:
    """A column of texts, numbers written out; says where numbers had been stored as texts."""
    numbers = [cell for cell in cells if isinstance(cell, int | float)]
    stored = [cell.strip() for cell in cells if isinstance(cell, str)]
    texts = [text for text in stored if not words.is_missing(text)]
    marks = [mark] if mark else [".", ","]
    used = next((one for one in marks if all(is_number(text, one) for text in texts)), ".")
    if texts and all(is_number(text, used) for text in texts):
        what = f"{counted(len(texts), 'number')} stored as text"
        decisions.say(f"{name!r}: {what}")
        cells = [cell.replace(used, ".") if isinstance(cell, str) else cell for cell in cells]
    column = answer_column(name, [_as_text(cell) for cell in cells], words, decisions)
    dates = [cell for cell in cells if isinstance(cell, datetime.date)]
    if dates and (numbers or texts):
        decisions.say(
            f"{name!r} has {counted(len(dates), 'date')} among its answers, the first "
            f"{cell_text(dates[0])!r}: spreadsheet programs make dates of answers such as 1-2"
        )
    return column
