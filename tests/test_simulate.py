"""Drawn data have the moments, shapes, clusters and gaps that were asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly

import tpn_sem as ts

POPULATION = """
NPC =~ .68*npc1 + .76*npc2 + .8*npc3
KS =~ .7*ks1 + .8*ks2 + .6*ks3
KS ~ .4*NPC
"""
MEASURED = "NPC =~ npc1 + npc2 + npc3\nKS =~ ks1 + ks2 + ks3\nKS ~ NPC"
LOADINGS = np.array([0.68, 0.76, 0.8, 0.7, 0.8, 0.6])
FACTORS = np.kron([[1.0, 0.4], [0.4, 1.0]], np.ones((3, 3)))
COVARIANCE = np.outer(LOADINGS, LOADINGS) * FACTORS
np.fill_diagonal(COVARIANCE, 1.0)
MANY = 200_000


def intraclass(values: pd.Series, clusters: pd.Series) -> float:
    """ICC(1) by analysis of variance, clusters of one size."""
    size = len(values) / clusters.nunique()
    between = size * values.groupby(clusters).mean().var()
    within = values.groupby(clusters).var().mean()
    return float((between - within) / (between + (size - 1) * within))


def test_a_written_population_has_its_moments() -> None:
    frame = ts.simulate(POPULATION, MANY, seed=1)
    np.testing.assert_allclose(frame.cov(), COVARIANCE, atol=0.015)
    np.testing.assert_allclose(frame.mean(), 0.0, atol=0.01)
    assert frame.attrs == {"synthetic": True, "seed": 1}


def test_written_variances_and_means_are_kept() -> None:
    text = "f =~ 1*x1 + .5*x2\nf ~~ 4*f\nx1 ~~ 2*x1\nx2 ~~ .3*x2\nx1 ~ 5*1\ny ~ -.3*x1\ny ~~ 1*y"
    frame = ts.simulate(text, MANY, seed=2)
    assert frame["x1"].var() == pytest.approx(6.0, rel=0.02)
    assert frame["x2"].var() == pytest.approx(1.3, rel=0.02)
    assert frame["y"].var() == pytest.approx(0.09 * 6.0 + 1.0, rel=0.02)
    assert frame["x1"].mean() == pytest.approx(5.0, abs=0.02)
    assert frame["y"].mean() == pytest.approx(-1.5, abs=0.02)


def test_the_same_seed_gives_the_same_data() -> None:
    options = {"shares": (0.2, 0.5, 0.3), "missing": 0.1, "clusters": 5, "icc": 0.1}
    one, same = (ts.simulate(POPULATION, 50, seed=3, **options) for _ in range(2))
    assert_same_numbers(one, same)
    assert not one.equals(ts.simulate(POPULATION, 50, seed=4, **options))


def test_shares_and_written_thresholds() -> None:
    shares = {"npc1": (0.1, 0.2, 0.4, 0.3), "ks3": (0.75, 0.25)}
    frame = ts.simulate(POPULATION + "npc2 | -1*t1 + .5*t2", MANY, seed=5, shares=shares)
    for name, expected in {**shares, "npc2": (0.1587, 0.5328, 0.3085)}.items():
        found = frame[name].value_counts(normalize=True).sort_index()
        np.testing.assert_allclose(found, expected, atol=0.004)
        assert list(found.index) == list(range(1, len(expected) + 1))
    assert frame["npc3"].nunique() == MANY
    fit = ts.sem(MEASURED, frame.head(20000), ordered=["npc1", "npc2", "ks3"], std_lv=True)
    found = fit.standardized().set_index(["lhs", "op", "rhs"])["estimate"]
    assert found["KS", "~", "NPC"] == pytest.approx(0.4, abs=0.03)
    assert found["NPC", "=~", "npc1"] == pytest.approx(0.68, abs=0.03)


def test_theta_counts_the_residuals_as_one() -> None:
    text = "f =~ 1*x1 + 1*x2 + 1*x3\nf ~~ 1*f\nx1 | 0*t1\nx2 | 1.4142*t1\nx3 | 0*t1"
    frame = ts.simulate(text, MANY, seed=6, parameterization="theta")
    assert (frame["x2"] == 2).mean() == pytest.approx(0.1587, abs=0.004)
    both = ((frame["x1"] == 2) & (frame["x3"] == 2)).mean()
    assert both == pytest.approx(1 / 3, abs=0.004)  # orthants at a correlation of one half


def test_skewness_and_kurtosis_with_the_same_covariances() -> None:
    frame = ts.simulate(POPULATION, MANY, seed=7, skewness={"npc1": 1.5, "ks1": -1}, kurtosis=3)
    np.testing.assert_allclose(frame.cov(), COVARIANCE, atol=0.03)
    assert frame["npc1"].skew() == pytest.approx(1.5, abs=0.1)
    assert frame["ks1"].skew() == pytest.approx(-1.0, abs=0.1)
    assert frame["ks3"].skew() == pytest.approx(0.0, abs=0.1)
    np.testing.assert_allclose(frame.kurt(), 3.0, atol=0.6)


def test_clusters_share_what_icc_says() -> None:
    frame = ts.simulate(POPULATION, 60_000, seed=8, clusters=3000, icc=0.2)
    np.testing.assert_allclose(frame.drop(columns="cluster").cov(), COVARIANCE, atol=0.04)
    for name in ("npc1", "ks3"):
        assert intraclass(frame[name], frame["cluster"]) == pytest.approx(0.2, abs=0.02)
    frame = ts.simulate(POPULATION, 60_000, seed=9, clusters=3000, icc={"NPC": 0.3})
    expected = 0.3 * LOADINGS**2 * np.repeat([1.0, 0.16], 3)
    found = [intraclass(frame[name], frame["cluster"]) for name in frame.columns[1:]]
    np.testing.assert_allclose(found, expected, atol=0.015)
    bent = ts.simulate(POPULATION, 60_000, seed=8, clusters=3000, icc=0.2, skewness=1, kurtosis=2)
    assert bent["npc1"].skew() == pytest.approx(1.0, abs=0.1)
    assert intraclass(bent["npc1"], bent["cluster"]) == pytest.approx(0.19, abs=0.02)


def test_clusters_lie_in_groups() -> None:
    text = POPULATION.replace(".4*NPC", "c(.4, .1)*NPC") + "NPC ~ c(0, .5)*1"
    sizes = {"rural": 300, "urban": 500}
    frame = ts.simulate(text, sizes, seed=1, clusters=16, icc=0.1, group="location", cluster="s")
    assert frame["location"].value_counts().to_dict() == sizes
    assert frame.groupby("location")["s"].nunique().to_dict() == {"rural": 6, "urban": 10}
    assert (frame.groupby("s")["location"].nunique() == 1).all()
    frame = ts.simulate(text, sizes, seed=1, clusters={"rural": [100, 200], "urban": 5}, icc=0.1)
    assert frame["cluster"].value_counts().sort_index().tolist() == [100, 200] + [100] * 5
    wide = ts.simulate(text, {"a": MANY, "b": MANY}, seed=2).groupby("group").mean()
    np.testing.assert_allclose(wide.loc["b", "npc1"], 0.5 * 0.68, atol=0.02)
    np.testing.assert_allclose(wide.loc["b", "ks2"], 0.5 * 0.1 * 0.8, atol=0.02)


def test_answers_missing_at_random_depend_on_what_is_seen() -> None:
    frame = ts.simulate(POPULATION, MANY, seed=10, missing=0.2, missing_on="npc1")
    shares = frame.isna().mean()
    assert shares["npc1"] == 0.0
    np.testing.assert_allclose(shares.drop("npc1"), 0.2, atol=0.005)
    high, low = frame["npc1"] > 1.0, frame["npc1"] < -1.0
    gap = frame.loc[high, "ks1"].isna().mean() - frame.loc[low, "ks1"].isna().mean()
    assert gap > 0.2
    some = ts.simulate(POPULATION, 5000, seed=10, missing={"ks2": 0.3}).isna().mean()
    assert some["ks2"] == pytest.approx(0.3, abs=0.03)
    assert some.drop("ks2").sum() == 0.0


def test_a_fit_is_a_population_too() -> None:
    pupils = ts.datasets.holzinger_swineford_1939()
    text = "visual =~ x1 + x2 + x3\nvisual ~ ageyr"
    fit = quietly(ts.sem, text, pupils, group="school")
    frame = ts.simulate(fit, 60_000, seed=1, group="school")
    assert set(frame["ageyr"]) == set(pupils["ageyr"])
    again = quietly(ts.sem, text, frame, group="school")
    np.testing.assert_allclose(again.coef, fit.coef, atol=0.08)
    assert len(ts.simulate(fit, seed=1)) == len(pupils)
    grades = pupils.assign(
        **{f"x{k}": pd.qcut(pupils[f"x{k}"], 4, labels=False) for k in (1, 2, 3)}
    )
    ordinal = quietly(ts.sem, "visual =~ x1 + x2 + x3", grades, ordered=True)
    drawn = ts.simulate(ordinal, 60_000, seed=1)
    assert set(drawn["x1"]) == {1.0, 2.0, 3.0, 4.0}
    again = quietly(ts.sem, "visual =~ x1 + x2 + x3", drawn, ordered=True)
    np.testing.assert_allclose(again.coef, ordinal.coef, atol=0.05)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("f =~ x1 + x2", {}, r"f=~x2 has no value: in a population write it, as f =~ 0.5\*x2"),
        ("x1 ~~ 1*x1\nx1 | t1", {}, r"x1\|t1 has no value"),
        ("f =~ .9*x1 + .8*x2\ny ~ .9*x1 + .9*x2", {}, "what explains 'y' has a variance of 2.79"),
        ("x1 ~~ 1*x1\nx2 ~~ 1*x2\nx1 ~~ 1.2*x2", {}, "no covariance matrix"),
        ("f =~ .7*x1 + .8*x2\nx1 ~~ v*x1\nv == 2", {}, "contradict its constraints"),
        (POPULATION, {"n": None}, "n= is the number of rows"),
        (POPULATION, {"n": 0}, "n is a whole number above 0"),
        (POPULATION, {"n": [10, 20], "clusters": [5, 5], "icc": 0.1}, "clusters= of several"),
        (POPULATION, {"seed": 1.5}, "seed= is a whole number or None"),
        (POPULATION, {"shares": 3}, "shares= is a list of numbers"),
        (POPULATION, {"skewness": "much"}, "skewness= is a number"),
        (POPULATION, {"kurtosis": float("nan")}, "kurtosis=nan: give a finite number"),
        (POPULATION, {"missing": "some"}, "missing= is a number"),
        (POPULATION, {"icc": "high", "clusters": 3}, "icc= is a number"),
        (POPULATION, {"shares": (0.5, 0.6)}, "that sum to 1"),
        (POPULATION, {"shares": {"npc9": (0.5, 0.5)}}, "'npc9', which is no observed variable"),
        (POPULATION, {"skewness": 3.0}, "cannot have skewness 3 with excess kurtosis 0"),
        (POPULATION, {"skewness": {"npc9": 1}}, "skewness= names 'npc9'"),
        (POPULATION, {"clusters": 5}, "give icc= too"),
        (POPULATION, {"icc": 0.1}, "give clusters= too"),
        (POPULATION, {"clusters": 5, "icc": 1.0}, "a share is from 0"),
        (POPULATION, {"clusters": 500, "icc": 0.1}, "500 clusters for 100 rows"),
        (POPULATION, {"clusters": [50, 40], "icc": 0.1}, "sum to 90, not to n=100"),
        (POPULATION, {"missing": 1.2}, "missing=1.2"),
        (POPULATION, {"missing": {"x": 0.1}}, "missing= names 'x'"),
        (POPULATION, {"missing": 0.1, "missing_on": "x"}, "missing_on='x'"),
        (POPULATION, {"clusters": 5, "icc": 0.1, "cluster": "npc1"}, "'npc1' is a variable"),
        (POPULATION, {"standardise": True}, "unknown option 'standardise'"),
    ],
)
def test_what_cannot_be_drawn(text: str, options: dict, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        ts.simulate(text, **{"n": 100, **options})
