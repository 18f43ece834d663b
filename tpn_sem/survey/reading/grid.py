"""Rows of cells to columns under headings, without what is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import DataError
from .decisions import Decisions, counted
from .headings import tidy_headings


@dataclass
class Grid:
    """Columns of cells.

    Attributes
    ----------
    headings : list of str
        One a column; unique.
    columns : list of sequences
        The cells of each column, as many as there are rows.
    rows : sequence of int
        Where each row stands in the file, counted from 1.
    originals : dict of str to str
        The headings in the file, of columns whose heading differs from it.
    """

    headings: list[str]
    columns: list[Sequence[Any]]
    rows: Sequence[int]
    originals: dict[str, str]


def make_grid(cells: list[Any], heading: int, name: str, decisions: Decisions) -> Grid:
    """Columns of the rows below the headings; all rows have the same length, or none.

    Raises
    ------
    DataError
        Where no row is left.
    """
    if heading:
        decisions.say(f"headings are those of row {heading + 1}")
    rows = [place for place in range(heading + 1, len(cells)) if not _is_empty(cells[place])]
    if not rows:
        raise DataError(f"{name} has headings and no rows below them; give a file with answers.")
    between = rows[-1] - heading - len(rows)
    if between:
        decisions.say(f"{counted(between, 'empty row')} left out")
    texts = ["" if cell is None else str(cell) for cell in cells[heading]]
    columns: list[Sequence[Any]] = list(zip(*(cells[row] for row in rows), strict=True))
    kept = _with_something(texts, columns, decisions)
    _doubt_title([texts[place] for place in kept], heading, decisions)
    kept = _without_index(kept, texts, columns, decisions)
    found = [texts[place] for place in kept]
    headings = tidy_headings(found, decisions)
    originals = {
        heading: text
        for heading, text in zip(headings, found, strict=True)
        if text.strip() and text != heading
    }
    columns = [columns[place] for place in kept]
    return Grid(headings, columns, [row + 1 for row in rows], originals)


def _is_empty(row: Sequence[Any]) -> bool:
    return not any(cell is not None and (not isinstance(cell, str) or cell.strip()) for cell in row)


def _with_something(
    texts: list[str], columns: list[Sequence[Any]], decisions: Decisions
) -> list[int]:
    """Places of the columns that have a heading or an answer."""
    kept = [
        place
        for place, (text, column) in enumerate(zip(texts, columns, strict=True))
        if text.strip() or not _is_empty(column)
    ]
    if len(kept) < len(columns):
        decisions.say(f"{counted(len(columns) - len(kept), 'empty column')} left out")
    return kept


def _doubt_title(texts: list[str], heading: int, decisions: Decisions) -> None:
    """A title above the table leaves most columns without a heading of their own."""
    own = {text.strip() for text in texts} - {""}
    if len(texts) > 2 and 2 * len(own) < len(texts):
        decisions.doubt(
            f"row {heading + 1} has {counted(len(own), 'heading')} for {len(texts)} columns; if it "
            "is a title, give the row of the headings as header="
        )


def _without_index(
    kept: list[int], texts: list[str], columns: list[Sequence[Any]], decisions: Decisions
) -> list[int]:
    """Without the numbers of rows that pandas and R write before the first column."""
    first = kept[0]
    if len(kept) < 2 or texts[first].strip() not in ("", "Unnamed: 0"):
        return kept
    numbers = list(map(str, columns[first]))
    n = len(numbers)
    if numbers not in (list(map(str, range(n))), list(map(str, range(1, n + 1)))):
        return kept
    decisions.say("first column left out: it numbers the rows, and has no heading")
    return kept[1:]
