"""Information at the sample's moments, divisors of fourth-order moments: lavaan 0.7-2's numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import DATA, beside, fit_of

import tpn_sem as ts
from tpn_sem.errors import DataError, OptionError, TpnSemError
from tpn_sem.moments import unbiased_fourth_order

FILE = REFERENCE / "information_of_moments.json"
CASES: dict[str, Any] = json.loads(FILE.read_text())["cases"]
SCALED = [name for name, case in CASES.items() if "chisq.scaled" in case["measures"]]
FACTORS = CASES["ml"]["model"]
PATHS = CASES["ml_paths"]["model"]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", list(CASES))
def test_errors_are_lavaans(name: str) -> None:
    case = CASES[name]
    table = fit_of(case).estimates
    ours, theirs = beside(table[table["se"] > 0], case, "estimate", "est", "se", "se")
    assert len(ours) == len(case["est"])
    np.testing.assert_allclose(ours[:, 0], theirs[:, 0], rtol=5e-6, atol=5e-6)
    np.testing.assert_allclose(ours[:, 1], theirs[:, 1], rtol=5e-6)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", SCALED)
def test_scaled_tests_are_lavaans(name: str) -> None:
    case = CASES[name]
    fit = fit_of(case)
    known = case["measures"]
    assert fit.measures["chisq_scaled"] == pytest.approx(known["chisq.scaled"], rel=1e-5)
    assert fit.measures["df_scaled"] == pytest.approx(known["df.scaled"], rel=1e-5)
    if "rmsea.robust" in known and case["data"] == "pupils":  # of gaps see docs/agreement.md
        assert fit.measures["rmsea_robust"] == pytest.approx(known["rmsea.robust"], rel=1e-5)


@pytest.mark.slow
def test_fourth_order_moments_have_no_bias() -> None:
    """Over samples of eight skewed rows: seven times the variance of sample variances."""
    draw = np.random.default_rng(4)
    rows = draw.exponential(size=(200_000, 8))
    centred = rows - rows.mean(axis=1, keepdims=True)
    variance, fourth = (centred**2).mean(axis=1), (centred**4).mean(axis=1)
    found = [
        unbiased_fourth_order(np.array([[m - v**2]]), np.array([[v]]), 8)[0, 0]
        for v, m in zip(variance, fourth, strict=True)
    ]
    error = np.std(found) / len(found) ** 0.5
    known = 7 / 8 * (9 - 5 / 7)  # the fourth moment of a centred exponential variable is nine
    assert abs(np.mean(found) - known) < 4 * error
    assert abs(np.mean(fourth - variance**2) - known) > 4 * error


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"estimator": "GLS", "h1_information": "unstructured"}, "estimator='GLS'"),
        ({"information": "observed", "h1_information": "unstructured"}, "exact second"),
        ({"missing": "two_stage", "h1_information": "unstructured"}, "missing='two_stage'"),
        (
            {"cluster": "agemo", "se": "cluster_cr2", "h1_information": "unstructured"},
            "se='cluster_cr2'",
        ),
        ({"ordered": True, "h1_information": "unstructured"}, "estimator='WLSMV'"),
        ({"information": ("observed", "expected")}, "omega_information= is for corrected"),
        ({"estimator": "MLM", "information": ("a", "expected")}, "information"),
        ({"estimator": "MLM", "information": ("expected", "b")}, "omega_information"),
        ({"estimator": "MLM", "information": ("expected",) * 3}, "one word, or two"),
        ({"estimator": "MLM", "h1_information": 3}, "h1_information"),
        ({"estimator": "MLM", "omega_h1_information": "half"}, "omega_h1_information"),
        ({"estimator": "MLM", "h1_information_meat": "unstructured"}, "estimator='MLR'"),
        ({"ordered": True, "omega_information": "expected"}, "corrected tests of maximum"),
        ({"gamma_unbiased": True}, "estimator='MLM'"),
        ({"estimator": "MLR", "gamma_unbiased": True}, "estimator='MLM'"),
        ({"estimator": "MLR", "gamma_n_minus_one": True}, "estimator='MLM'"),
        ({"estimator": "MLM", "gamma_unbiased": True, "gamma_n_minus_one": True}, "leave"),
        ({"missing": "fiml", "gamma_unbiased": True}, "missing='fiml'"),
        ({"estimator": "MLM", "cluster": "agemo", "gamma_unbiased": True}, "cluster="),
        ({"estimator": "MLM", "sampling_weights": "ageyr", "gamma_unbiased": True}, "sampling"),
        ({"estimator": "WLSMV", "ordered": True, "gamma_unbiased": True}, "ordered="),
    ],
)
def test_what_has_no_effect_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        quietly(ts.cfa, FACTORS, DATA["pupils"], **options)


def test_fixed_predictors_and_three_rows_have_no_unbiased_moments() -> None:
    with pytest.raises(OptionError, match="fixed_x=False"):
        quietly(ts.sem, PATHS, DATA["pupils"], estimator="MLM", gamma_unbiased=True)
    few = DATA["pupils"].iloc[:3]
    with pytest.raises(DataError, match="needs 4 rows"):
        quietly(ts.cfa, "x1 ~~ x2", few, estimator="MLM", gamma_unbiased=True)


@pytest.mark.parametrize("option", ["gamma_unbiased", "gamma_n_minus_one"])
def test_two_levels_refuse(option: str) -> None:
    text = "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nf =~ x1 + x2 + x3"
    with pytest.raises(TpnSemError):
        quietly(ts.sem, text, DATA["pupils"], cluster="agemo", **{option: True})


def test_two_levels_have_no_unstructured_information() -> None:
    text = "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nf =~ x1 + x2 + x3"
    asked = {"information": "expected", "h1_information": "unstructured"}
    with pytest.raises(OptionError, match="level: blocks"):
        quietly(ts.sem, text, DATA["pupils"], cluster="agemo", **asked)
