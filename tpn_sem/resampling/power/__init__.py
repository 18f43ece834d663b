"""Power: of a parameter, a restriction, a step of invariance or a test of fit; by formula or by
simulation.

`truth` is the population, `hypothesis` says which models are fitted, `analytic` and `simulated` how
often the test rejects, `ask` is what users call.
"""

from .ask import power
from .result import Power

__all__ = ["Power", "power"]
