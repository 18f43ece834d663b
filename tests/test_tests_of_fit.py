"""Tests of fit, against closed forms and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from robust_cases import PUPILS, THREE, with_gaps
from scipy.stats import chi2

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError
from tpn_sem.model_fit.tests import chi_square_test, weighted_chi_square_tail


def test_weighted_chi_squares_against_closed_form_and_simulation() -> None:
    for df in (1, 2, 7, 164):
        value = chi2.isf(0.05, df)
        assert weighted_chi_square_tail(1.7 * value, np.full(df, 1.7)) == pytest.approx(0.05)
    weights = np.array([3.0, 2.0, 1.0, 0.5, 0.2])
    draws = (np.random.default_rng(1).normal(size=(400_000, 5)) ** 2) @ weights
    for value in (5.0, 15.0, 30.0):
        share = (draws > value).mean()
        found = weighted_chi_square_tail(value, weights)
        assert abs(found - share) < 4.0 * np.sqrt(share / len(draws))


def test_eigenvalue_tests_keep_the_mean() -> None:
    fit = ts.cfa(THREE, PUPILS, estimator="MLM")
    trace = fit.test("satorra_bentler").trace
    for name in ("peba", "pols"):
        assert fit.test(name).trace == pytest.approx(trace)


def test_small_sample_corrections_written_out() -> None:
    fit = ts.cfa(THREE, PUPILS)
    n, p, df, k = 300, 9, 24, 3
    q = (np.sqrt(1 + 4 * p * (p + 1) - 8 * df) - 1) / 2
    swain = 1 - (p * (2 * p**2 + 3 * p - 1) - q * (2 * q**2 + 3 * q - 1)) / (12 * df * n)
    bartlett = 1 - (2 * p + 4 * k + 5) / (6 * n)
    assert fit.test("swain").statistic == pytest.approx(swain * fit.measures["chisq"])
    assert fit.test("bartlett").statistic == pytest.approx(bartlett * fit.measures["chisq"])


def test_a_test_of_ones_own() -> None:
    def half(found):  # type: ignore[no-untyped-def]
        return chi_square_test("half", found, 2.0)

    fit = ts.cfa(THREE, PUPILS)
    assert fit.test(half).statistic == pytest.approx(fit.measures["chisq"] / 2.0)


def test_saturated_models_have_nothing_to_test() -> None:
    fit = ts.cfa("visual =~ x1 + x2 + x3", PUPILS, estimator="MLR")
    assert fit.test("yuan_bentler_mplus").statistic == pytest.approx(0.0, abs=1e-8)
    assert np.isnan(fit.measures["pvalue_scaled"])
    assert "saturated" in fit.measures.attrs["reasons"]["pvalue_scaled"]


# Goodness of fit ----------------------------------------------------------------------------------

GFI = ["gfi", "gfi_ci_lower", "gfi_ci_upper", "gfi_lisrel", "agfi_lisrel", "pgfi"]


@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS", "WLS"])
def test_saturated_means_leave_goodness_of_fit(estimator: str) -> None:
    plain, means = (
        quietly(ts.cfa, THREE, PUPILS, estimator=estimator, mean_structure=one).measures[GFI]
        for one in (False, True)
    )
    np.testing.assert_allclose(means, plain, rtol=1e-6)


@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS"])
@pytest.mark.parametrize("equal", [["loadings"], ["loadings", "intercepts"]])
def test_goodness_of_fit_is_of_the_residual_test(estimator: str, equal: list[str]) -> None:
    """Its statistic is worked out without the matrix over all moments."""
    fit = quietly(ts.cfa, THREE, PUPILS, estimator=estimator, group="school", group_equal=equal)
    test = fit.test("browne_residual_nt_model")
    excess = (test.statistic - test.degrees_of_freedom) / fit.estimation.multiplier
    assert fit.measures["gfi"] == pytest.approx(9.0 / (9.0 + 2.0 * excess), rel=1e-8)


def test_goodness_of_fit_says_why_there_is_none() -> None:
    measures = quietly(ts.cfa, THREE, with_gaps(0.1), missing="fiml").measures
    assert np.isnan(measures["gfi"])
    assert "complete answers" in measures.attrs["reasons"]["gfi"]


# Residual tests -----------------------------------------------------------------------------------


def test_residual_test_without_gaps_is_that_of_complete_rows() -> None:
    full, plain = (quietly(ts.cfa, THREE, PUPILS, missing=one) for one in ("fiml", "listwise"))
    one, other = (fit.test("browne_residual_nt").statistic for fit in (full, plain))
    assert one == pytest.approx(other, rel=1e-5)


@pytest.mark.slow
def test_residual_test_with_gaps_has_its_degrees_of_freedom_for_mean() -> None:
    """Answers are missing at random: the more often, the larger another answer."""
    rng, found = np.random.default_rng(5), []
    loadings = 0.7 * np.repeat(np.eye(3), 3, axis=0)
    covariance = loadings @ (0.3 + 0.7 * np.eye(3)) @ loadings.T
    np.fill_diagonal(covariance, 1.0)
    for _ in range(60):
        rows = rng.multivariate_normal(np.zeros(9), covariance, 300)
        gaps = rng.random(rows.shape) < 0.3 / (1.0 + np.exp(-rows[:, :1]))
        gaps[:, 0] = False
        data = pd.DataFrame(np.where(gaps, np.nan, rows), columns=[f"x{i}" for i in range(1, 10)])
        found.append(quietly(ts.cfa, THREE, data, missing="fiml").test("browne_residual_nt"))
    assert abs(np.mean([test.statistic for test in found]) - 24.0) < 3.0 * np.sqrt(48.0 / 60.0)
    assert np.mean([test.p_value < 0.05 for test in found]) < 0.15


def test_residual_test_at_the_model_needs_complete_answers() -> None:
    fit = quietly(ts.cfa, THREE, with_gaps(0.1), missing="fiml")
    with pytest.raises(NotAvailableError, match="is for complete answers"):
        fit.test("browne_residual_nt_model")


@pytest.mark.parametrize("estimator", ["ULS", "DWLS"])
def test_least_squares_without_a_distribution_is_judged_by_residuals(estimator: str) -> None:
    fit = ts.cfa(THREE, PUPILS, estimator=estimator)
    test, measures = fit.test("browne_residual_nt"), fit.measures
    assert measures["chisq"] == pytest.approx(test.statistic)
    assert measures["pvalue"] == pytest.approx(test.p_value)
    assert measures["baseline_chisq"] < 1000.0
    assert fit.test("standard").statistic == pytest.approx(fit.estimation.chi_square)
    scaled = ts.cfa(THREE, PUPILS, estimator=estimator, se="robust_sem", test="satorra_bentler")
    assert scaled.measures["chisq"] == pytest.approx(scaled.estimation.chi_square)


def test_least_squares_errors_are_those_of_the_samples_moments() -> None:
    """One variance and its square: twice the sample's squared variance over n - 1."""
    data = PUPILS[["x1", "x2"]]
    fit = ts.sem("x1 ~~ a*x1; x2 ~~ a*x2", data, estimator="ULS")
    covariance = data.cov().to_numpy()
    expected = np.sqrt((covariance**2).sum() / 2.0 / (len(data) - 1))
    assert fit.estimates["se"].iloc[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("estimator", "name"), [("ULS", "browne_residual_nt"), ("ML", "standard")])
