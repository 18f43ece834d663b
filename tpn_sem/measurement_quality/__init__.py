"""Is the instrument valid? Reliability of scales, convergent and discriminant validity.

Import from here: `reliability`, `item_analysis`, `validity`, `Validity`.
"""

from .item_analysis import item_analysis
from .reliability import reliability
from .validity import Validity, validity

__all__ = ["Validity", "item_analysis", "reliability", "validity"]
