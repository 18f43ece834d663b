"""Full-information maximum likelihood: casewise likelihood of incomplete rows."""

from __future__ import annotations

import numpy as np

from ...data import IncompleteMoments, Sample
from ...moments import PatternLikelihood
from ...numerics import Array
from ..implied import Directions, Implied
from .discrepancy import Discrepancy, Slope


class FullInformation(Discrepancy):
    """Twice the log-likelihood per row that the model loses against unrestricted moments.

    Each row has the normal density of the variables that it has. Arbuckle (1996); Enders &
    Bandalos (2001). Unbiased where answers are missing at random given those that are there.
    """

    name = "ML, full information"
    is_likelihood = True
    is_efficient = True
    needs_rows = True
    takes = (IncompleteMoments,)

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...)."""
        return self._locate(sample, implied).deviance - _incomplete(sample).saturated_deviance

    def slope(self, sample: Sample, implied: Implied) -> Slope:
        """Sums over the patterns of those of the likelihood."""
        return Slope(*self._locate(sample, implied).slope)

    def moment_weight(self, sample: Sample, implied: Implied) -> Array:
        """Expected information of one row, given which answers are there."""
        return self._locate(sample, implied).information

    def information(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Expected information of one row along directions in the moments."""
        return _along(directions, self._locate(sample, implied).information)

    def curvature(self, sample: Sample, implied: Implied, directions: Directions) -> Array:
        """Exact second derivatives along directions in the moments."""
        return 2.0 * _along(directions, self._locate(sample, implied).curvature)

    def _locate(self, sample: Sample, implied: Implied) -> PatternLikelihood:
        return implied.locate(_incomplete(sample).patterns)


def _incomplete(sample: Sample) -> IncompleteMoments:
    if not isinstance(sample, IncompleteMoments):
        raise TypeError(f"full information takes IncompleteMoments, not {type(sample).__name__}")
    return sample


def _along(directions: Directions, matrix: Array) -> Array:
    jacobian = directions.jacobian(True)
    return np.asarray(np.swapaxes(jacobian, -1, -2) @ (matrix @ jacobian))
