"""Tables as articles have them: as text, HTML, LaTeX, Markdown, Word and Excel.

Import from here: `Table`, what writes a sequence of sentences and tables, and words of parameters.
"""

from .column_kinds import write_value
from .forms import Forms
from .parameter_words import words_of
from .plain_parts import on_a_screen, screen_width, wrapped
from .table import Table
from .workbooks import workbook_sheets
from .written_table import Written

__all__ = [
    "Forms",
    "Table",
    "Written",
    "on_a_screen",
    "screen_width",
    "words_of",
    "write_value",
    "workbook_sheets",
    "wrapped",
]
