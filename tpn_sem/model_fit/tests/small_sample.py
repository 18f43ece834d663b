"""Chi-square of maximum likelihood corrected for small samples."""

from __future__ import annotations

from math import sqrt

from ...errors import NotAvailableError
from ...estimation import Minimum
from .fit_test import FitTest, chi_square_test


def bartlett(minimum: Minimum) -> FitTest:
    """1 - (2p + 4k + 5) / 6(n - 1) times chi-square, k factors. Bartlett (1950); Nevitt & Hancock
    (2004).
    """
    p, n = _size(minimum)
    k = len(minimum.specification.roles.latent)
    return _corrected("bartlett", minimum, 1.0 - (2 * p + 4 * k + 5) / (6.0 * (n - 1)))


def swain(minimum: Minimum) -> FitTest:
    """Swain's (1975) correction, by the degrees of freedom; Herzog, Boomsma & Reinecke (2007)."""
    p, n = _size(minimum)
    df = minimum.degrees_of_freedom / len(minimum.samples.groups)
    root = 1 + 4 * p * (p + 1) - 8 * df
    if root < 0.0:
        raise NotAvailableError("Swain's correction is not defined for so many degrees of freedom.")
    q = (sqrt(root) - 1.0) / 2.0
    gap = p * (2 * p**2 + 3 * p - 1) - q * (2 * q**2 + 3 * q - 1)
    return _corrected("swain", minimum, 1.0 - gap / (12.0 * df * (n - 1)))


def _size(minimum: Minimum) -> tuple[int, float]:
    """Number of variables, and the average number of rows of a group."""
    if not (minimum.discrepancy.is_likelihood and minimum.discrepancy.is_efficient):
        raise NotAvailableError("small-sample corrections are for maximum likelihood.")
    if minimum.specification.has_own_variables:
        raise NotAvailableError("the correction is not defined for groups of different variables.")
    return len(minimum.specification.observed), minimum.n_observations / len(minimum.samples.groups)


def _corrected(name: str, minimum: Minimum, factor: float) -> FitTest:
    if factor <= 0.0:
        raise NotAvailableError("there are too few rows for a small-sample correction.")
    return chi_square_test(name, minimum, 1.0 / factor)
