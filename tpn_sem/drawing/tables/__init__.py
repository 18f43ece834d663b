"""Tables as articles have them: as text, HTML, LaTeX, Markdown, Word and Excel.

Import from here: `Table`, what writes a sequence of sentences and tables, and words of parameters.
"""

from .column_kinds import write_value
from .html_parts import html_of
from .latex_parts import latex_of
from .markdown_parts import markdown_of
from .parameter_words import words_of
from .plain_parts import on_a_screen, screen_width, wrapped
from .table import Table
from .word_parts import save_word
from .workbooks import save_workbook, workbook_sheets
from .written_table import Written

__all__ = [
    "Table",
    "Written",
    "html_of",
    "latex_of",
    "markdown_of",
    "on_a_screen",
    "save_word",
    "save_workbook",
    "screen_width",
    "words_of",
    "write_value",
    "workbook_sheets",
    "wrapped",
]
