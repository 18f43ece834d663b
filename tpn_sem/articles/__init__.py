"""What articles say of fits: several models side by side, the methods paragraph, references.

Import from here: `paper_table`, `cite`.
"""

from .bibliography import Reference
from .citation import Citation, cite
from .paper_table import paper_table

__all__ = ["Citation", "Reference", "cite", "paper_table"]
