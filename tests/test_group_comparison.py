"""Steps, rules, exceptions, effect sizes, differences of groups: by closed forms and refits."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers, quietly, reference_data
from scipy import stats
from scipy.integrate import quad

import tpn_sem as ts
from tpn_sem.errors import (
    ComparisonWarning,
    ConvergenceWarning,
    DataError,
    DataWarning,
    ModelError,
    NotAvailableError,
    OptionError,
)
from tpn_sem.groups.effect_sizes import (
    expected_mean,
    group_measurements,
    sum_distribution,
    sum_variance,
)
from tpn_sem.groups.invariance import (
    RULES,
    Equivalence,
    StepEvidence,
    Verdict,
    adjusted,
    equal_parameters,
    judge,
    release_tests,
)
from tpn_sem.specification import read_steps

THREE = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PUPILS = reference_data("HolzingerSwineford1939")
GRADES = PUPILS.assign(**{f"x{k}": pd.qcut(PUPILS[f"x{k}"], 4, labels=False) for k in range(1, 10)})
EFFECTS = "f =~ x1 + x2 + x3 + x4 + x5"


@cache
def pupils(partial: bool = True) -> ts.InvarianceLadder:
    return ts.invariance(THREE, PUPILS, group="school", partial=partial)


@cache
def grades() -> ts.InvarianceLadder:
    return quietly(ts.invariance, THREE, GRADES, group="school", ordered=True, partial=True)


# Steps -------------------------------------------------------------------------------------------


def test_further_steps_come_on_top_of_what_came_before() -> None:
    steps = read_steps(["configural", "metric", "variances", "scalar", "means"], False, False)
    assert steps["variances"] == ("loadings", "lv_variances")
    assert set(steps["scalar"]) == {"loadings", "lv_variances", "intercepts"}
    assert set(steps["means"]) == {"loadings", "lv_variances", "intercepts", "means"}


@pytest.mark.parametrize(
    ("steps", "ordinal", "delta", "says"),
    [
        (["scalar", "metric"], False, False, "holds less equal"),
        (["metric", "metric"], False, False, "twice"),
        (["thresholds"], False, False, "no step of continuous items"),
        (["scalar"], True, False, "did you mean 'intercepts'"),
        (["metrik"], False, False, "did you mean 'metric'"),
        (["weak"], False, False, "called 'metric' here"),
        (["strong"], True, False, "called 'intercepts' here"),
        (["configural", "residuals"], True, True, "take 'theta'"),
    ],
)
def test_wrong_steps_are_refused(steps: list[str], ordinal: bool, delta: bool, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        read_steps(steps, ordinal, delta)


def test_steps_that_no_data_could_contradict_are_called_so() -> None:
    """Items with three answers: equal thresholds; with two: equal thresholds, then loadings."""
    three = reference_data("ordinal_three")
    found = quietly(
        ts.invariance,
        "textual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9",
        three,
        group="school",
        ordered=True,
    )
    assert found.table.loc["thresholds", "decision"] == "cannot fail"
    assert found.table.loc["loadings", "decision"] in ("holds", "fails")
    two = reference_data("ordinal_two")
    binary = quietly(
        ts.invariance,
        "visual =~ x1 + x2 + x3 + x4\ntextual =~ x5 + x6 + x7 + x8",
        two,
        group="school",
        ordered=True,
    )
    chi_squares = [fit.measures["chisq"] for fit in binary.fits.values()]
    np.testing.assert_allclose(chi_squares[1:3], chi_squares[0], rtol=1e-6)
    assert binary.table["decision"].tolist()[1:3] == ["cannot fail", "cannot fail"]
    assert binary.table.loc["intercepts", "df_diff"] == 4


def test_delta_and_theta_give_the_same_ladder() -> None:
    options = {
        "group": "school",
        "ordered": True,
        "steps": ["configural", "thresholds", "loadings"],
    }
    one, two = (
        quietly(ts.invariance, THREE, GRADES, parameterization=name, **options)
        for name in ("delta", "theta")
    )
    np.testing.assert_allclose(one.table["chisq"], two.table["chisq"], rtol=1e-6)
    default = quietly(
        ts.invariance, THREE, GRADES, parameterization="delta", group="school", ordered=True
    )
    assert list(default.fits) == ["configural", "thresholds", "loadings", "intercepts"]


def test_a_ladder_that_stops_leaves_later_steps_out() -> None:
    whole = pupils(partial=False)
    assert whole.table["decision"].tolist() == ["start", "holds", "fails", "beyond"]
    assert (whole.reached, whole.failed) == ("metric", "scalar")
    stopped = ts.invariance(THREE, PUPILS, group="school", stop=True)
    assert list(stopped.fits) == ["configural", "metric", "scalar"]
    assert "scalar fails: p < .001, the limit is 0.05" in repr(whole)


# Rules -------------------------------------------------------------------------------------------


def seen(**changes: object) -> StepEvidence:
    values = {
        "step": "scalar",
        "before": "metric",
        "chi_square": 20.0,
        "degrees_of_freedom": 10.0,
        "p_value": 0.03,
        "delta_cfi": -0.004,
        "delta_rmsea": 0.002,
        "delta_srmr": 0.002,
        "delta_mfi": -0.01,
        "n_observations": 500,
        "n_groups": 2,
        "smallest_share": 0.45,
    }
    return StepEvidence(**(values | changes))


@pytest.mark.parametrize(
    ("rule", "changes", "holds"),
    [
        ("difference_test", {}, False),
        ("difference_test", {"p_value": 0.05}, True),
        ("cheung_rensvold", {}, True),
        ("cheung_rensvold", {"delta_cfi": -0.0101}, False),
        ("chen", {"delta_cfi": -0.02}, True),  # neither RMSEA nor SRMR rises
        ("chen", {"delta_cfi": -0.02, "delta_srmr": 0.011}, False),
        ("chen", {"delta_cfi": -0.02, "delta_srmr": 0.011, "step": "metric"}, True),
        ("chen", {"delta_cfi": -0.02, "delta_srmr": 0.031, "step": "loadings"}, False),
        ("chen", {"delta_cfi": -0.006, "delta_rmsea": 0.011}, True),
        ("chen", {"delta_cfi": -0.006, "delta_rmsea": 0.011, "n_observations": 300}, False),
        ("chen", {"delta_cfi": -0.006, "delta_rmsea": 0.011, "smallest_share": 0.3}, False),
        ("equivalence", {}, False),
        ("equivalence", {"chi_square": 8.0, "n_observations": 5000}, True),
    ],
)
def test_rules_decide_by_their_definitions(rule: str, changes: dict, holds: bool) -> None:
    assert RULES[rule](seen(**changes)).holds is holds


def test_the_bound_of_equivalence_is_not_exceeded_at_its_level() -> None:
    evidence = seen(chi_square=14.0)
    bound = Equivalence().bound(evidence)
    noncentrality = bound**2 * 10.0 / 2 * (500 - 2)
    assert stats.ncx2.cdf(14.0, 10.0, noncentrality) == pytest.approx(0.05, rel=1e-6)


def test_a_rule_of_ones_own() -> None:
    def lenient(evidence: StepEvidence) -> Verdict:
        return Verdict(evidence.delta_mfi > -0.06, "McDonald's index")

    found = ts.invariance(THREE, PUPILS, group="school", rule=lenient)
    assert found.reached == "strict"
    assert found.table.loc["scalar", "reason"] == "McDonald's index"
    with pytest.raises(OptionError, match="not a Verdict"):
        ts.invariance(THREE, PUPILS, group="school", rule=lambda evidence: True)
    with pytest.raises(OptionError, match="did you mean 'chen'"):
        ts.invariance(THREE, PUPILS, group="school", rule="chenn")


# Exceptions --------------------------------------------------------------------------------------


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
    np.testing.assert_allclose(adjusted(p, "holm"), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(adjusted(p, "fdr"), stats.false_discovery_control(p))
    np.testing.assert_allclose(adjusted(p, "none"), p, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"direction": "backward"}, "direction='backward' is not known"),
        ({"correction": "bonferoni"}, "correction='bonferoni' is not known"),
        ({"level": 5}, "between 0 and 1"),
        ({"level": "a"}, "between 0 and 1"),
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


def test_the_cost_of_a_search_is_shown_on_resampled_and_held_out_data() -> None:
    ladder = ts.invariance(
        THREE, PUPILS, group="school", partial=True, steps=["configural", "metric", "scalar"]
    )
    one, two = (ladder.stability(12, 4, seed=3, workers=workers) for workers in (1, 2))
    assert_same_numbers(one.exceptions, two.exceptions)
    assert one.n_bootstrap == 12
    assert one.n_splits == 4
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


# Effect sizes ------------------------------------------------------------------------------------


def test_dmacs_has_its_closed_form_for_continuous_items() -> None:
    sizes = ts.effect_sizes(pupils())
    fit = pupils().fits["partial scalar"]
    table = fit.estimates
    rows = table[(table["lhs"] == "x3") & (table["op"] == "~1")]["estimate"].to_numpy()
    parts = [PUPILS.loc[PUPILS["school"] == label, "x3"] for label in fit.group_labels]
    squares = sum((len(part) - 1) * part.var(ddof=1) for part in parts)
    pooled = np.sqrt(squares / (len(PUPILS) - 2))
    row = sizes.items.set_index("item").loc["x3"]
    assert row["dmacs"] == pytest.approx(abs(rows[1] - rows[0]) / pooled, rel=1e-8)
    assert row["signed"] == pytest.approx((rows[1] - rows[0]) / pooled, rel=1e-8)
    assert sizes.items.set_index("item").loc["x1", "dmacs"] == pytest.approx(0.0, abs=1e-10)


def loadings_differ() -> ts.Fit:
    """A loading and an intercept that differ, from the moments of a population."""
    moments = {}
    for label, variance, mean, slope, start in (
        ("one", 1.0, 0.0, 0.7, 0.0),
        ("two", 1.5, 0.4, 0.4, 0.3),
    ):
        loadings = np.array([0.8, 0.7, 0.6, slope, 0.5])
        covariance = variance * np.outer(loadings, loadings) + np.diag([0.4, 0.5, 0.6, 0.5, 0.7])
        means = loadings * mean + [0, 0, 0, start, 0]
        names = [f"x{k}" for k in range(1, 6)]
        moments[label] = ts.SampleMoments(
            pd.DataFrame(covariance, names, names), pd.Series(means, names), 500
        )
    return ts.cfa(
        EFFECTS,
        moments,
        std_lv=True,
        likelihood="wishart",
        group_equal=["loadings", "intercepts"],
        group_partial=["f =~ x4", "x4 ~ 1"],
    )


def test_effect_sizes_are_integrals_over_the_focal_group() -> None:
    sizes = ts.effect_sizes(loadings_differ())
    row = sizes.items.set_index("item").loc["x4"]
    pooled = np.sqrt((0.49 + 0.5 + 1.5 * 0.16 + 0.5) / 2)
    density = stats.norm(0.4, np.sqrt(1.5)).pdf

    def gap(x: float) -> float:
        return 0.3 - 0.3 * x

    mean_square = quad(lambda x: gap(x) ** 2 * density(x), -12, 12)[0]
    assert row["dmacs"] == pytest.approx(np.sqrt(mean_square) / pooled, rel=1e-5)
    absolute = quad(lambda x: abs(gap(x)) * density(x), -12, 12, points=[1.0])[0]
    assert row["unsigned"] == pytest.approx(absolute / pooled, rel=1e-4)
    assert row["bias"] == pytest.approx(0.3 - 0.3 * 0.4, rel=1e-5)
    base = stats.norm(0.0, 1.0).pdf
    both = 0.5 * absolute + 0.5 * quad(lambda x: abs(gap(x)) * base(x), -12, 12, points=[1.0])[0]
    assert row["weighted_unsigned"] == pytest.approx(both / pooled, rel=1e-4)
    scale = sizes.scales.iloc[0]
    assert scale["bias"] == pytest.approx(row["bias"], rel=1e-9)
    assert scale["difference"] == pytest.approx(0.4 * (0.8 + 0.7 + 0.6 + 0.4 + 0.5) + 0.3, rel=1e-5)
    assert scale["impact"] == pytest.approx(0.4 * 3.3, rel=1e-5)


def test_the_reference_group_can_be_chosen() -> None:
    fit = loadings_differ()
    one, two = ts.effect_sizes(fit), ts.effect_sizes(fit, reference="two")
    assert two.reference == "two"
    gaps = [table.scales["difference"].iloc[0] for table in (one, two)]
    assert gaps[0] == pytest.approx(-gaps[1], rel=1e-9)
    with pytest.raises(OptionError, match="did you mean 'two'"):
        ts.effect_sizes(fit, reference="twoo")


@cache
def draws() -> tuple[object, np.ndarray, np.ndarray]:
    """One group's ordinal items drawn from its measurement: factors and answers."""
    group = group_measurements(grades().fits["partial intercepts"].estimation)[1]
    rng = np.random.default_rng(11)
    factors = rng.multivariate_normal(group.factor_mean, group.factor_covariance, 400_000)
    noise = rng.normal(size=(400_000, len(group.items))) * np.sqrt(np.diag(group.residuals))
    responses = group.predictors(factors) + noise
    answers = np.stack(
        [1 + (responses[:, [j]] > group.thresholds[j]).sum(1) for j in range(len(group.items))], 1
    )
    return group, factors, answers


