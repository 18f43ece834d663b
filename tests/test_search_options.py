"""How far and how often the minimum is searched for, and the way there."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import DATA, PUPILS

import tpn_sem as ts
from tpn_sem.errors import DataError, OptionError
from tpn_sem.estimation.discrepancy import Discrepancy, Slope

FACTORS = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
BLOCK = 'efa("b")*f + efa("b")*g =~ x1 + x2 + x3 + x7 + x8 + x9'
PRODUCT = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; x9 ~ f + g + f:g"
HARD = {case["case"]: case for case in json.loads((REFERENCE / "hard_fits.json").read_text())}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("model", "options"),
    [
        (FACTORS, {}),
        (FACTORS, {"group": "school", "group_equal": ["loadings", "intercepts"]}),
        (FACTORS, {"missing": "fiml"}),
        (FACTORS, {"estimator": "WLS"}),
        (FACTORS, {"rstarts": 2}),
        (f"{FACTORS}\nf ~~ v*f\nv > 0.9", {}),
        (BLOCK, {}),
    ],
)
def test_the_way_begins_at_the_start_and_ends_at_the_minimum(
    model: str, options: dict[str, Any]
) -> None:
    data = DATA["gaps"] if "missing" in options else PUPILS
    fit = quietly(ts.cfa, model, data, optim_partrace=True, **options)
    plain = quietly(ts.cfa, model, data, **options)
    way = fit.inspect("optim")["partrace"]
    assert list(way.columns) == ["objective", *fit.coef.index]
    np.testing.assert_allclose(way.iloc[-1, 1:], fit.coef, rtol=1e-12)
    np.testing.assert_allclose(fit.coef, plain.coef, rtol=1e-7, atol=1e-8)
    assert way["objective"].iloc[-1] <= way["objective"].iloc[0]
    assert "partrace" not in plain.inspect("optim")


def test_the_way_begins_where_the_user_says() -> None:
    start = {"f=~x2": 0.123, "g=~x5": 0.987}
    fit = quietly(ts.cfa, FACTORS, PUPILS, optim_partrace=True, start=start)
    first = fit.inspect("optim")["partrace"].iloc[0]
    assert first[list(start)].to_dict() == start


def test_what_is_steeper_has_not_converged() -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS)
    steepest = float(np.abs(fit.inspect("gradient")).max())
    assert quietly(ts.cfa, FACTORS, PUPILS, optim_dx_tol=1.01 * steepest).converged
    strict = quietly(ts.cfa, FACTORS, PUPILS, optim_dx_tol=0.5 * steepest)
    assert not strict.converged
    assert any("above optim_dx_tol=" in note for note in strict.notes)
    assert np.isnan(strict.measures["chisq"])


def test_constraints_are_not_steep() -> None:
    """Where one holds with equality, the objective would still fall beyond it."""
    model = "f =~ x1 + x2 + x3 + x4\nx1 ~~ v*x1\nv > 1"
    fit = quietly(ts.cfa, model, PUPILS, optim_dx_tol=1e-6)
    assert fit.converged
    assert np.abs(fit.inspect("gradient")).max() > 1e-3


def test_the_baseline_is_not_judged() -> None:
    fit = quietly(ts.cfa, FACTORS, PUPILS, estimator="MLM", optim_dx_tol=1e-9)
    assert fit.measures["cfi_robust"] > 0.9


@pytest.mark.slow
@pytest.mark.parametrize("number", [25, 127, 188])
def test_fewer_attempts_may_lead_nowhere(number: int) -> None:
    case = HARD[number]
    data = pd.DataFrame(case["rows"], columns=case["columns"], dtype=float)
    ends = [
        quietly(ts.cfa, case["text"], data, missing=case["missing"], optim_attempts=n).converged
        for n in (1, 4)
    ]
    assert ends == [False, True]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"optim_attempts": 0}, "from 1 to 4"),
        ({"optim_attempts": 5}, "from 1 to 4"),
        ({"optim_attempts": 1.5}, "optim_attempts"),
        ({"optim_dx_tol": 0.0}, "above 0"),
        ({"optim_dx_tol": float("inf")}, "above 0"),
        ({"optim_dx_tol": "small"}, "optim_dx_tol"),
        ({"optim_partrace": "yes"}, "optim_partrace"),
        ({"optim_partrace": True, "do_fit": False}, "do_fit=False"),
        ({"optim_attempts": 1, "ordered": True}, "ordinal items"),
        ({"optim_dx_tol": 1e-3, "ordered": True, "estimator": "ML"}, "full information"),
        ({"max_iterations": 0}, "max_iterations"),
        ({"optim_gradient": "none"}, "optim_gradient"),
        ({"optim_gradient": "numerical", "optim_partrace": True}, "leave one of them out"),
        ({"optim_gradient": "numerical", "do_fit": False}, "do_fit=False"),
        ({"optim_init_nelder_mead": "yes"}, "optim_init_nelder_mead"),
        ({"optim_init_nelder_mead": True, "do_fit": False}, "do_fit=False"),
        (
            {"optim_init_nelder_mead": True, "ordered": True, "estimator": "ML"},
            "full information",
        ),
        ({"max_iterations": True}, "max_iterations"),
    ],
)
def test_what_cannot_be_is_refused(options: dict[str, Any], says: str) -> None:
    data = DATA["items"] if options.get("ordered") else PUPILS
    with pytest.raises(OptionError, match=says):
        quietly(ts.cfa, FACTORS, data, **options)


SLOPES = {"optim_gradient": "numerical"}
SIMPLEX = {"optim_init_nelder_mead": True}


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("model", "options"),
    [
        (FACTORS, SLOPES),
        (FACTORS, SIMPLEX),
        (FACTORS, SLOPES | {"group": "school", "group_equal": ["loadings"]}),
        (FACTORS, SLOPES | {"missing": "fiml"}),
        (FACTORS, SIMPLEX | {"missing": "fiml"}),
        (FACTORS, SLOPES | {"ordered": True}),
        (FACTORS, SIMPLEX | {"ordered": True}),
        (f"{FACTORS}\nf ~~ v*f\nv > 0.9", SLOPES),
        (f"{FACTORS}\nf ~~ v*f\nv > 0.9", SIMPLEX),
        (BLOCK, SLOPES),
    ],
)
def test_another_search_ends_in_the_same_minimum(model: str, options: dict[str, Any]) -> None:
    data = DATA["gaps"] if "missing" in options else PUPILS
    data = DATA["items"] if "ordered" in options else data
    same = {key: value for key, value in options.items() if not key.startswith("optim_")}
    fit, plain = quietly(ts.cfa, model, data, **options), quietly(ts.cfa, model, data, **same)
    assert fit.converged
    np.testing.assert_allclose(fit.coef, plain.coef, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(fit.bse, plain.bse, rtol=1e-5, atol=1e-6)


@pytest.mark.slow
def test_differences_show_a_slope_that_is_wrong() -> None:
    """What a discrepancy of one's own says of its slope is not asked for."""

    class Crooked(Discrepancy):
        name = "crooked"
        is_efficient = True

        def value(self, sample: Any, implied: Any) -> Any:
            gap = sample.covariance - implied.covariance
            return (gap**2).sum((-1, -2))

        def slope(self, sample: Any, implied: Any) -> Any:
            return Slope(0.1 + 2.0 * (implied.covariance - sample.covariance), None)

        def weight(self, sample: Any, implied: Any) -> Any:
            return np.broadcast_to(np.sqrt(2.0) * np.eye(6), implied.covariance.shape)

    right = quietly(ts.cfa, FACTORS, PUPILS, estimator=Crooked(), optim_gradient="numerical")
    wrong = quietly(ts.cfa, FACTORS, PUPILS, estimator=Crooked())
    assert right.inspect("optim")["objective"] < wrong.inspect("optim")["objective"] - 1e-4


