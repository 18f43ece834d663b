"""The study as a report: a page, JSON, Word, LaTeX; with its tables and figures.

Import from here: `study_report`, `write_report`, `study_tables`, `SECTIONS`, `SectionFunction`.
"""

from .sections import SECTIONS, SectionFunction
from .study_report import study_report
from .study_tables import study_tables
from .written_report import write_report

__all__ = ["SECTIONS", "SectionFunction", "study_report", "study_tables", "write_report"]