def test_sums_of_ordinal_items_are_those_of_drawn_answers() -> None:
    group, factors, answers = draws()
    places = group.measures[1]
    sums = answers[:, places].sum(1)
    assert sum_variance(group, places) == pytest.approx(sums.var(), rel=0.012)
    for place in places:
        assert expected_mean(group, int(place), group) == pytest.approx(
            answers[:, place].mean(), abs=0.01
        )
    near = np.abs(factors[:, 1] - 0.5) < 0.02
    at = np.tile(group.factor_mean, (1, 1))
    at[0, 1] = 0.5
    shares = sum_distribution(group, places, group.predictors(at))[0]
    assert shares.sum() == pytest.approx(1.0)
    found = np.bincount(sums[near] - 3, minlength=len(shares)) / near.sum()
    np.testing.assert_allclose(shares, found, atol=5 * np.sqrt(0.25 / near.sum()))


def test_selection_is_that_of_drawn_people() -> None:
    sizes = ts.effect_sizes(grades())
    table = sizes.selection("textual", 0.3)
    rng = np.random.default_rng(12)
    parts = []
    for group in sizes.groups:
        count = int(4000 * group.n)
        factors = rng.multivariate_normal(group.factor_mean, group.factor_covariance, count)
        noise = rng.normal(size=(count, len(group.items))) * np.sqrt(np.diag(group.residuals))
        responses = group.predictors(factors) + noise
        sums = sum((responses[:, [j]] > group.thresholds[j]).sum(1) for j in group.measures[1])
        lot = sums + 0.5 * rng.random(count)
        parts.append(pd.DataFrame({"group": group.label, "factor": factors[:, 1], "sum": lot}))
    people = pd.concat(parts)
    chosen = people["sum"] >= people["sum"].quantile(0.7)
    worthy = people["factor"] >= people["factor"].quantile(0.7)
    for label, own in people.groupby("group"):
        mine, good = chosen[people["group"] == label], worthy[people["group"] == label]
        assert table.loc[label, "selected"] == pytest.approx(mine.mean(), abs=0.004), len(own)
        assert table.loc[label, "sensitivity"] == pytest.approx(mine[good].mean(), abs=0.006)
        assert table.loc[label, "specificity"] == pytest.approx((~mine)[~good].mean(), abs=0.006)
        assert table.loc[label, "success_ratio"] == pytest.approx(good[mine].mean(), abs=0.006)


