"""Naive and honest p-values side by side: each against the fit that it comes from."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from conftest import quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError, OptionError

MODEL = "NPC =~ npc1 + npc2 + npc3 + npc4\nKR =~ kr1 + kr2 + kr3 + kr4"
SURVEY = ts.datasets.teachers(missing=0)
STEPS = ["configural", "metric", "scalar"]


@cache
def ladder(partial: bool = False) -> ts.InvarianceLadder:
    return quietly(
        ts.invariance,
        MODEL,
        SURVEY,
        group="location",
        cluster="school",
        steps=STEPS,
        partial=partial,
    )


@cache
def found() -> ts.GroupInference:
    return quietly(
        ts.group_inference, ladder(), step="scalar", n_permutations=99, n_bootstrap=99, seed=7
    )


def test_naive_p_values_are_those_without_clusters() -> None:
    naive = ts.invariance(MODEL, SURVEY, group="location", steps=STEPS, estimator="MLR")
    np.testing.assert_allclose(
        found().steps["p_naive"], naive.table["p_diff"].iloc[1:], rtol=1e-6, atol=1e-12
    )
    own = naive.fits["scalar"].estimates.query("lhs == 'NPC' and op == '~1' and free").iloc[0]
    row = found().contrasts.loc["NPC~1"]
    assert row["se_naive"] == pytest.approx(own["se"], rel=1e-6)
    assert row["p_naive"] == pytest.approx(own["p_value"], rel=1e-5)


def test_clustered_p_values_are_those_of_the_ladder() -> None:
    np.testing.assert_allclose(
        found().steps["p_clustered"], ladder().table["p_diff"].iloc[1:], rtol=1e-8
    )
    own = ladder().fits["scalar"].estimates.query("lhs == 'NPC' and op == '~1' and free").iloc[0]
    row = found().contrasts.loc["NPC~1"]
    assert row["se"] == pytest.approx(own["se"], rel=1e-8)
    assert row["df"] == 27
    assert found().n_clusters == {"rural": 15, "urban": 14}


def test_permutations_and_the_bootstrap_are_of_whole_schools() -> None:
    inference = found()
    assert inference.permutation.unit == "cluster"
    assert inference.permutation.n_units == 29
    dealt = quietly(ts.permutation, ladder(), 99, seed=7)
    for step in ("metric", "scalar"):
        assert inference.steps.loc[step, "p_permutation"] == pytest.approx(
            dealt.table.loc[(step, "delta_chisq"), "p_permutation"]
        )
    drawn = quietly(ts.bootstrap, ladder().fits["scalar"], 99, seed=7)
    assert drawn.kind == "cluster"
    names = ladder().fits["scalar"].estimation.names
    mean = names.index("NPC~1.g2")
    replicates = drawn.replicates.iloc[:, mean].dropna()
    row = inference.contrasts.loc["NPC~1"]
    assert replicates.quantile(0.001) < row["ci_lower"] < row["estimate"] < row["ci_upper"]
    assert row["ci_upper"] - row["ci_lower"] == pytest.approx(3.92 * replicates.std(), rel=0.35)


def test_a_step_with_exceptions_takes_the_place_of_the_one_that_failed() -> None:
    with_exceptions = ladder(partial=True)
    assert "partial scalar" in with_exceptions.fits
    inference = quietly(
        ts.group_inference, with_exceptions, n_permutations=9, n_bootstrap=0, seed=1
    )
    assert list(inference.steps.index) == ["metric", "partial scalar"]
    assert inference.step == "partial scalar"
    assert inference.bootstrap is None
    assert "ci_lower" not in inference.contrasts
    assert "15 in rural, 14 in urban" in repr(inference)


@pytest.mark.parametrize("crossed", [True, False])
def test_crossed_clusters_change_places_within_themselves(crossed: bool) -> None:
    data = reference_data("ordinal_five")
    if crossed:
        data = data.assign(school=np.arange(len(data)) % 29)
    locations = data.groupby("school")["location"].nunique()
    assert (locations == (2 if crossed else 1)).all()
    climbed = quietly(
        ts.invariance,
        "f =~ q1 + q2 + q3 + q4",
        data,
        group="location",
        cluster="school",
        steps=["configural", "metric"],
    )
    inference = quietly(ts.group_inference, climbed, n_permutations=9, n_bootstrap=0, seed=1)
    assert inference.permutation.unit == ("row_within_cluster" if crossed else "cluster")


def test_ordinal_ladders_have_it_too() -> None:
    ordinal = quietly(
        ts.invariance,
        "NPC =~ npc1 + npc2 + npc3 + npc4",
        SURVEY,
        group="location",
        cluster="school",
        ordered=True,
        empty_categories="collapse",
        steps=["configural", "thresholds", "loadings"],
    )
    inference = quietly(ts.group_inference, ordinal, n_permutations=19, n_bootstrap=0, seed=1)
    rows = quietly(
        ts.invariance,
        "NPC =~ npc1 + npc2 + npc3 + npc4",
        SURVEY,
        group="location",
        ordered=True,
        empty_categories="collapse",
        steps=["configural", "thresholds", "loadings"],
    )
    np.testing.assert_allclose(inference.steps["p_naive"], rows.table["p_diff"].iloc[1:], rtol=1e-6)
    clustered = ordinal.table["p_diff"].iloc[1:]
    np.testing.assert_allclose(inference.steps["p_clustered"], clustered, rtol=1e-8)
    assert (inference.steps["p_clustered"] - inference.steps["p_naive"]).abs().min() > 1e-3
    assert inference.steps["p_permutation"].between(1 / 20, 1).all()


def test_without_clusters_there_is_nothing_to_set_beside() -> None:
    rows = ts.invariance(MODEL, SURVEY, group="location", steps=STEPS)
    with pytest.raises(NotAvailableError, match="climb with cluster="):
        ts.group_inference(rows)
    with pytest.raises(OptionError, match="ladder= is an InvarianceLadder"):
        ts.group_inference(rows.fits["metric"])
    with pytest.raises(OptionError, match="did you mean 'scalar'"):
        ts.group_inference(ladder(), step="scaler")
