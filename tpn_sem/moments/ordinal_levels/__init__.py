"""Statistics of ordinal and continuous variables within clusters and between them.

Import from here: `level_statistics`, their order.
"""

from .level_order import LevelOrder
from .level_statistics import LevelStatistics, level_statistics

__all__ = ["LevelOrder", "LevelStatistics", "level_statistics"]
