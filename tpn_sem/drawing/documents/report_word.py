"""A report as a document of Word that can be edited."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...languages import said
from ...optional_packages import optional
from ...writing import written_whole
from ..tables import add_word_table, line_of, new_word_document
from .pictures import picture
from .report_layout import FigurePart, FoldPart, LaidPart, LaidSection, Layout, TablePart
from .report_parts import Bullets, Code, Heading, Note

NO_PICTURE = "The drawing stands in the folder of figures as {name}.svg; it is not in this document"
_SHADES = {"warning": "FFF6E5", "error": "FBE9EC", "verdict": "EEF4FB"}
_MONOSPACED, _CODE_SIZE = "Courier New", 8.5
_HIGHEST = 205  # mm, of a picture


def save_report_word(report: Layout, path: str | Path) -> None:
    """Write the document.

    Raises
    ------
    NotAvailableError
        Without python-docx.
    OptionError
        Where it cannot be written.
    """
    docx = optional("docx", "documents")
    book = new_word_document(docx)
    book.core_properties.title = report.title
    book.add_heading(report.title, level=0)
    if report.made_by:
        book.add_paragraph(report.made_by)
    for note in report.notes:
        _add_note(book, Note(note))
    for section in report.sections:
        _add_section(book, section, docx)
    with written_whole(path) as file:
        book.save(file)


def _add_section(book: Any, section: LaidSection, docx: Any) -> None:
    heading = book.add_heading(section.title, level=1)
    _bookmark(heading, section.key, section.number, docx)
    _add_parts(book, section.parts, docx)


def _add_parts(book: Any, parts: Sequence[LaidPart], docx: Any) -> None:
    for part in parts:
        if isinstance(part, str):
            book.add_paragraph(part)
        elif isinstance(part, Heading):
            book.add_heading(part.text, level=2)
        elif isinstance(part, Note):
            _add_note(book, part)
        elif isinstance(part, Bullets):
            for item in part.items:
                book.add_paragraph(item, style="List Bullet")
        elif isinstance(part, Code):
            _add_code(book, part.text, docx)
        elif isinstance(part, TablePart):
            add_word_table(book, part.table, said(f"Table {part.number}"))
            _link_last_column(book.tables[-1], part, docx)
        elif isinstance(part, FigurePart):
            _add_figure(book, part, docx)
        else:
            _add_fold(book, part, docx)


def _add_note(book: Any, note: Note) -> None:
    """A shaded paragraph; what forbids to use the numbers is in bold."""
    docx = optional("docx", "documents")
    paragraph = book.add_paragraph()
    paragraph.add_run(note.text).bold = note.kind == "error"
    shade = docx.oxml.OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADES[note.kind])):
        shade.set(docx.oxml.ns.qn(f"w:{name}"), value)
    paragraph._p.get_or_add_pPr().append(shade)


def _add_fold(book: Any, part: FoldPart, docx: Any) -> None:
    paragraph = book.add_paragraph()
    paragraph.add_run(part.summary).bold = True
    paragraph.paragraph_format.keep_with_next = True
    _add_parts(book, part.parts, docx)


def _add_code(book: Any, text: str, docx: Any) -> None:
    run = book.add_paragraph().add_run(text)
    run.font.name, run.font.size = _MONOSPACED, docx.shared.Pt(_CODE_SIZE)


def _add_figure(book: Any, part: FigurePart, docx: Any) -> None:
    image = picture(part.figure.drawing)
    if image is not None:
        _add_picture(book, image, part.figure.drawing.description, docx)
    caption = book.add_paragraph()
    caption.add_run(f"{said(f'Figure {part.number}.')} ").bold = True
    caption.add_run(part.figure.caption)
    if image is None:
        told = f" {part.figure.drawing.description} ({NO_PICTURE.format(name=part.figure.name)}.)"
        caption.add_run(told).italic = True


def _add_picture(book: Any, image: bytes, description: str, docx: Any) -> None:
    """As wide as it was drawn, unless the page is narrower or lower; its caption stays with it."""
    book.add_picture(io.BytesIO(image))
    shape = book.inline_shapes[-1]
    highest = docx.shared.Mm(_HIGHEST)
    scale = min(1.0, line_of(book) / shape.width, highest / shape.height)
    shape.width, shape.height = int(scale * shape.width), int(scale * shape.height)
    shape._inline.docPr.set("descr", description)
    book.paragraphs[-1].paragraph_format.keep_with_next = True


# Links ---------------------------------------------------------------------------


def _bookmark(heading: Any, key: str, number: int, docx: Any) -> None:
    """A place that links of the document lead to."""
    qualified = docx.oxml.ns.qn
    start, end = (docx.oxml.OxmlElement(f"w:bookmark{edge}") for edge in ("Start", "End"))
    for element in (start, end):
        element.set(qualified("w:id"), str(number))
    start.set(qualified("w:name"), _place(key))
    heading._p.insert(1, start)
    heading._p.append(end)


def _link_last_column(grid: Any, part: TablePart, docx: Any) -> None:
    """Make the last cell of each row a link to its section."""
    for row, key in zip(grid.rows[1:], part.links, strict=False):
        if not key:
            continue
        paragraph = row.cells[-1].paragraphs[0]
        link = docx.oxml.OxmlElement("w:hyperlink")
        link.set(docx.oxml.ns.qn("w:anchor"), _place(key))
        for run in paragraph.runs:
            run.font.color.rgb = docx.shared.RGBColor(0x00, 0x50, 0x90)
            link.append(run._r)
        paragraph._p.append(link)


def _place(key: str) -> str:
    """The name of a section's bookmark, which has no hyphens."""
    return f"section_{key.replace('-', '_')}"
