"""Exceptions: release tests, the search for what differs, and its cost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly, reference_data
from group_comparison_cases import EFFECTS, PUPILS, THREE, pupils
from scipy import stats

import tpn_sem as ts
from tpn_sem.errors import (
    NotAvailableError,
    OptionError,
)
from tpn_sem.groups.invariance import (
    equal_parameters,
    release_tests,
)
from tpn_sem.numerics import adjusted_p_values

# Exceptions ---------------------------------------------------------------------------------------


def test_release_tests_are_score_tests_of_the_constraints() -> None:
    fit = ts.cfa(THREE, PUPILS, group="school", std_lv=True, group_equal=["loadings", "intercepts"])
    candidates = equal_parameters(fit.estimation, ["loadings", "intercepts"])
    found = release_tests(fit.estimation, candidates)
    expected = fit.score_tests()["chi_square"].to_numpy()[:-1]
    np.testing.assert_allclose(found["statistic"], expected, rtol=1e-9)
    freed = ts.cfa(
        THREE,
        PUPILS,
        group="school",
        std_lv=True,
        group_equal=["loadings", "intercepts"],
        group_partial=["x3 ~ 1"],
    )
    change = freed.estimates.query("lhs == 'x3' and op == '~1'")["estimate"].diff().iloc[-1]
    row = found.set_index("parameter").loc["x3 ~ 1"]
    assert row["expected_change"] == pytest.approx(change, rel=0.02)


@pytest.mark.slow
def test_robust_release_tests_agree_with_robust_wald_tests() -> None:
    """Where nothing is wrong, score and Wald tests of one equality are nearly the same."""
    data = reference_data("ordinal_five")
    model = "f1 =~ q1 + q2 + q3 + q4\nf2 =~ q6 + q7 + q8 + q9"
    for options in (
        {"ordered": True},
        {"estimator": "MLR"},
        {"cluster": "school"},
    ):
        ladder = quietly(
            ts.invariance, model, data, group="location", steps=_last(options), **options
        )
        found = list(ladder.fits.values())[-1].estimation
        candidates = equal_parameters(found, ["intercepts"])
        scores = release_tests(found, candidates).set_index("parameter")
        for text in ("q2 ~ 1", "q7 ~ 1"):
            wide = quietly(
                ts.invariance,
                model,
                data,
                group="location",
                steps=_last(options),
                group_partial=[text],
                **options,
            )
            fit = list(wide.fits.values())[-1]
            item = text.split()[0]
            rows = fit.estimates.query("lhs == @item and op == '~1'")
            change = rows["estimate"].iloc[1] - rows["estimate"].iloc[0]
            covariance = fit.vcov.to_numpy()
            names = [
                (r.lhs, r.operator, r.group) for r in fit.estimation.specification.table.free_rows
            ]
            slope = np.array(
                [(1 if g else -1) if (a, o) == (item, "~1") else 0 for a, o, g in names]
            )
            wald = change**2 / (slope @ covariance @ slope)
            assert scores.loc[text, "statistic"] == pytest.approx(wald, rel=0.2, abs=0.15), options


def _last(options: dict) -> list[str]:
    return ["configural", "intercepts"] if "ordered" in options else ["configural", "scalar"]


def test_the_search_finds_what_differs_and_records_its_path() -> None:
    ladder = pupils()
    assert set(ladder.freed) == {"x3 ~ 1", "x7 ~ 1"}
    assert list(ladder.fits) == ["configural", "metric", "scalar", "partial scalar", "strict"]
    assert ladder.table.loc["partial scalar", "against"] == "metric"
    assert ladder.table.loc["strict", "against"] == "partial scalar"
    path = ladder.search_path.loc["scalar"]
    assert path["round"].tolist() == [1] * 9 + [2] * 6 + [3] * 3
    assert path.loc[path["freed"], "parameter"].tolist() == ["x3 ~ 1", "x7 ~ 1"]
    first = path[path["round"] == 1]
    assert first["p_adjusted"].iloc[0] == pytest.approx(9 * first["p_value"].iloc[0])
    partial = ts.cfa(
        THREE,
        PUPILS,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=list(ladder.freed),
    )
    for measure in ("chisq", "df"):
        assert ladder.fits["partial scalar"].measures[measure] == pytest.approx(
            partial.measures[measure], rel=1e-8
        )


def test_two_invariant_items_stay_and_anchors_are_kept() -> None:
    loose = ts.PartialSearch(level=0.9, correction="none")
    ladder = ts.invariance(THREE, PUPILS, group="school", partial=loose)
    loadings = [text for text in ladder.freed if "=~" in text]
    intercepts = [text for text in ladder.freed if "~ 1" in text]
    assert len(loadings) <= 3
    assert len(intercepts) <= 3
    anchored = ts.PartialSearch(anchors=("x3", "x7"))
    kept = ts.invariance(THREE, PUPILS, group="school", partial=anchored)
    assert not {"x3 ~ 1", "x7 ~ 1"} & set(kept.freed)
    wrong = ts.PartialSearch(anchors=("x33",))
    with pytest.raises(OptionError, match="did you mean 'x3'"):
        ts.invariance(THREE, PUPILS, group="school", partial=wrong)


def test_both_directions_find_the_same_here_and_choose_anchors_openly() -> None:
    search = ts.PartialSearch(direction="constrain")
    ladder = ts.invariance(THREE, PUPILS, group="school", partial=search)
    assert set(ladder.freed) == {"x3 ~ 1", "x7 ~ 1"}
    anchors = ladder.searches["scalar"].anchors
    assert len(anchors) == 6
    assert not {"x3", "x7"} & set(anchors)


def test_where_a_loading_differs_the_intercept_is_given_up_too() -> None:
    rng = np.random.default_rng(5)
    factor = rng.normal(size=2000) + 0.5 * (np.arange(2000) % 2)
    second = np.arange(2000) % 2
    slopes = [0.8, 0.8, 0.8, 0.8, 0.8]
    columns = {
        f"x{k + 1}": (slope - 0.35 * second * (k == 4)) * factor + 0.6 * rng.normal(size=2000)
        for k, slope in enumerate(slopes)
    }
    data = pd.DataFrame(columns).assign(group=np.where(second, "b", "a"))
    ladder = ts.invariance(EFFECTS, data, group="group", partial=True)
    assert ladder.freed[:2] == ("f =~ x5", "x5 ~ 1")
    assert ladder.table.loc["scalar", "decision"] == "holds"


def test_p_values_are_adjusted_by_their_definitions() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005])
    np.testing.assert_allclose(adjusted_p_values(p, "holm"), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(adjusted_p_values(p, "fdr"), stats.false_discovery_control(p))
    np.testing.assert_allclose(adjusted_p_values(p, "none"), p, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"direction": "backward"}, "direction='backward' is not known"),
        ({"correction": "bonferoni"}, "correction='bonferoni' is not known"),
        ({"level": 5}, "between 0 and 1"),
        ({"level": "a"}, "level= is a number"),
        ({"least_change": -1}, "from 0 on"),
        ({"min_invariant": 1.5}, "whole number"),
        ({"always": "yes"}, "True or False"),
        ({"min_invariant": 0}, "at least 1"),
    ],
)
def test_wrong_searches_are_refused(options: dict, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        ts.PartialSearch(**options)
    with pytest.raises(OptionError, match="True, False or a PartialSearch"):
        ts.invariance(THREE, PUPILS, group="school", partial="yes")


@pytest.mark.slow
def test_the_cost_of_a_search_is_shown_on_resampled_and_held_out_data() -> None:
    ladder = ts.invariance(
        THREE, PUPILS, group="school", partial=True, steps=["configural", "metric", "scalar"]
    )
    one, two = (ladder.stability(6, 2, seed=3, workers=workers) for workers in (1, 2))
    assert_same_numbers(one.exceptions, two.exceptions)
    assert one.n_bootstrap == 6
    assert one.n_splits == 2
    assert one.exceptions.loc["x3 ~ 1", "found"]
    assert one.exceptions.loc["x3 ~ 1", "bootstrap"] > 0.3
    shares = one.reached[["bootstrap", "training"]].sum()
    np.testing.assert_allclose(shares, 1.0)
    with pytest.raises(NotAvailableError, match="nothing was searched"):
        pupils(partial=False).stability()


def test_resampled_clusters_stay_whole_and_new() -> None:
    data = reference_data("hs_clustered")
    ladder = quietly(
        ts.invariance,
        EFFECTS.replace("f =~", "f =~ x6 +"),
        data,
        group="school",
        cluster="classroom",
        partial=True,
        steps=["configural", "metric"],
    )
    found = quietly(ladder.stability, 3, 2, seed=1)
    assert found.n_bootstrap + found.n_splits + int(found.problems.sum()) == 5


# More than two groups -----------------------------------------------------------------------------


def test_exceptions_of_three_groups_are_tested_jointly() -> None:
    rng = np.random.default_rng(8)
    third = np.arange(1500) % 3
    factor = rng.normal(size=1500) + np.array([0.0, 0.3, -0.2])[third]
    columns = {f"x{k}": 0.8 * factor + 0.6 * rng.normal(size=1500) for k in range(1, 6)}
    columns["x2"] = columns["x2"] + 0.3 * (third == 2)
    data = pd.DataFrame(columns).assign(group=np.array(["a", "b", "c"])[third])
    ladder = ts.invariance(EFFECTS, data, group="group", partial=True)
    assert ladder.freed == ("x2 ~ 1",)
    assert ladder.search_path.loc["scalar", "df"].eq(2).all()
    fit = ladder.fits["scalar"].estimation
    restricted, freed = ladder.fits["scalar"], ladder.fits["partial scalar"]
    gap = restricted.measures["chisq"] - freed.measures["chisq"]
    test = release_tests(fit, equal_parameters(fit, ["intercepts"])).set_index("parameter")
    assert test.loc["x2 ~ 1", "statistic"] == pytest.approx(gap, rel=0.1)
    sizes = ts.effect_sizes(ladder)
    assert sorted(set(sizes.items["group"])) == ["b", "c"]
    bias = sizes.items.set_index(["group", "item"])["bias"]
    assert bias["c", "x2"] == pytest.approx(0.3, abs=0.1)
    assert abs(bias["b", "x2"]) < 0.1
    assert str(sizes.plot()).count("<title>") == 3
    differences = ts.group_differences(freed)
    assert len(differences.standardized) == 4


def test_small_changes_may_be_let_pass() -> None:
    search = ts.PartialSearch(least_change=0.42)
    ladder = ts.invariance(THREE, PUPILS, group="school", partial=search)
    assert ladder.freed == ("x3 ~ 1",)  # x7 changes by .41 standard deviations
    path = ladder.search_path.loc["scalar"].query("round == 2 and parameter == 'x7 ~ 1'")
    assert path["p_adjusted"].iloc[0] < 0.001
    assert not path["freed"].iloc[0]


# Models that identify themselves ------------------------------------------------------------------


def test_a_step_that_fails_as_a_whole_can_be_forced_to_hold() -> None:
    """Strict invariance fails at p = .037, but no single residual variance is rejected."""
    assert pupils().table.loc["strict", "decision"] == "fails"
    forced = ts.invariance(THREE, PUPILS, group="school", partial=ts.PartialSearch(force=True))
    assert forced.freed[:2] == ("x3 ~ 1", "x7 ~ 1")
    assert all("~~" in text for text in forced.freed[2:])
    assert forced.reached == "partial strict"
    last = forced.search_path.loc["strict"].query("freed")["p_adjusted"]
    assert last.gt(0.05).all()


def test_labels_of_users_are_not_given_up() -> None:
    """As naming them in group_partial= would free nothing."""
    fit = ts.cfa(
        "f =~ x1 + b*x2 + x3 + x4", PUPILS, group="school", std_lv=True, group_equal="loadings"
    )
    found = [item.item for item in equal_parameters(fit.estimation, ["loadings"])]
    assert found == ["x1", "x3", "x4"]
