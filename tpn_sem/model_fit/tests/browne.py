"""Browne's (1984) tests on the residual moments."""

from __future__ import annotations

import numpy as np

from ...estimation import Minimum
from ...estimation.standard_errors import moment_matrices as moments
from ...numerics import Array, chi_square_tail
from .fit_test import FitTest


def browne_residual_adf(minimum: Minimum) -> FitTest:
    """Distribution-free: residuals weighted by their own fourth-order moments."""
    return _residual_test("browne_residual_adf", minimum, moments.spread(minimum))


def browne_residual_nt(minimum: Minimum) -> FitTest:
    """The same with the moments' covariance matrix that normality implies at the sample."""
    return _residual_test("browne_residual_nt", minimum, moments.normal_sample_spread(minimum))


def browne_residual_nt_model(minimum: Minimum) -> FitTest:
    """The same at the model's covariances."""
    return _residual_test("browne_residual_nt_model", minimum, moments.normal_spread(minimum))


def browne_residual_adf_model(minimum: Minimum) -> FitTest:
    """Distribution-free, with fourth-order moments around the implied moments."""
    residuals = moments.residuals(minimum)
    parts = [residuals[columns] for columns in moments.moment_columns(minimum)]
    around = moments.by_group(minimum, [np.outer(part, part) for part in parts], -1.0)
    spread = moments.spread(minimum) + around
    return _residual_test("browne_residual_adf_model", minimum, spread)


def _residual_test(name: str, minimum: Minimum, spread: Array) -> FitTest:
    """N r' [G^-1 - G^-1 J (J' G^-1 J)^-1 J' G^-1] r for residuals r; Browne (1984, eq. 2.20)."""
    residuals, jacobian = moments.residuals(minimum), moments.jacobian(minimum)
    inverse = np.linalg.pinv(spread, hermitian=True)
    weighted = inverse @ jacobian
    fitted = weighted.T @ residuals
    value = residuals @ inverse @ residuals
    value -= fitted @ np.linalg.solve(jacobian.T @ weighted, fitted)
    statistic, df = float(minimum.multiplier * value), minimum.degrees_of_freedom
    return FitTest(name, statistic, float(df), chi_square_tail(statistic, df))
