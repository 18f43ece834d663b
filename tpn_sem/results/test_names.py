"""Tests of fit as papers call them."""

from __future__ import annotations

TEST_NAMES = {
    "standard": "likelihood ratio",
    "peba": "eigenvalues averaged in blocks",
    "satorra_bentler": "Satorra–Bentler",
    "yuan_bentler": "Yuan–Bentler",
    "yuan_bentler_mplus": "Yuan–Bentler, as Mplus has it",
    "mean_var_adjusted": "adjusted in mean and variance",
    "scaled_shifted": "scaled and shifted",
    "browne_residual_nt": "Browne's test of the residuals",
    "browne_residual_adf": "Browne's test of the residuals, distribution-free",
    "bartlett": "Bartlett's correction",
    "swain": "Swain's correction",
}


def name_of_test(name: str) -> str:
    """A test's name in words, in English."""
    return TEST_NAMES.get(name, name.replace("_", " "))
