"""How many factors some items can tell."""

from __future__ import annotations


def degrees_of_freedom(n_items: int, n_factors: int) -> int:
    """Covariances less what loadings and residual variances take. Lawley & Maxwell (1971)."""
    return ((n_items - n_factors) ** 2 - n_items - n_factors) // 2


def most_factors(n_items: int) -> int:
    """The largest number whose degrees of freedom are not negative. Ledermann (1937)."""
    number = 0
    while number + 1 < n_items and degrees_of_freedom(n_items, number + 1) >= 0:
        number += 1
    return number
