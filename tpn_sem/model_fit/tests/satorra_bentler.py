"""Chi-square corrected in its mean, or in mean and variance."""

from __future__ import annotations

from math import nan, sqrt

from ...estimation import Minimum
from .fit_test import FitTest, chi_square_test
from .scaled_statistic import scaled_statistic
from .u_gamma import traces


def satorra_bentler(minimum: Minimum) -> FitTest:
    """Chi-square with the right mean: divided by tr(U Gamma) / df. Satorra & Bentler (1994)."""
    first, _ = traces(minimum)
    factor = first / minimum.degrees_of_freedom
    return chi_square_test(
        "satorra_bentler", minimum, factor, trace=first, scaled=scaled_statistic(minimum)
    )


def mean_var_adjusted(minimum: Minimum) -> FitTest:
    """Right mean and variance by other degrees of freedom. Satterthwaite (1941)."""
    first, second = traces(minimum)
    if not second > 0.0:
        return chi_square_test(
            "mean_var_adjusted", minimum, nan, trace=first, scaled=scaled_statistic(minimum)
        )
    df = first**2 / second
    if minimum.options.information_expected_mplus:  # Mplus has whole degrees of freedom
        df = max(float(round(df)), 1.0)
    return chi_square_test(
        "mean_var_adjusted",
        minimum,
        first / df,
        degrees_of_freedom=df,
        trace=first,
        scaled=scaled_statistic(minimum),
    )


def scaled_shifted(minimum: Minimum) -> FitTest:
    """Right mean and variance at the same degrees of freedom. Asparouhov & Muthen (2010)."""
    first, second = traces(minimum)
    df = minimum.degrees_of_freedom
    scale = sqrt(df / second) if second > 0.0 else nan
    return chi_square_test(
        "scaled_shifted",
        minimum,
        1.0 / scale,
        shift=df - scale * first,
        trace=first,
        scaled=scaled_statistic(minimum),
    )
