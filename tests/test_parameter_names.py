"""One parameter, however it is written: with blanks, turned round, with the mark of its group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import DataError, ModelError, OptionError

PUPILS = datasets.holzinger_swineford_1939()
MODEL = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"


@pytest.fixture(scope="module")
def fit() -> ts.Fit:
    found: ts.Fit = quietly(ts.cfa, MODEL, PUPILS)
    return found


@pytest.fixture(scope="module")
def groups() -> ts.Fit:
    found: ts.Fit = quietly(ts.cfa, MODEL, PUPILS, group="school")
    return found


@pytest.mark.parametrize("name", ["f =~ x2", "f=~x2", " f  =~x2 ", "`f =~ x2`"])
def test_loadings_are_found_with_blanks_and_without(fit: ts.Fit, name: str) -> None:
    own = fit.coef["f=~x2"]
    if "`" not in name:
        assert fit.estimates.loc[name, "estimate"] == own
        assert quietly(ts.cfa, MODEL, PUPILS, start={name: 0.5}).converged
    assert fit.transformed(name)["estimate"].iloc[0] == pytest.approx(own)
    assert fit.wald_test(f"{name} == {own}").statistic == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", ["f ~~ g", "g ~~ f", "g~~f"])
def test_covariances_are_found_both_ways_round(fit: ts.Fit, name: str) -> None:
    own = fit.coef["f~~g"]
    assert fit.estimates.loc[name, "estimate"] == own
    assert fit.transformed(name)["estimate"].iloc[0] == own
    assert quietly(ts.cfa, MODEL, PUPILS, start={name: 0.1}).converged
    moved = quietly(ts.cfa, MODEL, PUPILS, start={name: 0.123}, do_fit=False)
    assert moved.coef["f~~g"] == 0.123


def test_groups_have_starts_of_their_own(groups: ts.Fit) -> None:
    starts = {"g ~~ f": 0.2, "g~~f.g2": 0.3}
    moved = quietly(ts.cfa, MODEL, PUPILS, group="school", start=starts, do_fit=False)
    assert moved.coef["f~~g"] == 0.2
    assert moved.coef["f~~g.g2"] == 0.3
    label = groups.group_labels[1]
    assert groups.estimates.loc[f"g ~~ f [{label}]", "estimate"] == groups.coef["f~~g.g2"]


def test_unknown_names_are_told_the_nearest(fit: ts.Fit) -> None:
    with pytest.raises(KeyError, match="did you mean 'f =~ x2'"):
        fit.estimates.loc["f =~ x22"]
    with pytest.raises(ModelError, match="names 'f =~ x22'"):
        quietly(ts.cfa, MODEL, PUPILS, start={"f =~ x22": 0.5})


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_starts_are_finite(value: float) -> None:
    with pytest.raises(OptionError, match="start= has"):
        ts.cfa(MODEL, PUPILS, start={"f=~x2": value})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"correlation": pd.Index(["x1", "x2"])}, {"correlation": ["x1", "x2"]}),
        ({"correlation": np.array(["x1"])}, {"correlation": ["x1"]}),
        ({"correlation": {"x2", "x1"}}, {"correlation": ["x1", "x2"]}),
        ({"correlation": np.True_}, {"correlation": True}),
        ({"bounds": np.True_}, {"bounds": True}),
        ({"std_lv": np.True_}, {"std_lv": True}),
        ({"max_iterations": np.int64(50)}, {"max_iterations": 50}),
        ({"ridge": np.float64(0.1)}, {"ridge": 0.1}),
        ({"test": np.array(["satorra_bentler"])}, {"test": "satorra_bentler"}),
        (
            {"group": "school", "group_equal": pd.Series(["loadings"])},
            {"group": "school", "group_equal": "loadings"},
        ),
    ],
)
def test_options_are_taken_in_types_of_numpy_and_pandas(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    first, second = (quietly(ts.cfa, MODEL, PUPILS, **asked) for asked in (one, other))
    assert first.measures["chisq"] == pytest.approx(second.measures["chisq"])
    assert first.measures["npar"] == second.measures["npar"]


@pytest.mark.parametrize("value", [{"a": 1}, b"loadings", ["loadings", 3], 3.5])
def test_names_are_texts(value: object) -> None:
    with pytest.raises(OptionError, match="takes a name or a list of names"):
        ts.cfa(MODEL, PUPILS, group="school", group_equal=value)  # type: ignore[arg-type]


def test_intervals_know_both_words(fit: ts.Fit) -> None:
    pd.testing.assert_frame_equal(fit.conf_int(alpha=0.1), fit.conf_int(0.9))
    for wrong in ({"level": 0.1}, {"level": 0.9, "alpha": 0.1}, {"alpha": 0.9}):
        with pytest.raises(OptionError, match="alpha"):
            fit.conf_int(**wrong)
    with pytest.raises(OptionError, match=r"missing a required argument: 'data'.*SampleMoments"):
        ts.cfa("f =~ x1 + x2 + x3", sample_cov=np.eye(3))  # type: ignore[call-arg]
    with pytest.raises(OptionError, match=r"^Fit\.conf_int has no argument 'lavel'"):
        fit.conf_int(lavel=0.9)  # type: ignore[call-arg]


def test_one_outcome_and_whole_numbers_of_rows(fit: ts.Fit) -> None:
    pd.testing.assert_frame_equal(fit.predict(outcomes="x6"), fit.predict(outcomes=["x6"]))
    moments = PUPILS[["x1", "x2"]].cov()
    assert ts.SampleMoments(moments, n_observations=301.0).n_observations == 301
    for wrong in (301.5, float("nan"), 1):
        with pytest.raises(DataError, match="n_observations"):
            ts.SampleMoments(moments, n_observations=wrong)


def test_a_row_that_is_held_needs_its_value(fit: ts.Fit) -> None:
    table = fit.parameter_table()
    table.loc[1, "free"] = 0
    with pytest.raises(ModelError, match="free=0 needs a number in fixed"):
        quietly(ts.cfa, table, PUPILS)
    table.loc[1, "fixed"] = 0.5
    assert quietly(ts.cfa, table, PUPILS).coef.index.isin(["f=~x2"]).sum() == 0


def test_tables_of_lavaan_may_hold_rows_equal_by_number() -> None:
    """Columns as its parTable has them: labels of users, and numbers that constraints name."""
    rows = [("f", "=~", "x1", 0, 1.0, "", ".p1."), ("f", "=~", "x2", 1, np.nan, "a", ".p2.")]
    rows += [("f", "=~", "x3", 2, np.nan, "a", ".p3."), ("f", "~~", "f", 3, np.nan, "", ".p4.")]
    rows += [
        (x, "~~", x, 3 + k, np.nan, "", f".p{4 + k}.") for k, x in enumerate(["x1", "x2", "x3"], 1)
    ]
    rows += [(".p2.", "==", ".p3.", 0, np.nan, "", "")]
    names = ["lhs", "op", "rhs", "free", "ustart", "label", "plabel"]
    table = pd.DataFrame(rows, columns=names)
    fit = quietly(ts.sem, table, PUPILS)
    plain = quietly(ts.cfa, "f =~ x1 + a*x2 + a*x3", PUPILS)
    assert fit.measures["chisq"] == pytest.approx(plain.measures["chisq"], abs=1e-8)
    assert fit.measures["df"] == plain.measures["df"]
