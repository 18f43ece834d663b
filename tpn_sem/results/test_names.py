"""Tests of fit as papers call them."""

from __future__ import annotations

from ..languages import said
from ..model_fit.tests import FitTest

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
    "browne_residual_nt_model": "Browne's test of the residuals, at the model",
    "browne_residual_adf_model": "Browne's test of the residuals, distribution-free, at the model",
    "bartlett": "Bartlett's correction",
    "swain": "Swain's correction",
}


def name_of_test(name: str) -> str:
    """A test's name in words, in English."""
    return TEST_NAMES.get(name, name.replace("_", " "))


def words_of_test(test: FitTest) -> str:
    """A test's name and, where it scales another statistic than the minimum, that one's."""
    words = said(name_of_test(test.name))
    if not test.scaled:
        return words
    of_other = said("{test}, of {statistic}")
    return of_other.format(test=words, statistic=said(name_of_test(test.scaled)))
