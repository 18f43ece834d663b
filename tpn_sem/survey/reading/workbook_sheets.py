"""Sheets of an Excel file as rows of values."""

from __future__ import annotations

import io
import warnings
import zipfile
from typing import Any

from ...errors import DataError, nearest
from ...optional_packages import optional
from .decisions import Decisions, counted, listed, quoted
from .file_format import FileContent


def open_workbook(content: FileContent, values: bool = True) -> Any:
    """An openpyxl workbook: the values of formulas, or the formulas.

    Raises
    ------
    DataError
        For files that Excel could not read either.
    NotAvailableError
        Without openpyxl.
    """
    openpyxl = optional("openpyxl")
    try:
        with warnings.catch_warnings():  # about styles and menus, which are not read
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(content.data), data_only=values)
    except MemoryError:
        raise
    except Exception as error:  # whatever a damaged file makes openpyxl stumble over
        raise DataError(
            f"{content.name} is a damaged Excel file ({type(error).__name__}: {error}). Open it in "
            "Excel, and save it anew."
        ) from None


def choose_sheet(
    book: Any, sheet: str | int | None, content: FileContent, decisions: Decisions
) -> Any:
    """The sheet asked for, by name or number from 1; by default the first with something in it.

    Raises
    ------
    DataError
        Where it is not there, or all are empty.
    """
    sheets = {one.title: one for one in book.worksheets}
    names = list(sheets)
    if isinstance(sheet, str):
        if sheet not in sheets:
            advice = nearest(sheet, names) or "."
            raise DataError(
                f"there is no sheet {sheet!r} in {content.name}{advice} It has {quoted(names, 12)}."
            )
        return sheets[sheet]
    if sheet is not None:
        if not 1 <= sheet <= len(names):
            raise DataError(
                f"sheet={sheet}: {content.name} has {counted(len(names), 'sheet')}, counted from "
                f"1: {quoted(names, 12)}."
            )
        return sheets[names[sheet - 1]]
    return _first_filled(sheets, content, decisions)


def _first_filled(sheets: dict[str, Any], content: FileContent, decisions: Decisions) -> Any:
    filled = [name for name, one in sheets.items() if _extent(one) != (0, 0)]
    if not filled:
        raise DataError(f"{content.name} is empty: none of its sheets has anything in it.")
    if len(filled) > 1:
        decisions.say(f"sheet {filled[0]!r} taken; sheet= reads {quoted(filled[1:])}")
    return sheets[filled[0]]


def _extent(sheet: Any) -> tuple[int, int]:
    """The last row and the last column with a value; formats may go on for a million rows."""
    cells = [place for place, cell in sheet._cells.items() if cell.value is not None]
    places = [*cells, *((one.max_row, one.max_col) for one in _merged(sheet))]
    return max((row for row, _ in places), default=0), max((col for _, col in places), default=0)


def _merged(sheet: Any) -> list[Any]:
    """Merged regions that have a value."""
    return [
        region
        for region in sheet.merged_cells.ranges
        if sheet.cell(region.min_row, region.min_col).value is not None
    ]


def rows_of(sheet: Any, decisions: Decisions) -> list[list[Any]]:
    """Values of all cells by row; each cell of a merged region has the region's value."""
    last_row, last_column = _extent(sheet)
    if not last_row:
        return []
    cells = sheet.iter_rows(1, last_row, 1, last_column, values_only=True)
    rows = [list(row) for row in cells]
    filled = []
    for region in _merged(sheet):
        value = rows[region.min_row - 1][region.min_col - 1]
        filled.append(str(region.coord))
        for row in rows[region.min_row - 1 : region.max_row]:
            row[region.min_col - 1 : region.max_col] = [value] * region.size["columns"]
    if filled:
        decisions.say(f"merged cells {listed(filled)}: each of them has the value")
    return rows


def tell_uncomputed(
    content: FileContent, title: str, rows: list[list[Any]], decisions: Decisions
) -> None:
    """Say which formulas have no value because no program has computed them yet."""
    with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(name) for name in sheets if name.endswith(".xml")):
            return
    formulas = open_workbook(content, values=False)[title]
    places = [
        cell.coordinate
        for cell in formulas._cells.values()
        if cell.data_type == "f" and _value_at(rows, cell.row, cell.column) is None
    ]
    if places:
        decisions.doubt(
            f"formulas without a value in {listed(places)}: read as no answer; open the file in "
            "Excel, and save it, to have them computed"
        )


def _value_at(rows: list[list[Any]], row: int, column: int) -> Any:
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[0]) else None
