"""The ladder of invariance and comparisons of models, against lavaan."""

from __future__ import annotations

import json
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from compare import refit
from conftest import reference_case, reference_data

import tpn_sem as ts
from tpn_sem.errors import ComparisonWarning, DataError, OptionError

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
STEPS = ["configural", "metric", "scalar", "strict"]
PUPILS = reference_data("HolzingerSwineford1939")
COMPARISONS = json.loads(
    (Path(__file__).parent / "reference" / "lavaan" / "comparisons.json").read_text()
)


@cache
def ladder() -> ts.InvarianceLadder:
    return ts.invariance(THREE, PUPILS, group="school")


@cache
def fit_of(name: str) -> ts.Fit:
    return refit(name)


# The ladder --------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("measure", ["chisq", "df", "cfi", "rmsea", "srmr", "aic", "bic"])
def test_each_step_is_lavaans(step: str, measure: str) -> None:
    theirs = reference_case(f"hs_{step}")["measures"][measure]
    assert ladder().table.loc[step, measure] == pytest.approx(theirs, rel=1e-6)


def test_difference_tests_are_lavaans() -> None:
    expected = next(
        pd.DataFrame(case["table"])
        for case in COMPARISONS
        if case["models"] == [f"hs_{step}" for step in STEPS]
    )
    ours = ladder().table
    assert list(ours.index) == STEPS
    for column, theirs in (("chisq_diff", "chisq_diff"), ("df_diff", "df_diff")):
        np.testing.assert_allclose(ours[column], expected[theirs].astype(float), rtol=1e-5)
    np.testing.assert_allclose(ours["p_diff"], expected["pvalue"].astype(float), rtol=1e-4)


@pytest.mark.parametrize("measure", ["cfi", "rmsea", "srmr"])
def test_changes_are_those_of_neighbouring_steps(measure: str) -> None:
    table = ladder().table
    theirs = [reference_case(f"hs_{step}")["measures"][measure] for step in STEPS]
    assert np.isnan(table[f"delta_{measure}"].iloc[0])
    np.testing.assert_allclose(table[f"delta_{measure}"].iloc[1:], np.diff(theirs), atol=1e-6)


def test_the_steps_hold_equal_what_they_say() -> None:
    for step, equal in zip(STEPS, ({}, {"=~"}, {"=~", "~1"}, {"=~", "~1", "~~"}), strict=True):
        table = ladder().fits[step].estimates
        items = table["rhs"].str.startswith("x") | table["lhs"].str.startswith("x")
        wide = table[items].pivot_table(
            index=["lhs", "op", "rhs"], columns="group", values="estimate"
        )
        same = np.isclose(wide.iloc[:, 0], wide.iloc[:, 1], rtol=0, atol=1e-9)
        free = wide.assign(same=same)[lambda t: ~t.index.isin([(f, "=~", x) for f, x in MARKERS])]
        found = {op for op, part in free.groupby(level="op") if part["same"].all()}
        assert found == set(equal), step


MARKERS = (("visual", "x1"), ("textual", "x4"), ("speed", "x7"))


def test_some_steps_only() -> None:
    found = ts.invariance(ts.Model(THREE), PUPILS, group="school", steps=("configural", "scalar"))
    assert list(found.table.index) == ["configural", "scalar"]
    difference = [
        reference_case(f"hs_{step}")["measures"]["chisq"] for step in ("configural", "scalar")
    ]
    assert found.table.loc["scalar", "chisq_diff"] == pytest.approx(
        np.diff(difference)[0], rel=1e-5
    )
    assert found.table.loc["scalar", "df_diff"] == 12
    one = ts.invariance(THREE, PUPILS, group="school", steps=("metric",))
    assert list(one.table.index) == ["metric"]
    assert "chisq_diff" not in one.table


def test_options_reach_the_fits() -> None:
    found = ts.invariance(THREE, PUPILS, group="school", steps=("metric",), std_lv=True)
    theirs = reference_case("hs_metric_std_lv")["measures"]["chisq"]
    assert found.table.loc["metric", "chisq"] == pytest.approx(theirs, rel=1e-6)


