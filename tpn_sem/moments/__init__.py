"""Moments of incomplete rows, and the normal-theory weight of moments.

Import from here: patterns of missing answers, unrestricted moments, weights. Ordinal items:
`ordinal`.
"""

from .different_answers import different_answers
from .incomplete_clusters import IncompleteClusters, IncompleteLikelihood
from .incomplete_normal import (
    likelihood_correlations,
    pattern_means,
    squared_distances,
    unrestricted_moments,
)
from .missing_patterns import PatternLikelihood, Patterns, find_patterns
from .normal_theory import normal_theory_spread, normal_theory_weight, unbiased_fourth_order
from .saturated import guess, half_gradient, saturate
from .slope_clusters import SlopeClusters, SlopeLikelihood
from .two_level_saturated import saturate_levels
from .two_levels import ClustersBySize, LevelLayout, TwoLevelLikelihood

__all__ = [
    "SlopeClusters",
    "SlopeLikelihood",
    "IncompleteClusters",
    "IncompleteLikelihood",
    "ClustersBySize",
    "LevelLayout",
    "TwoLevelLikelihood",
    "saturate_levels",
    "PatternLikelihood",
    "Patterns",
    "different_answers",
    "find_patterns",
    "guess",
    "half_gradient",
    "likelihood_correlations",
    "normal_theory_spread",
    "normal_theory_weight",
    "unbiased_fourth_order",
    "pattern_means",
    "saturate",
    "squared_distances",
    "unrestricted_moments",
]
