"""Composites: lavaan 0.7-2's numbers, what follows from weights, and what no composite can be."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly
from frozen_fits import PUPILS, beside, fit_of

import tpn_sem as ts
from tpn_sem.errors import (
    IdentificationError,
    ModelError,
    NotEstimatedError,
    OptionError,
    TpnSemError,
)
from tpn_sem.estimation import objective as objectives
from tpn_sem.estimation.admissibility import endless_weights

CASES: dict[str, Any] = json.loads((REFERENCE / "composites.json").read_text())["cases"]
EFFECT = CASES["effect"]["model"]
CAUSE = CASES["cause"]["model"]
TWO = CASES["two"]["model"]


@cache
def fitted(name: str) -> ts.Fit:
    return fit_of(CASES[name])


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_estimates_and_errors_are_lavaans(name: str) -> None:
    """To what lavaan's optimiser leaves open, some 1e-5 of a standard error."""
    fit, case = fitted(name), CASES[name]
    ours, theirs = beside(fit.estimates, case, "estimate", "est", "se", "se")
    errors = theirs[:, 1]
    free = errors > 0.0
    assert free.sum() == (fit.estimates["free"] | (fit.estimates["op"] == ":=")).sum()
    gap = np.abs(ours[:, 0] - theirs[:, 0])
    assert (gap[free] / errors[free]).max() < 1e-4
    np.testing.assert_allclose(ours[~free, 0], theirs[~free, 0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(ours[free, 1], errors[free], rtol=1e-4)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(CASES))
def test_measures_of_fit_are_lavaans(name: str) -> None:
    found = fitted(name).measures
    for measure, value in CASES[name]["measures"].items():
        ours = found.get(measure.replace(".", "_"))
        assert ours == pytest.approx(value, rel=2e-6, abs=2e-5), measure


@pytest.mark.parametrize("name", ["cause", "effect", "two", "two_groups", "both"])
def test_standardised_estimates_are_lavaans(name: str) -> None:
    fit = fitted(name)
    ours, theirs = beside(fit.standardized(), CASES[name], "estimate", "std", "se", "std_se")
    np.testing.assert_allclose(ours[:, 0], theirs[:, 0], atol=2e-5)
    np.testing.assert_allclose(ours[:, 1], theirs[:, 1], atol=2e-5)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["cause_means", "effect_random_x", "two_groups", "both_means"])
def test_derivatives_are_those_of_the_objective(name: str) -> None:
    """Away from the minimum, where no derivative is zero."""
    solved = fitted(name).estimation
    objective = solved.objective
    point = solved.parameters + 0.05 * np.cos(np.arange(len(solved.parameters)))
    implied = objective.imply(point)
    along = objective.directions(implied)
    gradient = objective.gradient(implied, along)
    widths = objectives._WIDTH * np.maximum(np.abs(point), 0.1)
    for place, width in enumerate(widths):
        ends = []
        for sign in (1.0, -1.0):
            moved = point.copy()
            moved[place] += sign * width
            ends.append(float(objective.value(objective.imply(moved))))
        assert gradient[place] == pytest.approx((ends[0] - ends[1]) / (2 * width), abs=1e-6)
    hessian = objective.observed_hessian(implied, along)
    np.testing.assert_allclose(hessian, objective.numerical_hessian(point), atol=1e-5)


def test_a_composite_is_the_weighted_sum_of_its_items() -> None:
    fit = fitted("effect")
    weights = fit.estimates.set_index(["lhs", "op", "rhs"])["estimate"]
    items = ["x1", "x2", "x3"]
    own = np.array([weights["c", "<~", item] for item in items])
    covariance = fit.implied.loc[items, items].to_numpy()
    assert fit.latent_covariances.loc["c", "c"] == pytest.approx(own @ covariance @ own)
    scores = fit.factor_scores()["c"]
    made = PUPILS[items].to_numpy() @ own
    effects = fit.effects()
    assert set(effects["from"]) == {"f", "ageyr"}
    assert fit.inspect("est")["wmat"].loc["x2", "c"] == pytest.approx(own[1])
    np.testing.assert_allclose(scores - scores.mean(), made - made.mean(), atol=1e-6)


