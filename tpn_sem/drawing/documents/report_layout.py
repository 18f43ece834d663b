"""A report as writers take it: sections, tables and figures with their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ...languages import said, spoken
from ..tables import Cell, Written
from .report_parts import (
    Bullets,
    Code,
    Figure,
    Fold,
    Heading,
    Note,
    References,
    ReportPart,
    Section,
)

LEFT_OUT = "left out of this report"
_NAMES = ("item", "and_item", "construct", "factor", "wording")  # columns of a user's own names


@dataclass(frozen=True)
class TablePart:
    """A table with its number, and the section that each row links to.

    Attributes
    ----------
    number : int
    table : Written
    links : tuple of str
        Key of a section for each row, to which its last cell links; empty without links.
    """

    number: int
    table: Written
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class FigurePart:
    """A figure with its number."""

    number: int
    figure: Figure


@dataclass(frozen=True)
class FoldPart:
    """A fold whose parts are laid out."""

    summary: str
    parts: tuple[LaidPart, ...]


LaidPart = str | Heading | Note | Bullets | Code | TablePart | FigurePart | FoldPart


@dataclass(frozen=True)
class LaidSection:
    """A section with its number."""

    number: int
    key: str
    heading: str
    parts: tuple[LaidPart, ...]

    @property
    def title(self) -> str:
        """Number and heading."""
        return f"{self.number}. {self.heading}"


@dataclass(frozen=True)
class Layout:
    """All that a writer needs."""

    title: str
    notes: tuple[str, ...]
    made_by: str
    sections: tuple[LaidSection, ...]
    language: str = "en"


def laid_out(title: str, notes: Sequence[str], made_by: str, sections: Sequence[Section]) -> Layout:
    """Number sections, tables and figures, and resolve references to sections.

    All that is said is in the language that is spoken; code stays as it is.
    """
    titles = {
        one.key: f"{place}. {said(one.heading)}" for place, one in enumerate(sections, start=1)
    }
    counter = _Counter(titles)
    laid = [
        LaidSection(place, one.key, said(one.heading), tuple(counter.lay(one.parts)))
        for place, one in enumerate(sections, start=1)
    ]
    return Layout(said(title), tuple(map(said, notes)), said(made_by), tuple(laid), spoken())


class _Counter:
    """Counts tables and figures on its way through a report."""

    def __init__(self, titles: Mapping[str, str]):
        self.titles = titles
        self.tables = self.figures = 0

    def lay(self, parts: Sequence[ReportPart]) -> Iterator[LaidPart]:
        for part in parts:
            if isinstance(part, str | Heading | Note | Bullets | Code):
                yield _worded(part)
            elif isinstance(part, Figure):
                self.figures += 1
                drawing = replace(part.drawing, description=said(part.drawing.description))
                own = replace(part, drawing=drawing, caption=said(part.caption))
                yield FigurePart(self.figures, own)
            elif isinstance(part, Fold):
                yield FoldPart(said(part.summary), tuple(self.lay(part.parts)))
            else:
                self.tables += 1
                yield self._table(part)

    def _table(self, part: ReportPart) -> TablePart:
        if not isinstance(part, References):
            assert not isinstance(part, str | Heading | Note | Bullets | Code | Figure | Fold)
            return TablePart(self.tables, _in_words(part.written()))
        written = _in_words(part.table.written())
        cells = [self._where(key) for key in part.sections]
        body = [(*row, Cell(text, text)) for row, text in zip(written.body, cells, strict=True)]
        whole = replace(
            written,
            heads=(*written.heads, said(part.heading)),
            kinds=(*written.kinds, "text"),
            body=tuple(body),
            names=(*written.names, part.heading.lower()),
        )
        links = tuple(key if key in self.titles else "" for key in part.sections)
        return TablePart(self.tables, whole, links)

    def _where(self, key: str) -> str:
        return "" if not key else self.titles.get(key, said(LEFT_OUT))


def _in_words(table: Written) -> Written:
    """A table with its texts in the language that is spoken; names of items stay."""
    if spoken() == "en":
        return table
    spoken_columns = [
        kind == "text" and name not in _NAMES
        for kind, name in zip(table.kinds, table.names, strict=True)
    ]
    body = [
        tuple(
            replace(cell, text=said(cell.text)) if told else cell
            for cell, told in zip(row, spoken_columns, strict=True)
        )
        for row in table.body
    ]
    return replace(table, body=tuple(body))


def _worded(part: str | Heading | Note | Bullets | Code) -> str | Heading | Note | Bullets | Code:
    """A part in the language that is spoken."""
    if isinstance(part, str):
        return said(part)
    if isinstance(part, Bullets):
        return Bullets([said(item) for item in part.items])
    return part if isinstance(part, Code) else replace(part, text=said(part.text))
