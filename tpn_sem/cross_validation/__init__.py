"""Do models predict rows that they were not fitted to? Folds, schools, other surveys, halves.

Import from here: `cross_validate`, `split_half`, their results, and the core `held_out_deviances`.
"""

from .cross_validate import cross_validate
from .cross_validation_result import CrossValidation
from .held_out_deviances import FoldJudgement, HeldOut, held_out_deviances
from .split_half import split_half
from .split_half_result import SplitHalf

__all__ = [
    "CrossValidation",
    "FoldJudgement",
    "HeldOut",
    "SplitHalf",
    "cross_validate",
    "held_out_deviances",
    "split_half",
]
