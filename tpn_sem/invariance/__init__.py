"""Invariance: whether groups can be compared, and what differs if they cannot."""

from .ladder import InvarianceLadder, invariance
from .steps import FURTHER_STEPS, ORDINAL_STEPS, STEPS

__all__ = ["FURTHER_STEPS", "ORDINAL_STEPS", "STEPS", "InvarianceLadder", "invariance"]
