"""Power by formula is semTools'; by simulation it agrees with the formula where that holds."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from conftest import assert_same_numbers

import tpn_sem as ts
from tpn_sem.resampling.power import of_rmsea

POPULATION = """
NPC =~ .68*npc1 + .76*npc2 + .8*npc3
KSSE =~ .7*k1 + .8*k2 + .75*k3
KS =~ .7*ks1 + .8*ks2 + .6*ks3
KSSE ~ a*NPC + .35*NPC
KS ~ b*KSSE + .2*KSSE + .1*NPC
ind := a*b
"""
MEASURED = "NPC =~ npc1 + npc2 + npc3\nKSSE =~ k1 + k2 + k3\nKS =~ ks1 + ks2 + ks3\n"
TWO = (
    POPULATION.replace(".8*npc3", "c(.8, .3)*npc3").replace("a*NPC + ", "").replace("b*KSSE + ", "")
)
TWO = TWO.replace("ind := a*b", "")
SEMTOOLS = json.loads(
    (Path(__file__).parent / "reference" / "power.json").read_text(encoding="utf-8")
)


@cache
def simulated() -> ts.Power:
    return ts.power(POPULATION, "KS ~ NPC", [200, 600, 1200], replicates=400, seed=1)


def model_with(df: int) -> str:
    """Nine items of three factors, or twenty of four."""
    if df == 24:
        return MEASURED
    factors = [" + ".join(f"y{5 * k + j}" for j in range(5)) for k in range(4)]
    return "\n".join(f"F{k} =~ {items}" for k, items in enumerate(factors))


@pytest.mark.sampled(5)
@pytest.mark.parametrize("row", SEMTOOLS["rmsea"], ids=lambda row: str(list(row.values())[:5]))
def test_power_of_an_rmsea_is_semtools(row: dict) -> None:
    formula = of_rmsea(row["df"], row["null"], row["true"], row["groups"])
    assert formula.power(row["n"], 0.05) == pytest.approx(row["power"], rel=1e-7)
    if row["groups"] == 1:
        rmsea = row["null"], row["true"]
        found = ts.power(POPULATION, "fit", row["n"], model=model_with(row["df"]), rmsea=rmsea)
        assert found.table["df"].iloc[0] == row["df"]
        assert found.table["power"].iloc[0] == pytest.approx(row["power"], rel=1e-7)


@pytest.mark.parametrize("row", SEMTOOLS["needed"], ids=lambda row: str(list(row.values())))
def test_rows_needed_for_an_rmsea_are_semtools(row: dict) -> None:
    rmsea = row["null"], row["true"]
    found = ts.power(POPULATION, "fit", 100, model=model_with(row["df"]), rmsea=rmsea)
    assert found.needed(0.8)["n"] == row["n"]


@pytest.mark.parametrize("row", SEMTOOLS["wrong"], ids=lambda row: f"{row['model']} {row['n']}")
def test_power_against_a_wrong_model_is_semtools(row: dict) -> None:
    test: str | ts.Model = {
        "no_path": "KS ~ NPC",
        "equal": "a == b",
        "neither": ts.Model(MEASURED + "KSSE ~ NPC\nKS ~ 0*KSSE + 0*NPC"),
    }[row["model"]]
    found = ts.power(POPULATION, test, row["n"])
    assert found.method == "analytic"
    assert found.table["power"].iloc[0] == pytest.approx(row["power"], rel=1e-4)


def test_a_label_and_a_name_ask_the_same() -> None:
    by_label, by_name = (ts.power(POPULATION, test, 300).table for test in ("a", "KSSE~NPC"))
    # the label stands for the parameter: so does "a", the name that `coef` gives it
    assert_same_numbers(by_label, by_name)


def test_rows_needed_give_the_power_asked_for() -> None:
    for test in ("KS ~ NPC", "ind", "a == b"):
        n = int(ts.power(POPULATION, test, 100).needed(0.9)["n"])
        powers = ts.power(POPULATION, test, [n - 1, n]).table["power"]
        assert powers[0] < 0.9 <= powers[1]


@pytest.mark.slow
def test_simulation_agrees_with_the_formula() -> None:
    table = simulated().table
    formula = ts.power(POPULATION, "KS ~ NPC", [200, 600, 1200]).table["power"]
    assert ((table["ci_lower"] - 0.03 < formula) & (formula < table["ci_upper"] + 0.03)).all()
    assert table["n_failed"].sum() == 0
    assert table["true"].iloc[0] == pytest.approx(0.1 * 0.7 / 0.68, abs=1e-4)  # KS in units of ks1
    assert table["relative_bias"].abs().max() < 0.15
    assert table["coverage"].between(0.915, 0.985).all()
    assert table["se_ratio"].between(0.85, 1.15).all()
    exact = ts.power(POPULATION, "KS ~ NPC", 200).needed(0.8)["n"]
    assert simulated().needed(0.8)["n"] == pytest.approx(exact, rel=0.2)


@pytest.mark.slow
def test_a_true_hypothesis_is_rejected_as_often_as_alpha_says() -> None:
    text = POPULATION.replace(" + .1*NPC", "")
    found = ts.power(text, "KS ~ NPC", 400, model=POPULATION_MODEL, replicates=200, seed=2)
    assert found.table["ci_lower"].iloc[0] <= 0.05 <= found.table["ci_upper"].iloc[0]
    with pytest.raises(ts.TpnSemError, match="no number of rows gives that power"):
        ts.power(text, "KS ~ NPC", 400, model=POPULATION_MODEL).needed()


POPULATION_MODEL = MEASURED + "KSSE ~ a*NPC\nKS ~ b*KSSE + NPC"


@pytest.mark.slow
def test_an_invariance_step_between_groups() -> None:
    sizes = {"rural": 150, "urban": 200}
    formula = ts.power(TWO, "metric", [sizes]).table
    assert formula["df"].iloc[0] == 6
    found = ts.power(TWO, "metric", sizes, replicates=200, seed=3).table
    assert found["n"].iloc[0] == 350
    expected = formula["power"].iloc[0]
    assert found["ci_lower"].iloc[0] - 0.05 < expected < found["ci_upper"].iloc[0] + 0.05


@pytest.mark.slow
def test_clusters_lower_the_power_and_ignoring_them_hides_it() -> None:
    population = "f =~ .8*x1 + .8*x2 + .8*x3\nf ~ .0*z"
    arguments = {"replicates": 150, "seed": 4, "clusters": 20, "data": {"icc": 0.3}}
    model = "f =~ x1 + x2 + x3\nf ~ z"
    honest = ts.power(population, "f ~ z", 600, model=model, estimator="MLR", **arguments)
    naive = ts.power(population, "f ~ z", 600, model=model, cluster=None, **arguments)
    assert list(honest.table["clusters"]) == [20]
    assert naive.table["power"].iloc[0] > 0.25 > honest.table["power"].iloc[0]


@pytest.mark.slow
def test_ordinal_items_with_gaps_are_simulated() -> None:
    data = {"shares": (0.1, 0.2, 0.4, 0.3), "missing": 0.05}
    found = ts.power(
        POPULATION,
        "ind",
        400,
        replicates=30,
        seed=5,
        data=data,
        ordered=True,
        missing="pairwise",
        estimator="WLSMV",
    ).table
    assert found["n_used"].iloc[0] == 30
    assert found["true"].iloc[0] == pytest.approx(0.35 * 0.2 * 0.7 / 0.68, abs=1e-3)
    assert abs(found["relative_bias"].iloc[0]) < 0.4


@pytest.mark.slow
def test_a_fit_is_a_population_and_workers_change_nothing() -> None:
    data = ts.simulate(POPULATION, 300, seed=6)
    fit = ts.sem(POPULATION_MODEL, data)
    one, two = (
        ts.power(fit, "b", 300, model=POPULATION_MODEL, replicates=20, seed=7, workers=workers)
        for workers in (1, 2)
    )
    assert_same_numbers(one.table, two.table)
    assert one.table["true"].iloc[0] == pytest.approx(fit.coef["b"], rel=1e-5)
    formula = ts.power(fit, "b", 300, model=POPULATION_MODEL).table
    z = fit.coef["b"] / np.sqrt(fit.vcov.loc["b", "b"])
    assert formula["noncentrality"].iloc[0] == pytest.approx(z**2, rel=0.05)


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("test", "options", "says"),
    [
        ("KS ~ NCP", {}, r"no parameter of the model; did you mean 'KS~NPC'"),
        ("NPC ~~ NPC", {}, "is a variance"),
        ("metric", {}, "give n= by group"),
        ("configural", {"n": [{"a": 100, "b": 100}], "model": MEASURED}, "tested by test='fit'"),
        ("ind", {"alpha": 0}, "alpha=0"),
        ("ind", {"alpha": "small"}, "alpha= is a number, not 'small'"),
        ("ind", {"data": 3, "replicates": 2}, "data= is a dict or None"),
        ("ind", {"seed": "x", "replicates": 2}, "seed= is a whole number or None"),
        ("ind", {"clusters": 10}, "knows no clusters: give replicates="),
        ("ind", {"data": {"shares": (0.5, 0.5)}}, "knows no shares"),
        ("ind", {"ordered": True}, "not for ordered=True"),
        ("ind", {"rmsea": (0.05, 0.08)}, "goes with test='fit'"),
        ("fit", {"rmsea": (0.05, 0.05)}, "give two different ones"),
        ("fit", {"rmsea": (0.0, 0.08), "model": "f =~ x1 + x2 + x3"}, "no degrees of freedom"),
        ("fit", {"rmsea": (0.0, 0.08), "replicates": 10}, "goes with the formula"),
        (
            "ind",
            {"n": [100, 200, 300], "clusters": [5, 6], "replicates": 5},
            "give as many, or one",
        ),
        (3, {}, "test= is a"),
        ("ind", {"replicates": 5, "data": {"share": (0.5, 0.5)}}, "unknown option 'share'"),
        ("ind", {"replicates": 5, "data": {"icc": 0.1}}, "give clusters= too"),
        (ts.Model(POPULATION_MODEL), {}, "it restricts nothing"),
    ],
)
def test_what_cannot_be(test: str, options: dict, says: str) -> None:
    with pytest.raises(ts.TpnSemError, match=says):
        ts.power(POPULATION, test, **{"n": 100, **options})


def test_needed_says_what_it_lacks() -> None:
    with pytest.raises(ts.TpnSemError, match="needs two designs or more"):
        ts.power(POPULATION, "ind", 300, replicates=5, seed=1).needed()
    with pytest.raises(ts.TpnSemError, match="between alpha and 1"):
        ts.power(POPULATION, "ind", 300).needed(0.01)
