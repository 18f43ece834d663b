"""Sentences and tables as a document of Word, with the rules of APA style."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...optional_packages import optional
from ...writing import written_whole
from .column_layout import Block, Room, laid_on_paper
from .heading_words import is_statistic, italic_parts
from .word_pages import line_of, new_word_document
from .written_table import Part, Written, note_word

_SIZES = (10.0, 9.5, 9.0, 8.5, 8.0, 7.5)  # points
_NOTE = 9
_SHORT, _FIRST = 15, 3  # rows of a table that no page cuts; of others, that stay together
_WIDER = 1.2  # than needed, where there is room: fonts differ
_MARGIN, _LEAD = 8.0, 1.0  # of a cell, in points: both sides together; above and below


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
    book = new_word_document(docx)
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
    size, blocks = laid_on_paper(table, _rooms(book, docx))
    for block in blocks:
        _add_grid(book, block, size, docx)
    _add_notes(book, table, docx)


def _rooms(book: Any, docx: Any) -> list[Room]:
    line = line_of(book) / docx.shared.Pt(1)
    return [Room(size, line / size, _MARGIN / size) for size in _SIZES]


def _add_grid(book: Any, block: Block, size: float, docx: Any) -> None:
    """Columns that stand side by side, and a line below them that may have the notes."""
    table, letters = block.table, docx.shared.Pt(size)
    grid = book.add_table(rows=0, cols=len(table.heads))
    widths = _widths(block, size, line_of(book), docx)
    grid.autofit = False
    _set_margins(grid, docx)
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    row = _add_row(grid, widths, docx, again=True)
    for place, head in enumerate(table.heads):
        run = _fill(row[place], head, table.on_the_right(place), docx, letters)
        run.italic = is_statistic(head)
        _rule(row[place], docx, "top", "bottom")
        row[place].vertical_alignment = docx.enum.table.WD_ALIGN_VERTICAL.BOTTOM
    for number, cells in enumerate(table.body):
        row = _add_row(grid, widths, docx)
        for place, cell in enumerate(cells):
            text = table.shown(number, place)
            run = _fill(row[place], text, table.on_the_right(place), docx, letters)
            run.bold, run.italic = cell.strong, table.slanted(number, place)
            if table.foot and number == len(table.body) - table.foot:
                _rule(row[place], docx, "top")
            if number == len(table.body) - 1:
                _rule(row[place], docx, "bottom")
    _keep_together(grid, bool(table.notes))
    book.add_paragraph().paragraph_format.space_before = docx.shared.Pt(2)


def _widths(block: Block, size: float, line: int, docx: Any) -> list[Any]:
    points = [size * width + _MARGIN for width in block.widths]
    wider = max(1.0, min(_WIDER, line / docx.shared.Pt(sum(points))))
    return [docx.shared.Pt(wider * own) for own in points]


def _keep_together(grid: Any, notes: bool) -> None:
    """No page ends between heads and the first rows, nor within short tables or before notes."""
    count = len(grid.rows)
    for number, row in enumerate(grid.rows):
        last = number == count - 1
        kept = count <= _SHORT or number < _FIRST or number >= count - _FIRST
        for paragraph in row.cells[0].paragraphs:
            paragraph.paragraph_format.keep_with_next = notes if last else kept


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
    """Narrow margins of cells at the sides, so that wide tables fit, and air at the rules."""
    margins = docx.oxml.OxmlElement("w:tblCellMar")
    sides = {"top": _LEAD, "left": _MARGIN / 2, "bottom": _LEAD, "right": _MARGIN / 2}
    for side, points in sides.items():
        element = docx.oxml.OxmlElement(f"w:{side}")
        element.set(docx.oxml.ns.qn("w:w"), str(int(20 * points)))
        element.set(docx.oxml.ns.qn("w:type"), "dxa")
        margins.append(element)
    look = grid._tbl.tblPr.find(docx.oxml.ns.qn("w:tblLook"))
    look.addprevious(margins)


def _fill(cell: Any, text: str, right: bool, docx: Any, size: Any) -> Any:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = docx.shared.Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    if right:
        paragraph.alignment = docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size = size
    _set_mark(paragraph, size, docx)
    return run


def _set_mark(paragraph: Any, size: Any, docx: Any) -> None:
    """The mark of the paragraph's end in the same size: it makes the line as high as itself."""
    look, height = (docx.oxml.OxmlElement(f"w:{name}") for name in ("rPr", "sz"))
    height.set(docx.oxml.ns.qn("w:val"), f"{2 * size.pt:.0f}")
    look.append(height)
    paragraph._p.get_or_add_pPr().append(look)


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
    paragraph = book.paragraphs[-1]
    parts = [(note_word(), True), (" ", False), *italic_parts(" ".join(table.notes))]
    for text, slanted in parts:
        run = paragraph.add_run(text)
        run.italic = slanted
        run.font.size = docx.shared.Pt(_NOTE)
