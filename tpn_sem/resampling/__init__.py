"""Many data sets like the one at hand: bootstrap, permutation, simulation, cut-offs.

Import from here: what users call. Draws and refits: `engine`. Populations: `populations`. Power:
`power`.
"""

from .bootstrap import Bootstrap, bootstrap
from .cutoffs import Cutoffs, cutoffs
from .permutation import Permutation, permutation
from .simulate import simulate

__all__ = ["Bootstrap", "Cutoffs", "Permutation", "bootstrap", "cutoffs", "permutation", "simulate"]
