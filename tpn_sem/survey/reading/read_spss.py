"""SPSS files: labels of variables and values, and codes that mean no answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from .decisions import Decisions, quoted
from .file_format import FileContent, FileFormat, ReadingOptions, TableRead
from .labelled_tables import code_text, described, finish, read_labelled


def _read_sav(content: FileContent, options: ReadingOptions, decisions: Decisions) -> TableRead:
    frame, description = read_labelled(
        content,
        "read_sav",
        user_missing=True,
        dates_as_pandas_datetime=True,
        encoding=options.encoding,
    )
    table = _table(frame, description, options.encoding)
    ranges = description.missing_ranges or {}
    table.user_missing = _take_out(table.frame, ranges, options.user_missing == "missing")
    if table.user_missing:
        done = "read as no answer" if options.user_missing == "missing" else "kept"
        decisions.say(
            f"codes that the file declares missing in {quoted(table.user_missing)}: {done}"
        )
    return finish(table, content, options, decisions)


def _read_por(content: FileContent, options: ReadingOptions, decisions: Decisions) -> TableRead:
    frame, description = read_labelled(content, "read_por", dates_as_pandas_datetime=True)
    table = _table(frame, description, None)
    return finish(table, content, options, decisions)


def _table(frame: pd.DataFrame, description: Any, encoding: str | None) -> TableRead:
    labels = {
        name: {code_text(code): str(label) for code, label in codes.items()}
        for name, codes in description.variable_value_labels.items()
    }
    return TableRead(
        frame,
        {"encoding": encoding or description.file_encoding},
        headings=described(description),
        value_labels=labels,
    )


def _take_out(
    frame: pd.DataFrame, ranges: dict[str, list[dict[str, Any]]], clear: bool
) -> dict[str, dict[str, int]]:
    """Count the declared codes of each column, and put NaN in their place."""
    found = {}
    for name, spans in ranges.items():
        declared = _declared(frame[name], spans)
        counts = frame[name][declared].value_counts().sort_index()
        if len(counts):
            found[str(name)] = {code_text(code): int(times) for code, times in counts.items()}
        if clear and len(counts):
            frame[name] = frame[name].mask(declared)
    return found


def _declared(column: pd.Series, spans: list[dict[str, Any]]) -> Any:
    """Which rows have a declared code; shape (n_rows,)."""
    declared = np.zeros(len(column), dtype=bool)
    for span in spans:
        if is_numeric_dtype(column) and not isinstance(span["lo"], str):
            declared |= column.between(span["lo"], span["hi"]).to_numpy(dtype=bool)
        else:
            code = str(span["lo"]).strip()
            declared |= (column.astype(str).str.strip() == code).to_numpy(dtype=bool)
    return declared


SPSS = FileFormat(
    name="SPSS",
    suffixes=(".sav", ".zsav"),
    options=frozenset({"encoding", "labels", "user_missing"}),
    recognises=lambda data: data.startswith((b"$FL2", b"$FL3")),
    read=_read_sav,
)
"""Data files of SPSS, through pyreadstat."""

SPSS_PORTABLE = FileFormat(
    name="SPSS portable",
    suffixes=(".por",),
    options=frozenset({"labels"}),
    recognises=lambda data: b"SPSSPORT" in data[:600].replace(b"\r", b"").replace(b"\n", b""),
    read=_read_por,
)
"""Portable files of SPSS, in which pyreadstat does not tell which codes are declared missing."""
