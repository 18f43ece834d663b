"""Formulas of Mplus, one by one and by ``mimic=``: lavaan 0.7-2's numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import DATA, PUPILS, beside, fit_of

import tpn_sem as ts
from tpn_sem.errors import OptionError

CASES: dict[str, Any] = json.loads((REFERENCE / "mplus_formulas.json").read_text())["cases"]
FACTORS = CASES["mimic_mlm"]["model"]
PREDICTED = CASES["mimic_eqs"]["model"]
PRODUCT = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; x9 ~ f + g + f:g"


def is_compared(name: str, key: str) -> bool:
    """Not what lavaan has for other reasons otherwise, see docs/agreement.md."""
    if name in ("gls_equal.gls.v11", "gls_curve.gls.v11"):
        return key in ("df", "baseline_chisq")
    of_weights = name.startswith("wlsmv") and "gamma.wls" in name
    return not (key.endswith("_robust") and (of_weights or name.startswith("wlsmv_groups")))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_numbers_are_lavaans(name: str) -> None:
    case = CASES[name]
    fit = fit_of(case)
    table = fit.estimates
    ours, theirs = beside(table[table["se"] > 0], case, "estimate", "est", "se", "se")
    np.testing.assert_allclose(ours[:, 0], theirs[:, 0], rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(ours[:, 1], theirs[:, 1], rtol=1e-6)
    for written, value in case["measures"].items():
        key = written.replace(".", "_")
        if value is not None and key in fit.measures.index and is_compared(name, key):
            assert fit.measures[key] == pytest.approx(value, rel=1e-5, abs=1e-6), key


def test_without_means_all_moments_have_the_same_divisor() -> None:
    """Where lavaan leaves the first of them as they are."""
    plain = quietly(ts.cfa, FACTORS, PUPILS, estimator="MLM").estimates["se"]
    mplus = quietly(ts.cfa, FACTORS, PUPILS, estimator="MLM", gamma_vcov_mplus=True)
    known = plain > 0
    ratio = mplus.estimates["se"][known] / plain[known]
    np.testing.assert_allclose(ratio.to_numpy(float), (301 / 300) ** 0.5, rtol=1e-9)


def test_what_mimic_sets_is_said() -> None:
    (note,) = [n for n in fit_of(CASES["mimic_mlm"]).notes if "mimic" in n]
    for name in ("information_expected_mplus", "gamma_vcov_mplus", "rmsea_scaled_mplus"):
        assert f"{name}=True" in note
    assert "gls_v11_mplus" not in note
    (note,) = [n for n in fit_of(CASES["mimic_eqs"]).notes if "mimic" in n]
    assert "likelihood='wishart', fixed_x=False, baseline_fixed_x_free_cov=False" in note
    (note,) = [n for n in fit_of(CASES["mimic_wlsm_predicted"]).notes if "mimic" in n]
    assert "baseline_conditional_x_free_slopes=False" in note


def test_mimic_leaves_what_is_given() -> None:
    asked = {"mimic": "Mplus", "estimator": "MLM", "gamma_vcov_mplus": False}
    note = next(n for n in quietly(ts.cfa, FACTORS, PUPILS, **asked).notes if "mimic" in n)
    assert "gamma_vcov_mplus" not in note
    assert not any("mimic" in n for n in quietly(ts.cfa, FACTORS, PUPILS, mimic="lavaan").notes)


def test_mimic_serves_products_and_levels() -> None:
    assert quietly(ts.sem, PRODUCT, PUPILS, mimic="EQS", likelihood="normal").converged

    text = "level: 1\nx1 ~~ x2\nlevel: 2\nx1 ~~ x2"
    assert quietly(ts.sem, text, PUPILS, cluster="agemo", mimic="Mplus").notes


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("information_expected_mplus", {}, "fourth-order moments"),
        ("information_expected_mplus", {"estimator": "MLR"}, "expected information"),
        ("information_expected_mplus", {"estimator": "ULSMV"}, "continuous variables"),
        ("information_expected_mplus", {"ordered": True, "estimator": "DWLS"}, "not corrected"),
        ("information_expected_mplus", {"estimator": "MLM", "cluster": "agemo"}, "cluster="),
        ("gamma_vcov_mplus", {}, "se='standard'"),
        ("gamma_vcov_mplus", {"missing": "fiml"}, "missing='fiml'"),
        ("gamma_vcov_mplus", {"estimator": "MLM", "sampling_weights": "ageyr"}, "sampling"),
        ("gamma_wls_mplus", {"estimator": "MLM"}, "fourth-order moments"),
        ("gamma_wls_mplus", {"ordered": True}, "ordinal items"),
        ("gamma_wls_mplus", {"estimator": "WLS", "gamma_n_minus_one": True}, "of their own"),
        ("gls_v11_mplus", {}, "only on 'GLS'"),
        ("gls_v11_mplus", {"estimator": "GLS", "mean_structure": False}, "without means"),
        ("gls_v11_mplus", {"estimator": "GLS"}, "give mean_structure=True"),
        ("rmsea_scaled_mplus", {}, "scaled and not shifted"),
        ("rmsea_scaled_mplus", {"estimator": "MLMV"}, "scaled and not shifted"),
        ("rmsea_scaled_mplus", {"ordered": True, "estimator": "ML"}, "scaled and not shifted"),
    ],
)
def test_a_formula_without_effect_is_refused(name: str, options: dict[str, Any], says: str) -> None:
    data = DATA["items"] if options.get("ordered") else PUPILS
    with pytest.raises(OptionError, match=says):
        quietly(ts.cfa, FACTORS, data, **{name: True}, **options)


def test_fixed_predictors_and_products_refuse() -> None:
    with pytest.raises(OptionError, match="gamma_wls_mplus= takes all variables as random"):
        quietly(ts.sem, PREDICTED, PUPILS, estimator="WLS", fixed_x=True, gamma_wls_mplus=True)
    asked = {"estimator": "MLR", "rmsea_scaled_mplus": True}
    with pytest.raises(OptionError, match="rmsea_scaled_mplus= is without effect on a likelihood"):
        quietly(ts.sem, PRODUCT, PUPILS, **asked)
    with pytest.raises(OptionError, match="gamma_vcov_mplus= is True or False"):
        quietly(ts.cfa, FACTORS, PUPILS, gamma_vcov_mplus="yes")
