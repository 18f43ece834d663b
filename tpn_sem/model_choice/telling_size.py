"""How many rows or clusters would tell a restricted model from a more general one."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf

import numpy as np

from ..numerics import chi_square_quantile, noncentral_distribution, noncentrality
from .boundary_tests import NestedTest


@dataclass(frozen=True)
class TellingSize:
    """Observations for a power, if the difference is as large as estimated.

    Attributes
    ----------
    factor : float
        Times the present size, at the estimated noncentrality; infinite where nothing of a
        difference is seen.
    at_least : float
        The same at the upper limit of its 90% interval (Steiger, 1989): fewer would not do.
    """

    factor: float
    at_least: float

    def sizes(self, present: int) -> tuple[float, float]:
        """Of rows or clusters: at the estimate, and at least."""
        return _times(self.factor, present), _times(self.at_least, present)


def telling_size(test: NestedTest, power: float, alpha: float) -> TellingSize:
    """The size at which the test has some power; the noncentrality grows with it.

    Satorra & Saris (1985); that of the estimates is the statistic less its degrees of freedom.
    """
    needed = needed_noncentrality(test.df, power, alpha)
    present = max(test.statistic - test.df, 0.0)
    upper = noncentrality(test.statistic, float(test.df), 0.05)
    return TellingSize(_over(needed, present), _over(needed, upper))


def needed_noncentrality(df: int, power: float, alpha: float) -> float:
    """Noncentrality at which a chi-square test of level alpha rejects with a probability."""
    critical = chi_square_quantile(1.0 - alpha, float(df))
    low, high = 0.0, 1.0
    while 1.0 - noncentral_distribution(critical, float(df), high) < power:
        high *= 2.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        enough = 1.0 - noncentral_distribution(critical, float(df), middle) >= power
        low, high = (low, middle) if enough else (middle, high)
    return high


def _over(needed: float, present: float) -> float:
    return needed / present if present > 0.0 else inf


def _times(factor: float, present: int) -> float:
    return float(ceil(factor * present)) if np.isfinite(factor) else inf
