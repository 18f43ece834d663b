"""Implied moments of a model, their derivatives, and those of ordinal items, in stacks.

Import from here: `imply`, `Implied`, `ImpliedResponses`, `Directions`.
"""

from .cell_scales import cell_scales
from .continuous import (
    Directions,
    Implied,
    free_moments,
    moment_directions,
    second_derivatives,
    split_slope,
)
from .imply import imply
from .ordinal import ImpliedResponses

__all__ = [
    "Directions",
    "Implied",
    "ImpliedResponses",
    "cell_scales",
    "free_moments",
    "imply",
    "moment_directions",
    "second_derivatives",
    "split_slope",
]
