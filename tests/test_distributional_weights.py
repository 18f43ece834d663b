"""Distributionally weighted least squares (DLS; Du & Bentler, 2022): lavaan 0.7-2's numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import PUPILS, beside, fit_of, measures_beside

import tpn_sem as ts
from tpn_sem.errors import OptionError

CASES: dict[str, Any] = json.loads((REFERENCE / "distributional_weights.json").read_text())["cases"]
THREE = CASES["default"]["model"]


def _read(case: dict[str, Any]) -> dict[str, Any]:
    """The case with lavaan's list of an estimator and its arguments as two options."""
    options = dict(case["options"])
    if isinstance(options["estimator"], dict):
        arguments = dict(options["estimator"])
        options |= {"estimator": arguments.pop("estimator"), "estimator_args": arguments}
    return case | {"options": options}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_estimates_errors_and_measures_are_lavaans(name: str) -> None:
    case = _read(CASES[name])
    ours, known = beside(fit_of(case).estimates, case, "estimate", "est", "se", "se")
    np.testing.assert_allclose(ours, known, rtol=1e-5, atol=1e-6)
    compared = measures_beside(case)
    assert len(compared) > 9
    for key, (mine, theirs) in compared.items():
        assert mine == pytest.approx(theirs, rel=5e-6, abs=1e-7), key


def test_normal_theory_at_the_model_has_the_estimates_of_maximum_likelihood() -> None:
    least = ts.cfa(THREE, PUPILS, estimator="DLS")
    most = ts.cfa(THREE, PUPILS)
    np.testing.assert_allclose(least.params, most.params, rtol=1e-6)


