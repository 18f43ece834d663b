"""The statistic that a corrected test scales: chi-square, or one of the residuals."""

from __future__ import annotations

from ...estimation import Minimum
from .browne import (
    browne_residual_adf,
    browne_residual_adf_model,
    browne_residual_nt,
    browne_residual_nt_model,
)
from .fit_test import FitTest, TestStatistic, chi_square_test

_BY_NAME: dict[str, TestStatistic] = {
    "browne_residual_nt": browne_residual_nt,
    "browne_residual_adf": browne_residual_adf,
    "browne_residual_nt_model": browne_residual_nt_model,
    "browne_residual_adf_model": browne_residual_adf_model,
}


def scaled_chi_square(
    name: str,
    minimum: Minimum,
    scaling_factor: float = 1.0,
    shift: float = 0.0,
    degrees_of_freedom: float | None = None,
    trace: float | None = None,
) -> FitTest:
    """As `chi_square_test`, of the statistic that `scaled_test` names."""
    asked = minimum.options.scaled_test
    statistic = _BY_NAME[asked](minimum).statistic if asked in _BY_NAME else None
    return chi_square_test(
        name, minimum, scaling_factor, shift, degrees_of_freedom, trace, statistic
    )
