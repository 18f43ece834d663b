"""The shipped tests of fit by name. A new one is a function of a `Minimum`, passed to
``fit.test``.
"""

from dataclasses import replace
from math import nan

from ...data import CompleteMoments
from ...errors import NotAvailableError, OptionError, choose, of_users
from ...estimation import Minimum
from ...estimation.discrepancy import LeastSquares
from ...specification import LEVEL_TESTS, ORDINAL_TESTS, SCALED_TESTS
from .browne import (
    browne_residual_adf,
    browne_residual_adf_model,
    browne_residual_nt,
    browne_residual_nt_model,
)
from .eigenvalue import peba, pols
from .fit_test import FitTest, TestStatistic, chi_square_test
from .satorra_bentler import mean_var_adjusted, satorra_bentler, scaled_shifted
from .small_sample import bartlett, swain
from .yuan_bentler import yuan_bentler, yuan_bentler_mplus


def standard(minimum: Minimum) -> FitTest:
    """The minimum of the discrepancy times the number of observations.

    It has a p value only where the discrepancy is efficient, so that it is chi-square distributed.
    """
    test = chi_square_test("standard", minimum)
    return test if minimum.discrepancy.is_efficient else replace(test, p_value=nan)


def bollen_stine(minimum: Minimum) -> FitTest:
    """The standard test with the p-value of the bootstrap by Bollen & Stine (1992).

    Raises
    ------
    NotAvailableError
        Where it was not drawn: ``fit(..., test="bollen_stine")`` does.
    """
    p_value = getattr(minimum, "bootstrap_p_value", None)
    if p_value is None:
        raise NotAvailableError(
            "the Bollen-Stine test draws replicates: fit with test='bollen_stine', or take "
            "ts.bootstrap(fit, kind='bollen_stine').p_value."
        )
    return replace(chi_square_test("bollen_stine", minimum), p_value=p_value)


SHIPPED: dict[str, TestStatistic] = {
    "standard": standard,
    "satorra_bentler": satorra_bentler,
    "mean_var_adjusted": mean_var_adjusted,
    "scaled_shifted": scaled_shifted,
    "yuan_bentler": yuan_bentler,
    "yuan_bentler_mplus": yuan_bentler_mplus,
    "browne_residual_nt": browne_residual_nt,
    "browne_residual_adf": browne_residual_adf,
    "browne_residual_nt_model": browne_residual_nt_model,
    "browne_residual_adf_model": browne_residual_adf_model,
    "peba": peba,
    "pols": pols,
    "bartlett": bartlett,
    "swain": swain,
    "bollen_stine": bollen_stine,
}
_MANY = 1.5  # degrees of freedom, over clusters less groups, beyond which "peba" is too careful


def find_test(test: object) -> TestStatistic:
    """The test of that name, or the function itself."""
    if isinstance(test, str):
        return SHIPPED[choose("test", test.replace(".", "_"), SHIPPED)]
    if callable(test):
        return test
    raise OptionError(f"a test is a name or a function of the minimum, not {test!r}.")


def run_test(minimum: Minimum, test: object) -> FitTest:
    """A test by name, or any function of the minimum.

    Raises
    ------
    OptionError
        For an unknown name.
    NotAvailableError
        Where the test needs what the fit lacks.
    """
    function = find_test(test)
    how = minimum.options
    if how.omega_information or how.omega_h1_information:
        minimum = replace(minimum, options=how.of_tests())
    if not minimum.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to test.")
    if not minimum.has_unrestricted:
        df = float(minimum.degrees_of_freedom)
        return FitTest(_name(function), nan, df, nan, nan, reason=minimum.untested)
    if minimum.degrees_of_freedom == 0:
        return FitTest(_name(function), 0.0, 0.0, nan, nan)
    if function in SHIPPED.values():
        if minimum.specification.categories and _name(function) not in ORDINAL_TESTS:
            raise NotAvailableError(
                f"{_name(function)} is not defined for ordinal items: take "
                f"{', '.join(map(repr, ORDINAL_TESTS))}."
            )
        by_likelihood = minimum.specification.has_levels and not minimum.specification.categories
        if by_likelihood and _name(function) not in LEVEL_TESTS:
            raise NotAvailableError(
                f"{_name(function)} is for rows that are independent, and not for a model of two "
                f"levels: take {', '.join(map(repr, LEVEL_TESTS))}."
            )
        return function(minimum)
    found = of_users("test", function, minimum)
    if not isinstance(found, FitTest):
        raise OptionError(f"test= gives a FitTest, not {type(found).__name__}.")
    return found


def _name(test: TestStatistic) -> str:
    return str(getattr(test, "__name__", test))


def standard_test(minimum: Minimum) -> str:
    """Name of the test that fit measures rest on: the one that was asked for.

    By default that of the residuals where the minimum is distributed as none.
    So with ULS and DWLS of continuous variables, unless a correction of the minimum is asked for.
    """
    asked = minimum.options.standard_test
    if asked != "standard":
        return asked
    by_residuals = (
        isinstance(minimum.discrepancy, LeastSquares)
        and not minimum.discrepancy.is_efficient
        and all(isinstance(one, CompleteMoments) for one in minimum.samples.groups)
        and not any(name in SCALED_TESTS for name in minimum.options.test)
    )
    return "browne_residual_nt" if by_residuals else "standard"


def reported_test(minimum: Minimum) -> str:
    """Name of the test of fit to believe: the corrected one that was asked for.

    With clusters it is "peba", which keeps its level where they are few, unless degrees of freedom
    are many beside them: then it hardly ever rejects, and "satorra_bentler" comes nearest
    (docs/few_clusters.md). Not so with ordinal items, where both reject too often
    (docs/ordinal_simulation.md).
    """
    samples = minimum.samples
    known = minimum.specification.categories or minimum.specification.has_levels
    if samples.cluster_labels and not known:
        n_eigenvalues = len(samples.cluster_labels) - len(samples.groups)
        few = minimum.degrees_of_freedom > _MANY * n_eigenvalues
        return "satorra_bentler" if few else "peba"
    if getattr(minimum, "bootstrap_p_value", None) is not None:
        return "bollen_stine"
    scaled = (name for name in minimum.options.test if name in SCALED_TESTS)
    return next(scaled, standard_test(minimum))


__all__ = [
    "SHIPPED",
    "FitTest",
    "TestStatistic",
    "chi_square_test",
    "find_test",
    "reported_test",
    "run_test",
    "standard",
    "standard_test",
]
