"""Power of a parameter, a restriction, a step of invariance or a test of fit.

Import from here: `power`, `Power`.
"""

from .analytic import of_rmsea
from .power import power
from .result import Power

__all__ = ["Power", "of_rmsea", "power"]
