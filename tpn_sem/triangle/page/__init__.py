"""The study as tables, figures and one HTML page.

Import from here: `write_report`, `study_tables`.
"""

from .html_tables import format_number, html_table
from .study_page import study_tables, write_report

__all__ = ["format_number", "html_table", "study_tables", "write_report"]
