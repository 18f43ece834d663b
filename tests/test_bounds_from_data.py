"""Bounds that follow from the data are lavaan 0.7-2's, and keep estimates where they should."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import NotEstimatedError, OptionError

CASES: dict[str, Any] = json.loads((REFERENCE / "bounds.json").read_text())["cases"]
PUPILS = datasets.holzinger_swineford_1939()
THREE = "f =~ x1 + x2 + x3 + x4"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_bounds_are_lavaans(name: str) -> None:
    case = CASES[name]
    asked = {key.replace(".", "_"): value for key, value in case["options"].items()}
    if "meanstructure" in asked:
        asked["mean_structure"] = asked.pop("meanstructure")
    fit = quietly(ts.sem, case["model"], PUPILS, **asked)
    assert fit.measures["chisq"] == pytest.approx(case["chisq"], rel=1e-5)
    columns = (case[key] for key in ("lhs", "op", "rhs", "group", "lower", "upper"))
    known = {}
    for lhs, op, rhs, group, lower, upper in zip(*columns, strict=True):
        sides = sorted((lhs, rhs)) if op == "~~" else (lhs, rhs)
        known[*sides, op, group] = (
            -np.inf if lower is None else lower,
            np.inf if upper is None else upper,
        )
    rows = fit.estimation.specification.table.free_rows
    assert len(rows) == len(known)
    for row in rows:
        sides = sorted((row.lhs, row.rhs)) if row.operator == "~~" else (row.lhs, row.rhs)
        theirs = known[*sides, row.operator, row.group + 1]
        assert (row.lower, row.upper) == pytest.approx(theirs, rel=1e-8, abs=1e-12), row.name


def test_they_keep_a_negative_variance_from_running_away() -> None:
    correlations = np.array([[1.0, 0.7, 0.6], [0.7, 1.0, 0.3], [0.6, 0.3, 1.0]])
    names = ["a", "b", "c"]
    moments = ts.SampleMoments(pd.DataFrame(correlations, names, names), n_observations=100)
    free = quietly(ts.cfa, "f =~ a + b + c", moments)
    assert free.coef["a~~a"] < -0.1
    wide = quietly(ts.cfa, "f =~ a + b + c", moments, bounds="wide")
    assert wide.coef["a~~a"] == pytest.approx(-0.05 * 0.9 * 0.99, abs=1e-6)
    standard = quietly(ts.cfa, "f =~ a + b + c", moments, bounds="standard")
    assert standard.coef["a~~a"] == pytest.approx(0.0, abs=1e-6)
    assert quietly(ts.cfa, "f =~ a + b + c", moments, bounds=True).coef["a~~a"] == pytest.approx(
        wide.coef["a~~a"]
    )


def test_bounds_of_the_text_come_first() -> None:
    fit = quietly(ts.cfa, f"{THREE}\nx2 ~~ lower(0.5)*x2", PUPILS, bounds="wide")
    row = next(row for row in fit.estimation.specification.table.rows if row.name == "x2~~x2")
    assert row.lower == 0.5
    assert row.upper == pytest.approx(1.2 * PUPILS["x2"].var(ddof=0))


def test_units_change_nothing() -> None:
    scaled = PUPILS.assign(x1=PUPILS["x1"] * 1e4)
    one, other = (quietly(ts.cfa, THREE, data, bounds="standard") for data in (PUPILS, scaled))
    assert other.measures["chisq"] == pytest.approx(one.measures["chisq"], rel=1e-6)


@pytest.mark.parametrize(
    ("options", "kind", "says"),
    [
        ({"bounds": "wider"}, OptionError, "bounds"),
        ({"bounds": "wide", "effect_coding": True}, OptionError, "effect_coding"),
        ({"bounds": "standard", "ordered": True}, NotEstimatedError, "continuous"),
    ],
)
def test_where_data_give_no_bounds(
    options: dict[str, Any], kind: type[ts.TpnSemError], says: str
) -> None:
    items = [f"x{k}" for k in range(1, 5)]
    coarse = PUPILS.assign(**{name: pd.cut(PUPILS[name], 3, labels=False) for name in items})
    with pytest.raises(kind, match=says):
        quietly(ts.cfa, THREE, coarse if "ordered" in options else PUPILS, **options)
