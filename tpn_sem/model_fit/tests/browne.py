"""Browne's (1984) tests on the residual moments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...data import CompleteMoments, IncompleteMoments, Sample
from ...errors import NotAvailableError
from ...estimation import Minimum
from ...estimation.discrepancy import MaximumLikelihood
from ...estimation.standard_errors import moment_matrices as moments
from ...numerics import (
    Array,
    chi_square_tail,
    generalised_inverse,
    has_full_rank,
    unit_scale,
)
from .fit_test import FitTest

_NO_DISTANCE = 1e-14  # squared, in standard deviations, of sample means from implied ones


def browne_residual_adf(minimum: Minimum) -> FitTest:
    """Distribution-free: residuals weighted by their own fourth-order moments.

    Raises
    ------
    NotAvailableError
        Where rows or clusters are too few for it.
    """
    _check_units("browne_residual_adf", minimum)
    return _residual_test("browne_residual_adf", minimum, moments.spread(minimum))


def browne_residual_nt(minimum: Minimum) -> FitTest:
    """The same with the moments' covariance matrix that normality implies at the sample.

    Where answers are missing, that is the inverse of the unrestricted moments' information.
    """
    if _is_incomplete(minimum):
        spread = moments.saturated_spread(minimum)
    else:
        spread = moments.normal_sample_spread(minimum)
    return _residual_test("browne_residual_nt", minimum, spread)


def browne_residual_nt_model(minimum: Minimum) -> FitTest:
    """The same at the model's covariances.

    Raises
    ------
    NotAvailableError
        Where answers are missing: expected information takes them as missing completely at
        random, and the observed one at moments that are not its estimates is no covariance matrix.
    """
    if _is_incomplete(minimum):
        raise NotAvailableError(
            "browne_residual_nt_model is for complete answers: where some are missing, the moments "
            "have no covariance matrix at the model's. Take 'browne_residual_nt'."
        )
    return _residual_test("browne_residual_nt_model", minimum, moments.normal_spread(minimum))


def browne_residual_adf_model(minimum: Minimum) -> FitTest:
    """Distribution-free, with fourth-order moments around the implied moments.

    Raises
    ------
    NotAvailableError
        Where rows or clusters are too few for it.
    """
    _check_units("browne_residual_adf_model", minimum)
    parts = [
        _mean_product(sample) - implied.vector(minimum.specification.means)
        for sample, implied in zip(minimum.samples.groups, minimum.implied, strict=True)
    ]
    around = moments.by_group(minimum, [np.outer(part, part) for part in parts], -1.0)
    free = np.zeros(len(around), dtype=bool)
    free[moments.free_moments(minimum)] = True  # what is taken from the sample has no distance
    spread = moments.spread(minimum) + np.where(free[:, None] & free, around, 0.0)
    return _residual_test("browne_residual_adf_model", minimum, spread)


def _check_units(name: str, minimum: Minimum) -> None:
    """Refuse a covariance matrix of moments that rows or clusters are too few for.

    It would hide misfit: in directions that it does not know nothing is tested.
    """
    if minimum.specification.has_levels:
        return
    free, columns = moments.free_moments(minimum), moments.moment_columns(minimum)
    for sample, places in zip(minimum.samples.groups, columns, strict=True):
        own = len(np.intersect1d(free, places))
        if sample.has_rows and sample.n_observations <= own:
            where = f" in group {sample.label!r}" if sample.label else ""
            raise NotAvailableError(
                f"{name} needs more rows than moments, and there are {sample.n_observations} rows "
                f"and {own} moments{where}: take 'browne_residual_nt' of continuous variables, or "
                "a scaled test, as fit.test('satorra_bentler')."
            )
    clusters, count = len(minimum.samples.cluster_labels), minimum.n_moments
    if not 0 < clusters <= count:
        return
    raise NotAvailableError(
        f"{name} takes clusters as units, and {clusters} of them give {count} moments no "
        "covariance matrix: take a scaled test, as fit.test('satorra_bentler'), or "
        "'browne_residual_nt', which takes rows as independent."
    )


def _mean_product(sample: Sample) -> Array:
    """Means, and mean products of rows' deviations from them, whatever the divisor of moments."""
    if not isinstance(sample, CompleteMoments):
        return sample.vector
    return replace(sample, covariance=sample.plain_covariance, is_unbiased=False).vector


