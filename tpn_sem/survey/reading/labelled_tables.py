"""What SPSS and Stata files have in common: labels, codes for no answer, pyreadstat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype, is_numeric_dtype

from ...errors import DataError, OptionError, nearest
from ...optional_packages import optional
from .decisions import Decisions, listed, quoted
from .file_format import FileContent, ReadingOptions, TableRead
from .missing_words import MissingWords


def read_labelled(content: FileContent, reader: str, **given: Any) -> tuple[pd.DataFrame, Any]:
    """The table and its description, from a function of pyreadstat.

    Raises
    ------
    DataError
        For damaged files, and for texts in an encoding that the file does not state.
    NotAvailableError
        Without pyreadstat.
    """
    pyreadstat = optional("pyreadstat")
    if content.is_unpacked:
        raise DataError(f"{content.name} is compressed; unpack it first.")
    try:
        return getattr(pyreadstat, reader)(str(content.path.expanduser()), **given)
    except MemoryError:
        raise
    except Exception as error:  # pyreadstat raises errors of several kinds, and plain ones
        raise DataError(f"{content.name} {_reason(str(error), given)}") from None


def _reason(problem: str, given: Mapping[str, Any]) -> str:
    if "encoding" in problem or "character set" in problem or "decode" in problem:
        given_one = given.get("encoding")
        tried = f"encoding={given_one!r}" if given_one else "the encoding that it states"
        return f"cannot be read in {tried} ({problem}). Give another, such as encoding='cp1251'."
    return f"cannot be read ({problem}): it is damaged or incomplete. Save or copy it again."


def code_text(code: object) -> str:
    """A code as text: whole numbers without decimals."""
    if isinstance(code, float | np.floating) and float(code).is_integer():
        return str(int(code))
    return str(code).strip()


def finish(
    table: TableRead, content: FileContent, options: ReadingOptions, decisions: Decisions
) -> TableRead:
    """Blanks and `missing` to NaN, whole numbers without gaps to such, labels for codes.

    Raises
    ------
    DataError
        For a file without rows.
    OptionError
        For `labels` of columns that are not there or have none.
    """
    if table.frame.shape[0] == 0 or table.frame.shape[1] == 0:
        raise DataError(f"{content.name} describes variables and has no rows; give one with data.")
    words = MissingWords(options.missing, with_usual=False)
    table.frame = blanked(table.frame, words)
    for name in table.frame:
        table.frame[name] = _whole(table.frame[name])
    words.tell(decisions)
    for name in _labelled(options.labels, table):
        table.frame[name] = _with_labels(name, table, decisions)
    return table


def blanked(frame: pd.DataFrame, words: MissingWords) -> pd.DataFrame:
    """A copy with NaN for empty texts, and for what stands for no answer."""
    columns = {}
    for name in frame:
        column = frame[name]
        if is_numeric_dtype(column) and column.dtype != bool:
            columns[name] = words.without_numbers(column)
        elif column.map(lambda cell: isinstance(cell, str)).any():
            columns[name] = _texts_blanked(column, words)
        else:
            columns[name] = column
    return pd.DataFrame(columns, index=frame.index)


def _texts_blanked(column: pd.Series, words: MissingWords) -> pd.Series:
    texts = column.map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
    is_gone = texts.map(lambda cell: isinstance(cell, str) and words.is_missing(cell)).astype(bool)
    for text, times in texts[is_gone].value_counts().items():
        words.count(str(text), int(times))
    return texts.mask(is_gone)


def _whole(column: pd.Series) -> pd.Series:
    """Whole numbers as such where there are no gaps; SPSS has floats only."""
    if not is_float_dtype(column) or column.isna().any():
        return column
    values = column.to_numpy(dtype=float)
    is_whole = np.all(np.isfinite(values)) and np.all(values == np.round(values))
    return column.astype(np.int64) if is_whole and np.all(np.abs(values) < 2**53) else column


def _labelled(asked: bool | tuple[str, ...], table: TableRead) -> list[str]:
    """Columns whose labels shall take the place of their codes."""
    if isinstance(asked, bool):
        return list(table.value_labels) if asked else []
    for name in asked:
        if name not in table.frame:
            advice = nearest(name, map(str, table.frame)) or "."
            raise OptionError(f"labels=: there is no column {name!r}{advice}")
        if name not in table.value_labels:
            raise OptionError(
                f"labels=: column {name!r} has no value labels; those that have are "
                f"{quoted(table.value_labels, 12) or 'none'}."
            )
    return list(asked)


def _with_labels(name: str, table: TableRead, decisions: Decisions) -> pd.Series:
    labels = table.value_labels[name]
    codes = table.frame[name].map(code_text, na_action="ignore")
    texts = codes.map(lambda code: labels.get(code, code), na_action="ignore")
    bare = sorted({code for code in codes.dropna() if code not in labels})
    if bare:
        decisions.say(f"{name!r}: {listed(bare)} have no label and stay as they are")
    used = {labels[code] for code in labels}
    if len(used) < len(labels):
        decisions.say(f"{name!r}: several codes have the same label, and become one answer")
    return texts.astype(object).infer_objects()


def described(description: Any) -> dict[str, str]:
    """Labels of variables that have one."""
    found = description.column_names_to_labels
    return {name: text.strip() for name, text in found.items() if text and text.strip()}
