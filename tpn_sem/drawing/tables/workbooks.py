"""Sentences and tables as a workbook of Excel."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from numbers import Real
from pathlib import Path
from typing import Any

from ...optional_packages import optional
from ...writing import written_whole
from .column_kinds import clean
from .written_table import Cell, Part, Written

_FORMATS = {
    "estimate": "0.000",
    "p": '[<0.001]"< .001";.000',
    "correlation": ".000",
    "loading": "0.000",
    "count": "0",
    "percent": "0.0%",
    "statistic": "0.00",
    "criterion": "0.0",
}
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_MOST = 31  # letters of a sheet's name
_WIDEST = 60


def save_workbook(parts: Iterable[Part], path: str | Path) -> None:
    """Write a workbook: a sheet for each table, and one for the sentences.

    Raises
    ------
    NotAvailableError
        Without openpyxl.
    OptionError
        Where it cannot be written.
    """
    openpyxl = optional("openpyxl", "documents")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, part in workbook_sheets(parts):
        _add_sheet(book.create_sheet(name), part, openpyxl)
    with written_whole(path) as file:
        book.save(file)


def workbook_sheets(parts: Iterable[Part]) -> list[tuple[str, Written]]:
    """Tables with the names of their sheets; sentences are a table of their own."""
    listed = list(parts)
    said = [part.removeprefix("! ") for part in listed if isinstance(part, str)]
    tables = [part for part in listed if isinstance(part, Written)]
    if said or not tables:
        body = tuple((Cell(text, text),) for text in said)
        tables = [Written("Notes", ("Notes",), ("text",), body), *tables]
    names: list[str] = []
    for place, table in enumerate(tables):
        stem = _FORBIDDEN.sub(" ", clean(table.title)).strip()[:_MOST] or f"Table {place + 1}"
        taken, name = {one.lower() for one in names}, stem
        for number in range(2, len(tables) + 2):
            if name.lower() not in taken and name.lower() != "history":
                break
            name = f"{stem[: _MOST - 4]} {number}"
        names.append(name)
    return list(zip(names, tables, strict=True))


def _add_sheet(sheet: Any, table: Written, openpyxl: Any) -> None:
    bold = openpyxl.styles.Font(bold=True)
    thin = openpyxl.styles.Side(style="thin")
    for place, head in enumerate(table.heads):
        cell = sheet.cell(row=1, column=place + 1)
        _put(cell, head)
        cell.font = bold
        cell.border = openpyxl.styles.Border(top=thin, bottom=thin)
        longest = max([len(head), *(len(row[place].text) for row in table.body)])
        letter = openpyxl.utils.get_column_letter(place + 1)
        sheet.column_dimensions[letter].width = min(longest, _WIDEST) + 2
    for number, row in enumerate(table.body):
        for place, one in enumerate(row):
            cell = sheet.cell(row=number + 2, column=place + 1)
            _put(cell, *_value(one, table.kinds[place]))
            if one.strong:
                cell.font = bold
            if number == len(table.body) - 1:
                cell.border = openpyxl.styles.Border(bottom=thin)
    for number, note in enumerate(table.notes):
        _put(sheet.cell(row=len(table.body) + 3 + number, column=1), note)
    sheet.freeze_panes = "A2"


def _value(cell: Cell, kind: str) -> Sequence[Any]:
    """A number with its format, or a text."""
    value = cell.value
    if kind == "text" or not isinstance(value, Real):
        return ("" if value is None else cell.text,)
    number = float(value)
    if abs(number) == float("inf") or cell.text.endswith("*"):
        return (cell.text,)
    return (int(number) if kind == "count" else number, _FORMATS[kind])


def _put(cell: Any, value: object, number_format: str = "") -> None:
    if isinstance(value, str):
        cell.value = value or None
        if value:
            cell.data_type = "s"  # a text that begins with "=" is no formula
            cell.quotePrefix = value.startswith(("=", "+", "-", "@"))
        return
    cell.value = value
    if number_format:
        cell.number_format = number_format
