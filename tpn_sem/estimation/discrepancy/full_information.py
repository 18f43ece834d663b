"""Maximum likelihood from every answer that is there."""

from __future__ import annotations

import numpy as np

from ...data import Sample
from ...moments import Location, Patterns
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

    def value(self, sample: Sample, implied: Implied) -> Array:
        """The discrepancy, shape (...)."""
        return self._locate(sample, implied).deviance - sample.saturated_deviance

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

    def _locate(self, sample: Sample, implied: Implied) -> Location:
        assert isinstance(sample.patterns, Patterns)  # read where full information is asked for
        return implied.locate(sample.patterns)


def _along(directions: Directions, matrix: Array) -> Array:
    jacobian = directions.jacobian(True)
    return np.asarray(np.swapaxes(jacobian, -1, -2) @ (matrix @ jacobian))
