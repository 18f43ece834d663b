"""What is looked at before a model: missing answers, another program's factors.

Import from here: `MissingData`, `missing_data`, `mardia`, `explore`. The number of factors,
rotation and extraction have rooms of their own.
"""

from .factor_analyzer import explore
from .missing_data import MissingData, missing_data
from .multivariate_normality import mardia

__all__ = ["MissingData", "explore", "mardia", "missing_data"]
