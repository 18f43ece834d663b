"""Reports: sections of sentences, tables and figures, as a page, JSON, LaTeX and Word.

Import from here: `Report`, `Section`, the parts of sections, and `FORMATS`.
"""

from .pictures import picture
from .report import FORMATS, Report
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

__all__ = [
    "Bullets",
    "Code",
    "FORMATS",
    "Figure",
    "Fold",
    "Heading",
    "Note",
    "References",
    "Report",
    "ReportPart",
    "Section",
    "picture",
]
