"""Ladders of invariance: whether groups can be compared, and which exceptions they need.

Import from here: `invariance`, `InvarianceLadder`, `PartialSearch`, and `rules` to judge steps
by.
"""

from .candidates import equal_parameters
from .equality_fits import Climb, check_groups, mixed_markers
from .invariance import invariance
from .judging import judge
from .ladder import InvarianceLadder
from .partial import PartialSearch
from .release_tests import release_tests
from .rules import RULES, Equivalence, StepEvidence, Verdict

__all__ = [
    "Climb",
    "Equivalence",
    "InvarianceLadder",
    "PartialSearch",
    "RULES",
    "StepEvidence",
    "Verdict",
    "check_groups",
    "equal_parameters",
    "invariance",
    "judge",
    "mixed_markers",
    "release_tests",
]
