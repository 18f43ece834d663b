"""Moments of incomplete rows, and the normal-theory weight of moments.

Import from here: patterns of missing answers, unrestricted moments, weights. Ordinal items:
`ordinal`.
"""

from .missing_patterns import PatternLikelihood, Patterns, find_patterns
from .normal_theory import normal_theory_spread, normal_theory_weight
from .saturated import guess, half_gradient, saturate

__all__ = [
    "PatternLikelihood",
    "Patterns",
    "find_patterns",
    "guess",
    "half_gradient",
    "normal_theory_spread",
    "normal_theory_weight",
    "saturate",
]
