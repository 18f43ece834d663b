"""Implied moments of a model, their derivatives, and those of ordinal items, in stacks.

Import from here: `imply`, `Implied`, `ImpliedResponses`, `Directions`.
"""

from .cell_scales import cell_scales
from .continuous import Directions, Implied, second_derivatives, split_slope
from .imply import imply
from .ordinal import ImpliedResponses

__all__ = [
    "Directions",
    "Implied",
    "ImpliedResponses",
    "cell_scales",
    "imply",
    "second_derivatives",
    "split_slope",
]