def test_the_test_to_believe_is_the_one_that_the_measures_show(estimator: str, name: str) -> None:
    fit = ts.cfa(THREE, PUPILS, estimator=estimator)
    assert fit.test().name == name
    assert fit.test().statistic == pytest.approx(fit.measures["chisq"], rel=1e-10)
    assert "Corrected" not in str(fit)


def test_a_statistic_that_rounding_left_below_zero_has_an_interval() -> None:
    from tpn_sem.numerics import noncentral_distribution, noncentrality

    assert noncentrality(-1e-15, 2.0, 0.95) == 0.0
    assert noncentral_distribution(-1e-15, 2.0, 1.0) == 0.0


@pytest.mark.parametrize("test", ["browne_residual_adf", "browne_residual_adf_model"])
@pytest.mark.parametrize("means", [False, True])
def test_fixed_predictors_leave_residual_tests_to_any_divisor(test: str, means: bool) -> None:
    """Covariances divided by n or n - 1: statistics are n / (n - 1) apart, or nearly so."""
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nf ~ ageyr"
    found = [
        quietly(ts.sem, text, PUPILS, likelihood=one, mean_structure=means).test(test).statistic
        for one in ("normal", "wishart")
    ]
    assert found[1] == pytest.approx(found[0] * 301 / 300, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("test", ["browne_residual_adf", "browne_residual_adf_model"])
def test_rows_too_few_for_a_distribution_free_test_are_refused(test: str) -> None:
    """Of 15 rows the statistic was .05 with 8 degrees of freedom, whatever the misfit."""
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
    few = quietly(ts.sem, text, PUPILS.iloc[::20].head(15))
    with pytest.raises(NotAvailableError, match="there are 15 rows and 21 moments: take"):
        few.test(test)
    assert few.test("browne_residual_nt").statistic > 0.0
    assert quietly(ts.sem, text, PUPILS.head(40)).test(test).statistic > 1.0
    groups = quietly(ts.sem, text, PUPILS.head(186), group="school")
    assert groups.test(test).statistic > 1.0
    with pytest.raises(NotAvailableError, match="20 rows and 27 moments in group 'Grant-White'"):
        quietly(ts.sem, text, PUPILS.head(176), group="school").test(test)
