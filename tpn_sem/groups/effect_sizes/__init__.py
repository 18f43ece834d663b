"""How much non-invariance matters: dMACS, sums, selection, item curves.

Import from here: `effect_sizes`, `EffectSizes`, and measurement by group.
"""

from .effect_sizes import EffectSizes, effect_sizes
from .group_measurement import (
    GroupMeasurement,
    group_measurements,
    invariant_items,
    without_common_unit,
)
from .sum_scores import expected_mean, sum_distribution, sum_variance

__all__ = [
    "EffectSizes",
    "GroupMeasurement",
    "effect_sizes",
    "expected_mean",
    "group_measurements",
    "invariant_items",
    "sum_distribution",
    "sum_variance",
    "without_common_unit",
]
