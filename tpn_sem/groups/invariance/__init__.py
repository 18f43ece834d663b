"""Invariance: whether groups can be compared, and what differs if they cannot.

Effect sizes, differences of groups, alignment and approximate invariance are loaded when used.
"""

from .ask import invariance
from .ladder import InvarianceLadder
from .partial import PartialSearch
from .steps import FURTHER_STEPS, ORDINAL_STEPS, STEPS

__all__ = [
    "FURTHER_STEPS",
    "ORDINAL_STEPS",
    "STEPS",
    "InvarianceLadder",
    "PartialSearch",
    "invariance",
]
