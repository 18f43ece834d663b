"""A table as writers need it: headings, and cells with their text and value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...languages import said
from .heading_words import is_statistic

MINUS = "\N{MINUS SIGN}"
_MOST_NAMES = 3


def note_word() -> str:
    """What stands before the notes of a table."""
    return said("Note.")


@dataclass(frozen=True)
class Cell:
    """One cell: what is read, what it stands for, and whether it is set off in bold."""

    text: str
    value: object = None
    strong: bool = False


@dataclass(frozen=True)
class Written:
    """A table whose numbers are written.

    Attributes
    ----------
    title : str
    heads : tuple of str
        Of the columns, those of the index first.
    kinds : tuple of str
        What each column holds; all but "text" stand on the right.
    body : tuple of tuple of Cell
    foot : int
        How many last rows are set off by a rule.
    notes : tuple of str
    stubs : int
        How many first columns say what a row is.
    folded : bool
        Whether HTML folds it away.
    names : tuple of str
        Of the columns, as code has them.
    """

    title: str
    heads: tuple[str, ...]
    kinds: tuple[str, ...]
    body: tuple[tuple[Cell, ...], ...]
    foot: int = 0
    notes: tuple[str, ...] = ()
    stubs: int = 0
    folded: bool = False
    names: tuple[str, ...] = ()

    def on_the_right(self, place: int) -> bool:
        """Whether a column's cells stand on the right."""
        return self.kinds[place] != "text"

    def slanted(self, row: int, place: int) -> bool:
        """Whether a cell of the foot is the symbol of a statistic."""
        in_foot = row >= len(self.body) - self.foot
        return in_foot and place < self.stubs and is_statistic(self.body[row][place].text)

    def shown(self, row: int, place: int) -> str:
        """What people read of a cell in a document: numbers with a minus sign, not a hyphen."""
        text = self.body[row][place].text
        is_negative = text.startswith("-") and self.on_the_right(place)
        return f"{MINUS}{text[1:]}" if is_negative else text

    def naming(self) -> int:
        """How many first columns tell the rows apart: the index, or texts before any number."""
        count = self.stubs
        while count < min(len(self.heads), _MOST_NAMES) and self.kinds[count] == "text":
            if len({tuple(cell.text for cell in row[:count]) for row in self.body}) == len(
                self.body
            ):
                break
            count += 1
        return count

    def folded_away(self) -> Written:
        """The same, folded in HTML."""
        return replace(self, folded=True)


Part = str | Written
"""Sentences, and tables; those that begin with "! " are warnings."""


def in_blocks(
    stubs: list[int], count: int, fits: Callable[[Sequence[int]], bool]
) -> list[list[int]]:
    """Places of columns in blocks that fit, those that name the rows in each.

    Parameters
    ----------
    stubs : list of int
        The first columns.
    count : int
        How many columns there are.
    fits : function
        Whether columns together fit a line; one beside the stubs always stands.
    """
    blocks: list[list[int]] = [[]]
    for place in range(len(stubs), count):
        if blocks[-1] and not fits([*stubs, *blocks[-1], place]):
            blocks.append([])
        blocks[-1].append(place)
    return [stubs + block for block in blocks]
