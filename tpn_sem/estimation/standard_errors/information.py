"""Information matrix and covariance matrix of the free parameters."""

from __future__ import annotations

import numpy as np

from ...numerics import Array, inverse_and_log_determinant
from ...numerics import weighted as weighted_by
from ...specification import FEW_CLUSTERS
from ..discrepancy import LeastSquares, score_products
from ..minimum import Minimum
from . import moment_matrices as moments
from .few_clusters import cluster_parts


def information(minimum: Minimum) -> Array:
    """Information of one observation as the options ask for it, shape (n_free, n_free)."""
    options = minimum.options
    if options.se == "first_order" or options.information == "first_order":
        return score_covariance(minimum)
    least_squares = isinstance(minimum.discrepancy, LeastSquares)
    if minimum.is_two_stage or least_squares:
        return _pulled(minimum, moments.weight(minimum))
    if options.information == "expected" and options.h1_information == "unstructured":
        return _pulled(minimum, moments.weight(minimum))
    if options.information == "expected":
        return minimum.objective.expected_hessian(minimum.implied, minimum.directions)
    if minimum.specification.categories:
        return minimum.objective.numerical_hessian(minimum.parameters)
    if options.observed_information == "h1":
        return _pulled(minimum, moments.weight(minimum))
    return minimum.objective.observed_hessian(minimum.implied, minimum.directions)


def parameter_covariance(minimum: Minimum, bread: Array) -> Array:
    """Covariance matrix of the estimates, shape (n_free, n_free).

    With A the information and B the covariance of the score: A^-1; or the sandwich A^-1 B A^-1,
    with B from each row's score (Huber, 1967; White, 1982; "robust_huber_white"), or from the
    fourth-order moments (Browne, 1984; Satorra & Bentler, 1994; "robust_sem"), or from the
    first stage (Yuan & Bentler, 2000; "two_stage", "robust_two_stage"); or corrected for few
    clusters (Bell & McCaffrey, 2002; "cluster_cr2", "cluster_cr3"). Where A is not the information,
    B rests on normality at the sample's moments, which are consistent whether or not the model
    holds.

    Parameters
    ----------
    bread : array, shape (n_free, n_free)
        The information of one observation.
    """
    power = FEW_CLUSTERS.get(minimum.options.se)
    if power is not None:
        return cluster_parts(minimum).covariance(power)
    basis = minimum.tangent
    inverse, _ = inverse_and_log_determinant(basis.T @ bread @ basis)
    middle = _middle(minimum)
    if middle is not None:
        inverse = inverse @ middle @ inverse
    return np.asarray(basis @ inverse @ basis.T / minimum.multiplier)


def _middle(minimum: Minimum) -> Array | None:
    """Covariance of the score in the reduced parameters; None where it is the information."""
    kind = minimum.options.se
    if kind == "robust_huber_white":
        return np.asarray(minimum.tangent.T @ score_covariance(minimum) @ minimum.tangent)
    if minimum.options.gamma_vcov_mplus:
        weighted, spread = moments.weighted_jacobian(minimum), _spread_of_errors(minimum)
        return np.asarray(weighted.T @ moments.with_mplus_divisors(minimum, spread) @ weighted)
    if kind in ("robust_sem", "two_stage", "robust_two_stage"):
        return np.asarray(moments.pulled_spread(minimum) @ moments.weighted_jacobian(minimum))
    if minimum.discrepancy.is_efficient:
        return None
    weighted = moments.weighted_jacobian(minimum)
    return np.asarray(weighted.T @ _spread_of_errors(minimum) @ weighted)


def _spread_of_errors(minimum: Minimum) -> Array:
    """Covariance matrix of the moments that errors rest on: of normal data, unless robust."""
    robust = minimum.options.is_robust or bool(minimum.specification.categories)
    return moments.spread(minimum) if robust else moments.normal_sample_spread(minimum)


def score_covariance(minimum: Minimum) -> Array:
    """Sum of the outer products of the units' scores over n, shape (n_free, n_free).

    With `h1_information="unstructured"`, or that of the scores (`meat`), they are the scores of the
    unrestricted moments.
    """
    moments.require_rows(minimum)
    how = minimum.options
    if (how.h1_information_meat or how.h1_information) == "unstructured":
        return _pulled(minimum, moments.saturated_middle(minimum))
    scores = [
        minimum.discrepancy.scores(*triple)
        for triple in zip(minimum.samples.groups, minimum.implied, minimum.directions, strict=True)
    ]
    columns = [pattern.places for pattern in minimum.specification.patterns]
    return score_products(minimum.samples, scores, columns, minimum.specification.table.n_free)


def _pulled(minimum: Minimum, matrix: Array) -> Array:
    """A matrix over the moments of all groups, in the free parameters, shape (n_free, n_free)."""
    jacobian = moments.free_jacobian(minimum)
    return np.asarray(jacobian.T @ weighted_by(matrix, jacobian))
