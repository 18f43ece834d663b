"""Chi-square scaled by casewise scores over the information. Yuan & Bentler (2000)."""

from __future__ import annotations

import numpy as np

from ...estimation import Minimum
from ...estimation.standard_errors import information, score_covariance
from ...estimation.standard_errors import moment_matrices as moments
from .fit_test import FitTest, chi_square_test
from .scaled_statistic import scaled_statistic
from .u_gamma import u_gamma


def yuan_bentler_mplus(minimum: Minimum) -> FitTest:
    """Scaled by [tr(A1^-1 B1) - tr(A0^-1 B0)] / df, as Asparouhov & Muthen (2005).

    A and B are the information and the covariance of the score, of the unrestricted moments (1)
    and of the model (0).
    """
    saturated, restricted = score_traces(minimum)
    factor = (saturated - restricted) / minimum.degrees_of_freedom
    return chi_square_test(
        "yuan_bentler_mplus",
        minimum,
        factor,
        trace=saturated - restricted,
        scaled=scaled_statistic(minimum),
    )


def score_traces(minimum: Minimum) -> tuple[float, float]:
    """tr(A1^-1 B1) of the unrestricted moments and tr(A0^-1 B0) of the model."""
    kind = "expected" if moments.is_expected(minimum) else "observed"
    kept = np.ix_(*2 * (moments.free_moments(minimum),))
    unrestricted = moments.saturated_information(minimum, kind)[kept]
    saturated = np.trace(np.linalg.solve(unrestricted, moments.saturated_middle(minimum)[kept]))
    basis = minimum.tangent
    bread = basis.T @ information(minimum) @ basis
    middle = basis.T @ score_covariance(minimum) @ basis
    return float(saturated), float(np.trace(np.linalg.solve(bread, middle)))


def yuan_bentler(minimum: Minimum) -> FitTest:
    """Scaled by tr(U Gamma) / df with the information of the moments at the implied ones for V.

    With expected information it is `satorra_bentler`.
    """
    trace = float(np.trace(u_gamma(minimum, moments.weight(minimum))))
    factor = trace / minimum.degrees_of_freedom
    return chi_square_test(
        "yuan_bentler", minimum, factor, trace=trace, scaled=scaled_statistic(minimum)
    )
