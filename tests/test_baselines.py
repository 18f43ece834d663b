"""Other baseline models of fit measures: lavaan 0.7-2's numbers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import REFERENCE, quietly
from frozen_fits import DATA, PUPILS, measures_beside

import tpn_sem as ts
from tpn_sem.errors import OptionError

CASES: dict[str, Any] = json.loads((REFERENCE / "baselines.json").read_text())["cases"]
FACTORS = CASES["nested_groups"]["model"]
PREDICTED = CASES["alone_mlm"]["model"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_measures_are_lavaans(name: str) -> None:
    compared = measures_beside(CASES[name])
    assert len(compared) > 4
    for key, (ours, known) in compared.items():
        if not (name.endswith("_groups") and "items" in name and "robust" in key):
            assert ours == pytest.approx(known, rel=5e-6, abs=1e-7), key


def test_a_nested_baseline_keeps_what_is_equal() -> None:
    """Its degrees of freedom are those of independence and of equal intercepts."""
    equal = {"group": "school", "group_equal": ["loadings", "intercepts"]}
    plain = quietly(ts.cfa, FACTORS, PUPILS, **equal).measures
    nested = quietly(ts.cfa, FACTORS, PUPILS, baseline_type="nested", **equal).measures
    assert nested["baseline_df"] == plain["baseline_df"] + 4  # six intercepts, two means of factors
    assert nested["baseline_chisq"] > plain["baseline_chisq"]
    assert nested["chisq"] == plain["chisq"]


def test_auxiliary_variables_stay_related() -> None:
    asked = {"missing": "fiml", "auxiliary": ["ageyr"]}
    plain = quietly(ts.cfa, FACTORS, DATA["gaps"], **asked).measures
    nested = quietly(ts.cfa, FACTORS, DATA["gaps"], baseline_type="nested", **asked).measures
    assert nested["baseline_chisq"] == pytest.approx(plain["baseline_chisq"], rel=1e-7)
    assert nested["baseline_df"] == plain["baseline_df"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("model", "options", "says"),
    [
        (FACTORS, {"baseline_type": "null"}, "baseline_type"),
        (FACTORS, {"baseline_type": 1}, "baseline_type"),
        (FACTORS, {"baseline_fixed_x_free_cov": "no"}, "baseline_fixed_x_free_cov"),
        (FACTORS, {"baseline_conditional_x_free_slopes": False}, "is for ordinal items"),
        (
            PREDICTED,
            {"ordered": ["x1", "x2", "x3"], "baseline_fixed_x_free_cov": False},
            "no part of the model",
        ),
        (
            PREDICTED,
            {"missing": "fiml_x", "baseline_fixed_x_free_cov": False},
            "missing='fiml_x'",
        ),
        (
            FACTORS,
            {"ordered": True, "estimator": "ML", "baseline_type": "nested"},
            "full information",
        ),
        (FACTORS, {"correlation": True, "baseline_type": "nested"}, "correlation="),
        (
            PREDICTED,
            {"baseline_type": "nested", "baseline_fixed_x_free_cov": False},
            "leave one of them out",
        ),
        ("c <~ x1 + x2; x9 ~ c", {"baseline_type": "nested"}, "composites"),
        (
            "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; x9 ~ f + g + f:g",
            {"baseline_type": "nested"},
            "likelihood of products",
        ),
        (
            "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nf =~ x1 + x2 + x3",
            {"cluster": "agemo", "baseline_type": "nested"},
            "level: blocks",
        ),
    ],
)
def test_what_cannot_be_is_refused(model: str, options: dict[str, Any], says: str) -> None:
    data = DATA["items"] if options.get("ordered") else PUPILS
    with pytest.raises(OptionError, match=says):
        assert quietly(ts.sem, model, data, **options).measures is not None


def test_free_covariances_of_predictors_need_two_of_them() -> None:
    with pytest.raises(OptionError, match="without two observed predictors"):
        ts.cfa(FACTORS, PUPILS, baseline_fixed_x_free_cov=False)
    items = {"ordered": True, "baseline_conditional_x_free_slopes": False}
    with pytest.raises(OptionError, match="without observed predictors"):
        quietly(ts.cfa, FACTORS, DATA["items"], **items)
    assert quietly(ts.cfa, FACTORS, PUPILS, mimic="EQS").measures["baseline_df"] > 0
