"""Complete-data chi-square where answers are missing. Zhang & Savalei (2022).

Fit indices of full information reward models for answers that are missing. The complete-data
discrepancy between the unrestricted moments and the model's does not, and its expectation is
corrected for how precisely both were estimated.
"""

from __future__ import annotations

import numpy as np

from ...errors import NotAvailableError
from ...estimation import Minimum
from ...estimation.discrepancy import MaximumLikelihood
from ...estimation.standard_errors import moment_matrices as moments
from ...moments import normal_theory_weight
from ...numerics import Array
from ...numerics import inverse as inverse_of
from .u_gamma import residual_trace


def complete_chi_square(minimum: Minimum) -> tuple[float, float]:
    """The complete-data chi-square at the estimates, and its expectation if the model holds.

    The expectation is tr(V P Omega P') with V the complete-data weight, Omega the covariance
    matrix of the unrestricted moments, and P = I - J (J' A J)^-1 J' A what the model cannot take
    up of their sampling error; A is their observed information.
    """
    if any(sample.n_unseen for sample in minimum.samples.groups):
        raise NotAvailableError(
            "no row has both variables of some pairs, so that complete data cannot be imagined."
        )
    discrepancy = MaximumLikelihood()
    pairs = zip(minimum.samples.groups, minimum.implied, strict=True)
    distances = [float(discrepancy.value(*pair)) for pair in pairs]
    chi_square = sum(n * d for n, d in zip(minimum.group_multipliers, distances, strict=True))
    kept = moments.free_moments(minimum)
    block = np.ix_(kept, kept)
    information = moments.saturated_information(minimum)[block]
    jacobian = moments.jacobian(minimum)[kept]
    weighted = information @ jacobian
    spread = inverse_of(information)
    if minimum.options.uses_scores:
        spread = spread @ moments.saturated_middle(minimum)[block] @ spread
    taken = np.asarray(np.linalg.solve(jacobian.T @ weighted, weighted.T @ spread))
    metric = _complete_weight(minimum)[block]
    return float(chi_square), residual_trace(metric, jacobian, weighted, taken, spread)


def _complete_weight(minimum: Minimum) -> Array:
    inverses = [inverse_of(sample.covariance) for sample in minimum.samples.groups]
    return moments.by_group(minimum, [normal_theory_weight(inverse, True) for inverse in inverses])
