"""A finding under all defensible choices: the specification curve, and a joint test of it.

Import from here: `specification_curve` and its result.
"""

from .curve_result import SpecificationCurve
from .run_curve import specification_curve

__all__ = ["SpecificationCurve", "specification_curve"]
