"""Excel files: one sheet, values of formulas, numbers stored as texts."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ...errors import DataError
from .decisions import Decisions
from .file_format import FileContent, FileFormat, ReadingOptions, TableRead
from .grid import Grid, make_grid
from .missing_words import MissingWords
from .mixed_cells import as_texts, cell_text, of_one_kind, plain
from .separators import check_marks, packed_separator
from .text_records import find_heading
from .typed_columns import make_frame, typed
from .workbook_sheets import choose_sheet, open_workbook, rows_of, tell_uncomputed


def _read(content: FileContent, options: ReadingOptions, decisions: Decisions) -> TableRead:
    check_marks(None, options.decimal)
    sheet = choose_sheet(open_workbook(content), options.sheet, content, decisions)
    rows = rows_of(sheet, decisions)
    tell_uncomputed(content, sheet.title, rows, decisions)
    where = f"sheet {sheet.title!r} of {content.name}"
    if not rows:
        raise DataError(f"{where} is empty; sheet= takes another.")
    heading = find_heading(rows, options.header, where)
    rows[heading] = [None if cell is None else cell_text(plain(cell)) for cell in rows[heading]]
    grid = make_grid(rows, heading, where, decisions)
    _doubt_one_column(grid, decisions)
    words = MissingWords(options.missing)
    frame = make_frame(_columns(grid, options.decimal, words, decisions), decisions)
    words.tell(decisions)
    facts = {"sheet": sheet.title, "decimal": options.decimal}
    return TableRead(frame, facts, headings=grid.originals, rows=grid.rows)


def _doubt_one_column(grid: Grid, decisions: Decisions) -> None:
    """A CSV file that was pasted into a sheet stands in its first column."""
    packed = packed_separator([grid.headings[0], *map(str, grid.columns[0][:300])])
    if packed and len(grid.columns) == 1:
        decisions.doubt(
            f"all answers stand in one column, with {packed!r} between them; divide it in Excel "
            "(Data, Text to Columns)"
        )


def _columns(
    grid: Grid, mark: str | None, words: MissingWords, decisions: Decisions
) -> list[pd.Series]:
    columns = []
    for name, cells in zip(grid.headings, grid.columns, strict=True):
        values = [plain(cell) for cell in cells]
        column = of_one_kind(name, values, words, decisions)
        columns.append(
            _texts(name, values, grid, mark, words, decisions) if column is None else column
        )
    return columns


def _texts(
    name: str,
    cells: list[Any],
    grid: Grid,
    mark: str | None,
    words: MissingWords,
    decisions: Decisions,
) -> pd.Series:
    return typed(as_texts(name, cells, mark, words, decisions), ".", grid.rows, words, decisions)


def _recognises(data: bytes) -> bool:
    return data.startswith(b"PK\x03\x04")  # other archives are unpacked or refused before


EXCEL = FileFormat(
    name="Excel",
    suffixes=(".xlsx", ".xlsm", ".xltx", ".xltm"),
    options=frozenset({"sheet", "header", "decimal"}),
    recognises=_recognises,
    read=_read,
)
"""Workbooks of Excel 2007 and later, through openpyxl."""
