"""The evidence on fit that indices are computed from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import nan

from ..data import CompleteMoments, LevelMoments
from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.discrepancy import FullInformation, LeastSquares
from ..specification import SCALED_TESTS
from .baseline import baseline, baseline_chi_square
from .indices import Corrected, Evidence, Scaled
from .log_likelihood import log_likelihoods
from .tests import (
    NEGATIVE,
    complete_chi_square,
    response_chi_square,
    reweighted_chi_square,
    run_test,
    score_traces,
    standard_test,
)

_ROUNDING = 1e-6
_FAR_OFF = 1e4  # times its degrees of freedom that no correction makes of a chi-square


def evidence(estimation: Estimation) -> Evidence:
    """Chi-squares of the model and the baseline, likelihoods and moments, corrected tests."""
    scaled, corrected = _robust(estimation)
    return replace(
        uncorrected_evidence(estimation),
        scaled=scaled,
        corrected=corrected,
        likelihood_scaling=_likelihood_scaling(estimation, scaled),
    )


def uncorrected_evidence(estimation: Estimation) -> Evidence:
    """The same without corrected tests and what follows from them, which take longest."""
    test = "standard" if _unsolved(estimation) else standard_test(estimation)
    by_residuals = test != "standard"
    if by_residuals:
        base = baseline(estimation)
        chi_square, df = run_test(base, test).statistic, base.degrees_of_freedom
    elif estimation.discrepancy.untested:
        chi_square, df = nan, 0
    else:
        known = estimation.has_unrestricted or not estimation.specification.has_levels
        chi_square, df = baseline_chi_square(estimation) if known else (nan, 0)
    likelihood = log_likelihoods(estimation)
    return Evidence(
        chi_square=_chi_square(estimation, test),
        degrees_of_freedom=estimation.degrees_of_freedom,
        baseline_chi_square=chi_square,
        baseline_degrees_of_freedom=df,
        n_observations=estimation.n_observations,
        n_parameters=estimation.n_parameters,
        n_moments=estimation.n_moments,
        n_all_moments=estimation.specification.n_all_moments,
        exogenous=tuple(one.fixed_exogenous for one in estimation.specification.patterns),
        n_groups=len(estimation.samples.groups),
        multiplier=estimation.multiplier,
        minimum=_minimum(estimation),
        log_likelihood=likelihood[0] if likelihood else None,
        unrestricted_log_likelihood=likelihood[1] if likelihood else None,
        samples=estimation.samples.groups,
        implied=estimation.implied,
        means=estimation.specification.means,
        discrepancy=estimation.discrepancy,
        reweighted_chi_square=_reweighted(estimation),
        has_unrestricted=estimation.has_unrestricted,
        rmsea_by_scaled=estimation.options.rmsea_scaled_mplus,
        has_distribution=by_residuals or estimation.discrepancy.is_efficient,
    )


def _chi_square(estimation: Estimation, test: str) -> float:
    """The statistic that measures rest on."""
    by_residuals = test != "standard"
    return run_test(estimation, test).statistic if by_residuals else estimation.chi_square


def _reweighted(estimation: Estimation) -> float | str:
    """The reweighted least-squares statistic, or why there is none."""
    if all(isinstance(one, LevelMoments) for one in estimation.samples.groups):
        return estimation.chi_square
    if estimation.discrepancy.untested:
        return estimation.discrepancy.untested
    if not all(isinstance(one, CompleteMoments) for one in estimation.samples.groups):
        return "it is defined for complete answers to continuous variables"
    if not estimation.converged:
        return "the fit did not converge"
    return reweighted_chi_square(estimation) if estimation.degrees_of_freedom else 0.0


def _minimum(estimation: Estimation) -> float:
    """Half the minimum of the discrepancy; of least squares half of chi-square over n."""
    if isinstance(estimation.discrepancy, LeastSquares):
        return 0.5 * estimation.chi_square / estimation.samples.size
    return float(estimation.solution.value) if estimation.has_unrestricted else nan


def _robust(estimation: Estimation) -> tuple[Scaled | str | None, Corrected | str | None]:
    """The corrected test that was asked for, and what robust indices need; or why they lack."""
    names = [name for name in estimation.options.test if name in SCALED_TESTS]
    incomplete = isinstance(estimation.discrepancy, FullInformation)
    if not (names or incomplete):
        return None, None
    reason = _unsolved(estimation)
    if reason:
        return reason if names else None, reason
    base = baseline(estimation)
    scaled = Scaled(run_test(estimation, names[0]), run_test(base, names[0])) if names else None
    if incomplete:
        return scaled, _from_moments(estimation, base, complete_chi_square)
    if estimation.specification.categories:
        return scaled, _from_moments(estimation, base, response_chi_square)
    return scaled, None if scaled is None else _from_test(estimation, base, scaled)


def _unsolved(estimation: Estimation) -> str:
    """Why nothing can be corrected; empty where something can."""
    if not estimation.converged:
        return "the fit did not converge"
    if not estimation.has_unrestricted:
        return estimation.untested
    if not estimation.is_identified:
        return "the information matrix is singular: some parameters are not identified"
    return ""


def _from_moments(
    estimation: Estimation, base: Estimation, test: Callable[[Estimation], tuple[float, float]]
) -> Corrected | str:
    """From a chi-square of unrestricted moments, and what to expect of it."""
    try:
        chi_square, expected = test(estimation)
        baseline = test(base)
    except NotAvailableError as error:
        return str(error).rstrip(".")
    pairs = ((chi_square, expected, estimation), (*baseline, base))
    if any(_is_unknown(value, mean, found.degrees_of_freedom) for value, mean, found in pairs):
        return NEGATIVE
    scale = expected / estimation.degrees_of_freedom if estimation.degrees_of_freedom else 1.0
    return Corrected(chi_square, expected, *baseline, chi_square / scale, scale)


def _is_unknown(chi_square: float, expected: float, df: int) -> bool:
    """Whether a chi-square and its expectation are none: too few rows told the correction."""
    odd = chi_square < -_ROUNDING * max(1.0, abs(expected)) or not expected >= 0.0
    return df > 0 and (odd or expected > _FAR_OFF * df)


def _from_test(estimation: Estimation, base: Estimation, scaled: Scaled) -> Corrected | str | None:
    if scaled.reason:
        return scaled.reason
    model, zero = scaled.model, scaled.baseline
    if model.name == "mean_var_adjusted" or zero.trace is None:
        return None
    test = standard_test(estimation)
    return Corrected(
        _chi_square(estimation, test),
        model.trace or 0.0,
        _chi_square(base, test),
        zero.trace,
        model.statistic,
        model.scaling_factor if estimation.degrees_of_freedom else 1.0,
    )


def _likelihood_scaling(
    estimation: Estimation, scaled: Scaled | str | None
) -> tuple[float, float] | str | None:
    """Scaling factors of the log-likelihoods, unrestricted and restricted, for MLR."""
    names = [name for name in estimation.options.test if name in SCALED_TESTS]
    if not names or not names[0].startswith("yuan_bentler"):
        return None
    if isinstance(scaled, str):
        return scaled
    saturated, restricted = score_traces(estimation)
    return saturated / estimation.n_moments, restricted / estimation.n_parameters
