"""The statistic that a corrected test scales: chi-square, or one of the residuals."""

from __future__ import annotations

from ...estimation import Minimum
from .browne import (
    browne_residual_adf,
    browne_residual_adf_model,
    browne_residual_nt,
    browne_residual_nt_model,
)
from .fit_test import FitTest, TestStatistic

_BY_NAME: dict[str, TestStatistic] = {
    "browne_residual_nt": browne_residual_nt,
    "browne_residual_adf": browne_residual_adf,
    "browne_residual_nt_model": browne_residual_nt_model,
    "browne_residual_adf_model": browne_residual_adf_model,
}


def scaled_statistic(minimum: Minimum) -> FitTest | None:
    """The test whose statistic takes the place of chi-square, by `scaled_test`; None where none."""
    asked = minimum.options.scaled_test
    return _BY_NAME[asked](minimum) if asked in _BY_NAME else None
