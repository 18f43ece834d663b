"""Sentences and tables as a document of Word, with the rules of APA style."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...optional_packages import optional
from ...writing import written_whole
from .heading_words import is_statistic, italic_parts
from .written_table import Part, Written

_FONT = 10  # points
_NOTE = 9


def save_word(parts: Iterable[Part], path: str | Path) -> None:
    """Write a document.

    Raises
    ------
    NotAvailableError
        Without python-docx.
    OptionError
        Where it cannot be written.
    """
    docx = optional("docx", "documents")
    book = docx.Document()
    for part in parts:
        if isinstance(part, Written):
            _add_table(book, part, docx)
        else:
            book.add_paragraph(part.removeprefix("! "))
    with written_whole(path) as file:
        book.save(file)


def _add_table(book: Any, table: Written, docx: Any) -> None:
    if table.title:
        book.add_paragraph().add_run(table.title).italic = True
    if not table.heads:
        return
    grid = book.add_table(rows=0, cols=len(table.heads))
    row = grid.add_row().cells
    for place, head in enumerate(table.heads):
        run = _fill(row[place], head, table.on_the_right(place), docx)
        run.italic = is_statistic(head)
        _rule(row[place], docx, "top", "bottom")
    for number, cells in enumerate(table.body):
        row = grid.add_row().cells
        for place, cell in enumerate(cells):
            text = cell.text
            if table.on_the_right(place) and text.startswith("-"):
                text = f"\N{MINUS SIGN}{text[1:]}"
            run = _fill(row[place], text, table.on_the_right(place), docx)
            run.bold, run.italic = cell.strong, table.slanted(number, place)
            if table.foot and number == len(table.body) - table.foot:
                _rule(row[place], docx, "top")
            if number == len(table.body) - 1:
                _rule(row[place], docx, "bottom")
    _add_notes(book, table, docx)


def _fill(cell: Any, text: str, right: bool, docx: Any) -> Any:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = docx.shared.Pt(0)
    if right:
        paragraph.alignment = docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size = docx.shared.Pt(_FONT)
    return run


def _rule(cell: Any, docx: Any, *edges: str) -> None:
    """Lines at some edges of a cell."""
    element = docx.oxml.OxmlElement("w:tcBorders")
    for edge in edges:
        line = docx.oxml.OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", "6"), ("color", "auto")):
            line.set(docx.oxml.ns.qn(f"w:{name}"), value)
        element.append(line)
    properties = cell._tc.get_or_add_tcPr()
    there = properties.find(docx.oxml.ns.qn("w:tcBorders"))
    if there is None:
        properties.append(element)
    else:
        there.extend(list(element))


def _add_notes(book: Any, table: Written, docx: Any) -> None:
    if not table.notes:
        return
    paragraph = book.add_paragraph()
    parts = [("Note.", True), (" ", False), *italic_parts(" ".join(table.notes))]
    for text, slanted in parts:
        run = paragraph.add_run(text)
        run.italic = slanted
        run.font.size = docx.shared.Pt(_NOTE)
