"""Sentences and tables as a document of Word, with the rules of APA style."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...optional_packages import optional
from ...writing import written_whole
from .heading_words import is_statistic, italic_parts
from .written_table import Part, Written, note_word

_FONT, _SMALLEST = 10.0, 6.5  # points
_NOTE = 9
_SHORT, _FIRST = 15, 3  # rows of a table that no page cuts; of others, that stay together
_SPARE = 1.25
_MORE = 0.6  # letters beside those that a word has: some are wide
_LETTER, _MARGIN = 0.6, 8.0  # width of a letter in its size; of a cell's margins in points


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
            add_word_table(book, part)
        else:
            book.add_paragraph(part.removeprefix("! "))
    with written_whole(path) as file:
        book.save(file)


def add_word_table(book: Any, table: Written, label: str = "") -> None:
    """Add a table: its headings come again on each page, and no row is cut.

    Parameters
    ----------
    book : docx.Document
    table : Written
    label : str
        As "Table 3", above the title.
    """
    docx = optional("docx", "documents")
    for text, style in ((label, "bold"), (table.title, "italic")):
        if text:
            paragraph = book.add_paragraph()
            setattr(paragraph.add_run(text), style, True)
            paragraph.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.space_after = docx.shared.Pt(2)
    if not table.heads:
        return
    grid = book.add_table(rows=0, cols=len(table.heads))
    size, widths = _layout(book, table, docx)
    grid.autofit = False
    _set_margins(grid, docx)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    row = _add_row(grid, widths, docx, again=True)
    for place, head in enumerate(table.heads):
        run = _fill(row[place], head, table.on_the_right(place), docx, size)
        run.italic = is_statistic(head)
        _rule(row[place], docx, "top", "bottom")
    for number, cells in enumerate(table.body):
        row = _add_row(grid, widths, docx)
        for place, cell in enumerate(cells):
            text = table.shown(number, place)
            run = _fill(row[place], text, table.on_the_right(place), docx, size)
            run.bold, run.italic = cell.strong, table.slanted(number, place)
            if table.foot and number == len(table.body) - table.foot:
                _rule(row[place], docx, "top")
            if number == len(table.body) - 1:
                _rule(row[place], docx, "bottom")
    _keep_together(grid, bool(table.notes))
    _add_notes(book, table, docx)


def _keep_together(grid: Any, notes: bool) -> None:
    """No page ends between heads and the first rows, nor within short tables or before notes."""
    count = len(grid.rows)
    for number, row in enumerate(grid.rows):
        last = number == count - 1
        kept = count <= _SHORT or number < _FIRST or number >= count - _FIRST
        for paragraph in row.cells[0].paragraphs:
            paragraph.paragraph_format.keep_with_next = notes if last else kept


def _layout(book: Any, table: Written, docx: Any) -> tuple[Any, list[Any]]:
    """Size of the letters and widths of the columns: no number is broken, texts share the rest."""
    page = book.sections[0]
    whole = (page.page_width - page.left_margin - page.right_margin) / docx.shared.Pt(1)
    spans = [table.letters(place) for place in range(len(table.heads))]
    wide = [(max(one, 2) + _MORE, most + _MORE) for one, most in spans]
    least = sum(one for one, _ in wide)
    room = (whole - _MARGIN * len(spans)) / _LETTER
    size = max(_SMALLEST, min(_FONT, room / least))
    narrow = [_LETTER * size * one + _MARGIN for one, _ in wide]
    wanted = [_LETTER * size * max(most - one, 0) for one, most in wide]
    share = min(1.0, max(whole - sum(narrow), 0.0) / (sum(wanted) or 1.0))
    widths = [own + share * more for own, more in zip(narrow, wanted, strict=True)]
    spare = max(1.0, min(_SPARE, whole / sum(widths)))  # letters differ in width
    widths = [spare * own for own in widths]
    return docx.shared.Pt(size), [docx.shared.Pt(own) for own in widths]


def _add_row(grid: Any, widths: list[Any], docx: Any, again: bool = False) -> list[Any]:
    """A row that no page cuts; the first comes again on each page."""
    row = grid.add_row()
    properties = row._tr.get_or_add_trPr()
    for name in ["w:cantSplit", *(["w:tblHeader"] if again else [])]:
        properties.append(docx.oxml.OxmlElement(name))
    cells = list(row.cells)
    for cell, width in zip(cells, widths, strict=True):
        cell.width = width
    return cells


def _set_margins(grid: Any, docx: Any) -> None:
    """Narrow margins of cells, so that wide tables fit."""
    margins = docx.oxml.OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = docx.oxml.OxmlElement(f"w:{side}")
        element.set(docx.oxml.ns.qn("w:w"), str(int(10 * _MARGIN)))
        element.set(docx.oxml.ns.qn("w:type"), "dxa")
        margins.append(element)
    grid._tbl.tblPr.append(margins)


def _fill(cell: Any, text: str, right: bool, docx: Any, size: Any) -> Any:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = docx.shared.Pt(0)
    if right:
        paragraph.alignment = docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size = size
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
    paragraph = book.add_paragraph()
    if not table.notes:
        return
    parts = [(note_word(), True), (" ", False), *italic_parts(" ".join(table.notes))]
    for text, slanted in parts:
        run = paragraph.add_run(text)
        run.italic = slanted
        run.font.size = docx.shared.Pt(_NOTE)
