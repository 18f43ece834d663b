"""What must not matter to alignment: identification, signs, reference groups, kinds of items."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from alignment_cases import FACTORS, NUMBERS, PUPILS, SPEED, drawn_fit, moments, pupils
from conftest import assert_same_numbers

import tpn_sem as ts
from tpn_sem.groups.alignment import (
    alignment,
    configural,
)

# What must not matter -----------------------------------------------------------------------------


@pytest.mark.sampled(2)
@pytest.mark.parametrize("options", [{}, {"effect_coding": True}], ids=["marker", "effect coding"])
def test_the_identification_of_the_fit_does_not_matter(options: dict[str, bool]) -> None:
    one, other = alignment(pupils(std_lv=True), seed=1), alignment(pupils(**options), seed=2)
    np.testing.assert_allclose(one.factors[NUMBERS], other.factors[NUMBERS], rtol=1e-5, atol=1e-7)
    pd.testing.assert_frame_equal(one.parameters, other.parameters, rtol=1e-5)
    pd.testing.assert_frame_equal(one.items, other.items, rtol=1e-5)


def test_a_factor_that_runs_backwards_in_a_group_is_turned() -> None:
    """Robust errors, in which loadings and intercepts covary, so that the sign matters to them."""
    options = {"group": "school", "estimator": "MLR"}
    one = alignment(ts.cfa(SPEED, PUPILS, std_lv=True, **options))
    turned = ts.cfa("speed =~ c(1, -1)*x7 + start(c(1, -1))*x8 + x9", PUPILS, **options)
    own = turned.estimates[turned.estimates["op"] == "=~"].groupby("group")["estimate"]
    assert sorted(own.max() > 0.0) == [False, True]
    other = alignment(turned)
    np.testing.assert_allclose(one.factors[NUMBERS], other.factors[NUMBERS], rtol=1e-5, atol=1e-7)
    pd.testing.assert_frame_equal(one.parameters, other.parameters, rtol=1e-5)


def test_the_reference_group_only_sets_the_metric_where_loadings_are_invariant() -> None:
    tables = {}
    for reference in ("g0", "g2"):
        fit = intercepts_that_differ()
        tables[reference] = alignment(fit, reference=reference, seed=1).factors.set_index("group")
    one, other = tables["g0"], tables["g2"]
    unit = np.sqrt(one.loc["g2", "variance"])
    np.testing.assert_allclose(other["variance"], one["variance"] / unit**2, rtol=1e-6)
    np.testing.assert_allclose(
        other["mean"], (one["mean"] - one.loc["g2", "mean"]) / unit, atol=1e-6
    )


def intercepts_that_differ() -> ts.Fit:
    data = {}
    for group, (mean, deviation, _) in enumerate(FACTORS):
        level = np.zeros(5)
        level[group] = 0.4
        loadings = np.linspace(0.7, 1.1, 5)[:, None]
        factor = np.array([[deviation**2]])
        data[f"g{group}"] = moments(loadings, level, np.array([mean]), factor, 500)
    return ts.cfa("f =~ y1 + y2 + y3 + y4 + y5", data, std_lv=True)


def test_ratios_of_variances_do_not_depend_on_the_reference_group() -> None:
    one = alignment(drawn_fit(), seed=1).factors["variance"]
    other = alignment(drawn_fit(), seed=1, reference="g3").factors["variance"]
    np.testing.assert_allclose(other, one / one[3], rtol=1e-6)


def test_the_same_seed_gives_the_same_numbers() -> None:
    one, other = (alignment(drawn_fit(), seed=7, starts=5) for _ in range(2))
    assert_same_numbers(one.factors, other.factors)
    assert one.starts.tolist() == other.starts.tolist() == [5, 5, 5]


# Ordinal items ------------------------------------------------------------------------------------


CUTS = np.array([[-0.8, 0.6], [-0.5, 0.9], [-1.0, 0.3], [-0.2, 1.1], [-0.6, 0.5]])
SLOPES = np.array([0.8, 1.0, 1.2, 0.9, 1.1])


@cache
def answers() -> pd.DataFrame:
    """Three groups of 6000 answer five items; both thresholds of one differ in one group."""
    generator, parts = np.random.default_rng(3), []
    for group, (mean, deviation, _) in enumerate(FACTORS):
        cuts = CUTS.copy()
        cuts[0] += 0.8 * (group == 1)
        scores = mean + deviation * generator.standard_normal(6000)
        latent = scores[:, None] * SLOPES + generator.standard_normal((6000, 5))
        chosen = (latent[:, :, None] > cuts).sum(axis=2)
        parts.append(pd.DataFrame(chosen, columns=[f"y{i + 1}" for i in range(5)]))
        parts[-1]["group"] = f"g{group}"
    return pd.concat(parts, ignore_index=True)


@cache
def ordinal_fit(**options: object) -> ts.Fit:
    text = "f =~ y1 + y2 + y3 + y4 + y5"
    return ts.cfa(text, answers(), group="group", ordered=True, **options)


def test_ordinal_items_are_aligned_by_their_thresholds() -> None:
    found = alignment(ordinal_fit(std_lv=True, parameterization="theta"), seed=1)
    table = found.factors
    # The share of epsilon = .01 in what is off is about as large as the standard errors.
    assert np.abs(table["mean"] - FACTORS[:, 0]).max() < 0.05
    np.testing.assert_allclose(table["variance"], FACTORS[:, 1] ** 2, rtol=0.12)
    outside = found.parameters[~found.parameters["invariant"]]
    assert outside[["lhs", "rhs", "group"]].to_numpy().tolist() == [
        ["y1", "t1", "g1"],
        ["y1", "t2", "g1"],
    ]
    average = found.items.set_index(["lhs", "rhs"])["average"]
    np.testing.assert_allclose(average["f"], SLOPES, atol=0.05)
    np.testing.assert_allclose(average.iloc[5:], CUTS.ravel(), atol=0.05)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("options", [{}, {"std_lv": True}], ids=["marker", "std_lv"])
def test_the_parameterization_does_not_matter(options: dict[str, bool]) -> None:
    one = alignment(ordinal_fit(std_lv=True, parameterization="theta"), seed=1)
    other = alignment(ordinal_fit(parameterization="delta", **options), seed=1)
    np.testing.assert_allclose(one.factors[NUMBERS], other.factors[NUMBERS], rtol=1e-4, atol=1e-6)
    for column in ("estimate", "se"):
        np.testing.assert_allclose(one.parameters[column], other.parameters[column], atol=1e-5)


def test_responses_are_in_units_of_their_residual_deviation() -> None:
    """Standardised: loading r gives r / sqrt(1 - r^2), threshold t gives t / sqrt(1 - r^2)."""
    fit = ordinal_fit(parameterization="delta", std_lv=True)
    start = configural(fit.estimation)
    table = fit.standardized()
    for group, label in enumerate(start.groups):
        own = table[table["group"] == label]
        r = own[own["op"] == "=~"]["estimate"].to_numpy()
        cuts = own[own["op"] == "|"]["estimate"].to_numpy().reshape(5, 2)
        unit = np.sqrt(1.0 - r**2)
        np.testing.assert_allclose(start.loadings[group], r / unit, rtol=1e-9)
        np.testing.assert_allclose(
            start.locations[group], (cuts / unit[:, None]).ravel(), rtol=1e-9
        )


def test_items_of_both_kinds_go_together() -> None:
    data = answers().assign(y5=lambda t: t["y5"] + 0.1 * np.sin(np.arange(len(t))))
    items = ["y1", "y2", "y3", "y4"]
    text = "f =~ y1 + y2 + y3 + y4 + y5"
    found = alignment(ts.cfa(text, data, group="group", ordered=items, std_lv=True), seed=1)
    assert found.items["op"].tolist() == ["=~"] * 5 + ["|"] * 8 + ["~1"]
    assert np.abs(found.factors["mean"] - FACTORS[:, 0]).max() < 0.1
