"""Survey data described before any model: items, scales, schools, missing answers.

Import from here: `describe`, and the results `Description` and `LittleTest`.
"""

from .describe import describe
from .description import Description
from .little_test import LittleTest

__all__ = ["Description", "LittleTest", "describe"]
