"""The statistic that a corrected test scales: chi-square, or one of the residuals."""

from __future__ import annotations

from ...estimation import Minimum
from .browne import (
    browne_residual_adf,
    browne_residual_adf_model,
    browne_residual_nt,
    browne_residual_nt_model,
)
from .fit_test import TestStatistic

_BY_NAME: dict[str, TestStatistic] = {
    "browne_residual_nt": browne_residual_nt,
    "browne_residual_adf": browne_residual_adf,
    "browne_residual_nt_model": browne_residual_nt_model,
    "browne_residual_adf_model": browne_residual_adf_model,
}


def scaled_statistic(minimum: Minimum) -> float | None:
    """What takes the place of chi-square, as `scaled_test` names it; None where nothing does."""
    asked = minimum.options.scaled_test
    return _BY_NAME[asked](minimum).statistic if asked in _BY_NAME else None
