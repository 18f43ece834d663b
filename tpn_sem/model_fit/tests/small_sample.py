"""Chi-square of maximum likelihood corrected for small samples."""

from __future__ import annotations

from math import sqrt

from ...errors import NotAvailableError
from ...estimation import Minimum
from .fit_test import FitTest, chi_square_test


def bartlett(found: Minimum) -> FitTest:
    """1 - (2p + 4k + 5) / 6(n - 1) times chi-square, k factors. Bartlett (1950); Nevitt & Hancock
    (2004).
    """
    p, n = _size(found)
    k = len(found.specification.roles.latent)
    return _corrected("bartlett", found, 1.0 - (2 * p + 4 * k + 5) / (6.0 * (n - 1)))


def swain(found: Minimum) -> FitTest:
    """Swain's (1975) correction, by the degrees of freedom; Herzog, Boomsma & Reinecke (2007)."""
    p, n = _size(found)
    df = found.degrees_of_freedom / len(found.samples.groups)
    root = 1 + 4 * p * (p + 1) - 8 * df
    if root < 0.0:
        raise NotAvailableError("Swain's correction is not defined for so many degrees of freedom.")
    q = (sqrt(root) - 1.0) / 2.0
    gap = p * (2 * p**2 + 3 * p - 1) - q * (2 * q**2 + 3 * q - 1)
    return _corrected("swain", found, 1.0 - gap / (12.0 * df * (n - 1)))


def _size(found: Minimum) -> tuple[int, float]:
    """Number of variables, and the average number of rows of a group."""
    if not (found.discrepancy.is_likelihood and found.discrepancy.is_efficient):
        raise NotAvailableError("small-sample corrections are for maximum likelihood.")
    if found.specification.has_own_variables:
        raise NotAvailableError("the correction is not defined for groups of different variables.")
    return len(found.specification.observed), found.n_observations / len(found.samples.groups)


def _corrected(name: str, found: Minimum, factor: float) -> FitTest:
    if factor <= 0.0:
        raise NotAvailableError("there are too few rows for a small-sample correction.")
    return chi_square_test(name, found, 1.0 / factor)