def test_the_ladder_shows_itself() -> None:
    assert repr(ladder()).splitlines()[1].startswith("configural")
    assert ladder()._repr_html_().count("<tr") == 10


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"group": "school", "steps": ("metrik",)}, "did you mean 'metric'"),
        ({"group": "school", "group_equal": "loadings"}, "use steps= instead"),
    ],
)
def test_wrong_options_are_refused(options: dict, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        ts.invariance(THREE, PUPILS, **options)


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(DataError, match="skool"):
        ts.invariance(THREE, PUPILS, group="skool")


# Comparisons -------------------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", COMPARISONS, ids=lambda case: " ".join(case["models"]))
def test_comparisons_are_lavaans(case: dict) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", ComparisonWarning)
        ours = ts.compare(**{name: fit_of(name) for name in case["models"]})
    theirs = pd.DataFrame(case["table"]).set_index("model")
    assert list(ours.index) == list(theirs.index)
    for column, other, tolerance in (
        ("df", "df", 0.0),
        ("aic", "aic", 1e-7),
        ("bic", "bic", 1e-7),
        ("chisq", "chisq", 1e-5),
        ("chisq_diff", "chisq_diff", 1e-5),
        ("df_diff", "df_diff", 0.0),
        ("p_value", "pvalue", 1e-3),
    ):
        np.testing.assert_allclose(
            ours[column].astype(float), theirs[other].astype(float), rtol=tolerance, err_msg=column
        )
    for above, name in zip(ours.index[:-1], ours.index[1:], strict=True):
        assert ours.loc[name, "relation"] == f"nested in {above}"


def test_the_order_of_the_arguments_does_not_matter() -> None:
    fits = [fit_of(name) for name in ("hs_cfa", "hs_one_factor")]
    one, other = ts.compare(*fits), fits[1].compare(fits[0])
    assert list(one.index) == ["model 1", "model 2"]
    assert list(other.index) == ["model 2", "model 1"]
    numbers = [table.drop(columns="relation").to_numpy(dtype=float) for table in (one, other)]
    np.testing.assert_allclose(*numbers, rtol=1e-9, atol=1e-10)


def fit(text: str, data: pd.DataFrame = PUPILS, **options: object) -> ts.Fit:
    return ts.Model(text).fit(data, **options)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (lambda: fit("visual =~ x1 + x2 + x3 + x4"), r"different observed variables \(x5, x6"),
        (lambda: fit(THREE, PUPILS.iloc[:-1]), "other rows"),
        (lambda: fit(THREE, PUPILS.assign(x1=PUPILS["x1"].to_numpy()[::-1])), "other rows"),
        (lambda: fit(THREE, group="school"), "groups differ"),
    ],
    ids=["variables", "fewer rows", "other values", "groups"],
)
def test_fits_of_other_data_are_refused(other: object, says: str) -> None:
    with pytest.raises(DataError, match=says):
        ts.compare(fit_of("hs_cfa"), other())


def test_one_fit_is_not_enough() -> None:
    with pytest.raises(OptionError, match="two fits or more"):
        ts.compare(fit_of("hs_cfa"))


def test_without_nesting_there_is_no_p_value_and_a_warning_says_so() -> None:
    rival = fit("a =~ x1 + x2 + x3 + x7 + x8 + x9\nb =~ x4 + x5 + x6\nx7 ~~ x8")
    with pytest.warns(ComparisonWarning, match="two is not nested in three"):
        found = ts.compare(three=fit_of("hs_cfa"), two=rival)
    assert found.loc["two", "relation"] == "not nested in three"
    assert found.loc["two", ["chisq_diff", "df_diff", "p_value"]].isna().all()
    assert found.loc[["three", "two"], "bic"].notna().all()


def test_models_with_means_and_without_are_refused() -> None:
    with pytest.raises(OptionError, match="they have means"):
        ts.compare(fit_of("hs_cfa"), fit_of("hs_cfa_means"))


def test_equivalent_models_are_called_so() -> None:
    chain = fit(THREE + "\ntextual ~ visual\nspeed ~ visual + textual")
    with pytest.warns(ComparisonWarning, match="equivalent to"):
        found = ts.compare(one=fit_of("hs_cfa"), other=chain)
    assert found.loc["other", "relation"] == "equivalent to one"
    assert np.isnan(found.loc["other", "p_value"])
    assert found["chisq"].iloc[0] == pytest.approx(found["chisq"].iloc[1], rel=1e-8)
