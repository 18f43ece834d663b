"""Alignment: factors of groups in one metric where not all items are invariant.

Import from here: `alignment`, `Alignment`.
"""

from .aligned import Aligned, align
from .aligned_parameters import Loadings, Locations
from .alignment import Alignment, alignment
from .configural import Configural, configural
from .invariant_sets import explained_share, invariant_groups
from .simplicity import Simplicity, gradient, hessian, mixed

__all__ = [
    "Aligned",
    "Alignment",
    "Configural",
    "Loadings",
    "Locations",
    "Simplicity",
    "align",
    "alignment",
    "configural",
    "explained_share",
    "gradient",
    "hessian",
    "invariant_groups",
    "mixed",
]
