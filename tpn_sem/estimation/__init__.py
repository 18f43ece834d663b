"""From a specification and samples to a fitted model: objective, starts, solution, errors.

Import from here: `estimate`, `Estimation`, `Minimum`. A new discrepancy function: `discrepancy`.
"""

from .estimate import (
    Estimation,
    TwoStepEstimation,
    estimate,
    estimate_again,
    far_from_zero,
    solve,
    solve_unseen,
)
from .held_parameters import free_directions, solve_held
from .identification import check_identification
from .minimum import NO_UNRESTRICTED, Minimum, remembered
from .objective import Objective
from .penalties import Penalty, SumOfSquares
from .start_values import start_values

__all__ = [
    "NO_UNRESTRICTED",
    "SumOfSquares",
    "Penalty",
    "Estimation",
    "TwoStepEstimation",
    "free_directions",
    "solve_held",
    "Minimum",
    "Objective",
    "check_identification",
    "estimate",
    "estimate_again",
    "far_from_zero",
    "remembered",
    "solve",
    "solve_unseen",
    "start_values",
]
