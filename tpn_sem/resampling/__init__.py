"""Many data sets like the one at hand: bootstrap, permutation, simulation, cut-offs.

Import from here: what users call. Draws and refits: `engine`. Populations: `populations`. Power:
`power`.
"""

from .bootstrap import Bootstrap, bootstrap
from .cutoffs import Cutoffs, cutoffs
from .fit_propensity import FitPropensity, fit_propensity
from .permutation import Permutation, permutation
from .simulate import simulate
from .studentised_permutation import (
    StudentisedPermutation,
    permuted_scores,
    shares_beyond,
    studentised_permutation,
)

__all__ = [
    "Bootstrap",
    "Cutoffs",
    "FitPropensity",
    "Permutation",
    "StudentisedPermutation",
    "bootstrap",
    "cutoffs",
    "fit_propensity",
    "permutation",
    "permuted_scores",
    "shares_beyond",
    "simulate",
    "studentised_permutation",
]