def reweighted_chi_square(minimum: Minimum) -> float:
    """The statistic of `browne_residual_nt_model`, of complete rows of continuous variables.

    Without a matrix over all moments: traces give what the residuals weigh, and of that is taken
    what the parameters could still explain of them. At the minimum of maximum likelihood they
    explain nothing, but for what residuals of means do to its slope.
    """
    total, stationary = 0.0, isinstance(minimum.discrepancy, MaximumLikelihood)
    for sample, implied, share in zip(
        minimum.samples.groups, minimum.implied, _shares(minimum), strict=True
    ):
        product = implied.inverse @ (sample.covariance - implied.covariance)
        total += 0.5 * share * float((product * product.T).sum())
        if sample.mean is not None:
            gap = sample.mean - implied.mean
            distance = float(gap @ implied.inverse @ gap)
            total += share * distance
            stationary = stationary and distance < _NO_DISTANCE
    if not stationary:
        total -= _explained(minimum)
    return float(minimum.multiplier * total)


def _explained(minimum: Minimum) -> float:
    """Form r' G^-1 J (J' G^-1 J)^-1 J' G^-1 r of normal theory's G at the implied moments."""
    likelihood, n_free = MaximumLikelihood(), minimum.specification.table.n_free
    slope, information = np.zeros(n_free), np.zeros((n_free, n_free))
    for sample, implied, along, pattern, share in zip(
        minimum.samples.groups,
        minimum.implied,
        minimum.directions,
        minimum.specification.patterns,
        _shares(minimum),
        strict=True,
    ):
        if sample.mean is not None:  # likelihood's slope has S + dd', the residuals have S
            gap = sample.mean - implied.mean
            sample = replace(sample, covariance=sample.covariance - np.outer(gap, gap))
        places = pattern.places
        slope[places] += 0.5 * share * likelihood.gradient(sample, implied, along)
        block = likelihood.information(sample, implied, along)
        information[np.ix_(places, places)] += share * block
    basis = minimum.tangent
    fitted = basis.T @ slope
    inner = generalised_inverse(basis.T @ information @ basis)
    return float(fitted @ inner @ fitted)


def _is_incomplete(minimum: Minimum) -> bool:
    """Whether answers to continuous variables are missing."""
    return any(isinstance(sample, IncompleteMoments) for sample in minimum.samples.groups)


def _shares(minimum: Minimum) -> list[float]:
    """What each group counts of the chi-square, as in the minimum of the discrepancy."""
    return [multiplier / minimum.multiplier for multiplier in minimum.group_multipliers]


def _by_multiplier(minimum: Minimum) -> Array:
    """What makes groups count by their multipliers in a spread, rather than by rows, (M, M)."""
    roots = [(n / m) ** 0.5 for n, m in zip(minimum.shares, _shares(minimum), strict=True)]
    sizes = [len(columns) for columns in moments.moment_columns(minimum)]
    scale = np.repeat(roots, sizes)
    return np.outer(scale, scale)


def _residual_test(name: str, minimum: Minimum, spread: Array) -> FitTest:
    """N r' [G^-1 - G^-1 J (J' G^-1 J)^-1 J' G^-1] r for residuals r; Browne (1984, eq. 2.20).

    In units of the moments' own errors, and of their changes along each parameter, so that the
    variables' units are none of its business. A singular G has a generalised inverse in the
    moments' units, as lavaan's has.
    """
    seen = moments.seen_moments(minimum)
    spread = (spread * _by_multiplier(minimum))[np.ix_(seen, seen)]
    units = unit_scale(spread) if has_full_rank(spread) else np.ones(len(spread))
    residuals = units * moments.residuals(minimum)[seen]
    jacobian = np.hstack([moments.jacobian(minimum), moments.exogenous_jacobian(minimum)])
    jacobian = units[:, None] * jacobian[seen]
    weight = np.linalg.pinv(units[:, None] * spread * units, hermitian=True)
    weighted = weight @ jacobian
    fitted = weighted.T @ residuals
    value = residuals @ weight @ residuals
    value -= fitted @ generalised_inverse(jacobian.T @ weighted) @ fitted
    statistic, df = float(minimum.multiplier * value), minimum.degrees_of_freedom
    return FitTest(name, statistic, float(df), chi_square_tail(statistic, df))
