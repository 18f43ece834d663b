"""Exploratory blocks: fitted with zeros in place of a rotation, and rotated at the minimum.

Import from here: `unrotated_problem`, `unrotated_parameters`, `rotated_parameters`,
`rotations_at`, `equation_slopes`.
"""

from .rotated_minimum import name_of_block, rotated_parameters, rotations_at
from .rotation_equations import equation_slopes, even_basis, standardised_loadings
from .unrotated_problem import first_pivots, unrotated_parameters, unrotated_problem

__all__ = [
    "equation_slopes",
    "even_basis",
    "first_pivots",
    "name_of_block",
    "rotated_parameters",
    "rotations_at",
    "standardised_loadings",
    "unrotated_parameters",
    "unrotated_problem",
]
