"""A chi-square difference test that goes with a fit's estimator and always has a value."""

from __future__ import annotations

from math import isnan

from ..estimation import Estimation
from ..model_fit.comparison import default_method, difference_test, never_negative_method
from ..model_fit.tests import FitTest


def corrected_difference(restricted: Estimation, general: Estimation) -> FitTest:
    """Test what the restricted model adds, corrected as the general model's test of fit is.

    Where the difference of scaling factors is negative (Satorra & Bentler, 2001), Satorra's (2000)
    own correction takes its place.
    """
    found = difference_test(restricted, general, None, default_method(general))
    if isnan(found.p_value) and found.degrees_of_freedom > 0:
        return difference_test(restricted, general, None, never_negative_method(general))
    return found