def test_selection_by_continuous_items_is_bivariate_normal() -> None:
    sizes = ts.effect_sizes(loadings_differ())
    table = sizes.selection("f", 0.25)
    assert (table["selected"].mean()) == pytest.approx(0.25, rel=1e-6)
    rng = np.random.default_rng(2)
    parts = []
    for group in sizes.groups:
        factor = rng.normal(group.factor_mean[0], np.sqrt(group.factor_covariance[0, 0]), 500_000)
        spread = np.sqrt(group.residuals.sum())
        total = group.predictors(factor[:, None]).sum(1) + spread * rng.normal(size=500_000)
        parts.append(pd.DataFrame({"group": group.label, "factor": factor, "sum": total}))
    people = pd.concat(parts)
    chosen = people["sum"] >= people["sum"].quantile(0.75)
    worthy = people["factor"] >= people["factor"].quantile(0.75)
    for label in ("one", "two"):
        mine, good = chosen[people["group"] == label], worthy[people["group"] == label]
        assert table.loc[label, "selected"] == pytest.approx(mine.mean(), abs=0.003)
        assert table.loc[label, "sensitivity"] == pytest.approx(mine[good].mean(), abs=0.005)
    alike = ts.effect_sizes(pupils()).selection("textual", 0.25)
    for name in ("selected", "sensitivity"):  # its loadings and intercepts are invariant
        np.testing.assert_allclose(alike[name], alike[f"{name}_if_equal"], atol=0.02)


