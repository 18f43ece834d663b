"""How large parameters are in the units of the variables, for steps of numerical derivatives."""

from __future__ import annotations

import numpy as np

from ...numerics import Array
from ...specification import COVARIANCE, PATH, SCALE, Pattern
from .continuous import Implied


def cell_scales(pattern: Pattern, implied: Implied) -> Array:
    """A unit for each free cell from the deviations of its variables, shape (..., n_free_cells).

    A path has the unit of its outcome over that of its cause, a covariance the product of both, an
    intercept that of its variable, a scale its own size, so that numerical derivatives do not
    depend on units.
    """
    variances = np.diagonal(implied.all_covariance, axis1=-2, axis2=-1)
    deviations = np.sqrt(np.where(variances > 0.0, variances, 1.0))
    cells = pattern.free_cells
    kind, row = pattern.kind[cells], deviations[..., pattern.row[cells]]
    other = deviations[..., np.where(kind <= COVARIANCE, pattern.column[cells], 0)]
    ratio = np.where(kind == PATH, row / other, np.where(kind == COVARIANCE, row * other, row))
    if pattern.standardised is not None:
        own = implied.values[..., cells]
        ratio = np.where((kind == SCALE) & (own > 0.0), own, ratio)
    return np.asarray(ratio)