def test_a_simplex_does_not_turn_factors() -> None:
    with pytest.raises(OptionError, match=r"efa\('block'\)"):
        quietly(ts.cfa, BLOCK, PUPILS, optim_init_nelder_mead=True)


def test_em_ends_near_where_newton_steps_do() -> None:
    known = quietly(ts.cfa, FACTORS, DATA["gaps"], missing="fiml").measures
    for tol, apart in ((1e-5, 1e-2), (1e-13, 1e-6)):
        asked = {"missing": "fiml", "em_h1_args": {"tol": tol}}
        found = quietly(ts.cfa, FACTORS, DATA["gaps"], **asked).measures
        gap = abs(found["chisq"] - known["chisq"])
        assert (gap > 1e-6) == (tol == 1e-5)  # a loose end is seen in the number
        assert gap < apart
        assert found["unrestricted_logl"] <= known["unrestricted_logl"] + 1e-9


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"em_h1_args": {"max_iter": 9}}, OptionError, "missing='fiml'"),
        ({"missing": "fiml", "em_h1_args": 9}, OptionError, "is a dict"),
        ({"missing": "fiml", "em_h1_args": {"max_iter": 0}}, OptionError, "above 0"),
        ({"missing": "fiml", "em_h1_args": {"tol": 0.0}}, OptionError, "above 0"),
        ({"missing": "fiml", "em_h1_args": {"steps": 9}}, OptionError, "'max_iter', 'tol'"),
        ({"missing": "fiml", "em_h1_args": {"warn": False}}, OptionError, "always said"),
        ({"missing": "fiml", "em_h1_args": {"max_iter": 2}}, DataError, "more steps"),
        ({"missing": "fiml", "em_h1_args": {"max_iter": 3, "tol": 1e-9}}, DataError, "more steps"),
    ],
)
def test_em_says_what_it_cannot(options: dict[str, Any], kind: type, says: str) -> None:
    with pytest.raises(kind, match=says):
        quietly(ts.cfa, FACTORS, DATA["gaps"], **options)


def test_products_refuse() -> None:
    with pytest.raises(OptionError, match="optim_partrace= is not available with a likelihood"):
        quietly(ts.sem, PRODUCT, PUPILS, optim_partrace=True)
