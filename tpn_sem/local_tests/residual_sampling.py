"""How residuals of moments vary from sample to sample, as the fit's standard errors take it."""

from __future__ import annotations

import numpy as np

from ..errors import NotAvailableError
from ..estimation import Estimation, Minimum, remembered
from ..estimation.discrepancy import PairwiseLikelihood, WeightedLeastSquares
from ..estimation.standard_errors import moment_matrices as moments
from ..numerics import Array, student_two_sided, two_sided


def require_testable(estimation: Estimation) -> None:
    """Refuse fits that have no residuals to test.

    Raises
    ------
    NotAvailableError
        Where the fit did not converge, is not identified, leaves no degrees of freedom, or has no
        unrestricted moments.
    """
    problem = ""
    if isinstance(estimation.discrepancy, PairwiseLikelihood):
        problem = (
            "pairwise likelihood fits pairs of answers, and not the polychoric correlations whose "
            "residuals are tested here: take estimator='WLSMV'. Residuals of pairs stand in "
            "fit.ordinal.pairs"
        )
    elif not estimation.converged:
        problem = "the fit did not converge, so that its residuals mean nothing. See fit.notes"
    elif not estimation.has_unrestricted:
        problem = f"{estimation.untested}, and nothing to take residuals from"
    elif estimation.degrees_of_freedom <= 0:
        problem = (
            "the model has no degrees of freedom: it reproduces all moments whatever the data, so "
            "that nothing of it can be tested. Fix a parameter, or add items"
        )
    elif not estimation.is_identified:
        problem = "the information matrix is singular, so that residuals have no standard errors"
    if problem:
        raise NotAvailableError(f"local_fit: {problem}.")


def sampling_spread(minimum: Minimum) -> Array:
    """Covariance matrix of the samples' moments, times n, shape (M, M).

    That of normal data where the fit's errors rest on normality; else from the rows, or clusters,
    or what is seen of incomplete rows; of ordinal items that of polychoric correlations.
    """
    return moments.residual_spread(minimum)


@remembered
def residual_spread(minimum: Minimum) -> Array:
    """Sampling covariance matrix of the residuals, shape (M, M)."""
    left = moments.fitted_away(minimum)
    return np.asarray(left @ sampling_spread(minimum) @ left.T / minimum.samples.size)


def rests_on_normality(minimum: Minimum) -> bool:
    """Whether the moments' covariance matrix is that of normal data, and not of these."""
    if minimum.specification.categories or minimum.options.is_robust:
        return False
    return not isinstance(minimum.discrepancy, WeightedLeastSquares)


def independent_units(estimation: Estimation, group: int) -> int:
    """Clusters of a group, or else its rows."""
    sample = estimation.samples.groups[group]
    return sample.n_clusters or sample.n_observations


def p_values_of(estimation: Estimation, z: Array) -> Array:
    """Two-sided p-values: of Student's t with clusters less groups where there are clusters."""
    freedom = degrees_of_freedom(estimation)
    if np.isinf(freedom):
        return two_sided(z)
    return student_two_sided(z, np.full(np.shape(z), freedom))


def degrees_of_freedom(estimation: Estimation) -> float:
    """What errors of single numbers rest on: clusters less groups; infinite without clusters."""
    if not estimation.samples.cluster_labels:
        return float("inf")
    return float(max(estimation.cluster_degrees_of_freedom, 1))
