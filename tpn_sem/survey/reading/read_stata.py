"""Stata files: labels of variables and values, and the missing values .a to .z."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .decisions import Decisions, quoted
from .file_format import FileContent, FileFormat, ReadingOptions, TableRead
from .labelled_tables import code_text, described, finish, read_labelled

_VERSIONS = range(0x69, 0x74)  # first byte of the formats before Stata 13


def _read(content: FileContent, options: ReadingOptions, decisions: Decisions) -> TableRead:
    frame, description = read_labelled(
        content,
        "read_dta",
        user_missing=True,
        dates_as_pandas_datetime=True,
        encoding=options.encoding,
    )
    letters = description.missing_user_values or {}
    found = {str(name): _take_out(frame, name, letters[name]) for name in letters}
    table = TableRead(
        frame,
        {"encoding": options.encoding or description.file_encoding},
        headings=described(description),
        value_labels={
            name: {_code(code): str(label) for code, label in codes.items()}
            for name, codes in description.variable_value_labels.items()
        },
        user_missing={name: counts for name, counts in found.items() if counts},
    )
    if table.user_missing:
        decisions.say(f"missing values .a to .z in {quoted(table.user_missing)}: no answer")
    return finish(table, content, options, decisions)


def _take_out(frame: pd.DataFrame, name: Any, letters: list[str]) -> dict[str, int]:
    """Count the letters in a column, and make it one of numbers with NaN in their place."""
    counts = frame[name][frame[name].isin(letters)].value_counts().sort_index()
    frame[name] = pd.to_numeric(frame[name], errors="coerce")
    return {f".{letter}": int(times) for letter, times in counts.items()}


def _code(code: object) -> str:
    return f".{code}" if isinstance(code, str) and len(code) == 1 else code_text(code)


def _recognises(data: bytes) -> bool:
    if data.startswith(b"<stata_dta>"):
        return True
    return len(data) > 100 and data[0] in _VERSIONS and data[1] in (1, 2) and data[2] == 1


STATA = FileFormat(
    name="Stata",
    suffixes=(".dta",),
    options=frozenset({"encoding", "labels"}),
    recognises=_recognises,
    read=_read,
)
"""Data files of Stata, through pyreadstat; .a to .z have no numbers, and are always NaN."""
