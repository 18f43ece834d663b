"""What is looked at before a model: missing answers, another program's factors.

Import from here: `MissingData`, `missing_data`, `explore`. The number of factors, rotation and
extraction have rooms of their own.
"""

from .factor_analyzer import explore
from .missing_data import MissingData, missing_data

__all__ = ["MissingData", "explore", "missing_data"]