def test_units_and_order_of_items_change_no_fit() -> None:
    changed = PUPILS.assign(x1=PUPILS["x1"] * 1000.0, x3=PUPILS["x3"] / 50.0 + 7.0)
    fit, scaled = fitted("two"), quietly(ts.sem, TWO, changed)
    assert scaled.measures["chisq"] == pytest.approx(fit.measures["chisq"], abs=1e-5)
    turned = quietly(ts.sem, TWO.replace("x9 + x7 + x8", "x7 + x8 + x9"), PUPILS)
    assert turned.converged  # the weight of x7 is negative beside the others
    assert turned.measures["chisq"] == pytest.approx(fit.measures["chisq"], abs=1e-5)
    np.testing.assert_allclose(
        scaled.standardized()["estimate"], fit.standardized()["estimate"], atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.parametrize("text", [EFFECT, CASES["beside"]["model"], CAUSE, TWO])
@pytest.mark.parametrize("items", ["x1 + x3 + x2", "x2 + x3 + x1", "x3 + x2 + x1", "x3 + x1 + x2"])
def test_the_answer_does_not_depend_on_the_marker(text: str, items: str) -> None:
    """Also where the marker's weight begins with another sign than it has, infinity between."""
    fit = quietly(ts.sem, text, PUPILS)
    other = quietly(ts.sem, text.replace("x1 + x2 + x3", items), PUPILS)
    assert other.converged
    assert other.measures["chisq"] == pytest.approx(fit.measures["chisq"], abs=1e-5)
    weights = [one.standardized().query("op == '<~' and lhs == 'c'") for one in (fit, other)]
    first, second = (table.set_index("rhs")["estimate"] for table in weights)
    np.testing.assert_allclose(second[first.index].abs(), first.abs(), atol=1e-4)


def test_weights_without_end_are_found_out() -> None:
    found = fitted("effect").estimation
    assert not endless_weights(found)
    far = np.where(["<~" in name for name in found.names], 1e7, 1.0) * found.parameters
    solution = replace(found.solution, parameters=far, implied=None)
    assert endless_weights(replace(found, solution=solution)) == ["'c'"]
    free = quietly(ts.sem, "c <~ NA*x1 + 1*x2 + x3\nf =~ x4 + x5 + x6\nf ~ c", PUPILS)
    assert not endless_weights(free.estimation)


def test_fixed_covariances_change_errors_and_counts_only() -> None:
    free, fixed = fitted("two"), fitted("two_fixed")
    assert free.measures["chisq"] == pytest.approx(fixed.measures["chisq"])
    assert free.measures["npar"] - fixed.measures["npar"] == 12
    table = [fit.estimates.set_index(["lhs", "op", "rhs"])["se"] for fit in (free, fixed)]
    assert table[0]["c", "~~", "g"] > 1.2 * table[1]["c", "~~", "g"]
    assert table[0]["f", "~", "c"] == pytest.approx(table[1]["f", "~", "c"], rel=1e-3)


def test_tables_and_texts_are_models_again() -> None:
    fit = fitted("effect")
    again = quietly(ts.sem, fit.parameter_table(), PUPILS)
    assert again.measures["chisq"] == pytest.approx(fit.measures["chisq"], abs=1e-6)
    assert again.measures["npar"] == fit.measures["npar"]


def test_composites_are_shown() -> None:
    said = fitted("effect").summary()
    assert "Composites:" in said
    assert "c <~ x2" in said
    assert "c made of x2" in fitted("effect").to_markdown()
    graph = ts.Model(EFFECT).graph
    assert graph.edges["x1", "c"]["kind"] == "weight"


@pytest.mark.parametrize("estimator", ["ML", "MLR", "GLS", "ULS"])
def test_resampling_keeps_composites(estimator: str) -> None:
    fit = quietly(ts.sem, EFFECT, PUPILS, estimator=estimator)
    drawn = quietly(ts.bootstrap, fit, 30, seed=1)
    own = fit.estimates.set_index(["lhs", "op", "rhs"])["se"]["c", "~", "f"]
    low, high = drawn.replicates["c~f"].quantile([0.25, 0.75])
    assert (high - low) / 1.349 == pytest.approx(own, rel=0.5)  # a small marker has long tails


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "kind", "says"),
    [
        ("c <~ x1 + x2\nf =~ x4 + x5 + x1\nf ~ c", ModelError, "'x1' is an item of the composite"),
        ("c <~ x1 + x2\nx4 ~ c + x1", ModelError, "paths lead to and from the composite only"),
        ("c <~ x1 + x2\nx1 ~ x5\nx4 ~ c", ModelError, "paths lead to and from the composite only"),
        ("c <~ x1 + x2\ng <~ x2 + x3\nx4 ~ c + g", ModelError, "'x2' is an item of two composites"),
        ("c <~ x1 + x2\nc =~ x3 + x4\nx5 ~ c", ModelError, "'c' is a composite"),
        ("c <~ c + x2\nx5 ~ c", ModelError, "'c' cannot be made of itself"),
        ("c <~ NA*x1 + x2\nc ~~ 1*c\nx5 ~ c", ModelError, "follow from its weights"),
        ("c <~ x1 + x2\nc ~ 0*1\nx5 ~ c", ModelError, "follow from its weights"),
        ("c <~ x1 + x2 + x3", IdentificationError, "c<~x2"),
        ("c <~ NA*x1 + x2 + x3\nf =~ x4 + x5 + x6\nf ~ c", IdentificationError, "cannot be told"),
        ("c <~ f + x1\nf =~ x4 + x5 + x6\nx7 ~ c", NotEstimatedError, "composites of latent"),
        ("c <~ x1 + x2\nf =~ x4 + x5\nx7 ~ c + f + c:f", NotEstimatedError, "products"),
        ("level: 1\nc <~ x1 + x2\nx4 ~ c\nlevel: 2\nx4 ~~ x4", NotEstimatedError, "composites"),
    ],
)
def test_what_no_composite_can_be(text: str, kind: type[TpnSemError], says: str) -> None:
    options: dict[str, Any] = {"auto_fix_first": False} if "NA*x1 + x2 + x3" in text else {}
    options |= {"cluster": "agemo"} if "level" in text else {}
    with pytest.raises(kind) as caught:
        quietly(ts.sem, text, PUPILS, **options)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("f =~ x1 + x2 + x3", {"composites_cov": "fixed"}, "there are none"),
        (EFFECT, {"composites_cov": "fixed", "estimator": "MLR"}, "composites_cov='fixed'"),
        (EFFECT, {"composites_cov": "fixed", "missing": "fiml"}, "composites_cov='fixed'"),
        (EFFECT, {"composites_cov": "fixed", "estimator": "GLS"}, "composites_cov='fixed'"),
        (EFFECT, {"composites_cov": "fixes"}, "composites_cov"),
    ],
)
def test_options_of_composites(text: str, options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError) as caught:
        ts.sem(text, PUPILS, **options)
    assert says in str(caught.value)


def test_ordinal_items_and_composites_do_not_go_together_yet() -> None:
    coarse = PUPILS.assign(x4=pd.cut(PUPILS["x4"], 3, labels=False))
    with pytest.raises(NotEstimatedError, match="ordinal"):
        ts.sem("c <~ x1 + x2 + x3\nf =~ x4 + x5 + x6\nf ~ c", coarse, ordered="x4")


@pytest.mark.parametrize(
    "ask",
    [
        lambda fit: ts.local_fit(fit),
        lambda fit: fit.to_mplus(),
        lambda fit: ts.structural_after_measurement(CAUSE, PUPILS),
        lambda fit: ts.two_stage_least_squares(CAUSE, PUPILS),
        lambda fit: ts.moderated(CAUSE, PUPILS, moderators="ageyr"),
    ],
)
def test_what_knows_no_composites_says_so(ask: Any) -> None:
    with pytest.raises(NotEstimatedError, match="composites"):
        quietly(ask, fitted("cause"))
