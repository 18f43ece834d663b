"""Models compared: difference tests, nesting, equivalence.

Import from here: `compare_estimations`, `difference_test`, `nesting`, `prove_equivalence`.
"""

from .compare import check_same_data, compare_estimations
from .difference_tests import default_method, difference_test
from .equivalence import prove_equivalence
from .nesting import Nesting, nesting, place_at

__all__ = [
    "Nesting",
    "check_same_data",
    "compare_estimations",
    "default_method",
    "difference_test",
    "nesting",
    "place_at",
    "prove_equivalence",
]
