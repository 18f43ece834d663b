"""Empty cells of pairs of items (`zero_add`, `zero_keep_margins`): lavaan 0.7-2's numbers."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import beside

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import DataError, OptionError

FILE = REFERENCE / "empty_cells.json"
CASES: dict[str, Any] = json.loads(FILE.read_text())["cases"]
MODEL = "f =~ x1 + x2 + x3\ng =~ x4 + x5 + x6"
ITEMS = [f"x{place}" for place in range(1, 7)]


def cut(*places: int) -> pd.DataFrame:
    """Items with a category more after each of some places in their order."""
    ranks = datasets.holzinger_swineford_1939()[ITEMS].rank(method="first")
    return 1 + sum((ranks > place).astype(int) for place in places)


DATA = {"two": cut(270).assign(x2=cut(292)["x2"]), "many": cut(15, 150, 285)}


def fit_of(name: str) -> ts.Fit:
    case = CASES[name]
    asked = {key.replace(".", "_"): value for key, value in dict(case["options"] or {}).items()}
    fit: ts.Fit = quietly(ts.cfa, MODEL, DATA[case["data"]], ordered=True, **asked)
    return fit


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_numbers_are_lavaans(name: str) -> None:
    case, fit = CASES[name], fit_of(name)
    table = fit.estimates[fit.estimates["se"] > 0]
    ours, theirs = beside(table, case, "estimate", "est", "se", "se")
    assert len(ours) == len(case["est"])
    np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)
    sampled = fit.inspect("sampstat")["cov"].to_numpy()
    np.testing.assert_allclose(sampled, case["correlations"], atol=1e-6)
    assert fit.measures["chisq"] == pytest.approx(case["chisq"], rel=1e-4)
    assert fit.measures["chisq_scaled"] == pytest.approx(case["scaled"], rel=1e-4)


def test_nothing_added_leaves_perfect_correlations() -> None:
    """Where lavaan goes on with -1, which no factor model explains."""
    with pytest.raises(DataError, match="perfectly associated: 'x2' and 'x4'"):
        quietly(ts.cfa, MODEL, DATA["two"], ordered=True, zero_add=(0, 0))


@pytest.mark.slow
def test_replicates_are_treated_alike() -> None:
    """Each draw's tables have what is added, so that its estimates are centred on the fit's."""
    fit = fit_of("two_both")
    drawn = quietly(ts.bootstrap, fit, 30, seed=2)
    plain = quietly(ts.bootstrap, fit_of("two"), 30, seed=2)
    assert not np.allclose(drawn.replicates["f~~g"], plain.replicates["f~~g"])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"zero_add": 0.5}, "two numbers"),
        ({"zero_add": (0.5,)}, "two numbers"),
        ({"zero_add": (0.5, -0.1)}, "two numbers"),
        ({"zero_add": ("a", "b")}, "two numbers"),
        ({"zero_add": "55"}, "two numbers"),
        ({"zero_add": (0.5, float("nan"))}, "two numbers"),
        ({"zero_keep_margins": "no"}, "zero_keep_margins"),
        ({"zero_add": (0.5, 0.5), "ordered": False}, "ordered="),
        ({"zero_keep_margins": False, "ordered": False}, "ordered="),
        ({"zero_add": (0.5, 0.5), "estimator": "ML"}, "likelihood of answers"),
        ({"zero_add": (0.5, 0.5), "estimator": "PML"}, "likelihood of answers"),
    ],
)
def test_what_it_cannot_be_is_said(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=says):
        quietly(ts.cfa, MODEL, DATA["two"], **{"ordered": True, **options})


def test_without_tables_it_is_refused() -> None:
    frame = DATA["many"].assign(age=datasets.holzinger_swineford_1939()["ageyr"])
    text = MODEL + "\nf ~ age"
    with pytest.raises(OptionError, match="conditional_x=False"):
        quietly(ts.sem, text, frame, ordered=ITEMS, zero_add=(0.5, 0.5))
    moments = ts.SampleMoments(frame.cov(), n_observations=301)
    with pytest.raises(OptionError, match="sample moments"):
        quietly(ts.cfa, MODEL, moments, ordered=True, zero_add=(0.5, 0.5))
    levels = "level: 1\nf =~ x1 + x2 + x3\nlevel: 2\nf =~ x1 + x2 + x3"
    with pytest.raises(OptionError, match="level: blocks"):
        quietly(ts.sem, levels, frame, ordered=ITEMS, cluster="age", zero_add=(0.5, 0.5))
