"""The test of a structure whose factors' moments were estimated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..data import IncompleteMoments
from ..estimation import Estimation
from ..estimation.standard_errors import moment_matrices as moments
from ..model_fit.tests import FitTest
from ..numerics import Array, chi_square_tail, weighted_left_inverse
from .factor_moments import FactorMoments

NAME = "corrected_for_measurement"


def structure_test(
    whole: Estimation,
    structure: Estimation,
    factors: Sequence[FactorMoments],
    slopes: Array,
    spread: Array,
) -> FitTest:
    """The chi-square of the structure over its expectation: Satorra & Bentler's (1994) correction.

    The structure's chi-square takes moments of factors as those of observed variables. Their own
    sampling covariance matrix comes by the delta method from that of the items' statistics, through
    both what maps items to factors and the measurement models' estimates.

    Parameters
    ----------
    whole : Estimation
        The whole model, for its samples.
    structure : Estimation
        The structure fitted to the factors' moments.
    factors : sequence of FactorMoments
        These, by group.
    slopes : array, shape (E, M)
        Of the factors' moments in the items' statistics.
    spread : array, shape (M, M)
        Covariance matrix of these times n.
    """
    df = float(structure.degrees_of_freedom)
    reason = ""
    if not df:
        reason = "the structure has no degrees of freedom"
    elif any(isinstance(one, IncompleteMoments) for one in whole.samples.groups):
        reason = "with missing='fiml' the correction for the measurement is not known here"
    elif any(one.error_share < 1.0 for one in factors):
        reason = "less than all measurement error was taken from the factors' covariances"
    if reason:
        return FitTest(NAME, np.nan, df, np.nan, reason=reason)
    jacobian, weight = moments.jacobian(structure), moments.weight(structure)
    left = weight - weight @ jacobian @ weighted_left_inverse(jacobian, weight)
    factor = float((left * (slopes @ spread @ slopes.T)).sum()) / df
    value = structure.chi_square / factor
    return FitTest(NAME, value, df, chi_square_tail(value, df), factor, trace=factor * df)
