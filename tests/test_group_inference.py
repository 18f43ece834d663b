"""Differences of groups: each number against where it comes from, and the rule that chose it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from conftest import quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError, OptionError
from tpn_sem.groups import group_inference as groups_door
from tpn_sem.numerics import adjusted_p_values

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


@cache
def crossed_ladder() -> ts.InvarianceLadder:
    data = reference_data("ordinal_five")
    data = data.assign(school=np.arange(len(data)) % 29)
    return quietly(
        ts.invariance,
        "f =~ q1 + q2 + q3 + q4",
        data,
        group="location",
        cluster="school",
        steps=["configural", "metric"],
    )


def mean_of(fit: ts.Fit, factor: str) -> dict[str, float]:
    table = ts.group_differences(fit).standardized
    return table.query("factor == @factor and quantity == 'mean difference'").iloc[0].to_dict()


def test_naive_p_values_are_those_without_clusters() -> None:
    naive = ts.invariance(MODEL, SURVEY, group="location", steps=STEPS, estimator="MLR")
    np.testing.assert_allclose(
        found().steps["p_naive"], naive.table["p_diff"].iloc[1:], rtol=1e-6, atol=1e-12
    )
    own, row = mean_of(naive.fits["scalar"], "NPC"), found().contrasts.loc["NPC~1"]
    assert row["estimate"] == pytest.approx(own["estimate"], rel=1e-6)
    assert row["se_naive"] == pytest.approx(own["se"], rel=1e-5)
    assert row["p_naive"] == pytest.approx(own["p_value"], rel=1e-4)


def test_clustered_p_values_are_those_of_the_ladder_and_of_cr2() -> None:
    np.testing.assert_allclose(
        found().steps["p_clustered"], ladder().table["p_diff"].iloc[1:], rtol=1e-8
    )
    fit = quietly(
        ts.cfa,
        MODEL,
        SURVEY,
        group="location",
        cluster="school",
        se="cluster_cr2",
        group_equal=["loadings", "intercepts"],
    )
    own, row = mean_of(fit, "NPC"), found().contrasts.loc["NPC~1"]
    for column in ("estimate", "se", "df", "ci_lower", "ci_upper"):
        assert row[column] == pytest.approx(own[column], rel=1e-5)
    assert row["p_clustered"] == pytest.approx(own["p_value"], rel=1e-5)
    assert found().n_clusters == {"rural": 15, "urban": 14}


def test_permutations_and_the_bootstrap_are_of_whole_schools() -> None:
    inference = found()
    assert inference.permutation is not None
    assert inference.permutation.unit == "cluster"
    assert inference.permutation.n_units == 29
    replicates = inference.permutation.replicates["contrast", "NPC~1"]
    own = inference.permutation.observed["contrast", "NPC~1"]
    expected = (1 + (replicates.abs() >= abs(own) - 1e-6).sum()) / 100
    assert inference.contrasts.loc["NPC~1", "p_permutation"] == pytest.approx(expected)
    replicates = inference.permutation.replicates["step", "scalar"]
    expected = (1 + (replicates >= inference.permutation.observed["step", "scalar"]).sum()) / 100
    assert inference.steps.loc["scalar", "p_permutation"] == pytest.approx(expected)
    drawn = quietly(ts.bootstrap, ladder().fits["scalar"], 99, seed=7)
    assert drawn.kind == "cluster"
    names = ladder().fits["scalar"].estimation.names
    replicates = drawn.replicates.iloc[:, names.index("NPC~1.g2")].dropna()
    row = inference.contrasts.loc["NPC~1"]
    raw = float(ladder().fits["scalar"].coef["NPC~1.g2"])
    spread = 3.92 * replicates.std() * row["estimate"] / raw
    assert row["bootstrap_lower"] < row["estimate"] < row["bootstrap_upper"]
    assert row["bootstrap_upper"] - row["bootstrap_lower"] == pytest.approx(spread, rel=0.35)


def test_a_step_with_exceptions_takes_the_place_of_the_one_that_failed() -> None:
    with_exceptions = ladder(partial=True)
    assert "partial scalar" in with_exceptions.fits
    inference = quietly(ts.group_inference, with_exceptions, n_permutations=9, seed=1)
    assert list(inference.steps.index) == ["metric", "partial scalar"]
    assert inference.step == "partial scalar"
    assert inference.bootstrap is None
    assert "bootstrap_lower" not in inference.contrasts
    assert "15 in rural, 14 in urban" in repr(inference)


@pytest.mark.parametrize("column", ["p_value", "p_adjusted", "rule"])
def test_each_effect_has_one_p_value_and_a_rule(column: str) -> None:
    contrasts, steps = found().contrasts, found().steps
    for table in (contrasts, steps):
        expected = {
            "p_value": table["p_permutation"],
            "p_adjusted": adjusted_p_values(table["p_permutation"].to_numpy(), "holm"),
            "rule": np.full(len(table), "studentised permutation of clusters"),
        }[column]
        assert (table[column].to_numpy() == np.asarray(expected)).all()
    assert "permutation of whole clusters" in found().rule
    assert "Holm" in found().step_rule


def test_holm_by_hand_and_families_apart() -> None:
    """Three named contrasts have a factor of 3, 2, 1; what follows is never below."""
    names = ["NPC~1", "KR~1", "KR ~~ NPC"]
    inference = ts.group_inference(ladder(), step="scalar", named=names, n_permutations=99, seed=7)
    named = inference.contrasts.query("family == 'named'")
    assert sorted(named.index) == ["KR~1", "NPC~1", "NPC~~KR"]
    ranked = named.sort_values("p_value")
    factors = np.array([3.0, 2.0, 1.0])
    by_hand = np.minimum(np.maximum.accumulate(ranked["p_value"] * factors), 1.0)
    np.testing.assert_allclose(ranked["p_adjusted"], by_hand)
    rest = inference.contrasts.query("family == 'exploratory'")
    smallest = rest["p_value"].idxmin()
    expected = min(1.0, rest["p_value"].min() * len(rest))
    assert rest.loc[smallest, "p_adjusted"] == pytest.approx(expected)
    assert "family of their own" in inference.rule
    fdr = ts.group_inference(
        ladder(), step="scalar", adjustment="fdr", n_permutations=99, seed=7
    ).contrasts
    ranked = fdr["p_value"].sort_values(kind="stable")
    assert fdr["p_adjusted"].max() == pytest.approx(ranked.iloc[-1])
    none = ts.group_inference(ladder(), step="scalar", adjustment="none", n_permutations=9, seed=7)
    assert (none.contrasts["p_adjusted"] == none.contrasts["p_value"]).all()
    assert "not adjusted" in none.rule


def test_too_few_permutations_for_an_adjusted_p_value_are_said() -> None:
    inference = ts.group_inference(ladder(), step="scalar", n_permutations=9, seed=1)
    assert "take 259 at least" in " ".join(inference.notes)  # 13 contrasts
    inference = ts.group_inference(ladder(), step="scalar", n_permutations=259, seed=1)
    assert "at least" not in " ".join(inference.notes)


def test_crossed_clusters_have_students_t() -> None:
    """Rows change places within clusters, but their difference may vary between these."""
    inference = quietly(ts.group_inference, crossed_ladder(), n_permutations=9, seed=1)
    assert inference.permutation is not None
    assert inference.permutation.unit == "row_within_cluster"
    assert inference.crossed
    assert set(inference.contrasts["rule"]) == {"Student's t, clusters"}
    assert (inference.contrasts["p_value"] == inference.contrasts["p_clustered"]).all()
    assert set(inference.steps["rule"]) == {"difference test, clusters"}
    assert "may vary between them" in inference.rule


def test_without_permutations_clusters_have_students_t() -> None:
    inference = ts.group_inference(ladder(), step="scalar", n_permutations=0)
    assert inference.permutation is None
    assert "p_permutation" not in inference.contrasts
    assert "p_permutation" not in inference.steps
    assert (inference.contrasts["p_value"] == inference.contrasts["p_clustered"]).all()


def test_without_clusters_rows_are_taken_as_independent() -> None:
    rows = ts.invariance(MODEL, SURVEY, group="location", steps=STEPS, estimator="MLR")
    inference = ts.group_inference(rows, step="scalar")
    assert inference.permutation is None
    assert not inference.n_clusters
    own, row = mean_of(rows.fits["scalar"], "NPC"), inference.contrasts.loc["NPC~1"]
    for column in ("estimate", "se", "p_value", "ci_lower", "ci_upper"):
        assert row[column] == pytest.approx(own[column], rel=1e-6)
    assert set(inference.contrasts["rule"]) == {"normal distribution, rows"}
    np.testing.assert_allclose(inference.steps["p_value"], rows.table["p_diff"].iloc[1:])
    assert "Rows are taken as independent" in repr(inference)
    assert "df" not in inference.contrasts


def test_ordinal_ladders_have_it_too() -> None:
    options = {
        "group": "location",
        "ordered": True,
        "empty_categories": "collapse",
        "steps": ["configural", "thresholds", "loadings"],
    }
    model = "NPC =~ npc1 + npc2 + npc3 + npc4"
    ordinal = quietly(ts.invariance, model, SURVEY, cluster="school", **options)
    inference = quietly(ts.group_inference, ordinal, n_permutations=19, seed=1)
    rows = quietly(ts.invariance, model, SURVEY, **options)
    np.testing.assert_allclose(inference.steps["p_naive"], rows.table["p_diff"].iloc[1:], rtol=1e-6)
    clustered = ordinal.table["p_diff"].iloc[1:]
    np.testing.assert_allclose(inference.steps["p_clustered"], clustered, rtol=1e-8)
    assert (inference.steps["p_clustered"] - inference.steps["p_naive"]).abs().min() > 1e-3
    assert inference.steps["p_permutation"].between(1 / 20, 1).all()
    assert inference.contrasts["p_permutation"].between(1 / 20, 1).all()


def test_what_has_no_value_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__("tpn_sem.groups.group_inference", fromlist=["scaled_contrasts"])
    given = module.scaled_contrasts

    def without_value(estimation: object) -> object:
        contrasts = given(estimation)
        spoilt = tuple(
            (lambda implied: np.full(implied[0].all_mean.shape[:-1], np.nan))
            if name == "NPC~1"
            else value
            for name, value in zip(contrasts.names, contrasts.values_of, strict=True)
        )
        columns = (contrasts.names, contrasts.scales, contrasts.keys, spoilt)
        return type(contrasts)(estimation, *columns)

    monkeypatch.setattr(module, "scaled_contrasts", without_value)
    inference = groups_door(ladder(), step="scalar", n_permutations=9, seed=1)
    assert "NPC~1" not in inference.contrasts.index
    assert "No contrast of NPC~1: a variance is negative" in inference.notes[0]


def test_where_no_permutation_is_possible_schools_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__("tpn_sem.groups.group_inference", fromlist=["studentised_permutation"])

    def impossible(*_: object) -> None:
        raise NotAvailableError("the rows of all groups together could not be fitted.")

    monkeypatch.setattr(module, "studentised_permutation", impossible)
    inference = groups_door(ladder(), step="scalar", n_permutations=9, seed=1)
    assert set(inference.contrasts["rule"]) == {"Student's t, clusters"}
    assert inference.notes[0].startswith("No permutation: the rows of all groups")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"step": "scaler"}, "did you mean 'scalar'"),
        ({"step": "scalar", "named": "NPC~2"}, "named='NPC~2' is not known.*did you mean"),
        ({"adjustment": "bonferroni"}, "adjustment='bonferroni' is not known"),
        ({"n_permutations": -1}, "n_permutations=-1: give a number"),
        ({"n_bootstrap": -1}, "n_bootstrap=-1: give a number"),
    ],
)
def test_what_cannot_be(options: dict, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        ts.group_inference(ladder(), **options)


def test_a_fit_is_no_ladder() -> None:
    with pytest.raises(OptionError, match="ladder= is an InvarianceLadder"):
        ts.group_inference(ladder().fits["metric"])
