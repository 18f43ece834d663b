"""Fit indices, one family a file; a new one is a function of `Evidence`.

Import from here: `Evidence`, `assess`, and the shipped indices.
"""

from .absolute import absolute, noncentrality_index
from .comparative import comparative
from .evidence import Corrected, Evidence, FitIndex, Scaled, Value
from .exact_fit import exact_fit
from .information_criteria import information_criteria
from .level_residuals import by_level
from .rmsea import error_of_approximation, rmsea
from .shipped_indices import SHIPPED, assess
from .srmr import residual_based

__all__ = [
    "Corrected",
    "Evidence",
    "FitIndex",
    "SHIPPED",
    "Scaled",
    "Value",
    "absolute",
    "assess",
    "by_level",
    "comparative",
    "error_of_approximation",
    "exact_fit",
    "information_criteria",
    "noncentrality_index",
    "residual_based",
    "rmsea",
]
