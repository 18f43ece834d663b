"""Tests of fit, one family a file; a new one is a function of a `Minimum`.

Import from here: `FitTest`, `run_test`, and the shipped tests.
"""

from .browne import (
    browne_residual_adf,
    browne_residual_adf_model,
    browne_residual_nt,
    browne_residual_nt_model,
    reweighted_chi_square,
)
from .complete_data import complete_chi_square
from .eigenvalue import peba, pols, weighted_chi_square_tail
from .fit_test import NEGATIVE, FitTest, TestStatistic, chi_square_test
from .latent_response_chi_square import response_chi_square
from .satorra_bentler import mean_var_adjusted, satorra_bentler, scaled_shifted
from .shipped_tests import reported_test, run_test, standard_test
from .small_sample import bartlett, swain
from .u_gamma import u_gamma
from .yuan_bentler import score_traces, yuan_bentler, yuan_bentler_mplus

__all__ = [
    "NEGATIVE",
    "FitTest",
    "TestStatistic",
    "bartlett",
    "browne_residual_adf",
    "browne_residual_adf_model",
    "browne_residual_nt",
    "browne_residual_nt_model",
    "chi_square_test",
    "complete_chi_square",
    "mean_var_adjusted",
    "peba",
    "pols",
    "reported_test",
    "response_chi_square",
    "reweighted_chi_square",
    "run_test",
    "satorra_bentler",
    "scaled_shifted",
    "score_traces",
    "standard_test",
    "swain",
    "u_gamma",
    "weighted_chi_square_tail",
    "yuan_bentler",
    "yuan_bentler_mplus",
]
