"""Implied moments of a model, their derivatives, and those of ordinal items, in stacks.

Import from here: `imply`, `differentiate`, `Implied`, `ImpliedResponses`.
"""

from .continuous import Directions, Implied, second_derivatives
from .dispatch import differentiate, imply, value_slopes, variance_slopes
from .ordinal import ImpliedResponses

__all__ = [
    "Directions",
    "Implied",
    "ImpliedResponses",
    "differentiate",
    "imply",
    "second_derivatives",
    "value_slopes",
    "variance_slopes",
]
