"""Tables as articles have them: as text, HTML, LaTeX, Markdown, Word and Excel.

Import from here: `Table`, what writes a sequence of sentences and tables, and words of parameters.
"""

from .column_kinds import write_value
from .column_layout import Block, Room, laid_on_paper
from .forms import Forms
from .heading_words import is_statistic, italic_parts, words_of_column
from .latex_parts import latex_cells, latex_columns, latex_gap, latex_notes
from .parameter_words import (
    EXPLAINED,
    explained_in,
    said_in_words,
    without_errors_of_fixed,
    words_of,
)
from .plain_parts import on_a_screen, screen_width, text_of, wrapped
from .table import Table
from .word_pages import line_of, new_word_document
from .word_parts import add_word_table
from .workbooks import workbook_sheets
from .written_table import Cell, Written

__all__ = [
    "Block",
    "Cell",
    "EXPLAINED",
    "Forms",
    "Room",
    "Table",
    "Written",
    "add_word_table",
    "explained_in",
    "is_statistic",
    "italic_parts",
    "laid_on_paper",
    "latex_cells",
    "latex_columns",
    "latex_gap",
    "latex_notes",
    "line_of",
    "new_word_document",
    "on_a_screen",
    "said_in_words",
    "screen_width",
    "text_of",
    "without_errors_of_fixed",
    "words_of",
    "words_of_column",
    "write_value",
    "workbook_sheets",
    "wrapped",
]
