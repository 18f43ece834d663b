"""Whether alpha's assumption holds: equal loadings, tested against free ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import TpnSemError
from ..estimation import Estimation
from .construct_models import fit_factors
from .corrected_difference import corrected_difference
from .measured_constructs import Construct
from .missing_coefficients import improper, parts_of


@dataclass(frozen=True)
class TauEquivalence:
    """A chi-square difference test of equal loadings.

    Attributes
    ----------
    statistic, degrees_of_freedom, p_value : float
        NaN where there is no test.
    reason : str
        Why there is none.
    """

    statistic: float
    degrees_of_freedom: float
    p_value: float
    reason: str = ""


def tau_equivalence(estimation: Estimation, group: int, construct: Construct) -> TauEquivalence:
    """Test equal unstandardised loadings of a construct's items in a model of one factor.

    Joreskog (1971). The difference of the chi-squares is corrected as goes with the fit's
    estimator. Loadings of ordinal items are those of latent responses, which is what alpha of
    polychoric correlations assumes.
    """
    if len(construct.items) < 3:
        return TauEquivalence(*(np.nan,) * 3, "two items: equal loadings cannot be tested")
    if improper(construct, parts_of(estimation, group, construct)):
        return TauEquivalence(*(np.nan,) * 3, "the solution is improper: nothing is tested from it")
    try:
        general = fit_factors(estimation, group, [construct])
        restricted = fit_factors(estimation, group, [construct], equal=True)
        found = corrected_difference(restricted, general)
    except TpnSemError as error:
        said = str(error).splitlines()[0]
        return TauEquivalence(*(np.nan,) * 3, f"equal loadings could not be tested: {said}")
    return TauEquivalence(found.statistic, found.degrees_of_freedom, found.p_value)
