"""T-size indices and the test that fit is close enough, by their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import reference_data
from core_cases import THREE
from scipy import optimize, stats

import tpn_sem as ts

PUPILS = reference_data("HolzingerSwineford1939")


def fitted(**options: object) -> ts.Fit:
    return ts.cfa(THREE, PUPILS, **options)


def noncentrality_at(statistic: float, df: float, probability: float) -> float:
    """By root finding on scipy's distribution."""
    if stats.chi2.cdf(statistic, df) < probability:
        return 0.0
    return optimize.brentq(
        lambda x: stats.ncx2.cdf(statistic, df, x) - probability, 1e-9, 50.0 * statistic
    )


def test_t_sizes_are_limits_of_noncentrality() -> None:
    fit = fitted()
    found, m = fit.equivalence(), fit.measures
    upper = noncentrality_at(m["chisq"], m["df"], 0.05)
    assert found.loc["rmsea", "t_size"] == pytest.approx(np.sqrt(upper / (24 * 301)), rel=1e-6)
    assert found.loc["rmsea", "t_size"] == pytest.approx(m["rmsea_ci_upper"], rel=1e-6)
    own = noncentrality_at(m["chisq"], m["df"], 0.025)
    base = noncentrality_at(m["baseline_chisq"], m["baseline_df"], 0.975)
    assert found.loc["cfi", "t_size"] == pytest.approx(1.0 - own / base, rel=1e-6)
    assert found.loc["rmsea", "value"] == pytest.approx(m["rmsea"], rel=1e-9)
    assert found.loc["cfi", "value"] == pytest.approx(m["cfi"], rel=1e-9)


def test_p_values_are_of_misfit_as_large_as_the_margin() -> None:
    fit = fitted()
    found, m = fit.equivalence(rmsea=0.12), fit.measures
    wanted = stats.ncx2.cdf(m["chisq"], m["df"], m["df"] * 301 * 0.12**2)
    assert found.loc["rmsea", "p_value"] == pytest.approx(wanted, rel=1e-6)
    assert found.loc["rmsea", "verdict"] == ("close enough" if wanted < 0.05 else "can't tell")


@pytest.mark.parametrize("margin", [0.05, 0.08, 0.10, 0.115, 0.15])
def test_the_verdict_is_the_test(margin: float) -> None:
    row = fitted().equivalence(rmsea=margin).loc["rmsea"]
    assert (row["verdict"] == "close enough") == (row["p_value"] < 0.05)
    assert (row["verdict"] == "close enough") == (row["t_size"] < margin)


def test_corrected_chi_squares_are_taken_where_they_were_asked_for() -> None:
    fit = fitted(estimator="MLM")
    found, m = fit.equivalence(), fit.measures
    upper = noncentrality_at(m["chisq_scaled"], m["df"], 0.05)
    assert found.loc["rmsea", "t_size"] == pytest.approx(np.sqrt(upper / (24 * 301)), rel=1e-6)


@pytest.mark.parametrize("margin", [0.80, 0.86, 0.875, 0.89, 0.95])
def test_the_verdict_of_cfi_is_its_test(margin: float) -> None:
    """Half of alpha for the model, half for the baseline's limit."""
    fit = fitted()
    row, m = fit.equivalence(cfi=margin).loc["cfi"], fit.measures
    base = noncentrality_at(m["baseline_chisq"], m["baseline_df"], 0.975)
    tail = stats.ncx2.cdf(m["chisq"], m["df"], (1.0 - margin) * base)
    assert row["p_value"] == pytest.approx(min(1.0, 2.0 * tail), rel=1e-6)
    assert row["margin"] == margin
    assert (row["verdict"] == "close enough") == (row["p_value"] < 0.05)
    assert (row["verdict"] == "close enough") == (row["t_size"] > margin)


def test_several_groups() -> None:
    fit = fitted(group="school")
    found, m = fit.equivalence(), fit.measures
    assert found.loc["rmsea", "value"] == pytest.approx(m["rmsea"], rel=1e-9)
    assert found.loc["rmsea", "t_size"] == pytest.approx(m["rmsea_ci_upper"], rel=1e-6)


def test_refusals() -> None:
    saturated = ts.cfa("visual =~ x1 + x2 + x3", PUPILS)
    with pytest.raises(ts.TpnSemError, match="no degrees of freedom"):
        saturated.equivalence()
    for option, value in (("rmsea", 0.0), ("cfi", 1.0), ("alpha", 0.9)):
        with pytest.raises(ts.TpnSemError, match=option):
            fitted().equivalence(**{option: value})
