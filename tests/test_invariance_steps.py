"""Steps and rules of a ladder of invariance, by their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import quietly, reference_data
from group_comparison_cases import GRADES, PUPILS, THREE, pupils
from scipy import stats

import tpn_sem as ts
from tpn_sem.errors import (
    OptionError,
)
from tpn_sem.groups.invariance import (
    RULES,
    Equivalence,
    StepEvidence,
    Verdict,
    judge,
)
from tpn_sem.specification import read_steps

# Steps --------------------------------------------------------------------------------------------


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
    assert "scalar fails: p < .001, the limit is .05" in repr(whole)


# Rules --------------------------------------------------------------------------------------------


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


@pytest.mark.sampled(3)
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


# Models that identify themselves ------------------------------------------------------------------


def test_a_step_that_fits_better_than_the_one_before_is_not_judged() -> None:
    """As where labels hold equal at first what a step then frees."""
    fits = [
        ts.cfa(THREE, PUPILS, group="school", std_lv=True, group_equal=sets)
        for sets in (["loadings", "intercepts"], ["loadings"])
    ]
    row = judge("scalar", fits[1], "metric", fits[0], RULES["chen"], None)
    assert row["decision"] == "undecided"
    assert "fits better than metric" in str(row["reason"])


def test_the_method_that_was_asked_for_is_the_one_that_is_named() -> None:
    options = {"group": "school", "estimator": "MLR", "steps": ["configural", "metric"]}
    by_default = ts.invariance(THREE, PUPILS, **options)
    asked = ts.invariance(THREE, PUPILS, method="satorra_2000", **options)
    assert "differences: satorra_bentler_2001" in repr(by_default)
    assert "differences: satorra_2000" in repr(asked)
    compared = ts.compare(*asked.fits.values(), method="satorra_2000")
    assert asked.table["chisq_diff"].iloc[1] == pytest.approx(compared["chisq_diff"].iloc[1])
