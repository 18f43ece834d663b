"""A table as writers need it: headings, and cells with their text and value."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .heading_words import is_statistic


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
    """

    title: str
    heads: tuple[str, ...]
    kinds: tuple[str, ...]
    body: tuple[tuple[Cell, ...], ...]
    foot: int = 0
    notes: tuple[str, ...] = ()
    stubs: int = 0
    folded: bool = False

    def on_the_right(self, place: int) -> bool:
        """Whether a column's cells stand on the right."""
        return self.kinds[place] != "text"

    def slanted(self, row: int, place: int) -> bool:
        """Whether a cell of the foot is the symbol of a statistic."""
        in_foot = row >= len(self.body) - self.foot
        return in_foot and place < self.stubs and is_statistic(self.body[row][place].text)

    def folded_away(self) -> Written:
        """The same, folded in HTML."""
        return replace(self, folded=True)


Part = str | Written
"""Sentences, and tables; those that begin with "! " are warnings."""