def test_item_curves_are_drawn_for_the_items_that_differ() -> None:
    drawing = ts.effect_sizes(pupils()).plot()
    assert "x3, x7" in drawing.description
    assert str(drawing).count("<title>") == 4
    one = ts.effect_sizes(pupils()).plot("x1")
    assert str(one).count("<title>") == 2
    with pytest.raises(OptionError, match="did you mean 'x7'"):
        ts.effect_sizes(pupils()).plot(["x77"])


def test_latent_means_are_biased_where_exceptions_are_ignored() -> None:
    table = ts.effect_sizes(pupils()).factors.set_index("factor")
    full, partial = (pupils().fits[name].estimates for name in ("scalar", "partial scalar"))
    for estimates, column in ((full, "mean_if_equal"), (partial, "mean")):
        mean = estimates.query("lhs == 'speed' and op == '~1' and free")["estimate"].iloc[0]
        assert table.loc["speed", column] == pytest.approx(mean, rel=1e-9)  # unit variances
    assert table.loc["speed", "bias"] == pytest.approx(-0.18284, abs=1e-4)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: ts.effect_sizes(pupils().fits["configural"]), "no item of 'visual'"),
        (lambda: ts.effect_sizes(ts.cfa(THREE, PUPILS)), "one group"),
        (lambda: ts.effect_sizes(ts.sem("x1 ~ x2", PUPILS, group="school")), "no factors"),
        (
            lambda: ts.effect_sizes(ts.invariance(THREE, PUPILS, group="school", steps=["metric"])),
            "as far as that",
        ),
    ],
)
def test_what_has_no_effect_sizes_says_why(make: Callable, says: str) -> None:
    with pytest.raises(NotAvailableError, match=says):
        make()


