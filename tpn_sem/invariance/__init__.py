"""Invariance: whether groups can be compared, how much it matters if not, and what they differ in."""

from .ladder import STEPS, InvarianceLadder, invariance

__all__ = ["STEPS", "InvarianceLadder", "invariance"]
