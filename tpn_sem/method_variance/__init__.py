"""How much of a path is common method? Method factors, markers, partial correlations, a verdict.

Import from here: `common_method`, `CommonMethod`.
"""

from .common_method import common_method
from .common_method_result import CommonMethod

__all__ = ["CommonMethod", "common_method"]