# Differences of groups ---------------------------------------------------------------------------

MEDIATION = THREE + "\ntextual ~ visual\nspeed ~ visual + textual"


@cache
def mediated() -> ts.Fit:
    return ts.sem(
        MEDIATION,
        PUPILS,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=["x3 ~ 1", "x7 ~ 1"],
    )


def test_differences_are_those_of_defined_parameters() -> None:
    """Indirect effects and their difference, written by hand, have the same delta-method errors."""
    labelled = MEDIATION.replace("textual ~ visual", "textual ~ c(a1, a2)*visual").replace(
        "speed ~ visual + textual", "speed ~ c(c1, c2)*visual + c(b1, b2)*textual"
    )
    written = ts.sem(
        labelled + "\nindirect := a2*b2 - a1*b1\ntotal := a2*b2 + c2 - a1*b1 - c1",
        PUPILS,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=["x3 ~ 1", "x7 ~ 1"],
    ).estimates.set_index("lhs")
    paths = ts.group_differences(mediated()).paths.set_index(["effect", "kind"])
    for kind in ("indirect", "total"):
        ours = paths.loc[("visual → speed", kind)]
        for column in ("estimate", "se", "z", "p_value", "ci_lower", "ci_upper"):
            assert ours[column] == pytest.approx(written.loc[kind, column], rel=1e-5, abs=1e-9)


