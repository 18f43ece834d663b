"""Effect sizes of what differs: closed forms, integrals and drawn answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from group_comparison_cases import EFFECTS, GRADES, PUPILS, THREE, pupils
from scipy import stats
from scipy.integrate import quad

import tpn_sem as ts
from tpn_sem.errors import (
    NotAvailableError,
    OptionError,
)
from tpn_sem.groups.effect_sizes import (
    expected_mean,
    group_measurements,
    sum_distribution,
    sum_variance,
)


@cache
def grades() -> ts.InvarianceLadder:
    return quietly(ts.invariance, THREE, GRADES, group="school", ordered=True, partial=True)


# Effect sizes -------------------------------------------------------------------------------------


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


@pytest.mark.slow
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


@pytest.mark.slow
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


# Models that identify themselves ------------------------------------------------------------------


def test_effect_sizes_of_a_ladder_that_fails_say_what_they_assume() -> None:
    assert (
        "scalar fails: climb with partial=True" in ts.effect_sizes(pupils(partial=False)).notes[0]
    )
    assert ts.effect_sizes(pupils()).notes == ()


@pytest.mark.parametrize("share", [0.0, 1.0, 2, "a"])
def test_a_share_to_be_selected_is_between_none_and_all(share: object) -> None:
    with pytest.raises(OptionError, match=r"share=? is a number"):
        ts.effect_sizes(pupils()).selection("visual", share)


def five_points() -> ts.EffectSizes:
    """Three items of five points, one of which differs."""
    random = np.random.default_rng(3)
    factor, group = random.normal(size=600), np.repeat(["a", "b"], 300)
    data = {
        name: np.clip(
            np.round(3 + factor + random.normal(size=600) + (group == "b") * (name == "y")), 1, 5
        )
        for name in ("x", "y", "z", "w")
    }
    options = {"group_equal": ["loadings", "intercepts"], "group_partial": ["y ~ 1"]}
    fit = ts.cfa("f =~ x + y + z + w", pd.DataFrame(data).assign(g=group), group="g", **options)
    return ts.effect_sizes(fit)


def test_item_curves_end_where_answers_do() -> None:
    sizes = five_points()
    for svg in (sizes.plot(["x", "y"]).svg, sizes.plot("y").narrow):
        answers = re.findall(r'text-anchor="end"[^>]*>([^<]+)<', svg)
        assert set(answers) == {"1", "2", "3", "4", "5"}
    frame = re.search(
        r'<rect x="[^"]+" y="([^"]+)" width="[^"]+" height="([^"]+)" fill="none"', svg
    )
    assert frame
    top, height = map(float, frame.groups())
    curves = re.findall(r'<path d="M([^"]+)"[^>]*><title>', svg)
    heights = [float(point.split(",")[1]) for curve in curves for point in curve.split(" L")]
    assert min(heights) >= top - 0.1
    assert max(heights) <= top + height + 0.1
    plot = ts.plots.item_curve(sizes, "y")
    assert list(plot.axes.get_yticks()) == [1, 2, 3, 4, 5]
    drawn = np.concatenate([line.get_ydata() for line in plot.axes.lines])
    assert np.nanmin(drawn) >= 1.0
    assert np.nanmax(drawn) <= 5.0
