"""Multiply imputed data: pooled estimates, tests and measures of lavaan.mi, and what must hold."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError

REFERENCE = Path(__file__).parent / "reference"
FOUND: dict[str, Any] = json.loads((REFERENCE / "imputed.json").read_text())["cases"]
CASES = {name: case for name, case in FOUND.items() if name != "difference"}
DATA = pd.read_csv(REFERENCE / "data" / "imputed.csv")
THREE = CASES["factors"]["model"]


@cache
def pooled(name: str) -> ts.ImputedFit:
    case = CASES[name]
    options = {key.replace(".", "_"): value for key, value in dict(case["options"] or {}).items()}
    return ts.fit_imputed(DATA, case["model"], imputation="imputation", **options)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_pooled_estimates_are_lavaan_mis(name: str) -> None:
    table = pooled(name).estimates
    for row in CASES[name]["table"]:
        same = (table["lhs"] == row["lhs"]) & (table["op"] == row["op"])
        if row["op"] not in (":=", "~1"):
            same &= table["rhs"] == row["rhs"]
        own = table[same].iloc[-1 if row.get("group", 1) > 1 else 0]
        assert own["estimate"] == pytest.approx(row["est"], rel=5e-5, abs=1e-6)
        if row["op"] != ":=":  # of which lavaan.mi's errors are not Rubin's
            assert own["se"] == pytest.approx(row["se"], rel=5e-5)
        if row["riv"] is not None:
            assert own["riv"] == pytest.approx(row["riv"], rel=1e-3, abs=1e-6)
            assert own["fmi"] == pytest.approx(row["fmi"], rel=1e-3, abs=1e-6)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("method", ["D2", "D3", "D4"])
@pytest.mark.parametrize("name", CASES)
def test_pooled_tests_are_lavaan_mis(name: str, method: str) -> None:
    test, expected = pooled(name).test(method), CASES[name]["tests"][method]
    assert test.statistic == pytest.approx(
        expected.get("chisq.scaled", expected.get("F")), rel=1e-4
    )
    assert test.p_value == pytest.approx(
        expected.get("pvalue.scaled", expected["pvalue"]), rel=2e-3
    )
    assert test.relative_increase == pytest.approx(expected["ariv"], rel=1e-3)
    if "df2" in expected:
        assert test.denominator == pytest.approx(expected["df2"], rel=1e-3)
        many = pooled(name).test(method, asymptotic=True)
        assert many.statistic == pytest.approx(
            CASES[name]["tests"][f"{method}_asymptotic"]["chisq"], rel=1e-4
        )


@pytest.mark.parametrize("method", ["D2", "D3", "D4"])
def test_differences_are_lavaan_mis(method: str) -> None:
    restricted = ts.fit_imputed(DATA, THREE + "\nvisual ~~ 0*speed", imputation="imputation")
    test, expected = pooled("factors").compare(restricted, method), FOUND["difference"][method]
    assert test.statistic == pytest.approx(expected["F"], rel=1e-4)
    assert test.denominator == pytest.approx(expected["df2"], rel=1e-3)
    assert restricted.compare(pooled("factors"), method).p_value == pytest.approx(test.p_value)


@pytest.mark.parametrize("name", CASES)
def test_pooled_measures_are_lavaan_mis(name: str) -> None:
    own, expected = pooled(name).measures, CASES[name]["measures"]
    for index in ("chisq", "df", "baseline.chisq", "cfi", "tli", "nfi", "ifi", "rni", "rmsea"):
        assert own[index.replace(".", "_")] == pytest.approx(expected[index], rel=1e-4)
    for index in ("rmsea.ci.lower", "rmsea.ci.upper", "logl", "unrestricted.logl", "aic", "bic"):
        assert own[index.replace(".", "_")] == pytest.approx(expected[index], rel=1e-4)
    if name == "robust":
        assert own["chisq_scaled"] == pytest.approx(expected["chisq.scaled"], rel=1e-4)
        assert own["cfi_scaled"] == pytest.approx(expected["cfi.scaled"], rel=1e-4)


def test_equal_imputations_are_one_data_set() -> None:
    frame = DATA[DATA["imputation"] == 1].drop(columns="imputation")
    many, one = ts.fit_imputed([frame] * 3, THREE), ts.sem(THREE, frame)
    np.testing.assert_allclose(many.coef, one.coef, rtol=1e-9)
    np.testing.assert_allclose(many.vcov, one.vcov, rtol=1e-9)
    for method in ("D2", "D3", "D4"):
        assert many.test(method).chi_square == pytest.approx(one.measures["chisq"], rel=1e-6)
    assert (many.estimates["df"].dropna() <= len(frame)).all()
    assert "the imputations do not differ" in " ".join(many.notes)
    nearly = replace(many.test("D4"), denominator=1e27)
    assert "F(24, ∞) = " in str(nearly)
    assert not pooled("factors").notes


def test_degrees_of_freedom_are_those_of_barnard_and_rubin() -> None:
    """Never more than complete data have, and fewer where more is missing."""
    table = pooled("factors").estimates
    free = table[table["free"]]
    assert (free["df"] < 301 - 21).all()
    order = free.sort_values("riv")["df"]
    assert order.is_monotonic_decreasing


def test_frames_come_in_a_list_a_dict_or_one_below_the_other() -> None:
    parts = {k: part.drop(columns="imputation") for k, part in DATA.groupby("imputation")}
    expected = pooled("factors").coef
    for data in (parts, list(parts.values())):
        np.testing.assert_allclose(ts.fit_imputed(data, THREE).coef, expected, rtol=1e-9)
    known = DATA["imputation"].nunique()
    first = parts[1].assign(imputation=0)
    numbered = pd.concat([first, DATA])  # from 0, as Python counts
    assert ts.fit_imputed(numbered, THREE, imputation="imputation").n_imputations == known + 1
    gaps = first.assign(x1=first["x1"].where(first["x1"] > 4.0))  # the data before imputation
    found = ts.fit_imputed(pd.concat([gaps, DATA]), THREE, imputation="imputation")
    assert found.n_imputations == known
    np.testing.assert_allclose(found.coef, expected, rtol=1e-9)


def test_ordinal_items_are_pooled_by_their_chi_squares() -> None:
    items = [f"x{k}" for k in range(1, 5)]
    coarse = DATA.assign(
        **{name: pd.cut(DATA[name], [-9, 2, 4, 6, 99], labels=False) for name in items}
    )
    fit = ts.fit_imputed(
        coarse,
        "f =~ " + " + ".join(items),
        imputation="imputation",
        ordered=True,
        empty_categories="collapse",
    )
    assert fit.test().method == "D2"
    assert fit.test().scaling_factor > 0.0
    with pytest.raises(NotAvailableError, match="D4 needs a likelihood"):
        fit.test("D4")
    assert np.isfinite(fit.measures["cfi_scaled"])


@pytest.mark.parametrize(
    ("data", "options", "kind", "says"),
    [
        ([DATA], {}, DataError, "at least two"),
        (DATA, {}, DataError, "needs imputation="),
        ([DATA, DATA.head(50)], {}, DataError, "another number of rows"),
        ([DATA, DATA.drop(columns="x1")], {}, DataError, "other columns"),
        ([DATA, DATA], {"imputation": "imputation"}, OptionError, "leave it out"),
        ([DATA, DATA], {"se": "bootstrap"}, OptionError, "not pooled"),
        ([DATA, DATA], {"estimator": "nothing"}, OptionError, "estimator"),
    ],
)
def test_bad_input_is_refused(data: Any, options: dict, kind: type, says: str) -> None:
    with pytest.raises(kind, match=says):
        ts.fit_imputed(data, THREE, **options)


def test_what_is_shown_says_how_many_and_the_test() -> None:
    text = repr(pooled("factors"))
    assert "6 imputations, 301 observations" in text
    assert "D4: F(24, 2278.5) = 2.768" in text
    assert "<table" in pooled("factors")._repr_html_()
    wide = pooled("factors").estimates_at(0.99)
    assert (wide["ci_upper"] >= pooled("factors").estimates["ci_upper"]).all()