def test_factors_and_r_squared_are_those_of_the_fit() -> None:
    found, fit = ts.group_differences(mediated()), mediated()
    implied = fit.r_squared
    for row in found.r_squared.query("quantity == 'R²'").itertuples():
        assert row.estimate == pytest.approx(implied[(row.group, row.variable)], rel=1e-9)
    gaps = found.r_squared.query("quantity == 'difference'").set_index("variable")["estimate"]
    first, second = fit.group_labels
    assert gaps["speed"] == pytest.approx(implied[(second, "speed")] - implied[(first, "speed")])
    own = fit.estimates.query("lhs == 'visual' and op == '~1' and free").iloc[0]
    mean = found.factors.query("factor == 'visual' and quantity == 'mean' and group == @second")
    for column in ("estimate", "se", "ci_lower", "ci_upper"):
        assert mean[column].iloc[0] == pytest.approx(own[column], rel=1e-6)
    sizes = [sample.size for sample in fit.estimation.samples.groups]
    variances = fit.estimates.query("lhs == 'visual' and op == '~~' and rhs == 'visual'")[
        "estimate"
    ]
    pooled = np.average(variances, weights=sizes)
    ours = found.standardized.query("factor == 'visual' and quantity == 'mean difference'")
    assert ours["estimate"].iloc[0] == pytest.approx(own["estimate"] / np.sqrt(pooled), rel=1e-8)


def test_clusters_give_students_intervals() -> None:
    data = reference_data("hs_clustered")
    fit = quietly(
        ts.cfa,
        THREE,
        data,
        group="school",
        cluster="classroom",
        group_equal=["loadings", "intercepts"],
    )
    found = ts.group_differences(fit)
    df = fit.estimation.cluster_degrees_of_freedom
    row = found.standardized.iloc[0]
    assert row["df"] == df
    assert row["ci_upper"] == pytest.approx(row["estimate"] + stats.t.ppf(0.975, df) * row["se"])
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(row["z"]), df))
    assert "independent" in ts.group_differences(mediated()).notes[0]


def test_one_group_has_no_differences() -> None:
    with pytest.raises(NotAvailableError, match="one group"):
        ts.group_differences(ts.cfa(THREE, PUPILS))


# Bad input ---------------------------------------------------------------------------------------


def with_group(values: object) -> pd.DataFrame:
    return PUPILS.assign(branch=values)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        (np.arange(301) % 2, ["0", "1"]),
        (np.arange(301) % 2 == 0, ["True", "False"]),
        ((np.arange(301) % 2).astype(float), ["0.0", "1.0"]),
    ],
    ids=["numeric", "boolean", "float"],
)
def test_groups_may_be_numbers(values: object, labels: list[str]) -> None:
    found = ts.invariance(THREE, with_group(values), group="branch", steps=["configural", "metric"])
    assert found.fits["configural"].group_labels == labels


@pytest.mark.parametrize(
    ("data", "options", "says"),
    [
        (with_group(np.where(np.arange(301) % 7 == 0, None, "a")), {}, "43 missing entries"),
        (with_group("a"), {}, "column 'branch' has one value"),
        (with_group(np.arange(301) % 30), {}, "30 groups, more than 20"),
        (PUPILS, {"group": None}, "there is one group"),
        (
            pd.concat([PUPILS[PUPILS["school"] == "Pasteur"].head(6), PUPILS.tail(145)]),
            {"group": "school"},
            "6 complete rows in group 'Pasteur' for 9 variables",
        ),
        (
            PUPILS.assign(x2=PUPILS["x2"].where(PUPILS["school"] != "Pasteur", 3.0)),
            {"group": "school"},
            "'x2' is constant in group 'Pasteur'",
        ),
        (
            GRADES.assign(x2=GRADES["x2"].where(GRADES["school"] != "Pasteur", 1)),
            {"group": "school", "ordered": True},
            "'x2' has only one answer in group 'Pasteur'",
        ),
    ],
    ids=["missing", "one value", "many", "no group", "few rows", "constant", "absent"],
)
def test_groups_that_cannot_be_compared_are_named(
    data: pd.DataFrame, options: dict, says: str
) -> None:
    with pytest.raises(DataError, match=says):
        ts.invariance(THREE, data, **({"group": "branch"} | options))


def test_groups_too_small_for_the_model_are_named() -> None:
    few = pd.concat([PUPILS[PUPILS["school"] == "Pasteur"].head(15), PUPILS.tail(145)])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        with pytest.warns(DataWarning, match="'Pasteur' has 15 rows for 30 parameters"):
            found = ts.invariance(THREE, few, group="school", steps=["configural", "metric"])
    assert found.table["decision"].tolist()[0] == "undecided"
    assert found.reached is None
    assert any("did not converge" in note for note in found.notes)


