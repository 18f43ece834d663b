"""A text cut into records of as many fields as it has headings."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from ...errors import DataError, OptionError
from .decisions import counted

_ONLY_FIELD = "\0"  # no text holds it


@dataclass
class Records:
    """Records of a text.

    Attributes
    ----------
    cells : list of list of str
        The fields of each record; an empty list for an empty line.
    lines : list of int
        The line in which each record begins, counted from 1.
    """

    cells: list[list[str]]
    lines: list[int]


def cut_records(text: str, separator: str | None, name: str, first_line: int = 1) -> Records:
    """All records of a text; quoted fields may hold separators and ends of lines.

    Raises
    ------
    DataError
        For a quotation mark that is not closed, or stands inside a quoted field.
    """
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator or _ONLY_FIELD, strict=True
    )
    records = Records([], [])
    line = first_line
    try:
        for record in reader:
            records.cells.append(record)
            records.lines.append(line)
            line = reader.line_num + first_line
    except csv.Error as error:
        raise DataError(_bad_quotes(name, line, str(error))) from None
    while records.cells and not any(field.strip() for field in records.cells[-1]):
        records.cells.pop()
        records.lines.pop()
    return records


def _bad_quotes(name: str, line: int, problem: str) -> str:
    if "limit" in problem:
        what = (
            "has an answer of more than 131072 characters; look for a quotation mark that is not "
            "closed"
        )
    elif "expected after" in problem:
        what = "has a quotation mark inside a quoted text; double it there"
    else:
        what = "has a quotation mark that is never closed; close it, or remove it"
    return f"{name}: the row that begins in line {line} {what}."


def find_heading(cells: list[list[str]], header: int, name: str) -> int:
    """Place of the row of headings; by default the first row with something in it.

    Raises
    ------
    DataError
        Where the row is not there, or is empty.
    """
    if header < 1:
        raise OptionError(f"header={header}: rows are counted from 1.")
    if header > len(cells):
        raise DataError(
            f"header={header}: {name} has {counted(len(cells), 'row')}. Give the row of the "
            "headings."
        )
    filled = [place for place, row in enumerate(cells[:1000]) if any(map(_is_there, row))]
    if header == 1:
        return filled[0] if filled else 0
    if header - 1 not in filled and header <= 1000:
        raise DataError(f"header={header}: that row of {name} is empty. Give that of the headings.")
    return header - 1


def _is_there(cell: object) -> bool:
    return cell is not None and bool(str(cell).strip())


def check_lengths(records: Records, heading: int, name: str) -> None:
    """Cut or fill what is empty beyond the headings, and refuse records that are longer or shorter.

    Raises
    ------
    DataError
        Naming the line, and both counts.
    """
    names = records.cells[heading]
    width = len(names)
    named = max(place for place, text in enumerate(names, start=1) if text.strip() or place == 1)
    for place in range(heading + 1, len(records.cells)):
        record = records.cells[place]
        if len(record) == width or not record:
            continue
        if named <= len(record) < width:
            record.extend([""] * (width - len(record)))
            continue
        if len(record) > width and not any(map(_is_there, record[width:])):
            del record[width:]
            continue
        raise DataError(_ragged(records, heading, place, name))


def _ragged(records: Records, heading: int, place: int, name: str) -> str:
    width, found = len(records.cells[heading]), len(records.cells[place])
    said = (
        f"{name}: line {records.lines[place]} has {counted(found, 'field')}, and the headings in "
        f"line {records.lines[heading]} have {width}."
    )
    after = [len(record) for record in records.cells[place : place + 20] if record]
    if found > width and heading + 1 == place and len(set(after)) == 1 and len(after) > 1:
        return f"{said} If the headings stand in row {place + 1}, give header={place + 1}."
    return f"{said} Look for a separator inside an answer, or a row that was cut."
