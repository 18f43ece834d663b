"""Models compared: difference tests, nesting, equivalence.

Import from here: `compare_estimations`, `difference_test`, `nesting`, `prove_equivalence`.
"""

from .compare import check_same_data, compare_estimations
from .difference_tests import (
    METHODS,
    default_method,
    difference_test,
    has_other_statistic,
    never_negative_method,
)
from .equivalence import prove_equivalence
from .nesting import Nesting, nesting, place_at

__all__ = [
    "Nesting",
    "check_same_data",
    "compare_estimations",
    "METHODS",
    "default_method",
    "difference_test",
    "has_other_statistic",
    "nesting",
    "never_negative_method",
    "place_at",
    "prove_equivalence",
]