def test_an_absent_category_can_be_joined_in_all_groups() -> None:
    data = GRADES.assign(
        x2=GRADES["x2"].where(GRADES["school"] != "Pasteur", GRADES["x2"].clip(0, 2))
    )
    found = quietly(
        ts.invariance, THREE, data, group="school", ordered=True, empty_categories="collapse"
    )
    notes = found.fits["configural"].notes
    assert any("'x2': answer 3 does not occur in every group" in note for note in notes)
    assert list(found.fits)[-1] == "residuals"


# More than two groups ----------------------------------------------------------------------------


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


# Models that identify themselves -----------------------------------------------------------------

MARKED = "f =~ 1*x1 + x2 + x3 + x4"


@pytest.mark.parametrize(
    "options", [{"partial": True}, {"ordered": True}], ids=["search", "ordinal"]
)
def test_a_marker_of_the_text_gives_the_unit(options: dict) -> None:
    """Unit variances beside it would be one restriction too many."""
    data = GRADES if "ordered" in options else PUPILS
    one, two = (
        quietly(ts.invariance, text, data, group="school", **options)
        for text in (MARKED, MARKED.replace("1*", ""))
    )
    steps = [step for step in one.fits if step in two.fits and "partial" not in step]
    assert len(steps) >= 3
    for measure in ("chisq", "df"):
        np.testing.assert_allclose(
            [one.fits[step].measures[measure] for step in steps[:3]],
            [two.fits[step].measures[measure] for step in steps[:3]],
            rtol=1e-6,
        )
    assert "f =~ x1" not in one.freed


def test_one_label_for_all_groups_is_said_aloud() -> None:
    with pytest.warns(ComparisonWarning, match=r"one label for all groups \(b\)"):
        found = ts.invariance("f =~ x1 + b*x2 + b*x3 + x4", PUPILS, group="school", partial=True)
    assert found.table["df_diff"].dropna().gt(0).all()
    assert any("write c(b1, b2)" in note for note in found.notes)
    with pytest.raises(ModelError, match=r"label 'b' holds a loading equal"):
        ts.invariance("f =~ x1 + b*x2 + b*x3 + x4", GRADES, group="school", ordered=True)


SECOND_ORDER = THREE + "\nability =~ visual + textual + speed"


def test_intercepts_of_factors_that_measure_a_factor_can_be_exceptions() -> None:
    ladder = ts.invariance(SECOND_ORDER, PUPILS, group="school", partial=True)
    assert ladder.freed == ("textual ~ 1", "x3 ~ 1", "x7 ~ 1")
    known = ts.invariance(
        SECOND_ORDER, PUPILS, group="school", group_partial=list(ladder.freed), std_lv=True
    )
    assert known.table.loc["scalar", "chisq"] == pytest.approx(
        ladder.table.loc["partial scalar", "chisq"], rel=1e-8
    )


def test_exceptions_that_users_name_are_left_as_they_are() -> None:
    known = ts.invariance(
        THREE, PUPILS, group="school", std_lv=True, group_partial=["textual =~ x6"]
    )
    assert known.freed == ("textual =~ x6",)
    lavaans = ts.cfa(
        THREE,
        PUPILS,
        group="school",
        group_equal=["loadings", "intercepts"],
        group_partial=["textual =~ x6"],
    )
    assert known.table.loc["scalar", "chisq"] == pytest.approx(lavaans.measures["chisq"], rel=1e-8)
    for text in ("visual =~ x1", "textual ~ 1"):
        with pytest.raises(OptionError, match="fixed in all groups"):
            ts.invariance(THREE, PUPILS, group="school", group_partial=[text])


def test_a_step_that_fits_better_than_the_one_before_is_not_judged() -> None:
    """As where labels hold equal at first what a step then frees."""
    fits = [
        ts.cfa(THREE, PUPILS, group="school", std_lv=True, group_equal=sets)
        for sets in (["loadings", "intercepts"], ["loadings"])
    ]
    row = judge("scalar", fits[1], "metric", fits[0], RULES["chen"], None)
    assert row["decision"] == "undecided"
    assert "fits better than metric" in str(row["reason"])


