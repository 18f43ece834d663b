"""Differences of groups in factor means, paths and explained variance.

Import from here: `group_differences`, `GroupDifferences`.
"""

from .group_differences import GroupDifferences, group_differences

__all__ = ["GroupDifferences", "group_differences"]
