"""Factors from one correlation matrix, in arrays.

Import from here: `likelihood_factors`, `principal_axis_factors`, `most_factors`.
"""

from .concentrated_likelihood import likelihood_factors
from .factor_counts import degrees_of_freedom, most_factors
from .principal_axis import PrincipalAxis, principal_axis_factors

__all__ = [
    "PrincipalAxis",
    "degrees_of_freedom",
    "likelihood_factors",
    "most_factors",
    "principal_axis_factors",
]
