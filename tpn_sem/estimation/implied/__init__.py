"""Implied moments of a model, their derivatives, and those of ordinal items, in stacks.

Import from here: `imply`, `Implied`, `ImpliedResponses`, `Directions`.
"""

from .cell_scales import cell_scales
from .continuous import (
    Directions,
    Implied,
    free_moments,
    moment_directions,
    split_slope,
)
from .imply import imply
from .no_directions import NoDirections
from .ordinal import ImpliedResponses, imply_responses
from .pulled_cells import MomentSlopes, no_slopes, pulled_cells
from .unit_variances import sample_units

__all__ = [
    "Directions",
    "Implied",
    "ImpliedResponses",
    "MomentSlopes",
    "NoDirections",
    "cell_scales",
    "free_moments",
    "imply",
    "imply_responses",
    "moment_directions",
    "no_slopes",
    "pulled_cells",
    "sample_units",
    "split_slope",
]
