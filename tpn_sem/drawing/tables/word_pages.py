"""Pages of documents of Word: paper, margins, letters, numbers at the foot."""

from __future__ import annotations

from typing import Any

_LETTERS = "Times New Roman"  # every Word has it, with Cyrillic and what Kazakh adds
_SCRIPTS = ("ascii", "hAnsi", "cs")


def new_word_document(docx: Any) -> Any:
    """An empty document on A4 with narrow margins, so that tables fit."""
    book = docx.Document()
    page = book.sections[0]
    page.page_width, page.page_height = docx.shared.Mm(210), docx.shared.Mm(297)
    page.left_margin = page.right_margin = docx.shared.Mm(20)
    style = book.styles["Normal"]
    style.font.name = _LETTERS
    for script in _SCRIPTS:
        style.element.rPr.rFonts.set(docx.oxml.ns.qn(f"w:{script}"), _LETTERS)
    foot = page.footer.paragraphs[0]
    foot.alignment = docx.enum.text.WD_ALIGN_PARAGRAPH.CENTER
    field = docx.oxml.OxmlElement("w:fldSimple")
    field.set(docx.oxml.ns.qn("w:instr"), "PAGE")
    foot._p.append(field)
    return book


def line_of(book: Any) -> int:
    """How wide a line is, as python-docx measures lengths."""
    page = book.sections[0]
    return int(page.page_width - page.left_margin - page.right_margin)
