"""What is looked at before a model: missing answers, the number of factors.

Import from here: `MissingData`, `missing_data`, `explore`, `parallel_analysis`.
"""

from .factor_analyzer import explore
from .missing_data import MissingData, missing_data
from .parallel_analysis import parallel_analysis

__all__ = ["MissingData", "explore", "missing_data", "parallel_analysis"]
