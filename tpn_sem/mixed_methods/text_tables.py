"""Tables of texts from files or frames, which know where each cell stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from ..errors import DataError, nearest
from ..survey import read_survey
from ..survey.reading import file_rows

Given: TypeAlias = str | Path | pd.DataFrame


@dataclass(frozen=True)
class FileOptions:
    """How text files are read; recognised where not given.

    Attributes
    ----------
    encoding, separator : str or None
    """

    encoding: str | None = None
    separator: str | None = None

    @property
    def given(self) -> list[str]:
        """Names of those that a user gave."""
        return [name for name, value in vars(self).items() if value is not None]


@dataclass(frozen=True, eq=False)
class TextTable:
    """Cells as texts without blanks around them, "" for empty ones.

    Attributes
    ----------
    name : str
        What messages call it: the file, or the argument.
    columns : dict of str to list of str
    rows : tuple
        What messages call each row: its row in the file, or its label in the frame.
    unused : tuple of str
        Columns that are not read.
    synthetic : bool
        Whether the frame's attributes say so.
    """

    name: str
    columns: dict[str, list[str]]
    rows: tuple[object, ...]
    unused: tuple[str, ...]
    synthetic: bool

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def column(self, name: str) -> list[str]:
        """Cells of a column; empty ones where there is no such column."""
        return self.columns.get(name, [""] * len(self.rows))

    def where(self, place: int, column: str = "") -> str:
        """A place in words: "coding.csv, row 5, column 'code'"."""
        told = f"{self.name}, row {self.rows[place]}"
        return f"{told}, column {column!r}" if column else told


def read_table(
    given: Given,
    option: str,
    required: Sequence[str],
    optional: Sequence[str],
    options: FileOptions,
) -> TextTable:
    """Read a table and find its columns, whatever their capitals.

    Raises
    ------
    DataError
        For a file that cannot be read, no rows, and columns that are missing, twice there or
        misspelt.
    """
    if isinstance(given, pd.DataFrame):
        frame, name = given, option
    else:
        frame = read_survey(given, encoding=options.encoding, separator=options.separator)
        name = Path(given).name
    headings = [str(heading).strip() for heading in frame.columns]
    places = _places(headings, (*required, *optional), name)
    _check_headings(headings, places, required, optional, name)
    if not len(frame):
        raise DataError(f"{name} has no rows: give one or more.")
    return TextTable(
        name=name,
        columns={
            column: [cell_text(cell) for cell in frame.iloc[:, place].tolist()]
            for column, place in places.items()
        },
        rows=tuple(file_rows(frame.index, frame.attrs)),
        unused=tuple(one for place, one in enumerate(headings) if place not in places.values()),
        synthetic=bool(frame.attrs.get("synthetic", False)),
    )


def cell_text(cell: Any) -> str:
    """A cell as a text: whole numbers without decimals, "" for no answer."""
    if cell is None or cell is pd.NA or cell != cell:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _places(headings: list[str], known: Sequence[str], name: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        column = heading.casefold()
        if column not in known:
            continue
        if column in places:
            raise DataError(f"{name} has two columns {column!r}: leave one out.")
        places[column] = place
    return places


def _check_headings(
    headings: list[str],
    places: dict[str, int],
    required: Sequence[str],
    optional: Sequence[str],
    name: str,
) -> None:
    """Refuse what is missing, and what looks like a slip of an optional column's name."""
    there = ", ".join(map(repr, headings)) or "none"
    for column in required:
        if column not in places:
            free = [one for one in headings if one.casefold() not in places]
            advice = nearest(column, free) or "."
            raise DataError(f"{name} has no column {column!r}{advice} Its columns are {there}.")
    absent = [column for column in optional if column not in places]
    for place, heading in enumerate(headings):
        advice = nearest(heading.casefold(), absent) if place not in places.values() else ""
        if advice:
            raise DataError(f"{name} has a column {heading!r}{advice} Rename it or leave it out.")
