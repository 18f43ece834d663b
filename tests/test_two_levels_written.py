"""Populations of two levels written as text: drawn, and asked for power."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import tpn_sem as ts
from tpn_sem.errors import (
    ModelError,
    NotAvailableError,
    NotEstimatedError,
    OptionError,
    TpnSemError,
)
from tpn_sem.language import freed

TEXT = """
level: 1
 w =~ .7*y1 + .8*y2 + .6*y3
 y1 ~ .3*x
level: 2
 y1 ~~ .3*y1 + .2*y2 + .1*y3
 y2 ~~ .3*y2 + .1*y3
 y3 ~~ .2*y3
 y1 ~ c*z + .4*z
 z ~~ 1*z
"""
MEDIATION = """
level: 1
 m ~ a*x + .4*x
 y ~ b*m + .3*m
level: 2
 m ~~ .2*m
 y ~~ .2*y
 y ~ .5*m
ab := a*b
"""


def refitted(text: str, **drawing: Any) -> ts.Fit:
    data = ts.simulate(text, seed=1, **drawing)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        return ts.sem(freed(ts.Model(text).statements), data, cluster="cluster")


def test_a_text_is_what_its_draws_come_from() -> None:
    data = ts.simulate(TEXT, 40_000, clusters=2_000, seed=1)
    assert data.groupby("cluster")["z"].nunique().eq(1).all()
    total = np.array([1.0 + 0.3 + 0.16, 1.0 + 0.3, 1.0 + 0.2])
    np.testing.assert_allclose(data[["y1", "y2", "y3"]].var(), total, rtol=0.05)
    fit = refitted(TEXT, n=40_000, clusters=2_000)
    coef = fit.standardized().set_index(["lhs", "op", "rhs", "level"])["estimate"]
    assert coef["w", "=~", "y2", 1] == pytest.approx(0.8, abs=0.02)
    free = fit.coef
    assert free["c"] == pytest.approx(0.4, abs=0.06)
    assert free["y1~x"] == pytest.approx(0.3, abs=0.02)
    assert free["y1~~y2.l2"] == pytest.approx(0.2, abs=0.03)


def test_groups_have_their_own_clusters() -> None:
    text = "level: 1\ny ~ c(.2, .5)*x\nlevel: 2\ny ~~ c(.1, .4)*y"
    given = {"n": {"rural": 8000, "urban": 8000}, "clusters": {"rural": 400, "urban": 400}}
    data = ts.simulate(text, seed=2, **given)
    assert data.groupby("cluster")["group"].nunique().eq(1).all()
    between = data.groupby(["group", "cluster"])["y"].mean().groupby("group").var()
    assert between["rural"] == pytest.approx(0.1 + 1 / 20, abs=0.03)
    assert between["urban"] == pytest.approx(0.4 + 1 / 20, abs=0.06)


def test_the_text_without_its_numbers_keeps_its_levels() -> None:
    lines = freed(ts.Model(TEXT).statements).splitlines()
    assert lines.count("level: 1") == lines.count("level: 2") == 1
    assert lines.index("level: 2") < lines.index("z ~~ z")
    twice = "level: 1\ny ~~ .5*y\ny ~ .2*x\nlevel: 2\ny ~~ .5*y"
    assert freed(ts.Model(twice).statements).splitlines().count("y ~~ y") == 2


@pytest.mark.slow
def test_answers_have_the_shares_that_are_asked_for() -> None:
    shares = dict.fromkeys(("y1", "y2", "y3"), (0.1, 0.3, 0.4, 0.2))
    data = ts.simulate(TEXT, 20_000, clusters=2_000, seed=1, shares=shares)
    for name, wanted in shares.items():
        found = data[name].value_counts(normalize=True).sort_index()
        np.testing.assert_allclose(found, wanted, atol=0.015)
    assert data["x"].nunique() > 1000
    model = "level: 1\nw =~ y1 + y2 + y3\nlevel: 2\ny1 ~~ y2 + y3\ny2 ~~ y3"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        fit = ts.sem(model, data, cluster="cluster", ordered=list(shares))
    between = fit.standardized().set_index(["lhs", "op", "rhs", "level"])["estimate"]
    assert between["y1", "~~", "y2", 2] == pytest.approx(0.2 / (0.46 * 0.3) ** 0.5, abs=0.06)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("test", "true"), [("ab", 0.12), ("y ~ m.l2", 0.5), ("y ~ m", 0.3), ("b", 0.3)]
)
def test_power_of_a_path(test: str, true: float) -> None:
    found = ts.power(MEDIATION, test, 600, clusters=60, replicates=30, seed=1, workers=1)
    row = found.table.iloc[0]
    assert row["true"] == pytest.approx(true)
    assert row["clusters"] == 60
    assert row["estimate"] == pytest.approx(true, abs=0.12)
    assert row["coverage"] >= 0.8


@pytest.mark.slow
def test_power_grows_with_schools() -> None:
    text = "level: 1\ny ~ .1*x\nlevel: 2\ny ~ .2*z\ny ~~ .2*y\nz ~~ 1*z"
    given: dict[str, Any] = {"replicates": 60, "seed": 3, "workers": 1}
    table = ts.power(text, "y ~ z.l2", 600, clusters=[15, 100], **given).table
    assert table["power"].iloc[1] > table["power"].iloc[0] + 0.2


@pytest.mark.slow
def test_power_from_a_fit_and_of_a_restriction() -> None:
    text = "level: 1\ny ~ a*x + .3*x\nlevel: 2\ny ~ b*x + .3*x\ny ~~ .2*y\nx ~~ .2*x"
    model = freed(ts.Model(text).statements)
    given: dict[str, Any] = {"clusters": 40, "replicates": 20, "seed": 3, "workers": 1}
    fit = refitted(text, n=1000, clusters=100)
    found = ts.power(fit, "y ~ x", 400, model=model, **given).table
    assert found["power"].iloc[0] > 0.8
    equal = ts.power(text, "a == b", 400, **given).table
    assert equal["power"].iloc[0] < 0.4
    fits = ts.power(text, "fit", 400, model=model + "\na == b", **given).table
    assert fits["n_used"].iloc[0] == 20


SAID: dict[str, tuple[type[TpnSemError], str, Any]] = {
    "no clusters": (OptionError, "needs clusters=", lambda: ts.simulate(TEXT, 100, seed=1)),
    "no variance between": (
        ModelError,
        "variance of 'z' between clusters has no value",
        lambda: ts.simulate(TEXT.replace("z ~~ 1*z", ""), 100, clusters=10, seed=1),
    ),
    "no path": (
        ModelError,
        "has no value",
        lambda: ts.simulate(TEXT.replace(".3*x", "x"), 100, clusters=10, seed=1),
    ),
    "thresholds": (
        NotEstimatedError,
        "give shares=",
        lambda: ts.simulate(TEXT + "level: 1\ny1 | -1*t1", 100, clusters=10, seed=1),
    ),
    "shares of a stranger": (
        OptionError,
        "names 'q', which is no observed variable",
        lambda: ts.simulate(TEXT, 100, clusters=10, seed=1, shares={"q": [0.5, 0.5]}),
    ),
    "random slope": (
        NotEstimatedError,
        "draw from a fit",
        lambda: ts.simulate(
            'level: 1\ny ~ rv("s")*x\nlevel: 2\ny ~~ .1*s', 100, clusters=10, seed=1
        ),
    ),
    "icc": (
        OptionError,
        "icc= does not go with level: blocks",
        lambda: ts.simulate(TEXT, 100, clusters=10, seed=1, icc=0.1),
    ),
    "formula": (
        NotAvailableError,
        "give replicates=",
        lambda: ts.power(TEXT, "y1 ~ x", 400, clusters=20),
    ),
    "power without clusters": (
        OptionError,
        "needs clusters=",
        lambda: ts.power(TEXT, "y1 ~ x", 400, replicates=5, seed=1),
    ),
    "no such path": (
        ModelError,
        "did you mean 'y1~z.l2'",
        lambda: ts.power(TEXT, "y1 ~ zz.l2", 400, replicates=5, clusters=20, seed=1),
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_cannot_be_drawn_says_why(case: str) -> None:
    kind, says, call = SAID[case]
    with pytest.raises(kind, match=says):
        call()
