"""Invariance: whether groups can be compared, and what differs if they cannot."""

from .alignment import Alignment, alignment
from .approximate import ApproximateInvariance, approximate_invariance
from .ask import invariance
from .differences import GroupDifferences, group_differences
from .effect_sizes import EffectSizes, effect_sizes
from .ladder import InvarianceLadder
from .partial import PartialSearch
from .steps import FURTHER_STEPS, ORDINAL_STEPS, STEPS

__all__ = [
    "FURTHER_STEPS",
    "ORDINAL_STEPS",
    "STEPS",
    "Alignment",
    "ApproximateInvariance",
    "EffectSizes",
    "GroupDifferences",
    "InvarianceLadder",
    "PartialSearch",
    "alignment",
    "approximate_invariance",
    "effect_sizes",
    "group_differences",
    "invariance",
]
