"""The moderated likelihood: derivatives, closed forms and a simulated truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from moderated_cases import OPENMX, TWO, items, openmx_case, pupils
from scipy.stats import multivariate_normal

from tpn_sem.estimation.implied import imply
from tpn_sem.groups.moderation import Likelihood, ModeratedEstimation, moderated


@pytest.mark.parametrize("name", ["items", "correlation", "missing"])
def test_derivatives_are_those_of_finite_differences(name: str) -> None:
    likelihood = openmx_case(name).estimation.likelihood
    point = 1.1 * openmx_case(name).estimation.parameters + 0.02
    steps = 1e-5 * np.eye(len(point))
    slopes = [(likelihood.value(point + h) - likelihood.value(point - h)) / 2e-5 for h in steps]
    np.testing.assert_allclose(likelihood.gradient(point), slopes, atol=2e-9)
    curves = [
        (likelihood.gradient(point + h) - likelihood.gradient(point - h)) / 2e-5 for h in steps
    ]
    np.testing.assert_allclose(likelihood.observed_information(point), curves, atol=2e-8)


@pytest.mark.slow
def test_the_gradient_vanishes_and_rows_add_up() -> None:
    for name in OPENMX:
        found = openmx_case(name).estimation
        assert np.abs(found.likelihood.gradient(found.parameters)).max() < 1e-10
    fit, data = items(), pupils()
    names = fit.estimation.specification.observed
    total = 0.0
    for _, row in data.iterrows():
        at = fit.at(years=row["years"], male=row["male"])
        value = at.set_index(["lhs", "op", "rhs"])["estimate"]
        loadings = np.array([value["verbal", "=~", name] for name in names])
        intercepts = np.array([value[name, "~1", ""] for name in names])
        residuals = np.array([value[name, "~~", name] for name in names])
        variance, mean = value["verbal", "~~", "verbal"], value["verbal", "~1", ""]
        covariance = variance * np.outer(loadings, loadings) + np.diag(residuals)
        normal = multivariate_normal(intercepts + loadings * mean, covariance)
        total += normal.logpdf(row[list(names)].to_numpy(dtype=float))
    assert fit.logl == pytest.approx(total, rel=1e-11)
    assert fit.aic == pytest.approx(-2 * total + 2 * fit.npar)
    assert fit.bic == pytest.approx(-2 * total + fit.npar * np.log(301))


def test_the_expected_information_is_the_observed_one_of_perfect_data() -> None:
    """Where the moments of every unit are the implied ones."""
    for name in ("correlation", "missing"):
        found = openmx_case(name).estimation
        units = found.likelihood.units
        cells = found.design.moderate(found.parameters, units.moderators).values
        moments = imply(found.design.pattern, cells)
        pairs = units.observed[:, :, None] & units.observed[:, None, :]
        perfect = replace(
            units,
            mean=np.where(units.observed, moments.mean, 0.0),
            covariance=np.where(pairs, moments.covariance, 0.0),
        )
        likelihood = Likelihood(found.design, perfect)
        np.testing.assert_allclose(
            likelihood.observed_information(found.parameters),
            likelihood.expected_information(found.parameters),
            rtol=1e-9,
            atol=1e-12,
        )
        assert np.abs(likelihood.gradient(found.parameters)).max() < 1e-12


def simulated(found: ModeratedEstimation, moderators: np.ndarray, seed: int) -> np.ndarray:
    cells = found.design.moderate(found.parameters, moderators).values
    moments = imply(found.design.pattern, cells)
    noise = np.random.default_rng(seed).standard_normal(moments.mean.shape)
    roots = np.linalg.cholesky(moments.covariance)
    return moments.mean + (roots @ noise[..., None])[..., 0]


def test_parameters_elsewhere_are_baselines_of_shifted_moderators() -> None:
    sets = ["loadings", "intercepts", "residuals", "lv_covariances"]
    shifted = pupils().assign(years=pupils()["years"] - 1.5)
    one = moderated(TWO, pupils(), moderators="years", moderated=sets)
    other = moderated(TWO, shifted, moderators="years", moderated=sets)
    assert one.logl == pytest.approx(other.logl, rel=1e-11)
    names = ["estimate", "se", "ci_lower", "ci_upper"]
    np.testing.assert_allclose(one.at(years=1.5)[names], other.at()[names], rtol=1e-6, atol=1e-7)
    baseline = other.estimates[other.estimates["moderator"] == ""]
    np.testing.assert_allclose(other.at()[names], baseline[names], rtol=1e-11)


def test_a_simulated_truth_is_recovered() -> None:
    found = openmx_case("correlation").estimation
    generator = np.random.default_rng(11)
    size = 1500
    moderators = np.column_stack([generator.normal(0, 1, size), generator.integers(0, 2, size)])
    answers = simulated(found, moderators, seed=12)
    data = pd.DataFrame(answers, columns=list(found.specification.observed))
    data = data.assign(years=moderators[:, 0], male=moderators[:, 1])
    case = OPENMX["correlation"]
    fit = moderated(
        case["model"], data, moderators=list(case["moderated"]), moderated=case["moderated"]
    )
    assert len(fit.estimation.likelihood.units.counts) == size  # several blocks
    errors_of = np.sqrt(np.diag(fit.estimation.covariance))
    z = (fit.estimation.parameters - found.parameters) / errors_of
    assert np.abs(z).max() < 4.0
    assert 0.6 < np.sqrt(np.mean(z**2)) < 1.5


def test_correlations_stay_where_variances_change() -> None:
    fit = openmx_case("two_factors")
    r = []
    for years in (0.0, 2.0):
        value = fit.at(years=years).set_index(["lhs", "op", "rhs"])["estimate"]
        product = value["visual", "~~", "visual"] * value["speed", "~~", "speed"]
        r.append(value["visual", "~~", "speed"] / np.sqrt(product))
    assert r[0] == pytest.approx(r[1], rel=1e-12)
    value = openmx_case("correlation").estimates.set_index(["lhs", "op", "rhs", "moderator"])
    own = ("visual", "~~", "speed")
    shifted = openmx_case("correlation").at(male=1).set_index(["lhs", "op", "rhs"])["estimate"]
    base, slope = (value.loc[(*own, name), "estimate"] for name in ("", "male"))
    assert shifted[own] == pytest.approx(np.tanh(np.arctanh(base) + slope), rel=1e-12)
