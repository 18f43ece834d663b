"""Tables as articles print them: several models side by side.

Import from here: `paper_table`.
"""

from .paper_table import paper_table

__all__ = ["paper_table"]
