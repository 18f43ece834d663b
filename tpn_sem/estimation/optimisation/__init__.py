"""Minimising an objective: Newton and Fisher steps, constraints, warm starts in stacks.

Import from here: `minimise`, `minimise_constrained`, `minimise_near`, `Solution`.
"""

from .constrained import minimise_constrained
from .lagrangian import tangent
from .newton import CLOSE, DECREMENT, Solution, minimise
from .scaled_problem import scale_problem
from .search import PATIENT, not_searched, search_minimum
from .trust_region import minimise_in_region
from .warm_start import minimise_near
from .without_curvature import minimise_without_curvature

__all__ = [
    "PATIENT",
    "not_searched",
    "scale_problem",
    "search_minimum",
    "minimise_in_region",
    "CLOSE",
    "DECREMENT",
    "Solution",
    "minimise",
    "minimise_constrained",
    "minimise_near",
    "minimise_without_curvature",
    "tangent",
]
