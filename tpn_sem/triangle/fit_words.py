"""Tests of fit and estimators in words."""

from __future__ import annotations

from ..drawing import p_phrase, write_value
from ..estimation import Estimation
from ..model_fit.tests import FitTest

CHI = "\N{GREEK SMALL LETTER CHI}\N{SUPERSCRIPT TWO}"
FIT_TESTS = {
    "standard": "likelihood-ratio test",
    "satorra_bentler": "scaled by Satorra & Bentler (1994)",
    "yuan_bentler": "scaled by Yuan & Bentler (2000)",
    "yuan_bentler_mplus": "scaled by Yuan & Bentler (2000), as Mplus does",
    "scaled_shifted": "scaled and shifted (Asparouhov & Muthén, 2010)",
    "mean_var_adjusted": "adjusted in mean and variance (Satterthwaite)",
    "peba": "eigenvalues averaged in blocks (Foldnes, Moss & Grønneberg, 2024)",
}
_ESTIMATORS = {
    "ML": "maximum likelihood",
    "ML, full information": "full-information maximum likelihood",
    "ML, two stages": "maximum likelihood in two stages",
    "DWLS": "diagonally weighted least squares",
    "PML": "pairwise maximum likelihood",
}


def estimator_name(estimation: Estimation) -> str:
    """The discrepancy function in words."""
    name = estimation.discrepancy.name
    return _ESTIMATORS.get(name, name)


def test_name(name: str) -> str:
    """A test of fit in words."""
    return FIT_TESTS.get(name, name.replace("_", " "))


def test_phrase(test: FitTest) -> str:
    """Statistic and p-value of one test, with its name."""
    words = test_name(test.name)
    if test.name == "peba":
        return f"{_numbers(test)} by {words}"
    return f"{_numbers(test)} ({words})"


def test_change(before: FitTest, after: FitTest) -> str:
    """What a test says of two models, one after the other."""
    if before.name != after.name:
        return f"{test_phrase(before)} becomes {test_phrase(after)}"
    return f"{_numbers(before)} becomes {test_phrase(after)}"


def _numbers(test: FitTest) -> str:
    value = write_value(test.statistic, "statistic", 2)
    df = f"{test.degrees_of_freedom:.4g}"
    if test.name == "peba":  # its reference is no chi-square distribution of df
        return f"{CHI} = {value}, df = {df}, {p_phrase(test.p_value)}"
    return f"{CHI}({df}) = {value}, {p_phrase(test.p_value)}"