@pytest.mark.parametrize("model", [THREE, "f =~ x1 + a*x2 + b*x3 + x4\na == b*b"])
def test_units_and_constraints_change_nothing(model: str) -> None:
    half = {"estimator": "DLS", "estimator_args": {"dls_a": 0.5}}
    fit = ts.cfa(model, PUPILS, std_lv=True, **half)
    large = ts.cfa(model, PUPILS.assign(x9=30.0 * PUPILS["x9"]), std_lv=True, **half)
    assert large.converged
    assert large.measures["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-6)


def test_indices_are_lavaans() -> None:
    """lavaan 0.7-2, rounds ended at 1e-12."""
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\ng ~ f"
    fit = ts.sem(text, PUPILS, estimator="DLS", estimator_args={"dls_a": 0.5})
    table = fit.modification_indices().set_index(["lhs", "op", "rhs"])
    known = {("g", "=~", "x1"): (9.353, 0.427), ("f", "=~", "x5"): (7.272, -0.222)}
    for key, (index, change) in known.items():
        assert table.loc[key, "mi"] == pytest.approx(index, abs=6e-4)
        assert table.loc[key, "epc"] == pytest.approx(change, abs=6e-4)
    assert 'list(estimator = "DLS", dls.a = 0.5)' in fit.to_lavaan()


def test_rounds_are_counted_and_end_where_asked() -> None:
    with pytest.warns(ts.errors.ConvergenceWarning):
        short = ts.cfa(THREE, PUPILS, estimator="DLS", gn_args={"max_iter": 2})
    assert not short.converged
    assert not quietly(ts.cfa, THREE, PUPILS, estimator="DLS", max_iterations=2).converged
    near = ts.cfa(THREE, PUPILS, estimator="DLS", gn_args={"tol_x": 0.05})
    far = ts.cfa(THREE, PUPILS, estimator="DLS")
    gap = np.abs(near.params - far.params).max()
    assert 1e-7 < gap < 0.1


def test_a_list_of_lavaans_is_taken() -> None:
    listed = {"estimator": "DLS", "dls.a": 0.5}
    one = ts.cfa(THREE, PUPILS, estimator=listed)
    other = ts.cfa(THREE, PUPILS, estimator="DLS", estimator_args={"dls_a": 0.5})
    assert one.measures["chisq"] == pytest.approx(other.measures["chisq"], rel=1e-9)
    for wrong in ({"dls.a": 0.5}, {"estimator": 1}):
        with pytest.raises(OptionError, match="estimator_args"):
            ts.cfa(THREE, PUPILS, estimator=wrong)


def test_other_weights_are_not_compared() -> None:
    text = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6\nf ~~ 0*g"
    for first, second in (({"dls_a": 0.0}, {"dls_a": 1.0}), ({}, {"dls_gamma_nt": "sample"})):
        one = ts.cfa(text.replace("0*", ""), PUPILS, estimator="DLS", estimator_args=first)
        other = ts.cfa(text, PUPILS, estimator="DLS", estimator_args=second)
        with pytest.raises(OptionError, match="not comparable"):
            ts.compare([one, other])


@pytest.mark.parametrize(
    "asked", [{"likelihood": "wishart"}, {"ridge": 0.1}, {"std_ov": True}, {"fixed_x": False}]
)
def test_other_moments_and_likelihoods_are_not_compared(asked: dict[str, Any]) -> None:
    text = "f =~ x1 + x2 + x3\nf ~ x4"
    one, other = ts.sem(text, PUPILS), ts.sem(text, PUPILS, **asked)
    with pytest.raises(ts.TpnSemError, match="not comparable"):
        ts.compare([one, other])


def test_replicates_are_fitted_in_the_same_way() -> None:
    fit = ts.cfa("f =~ x1 + x2 + x3 + x4", PUPILS, estimator="DLS", estimator_args={"dls_a": 0.5})
    drawn = quietly(ts.bootstrap, fit, n=40, seed=1)
    assert drawn.n_failed < 4
    ratio = drawn.table.loc["f=~x2", "se"] / fit.bse["f=~x2"]
    assert 0.5 < ratio < 2.0


def test_moments_alone_do_not_say_how_they_vary() -> None:
    moments = ts.SampleMoments(PUPILS[["x1", "x2", "x3", "x4"]].cov(), n_observations=301)
    for more in ({}, {"se": "none", "test": "none"}):
        with pytest.raises(ts.errors.NotAvailableError, match="estimator='DLS'"):
            ts.cfa("f =~ x1 + x2 + x3 + x4", moments, estimator="DLS", **more)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"estimator": "ML", "estimator_args": {"dls_a": 0.5}}, "is for estimator='DLS'"),
        ({"estimator": "GLS", "gn_args": {"max_iter": 5}}, "is for estimator='DLS'"),
        ({"estimator": "DLS", "estimator_args": {"dls_a": 1.5}}, "from 0 to 1"),
        ({"estimator": "DLS", "estimator_args": {"dls_a": "half"}}, "from 0 to 1"),
        ({"estimator": "DLS", "estimator_args": {"dls.GammaNT": "none"}}, "'model', 'sample'"),
        ({"estimator": "DLS", "estimator_args": {"a": 0.5}}, "'dls_a'"),
        ({"estimator": "DLS", "estimator_args": 0.5}, "is a dict"),
        ({"estimator": "DLS", "estimator_args": {"dls.FtimesNminus1": True}}, "leave it out"),
        ({"estimator": "DLS", "gn_args": {"max_iter": 0}}, "above 0"),
        ({"estimator": "DLS", "gn_args": {"tol_x": -1.0}}, "above 0"),
        ({"estimator": "DLS", "gn_args": {"tol_g": 1e-6}}, "tol_x"),
        ({"estimator": "DLS", "rstarts": 3}, "rstarts="),
        ({"estimator": "DLS", "missing": "fiml"}, "maximum likelihood"),
        ({"estimator": "DLS", "information": "observed"}, "information='observed'"),
        (
            {
                "estimator": "DLS",
                "estimator_args": {"dls_gamma_nt": "sample"},
                "gn_args": {"max_iter": 9},
            },
            "follow the estimates",
        ),
    ],
)
def test_what_has_no_effect_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        ts.cfa(THREE, PUPILS, **options)