def test_a_scalar_fit_converges_with_few_equal_parameters() -> None:
    options = {"group_equal": ["loadings", "intercepts", "residuals"]}
    freed = ["speed =~ x9", "x9 ~ 1"]
    two = "textual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
    fits = [
        ts.cfa(two, PUPILS, group="sex", std_lv=unit, group_partial=freed, **options)
        for unit in (True, False)
    ]
    for fit in fits:
        assert fit.measures["chisq"] == pytest.approx(43.597, abs=5e-4)  # lavaan's


def test_ladders_can_be_kept_and_climbed_again() -> None:
    again = pickle.loads(pickle.dumps(pupils()))
    assert again.reached == "partial scalar"
    assert again.again(PUPILS).freed == pupils().freed
    assert len(repr(again.searches)) < 500


def test_what_may_be_compared_depends_on_what_is_equal() -> None:
    with pytest.raises(NotAvailableError, match=r"no item of 'visual' has the same loading"):
        ts.group_differences(ts.cfa(THREE, PUPILS, group="school", std_lv=True))
    metric = ts.group_differences(pupils(partial=False))  # scalar fails
    assert set(metric.standardized["quantity"]) == {"log variance ratio"}
    assert "Means are not compared" in metric.notes[0]
    partial = ts.group_differences(pupils())
    assert "mean difference" in set(partial.standardized["quantity"])
    first = ts.group_differences(pupils(), reference="Grant-White").standardized["estimate"]
    np.testing.assert_allclose(first, -partial.standardized["estimate"], rtol=1e-9)
    assert ts.alignment(pupils(), seed=1).factors.shape[0] == 6


def test_effect_sizes_of_a_ladder_that_fails_say_what_they_assume() -> None:
    assert (
        "scalar fails: climb with partial=True" in ts.effect_sizes(pupils(partial=False)).notes[0]
    )
    assert ts.effect_sizes(pupils()).notes == ()


def test_a_step_that_fails_as_a_whole_can_be_forced_to_hold() -> None:
    """Strict invariance fails at p = .037, but no single residual variance is rejected."""
    assert pupils().table.loc["strict", "decision"] == "fails"
    forced = ts.invariance(THREE, PUPILS, group="school", partial=ts.PartialSearch(force=True))
    assert forced.freed[:2] == ("x3 ~ 1", "x7 ~ 1")
    assert all("~~" in text for text in forced.freed[2:])
    assert forced.reached == "partial strict"
    last = forced.search_path.loc["strict"].query("freed")["p_adjusted"]
    assert last.gt(0.05).all()


@pytest.mark.parametrize("share", [0.0, 1.0, 2, "a"])
def test_a_share_to_be_selected_is_between_none_and_all(share: object) -> None:
    with pytest.raises(OptionError, match="share is a number between 0 and 1"):
        ts.effect_sizes(pupils()).selection("visual", share)


def test_seeds_and_variances_of_other_kinds_are_refused_or_taken() -> None:
    with pytest.raises(OptionError, match="seed='a'"):
        ts.alignment(pupils(), seed="a")
    near = ts.approximate_invariance(THREE, PUPILS, group="school")
    assert len(near.sensitivity(0.02)) == 1


def test_labels_of_users_are_not_given_up() -> None:
    """As naming them in group_partial= would free nothing."""
    fit = ts.cfa(
        "f =~ x1 + b*x2 + x3 + x4", PUPILS, group="school", std_lv=True, group_equal="loadings"
    )
    found = [item.item for item in equal_parameters(fit.estimation, ["loadings"])]
    assert found == ["x1", "x3", "x4"]


def test_the_method_that_was_asked_for_is_the_one_that_is_named() -> None:
    options = {"group": "school", "estimator": "MLR", "steps": ["configural", "metric"]}
    by_default = ts.invariance(THREE, PUPILS, **options)
    asked = ts.invariance(THREE, PUPILS, method="satorra_2000", **options)
    assert "differences: satorra_bentler_2001" in repr(by_default)
    assert "differences: satorra_2000" in repr(asked)
    compared = ts.compare(*asked.fits.values(), method="satorra_2000")
    assert asked.table["chisq_diff"].iloc[1] == pytest.approx(compared["chisq_diff"].iloc[1])
