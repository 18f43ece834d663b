"""The evidence on fit that indices are computed from."""

from __future__ import annotations

from dataclasses import replace

from ..errors import NotAvailableError
from ..estimation import Estimation
from ..estimation.discrepancy import FullInformation, LeastSquares
from .baseline import baseline, baseline_chi_square
from .indices import Corrected, Evidence, Scaled
from .log_likelihood import log_likelihoods
from .tests import SCALED, complete_chi_square, response_chi_square, run_test, score_traces


def evidence(found: Estimation) -> Evidence:
    """Chi-squares of the model and the baseline, likelihoods and moments, corrected tests."""
    scaled, corrected = _robust(found) if found.converged and found.is_identified else (None, None)
    return replace(
        uncorrected_evidence(found),
        scaled=scaled,
        corrected=corrected,
        likelihood_scaling=_likelihood_scaling(found, scaled),
    )


def uncorrected_evidence(found: Estimation) -> Evidence:
    """The same without corrected tests and what follows from them, which take longest."""
    chi_square, df = baseline_chi_square(found)
    likelihood = log_likelihoods(found)
    return Evidence(
        chi_square=found.chi_square,
        degrees_of_freedom=found.degrees_of_freedom,
        baseline_chi_square=chi_square,
        baseline_degrees_of_freedom=df,
        n_observations=found.n_observations,
        n_parameters=found.n_parameters,
        n_moments=found.specification.n_moments,
        n_all_moments=found.specification.n_all_moments,
        exogenous=tuple(one.fixed_exogenous for one in found.specification.patterns),
        n_groups=len(found.samples.groups),
        multiplier=found.multiplier,
        minimum=_minimum(found),
        log_likelihood=likelihood[0] if likelihood else None,
        unrestricted_log_likelihood=likelihood[1] if likelihood else None,
        samples=found.samples.groups,
        implied=found.implied,
        means=found.specification.means,
        discrepancy=found.discrepancy,
    )


def _minimum(found: Estimation) -> float:
    """Half the minimum of the discrepancy; of least squares half of chi-square over n."""
    if isinstance(found.discrepancy, LeastSquares):
        return 0.5 * found.chi_square / found.samples.size
    return float(found.solution.value)


def _robust(found: Estimation) -> tuple[Scaled | None, Corrected | None]:
    """The corrected test that was asked for, and what robust indices need."""
    names = [name for name in found.options.test if name in SCALED]
    incomplete = isinstance(found.discrepancy, FullInformation)
    if not (names or incomplete):
        return None, None
    base = baseline(found)
    scaled = Scaled(run_test(found, names[0]), run_test(base, names[0])) if names else None
    if incomplete:
        return scaled, _from_complete(found, base)
    if found.specification.categories:
        return scaled, _from_responses(found, base)
    return scaled, None if scaled is None else _from_test(found, base, scaled)


def _from_complete(found: Estimation, base: Estimation) -> Corrected:
    chi_square, expected = complete_chi_square(found)
    scale = expected / found.degrees_of_freedom if found.degrees_of_freedom else 1.0
    return Corrected(chi_square, expected, *complete_chi_square(base), chi_square / scale, scale)


def _from_responses(found: Estimation, base: Estimation) -> Corrected | None:
    try:
        chi_square, expected = response_chi_square(found)
    except NotAvailableError:
        return None
    scale = expected / found.degrees_of_freedom if found.degrees_of_freedom else 1.0
    baseline = response_chi_square(base)
    return Corrected(chi_square, expected, *baseline, chi_square / scale, scale)


def _from_test(found: Estimation, base: Estimation, scaled: Scaled) -> Corrected | None:
    model, zero = scaled.model, scaled.baseline
    if model.name == "mean_var_adjusted" or zero.trace is None:
        return None
    return Corrected(
        found.chi_square,
        model.trace or 0.0,
        base.chi_square,
        zero.trace,
        model.statistic,
        model.scaling_factor if found.degrees_of_freedom else 1.0,
    )


def _likelihood_scaling(found: Estimation, scaled: Scaled | None) -> tuple[float, float] | None:
    """Scaling factors of the log-likelihoods, unrestricted and restricted, for MLR."""
    if scaled is None or not scaled.model.name.startswith("yuan_bentler"):
        return None
    saturated, restricted = score_traces(found)
    return saturated / found.specification.n_moments, restricted / found.n_parameters
