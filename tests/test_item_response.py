"""Ordinal fits as item response models, against mirt and by what must hold.

tests/reference/item_response.R made the values, with mirt and lavaan.
"""

from __future__ import annotations

import json
import pickle
import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, reference_data

import tpn_sem as ts
from tpn_sem.errors import NotAvailableError, OptionError, TpnSemError
from tpn_sem.graded_responses.response_functions import category_curves, item_information
from tpn_sem.numerics import CURVES

KNOWN = json.loads((REFERENCE / "item_response.json").read_text())
ITEMS = [f"q{place}" for place in range(1, 6)]
TEXT = "f =~ q1 + q2 + q3 + q4 + q5"


def quiet(text: str, frame: pd.DataFrame, **options: object) -> ts.Fit:
    """A fit whose warnings are not looked at."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ts.cfa(text, frame, **options)


@cache
def one_factor(parameterization: str = "delta") -> ts.Fit:
    """Five ordinal items of one factor."""
    frame = reference_data("ordinal_five")[ITEMS]
    return quiet(TEXT, frame, ordered=True, parameterization=parameterization)


@cache
def logistic() -> ts.ItemResponse:
    """The same as mirt has it."""
    return ts.item_response(one_factor(), scale="logistic")


def test_discriminations_and_difficulties_are_mirts() -> None:
    found = logistic()
    np.testing.assert_allclose(found.items["discrimination"], KNOWN["slopes"], rtol=2e-5)
    steps = found.difficulties.pivot(index="item", columns="step", values="difficulty")
    np.testing.assert_allclose(steps.loc[ITEMS], KNOWN["difficulties"], rtol=2e-5, atol=1e-5)


def test_mirt_turns_its_slopes_into_our_loadings() -> None:
    standard = one_factor().standardized()
    loadings = standard.loc[standard["op"] == "=~", "estimate"]
    np.testing.assert_allclose(np.abs(loadings), np.abs(KNOWN["mirt_loadings"]), rtol=2e-5)


def test_information_is_mirts() -> None:
    table = logistic().information("f", points=KNOWN["points"])
    np.testing.assert_allclose(table["information"], KNOWN["test_information"], rtol=5e-5)
    for item, expected in zip(ITEMS, KNOWN["information"], strict=True):
        np.testing.assert_allclose(table[item], expected, rtol=5e-5)


def test_probabilities_are_mirts() -> None:
    for item, expected in zip(ITEMS, KNOWN["probabilities"], strict=True):
        found = logistic().probabilities(item, points=KNOWN["points"])
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_marginal_reliability_is_mirts() -> None:
    found = logistic().populations["marginal_reliability"].iloc[0]
    assert found == pytest.approx(KNOWN["marginal_reliability"], abs=1e-3)


def test_normal_ogives_are_loadings_in_other_units() -> None:
    found = ts.item_response(one_factor())
    standard = one_factor().standardized().set_index(["lhs", "op", "rhs"])["estimate"]
    for row in found.items.itertuples():
        loading = standard["f", "=~", row.item]
        assert row.discrimination == pytest.approx(loading / np.sqrt(1 - loading**2), rel=1e-8)
    for row in found.difficulties.itertuples():
        threshold = standard[row.item, "|", f"t{row.step}"]
        assert row.difficulty == pytest.approx(threshold / standard["f", "=~", row.item], rel=1e-8)


def test_parameterizations_say_the_same() -> None:
    one, other = (ts.item_response(one_factor(kind)) for kind in ("delta", "theta"))
    columns = ["discrimination", "se", "ci_lower", "ci_upper"]
    np.testing.assert_allclose(one.items[columns], other.items[columns], rtol=1e-5)
    columns = ["difficulty", "se"]
    np.testing.assert_allclose(one.difficulties[columns], other.difficulties[columns], rtol=1e-4)


@pytest.mark.parametrize("scale", CURVES)
def test_information_is_the_curvature_of_the_log_likelihood(scale: str) -> None:
    """Its expectation, by differences."""
    curve, steps, at, width = CURVES[scale], np.array([-1.2, 0.1, 0.9]), np.array([-1.0, 0.4]), 1e-4
    middle = category_curves(curve, 1.3, steps, at)
    around = [np.log(category_curves(curve, 1.3, steps, at + shift)) for shift in (-width, width)]
    bend = (around[0] + around[1] - 2.0 * np.log(middle)) / width**2
    expected = -(middle * bend).sum(axis=1)
    found = item_information(curve, 1.3, steps, at)
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize("scale", CURVES)
def test_far_out_answers_are_certain_and_tell_nothing(scale: str) -> None:
    points = np.linspace(-60.0, 60.0, 25)
    steps = np.array([-2.0, -1.0, 0.5])
    curves = category_curves(CURVES[scale], 2.0, steps, points)
    assert (curves >= 0.0).all()
    np.testing.assert_allclose(curves.sum(axis=1), 1.0, atol=1e-12)
    told = item_information(CURVES[scale], 2.0, steps, points)
    assert np.isfinite(told).all()
    assert told.max() < 4.0
    assert told[[0, -1]].max() < 1e-12


@pytest.mark.slow
def test_errors_are_those_of_other_samples() -> None:
    """The delta method's errors, beside those of resampled rows."""
    fit = one_factor()
    found = ts.item_response(fit)

    def slopes(again: ts.Fit) -> pd.Series:
        return ts.item_response(again).items.set_index("item")["discrimination"]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        drawn = ts.bootstrap(fit, 60, seed=3, statistic=slopes)
    ratio = drawn.replicates.std().to_numpy() / found.items["se"].to_numpy()
    assert (np.abs(np.log(ratio)) < 0.5).all()


def two_groups() -> ts.Fit:
    """Two groups, loadings and thresholds equal."""
    frame = reference_data("ordinal_five")
    return quiet(
        TEXT,
        frame,
        ordered=ITEMS,
        group="location",
        group_equal=["loadings", "thresholds", "intercepts"],
    )


def test_groups_have_one_metric_where_items_give_it() -> None:
    found = ts.item_response(two_groups())
    groups = list(dict.fromkeys(found.items["group"]))
    assert len(groups) == 2
    first = found.populations[found.populations["group"] == groups[0]].iloc[0]
    assert first["mean"] == pytest.approx(0.0, abs=1e-12)
    assert first["sd"] == pytest.approx(1.0)
    wide = found.difficulties.pivot(index=["item", "step"], columns="group", values="difficulty")
    np.testing.assert_allclose(wide[groups[0]], wide[groups[1]], atol=1e-6)
    assert not found.notes


def test_groups_without_a_common_unit_are_told_apart() -> None:
    frame = reference_data("ordinal_five")
    fit = quiet(TEXT, frame, ordered=ITEMS, group="location", std_lv=True)
    found = ts.item_response(fit)
    np.testing.assert_allclose(found.populations["sd"], 1.0)
    assert any("share no unit" in note for note in found.notes)


def test_items_of_several_factors_and_correlated_residuals() -> None:
    frame = reference_data("ordinal_five")
    text = "f =~ q1 + q2 + q3 + q4 + q5\ng =~ q6 + q7 + q8 + q9 + q5\nq1 ~~ q2"
    found = ts.item_response(quiet(text, frame, ordered=True))
    assert list(found.multidimensional["item"]) == ["q5"]
    row = found.multidimensional.iloc[0]
    assert row["mdisc"] == pytest.approx(np.hypot(row["f"], row["g"]))
    assert "q5" not in set(found.items["item"])
    assert any("q1, q2" in note for note in found.notes)


def test_pictures_and_words() -> None:
    found = logistic()
    for drawing in (
        found.plot_items(["q1", "q2"]),
        found.plot_information(),
        found.plot_information("f", by="item"),
    ):
        assert str(drawing).count("<polyline") >= 1
    assert str(found.plot_items("q1")).count("<polyline") == 5
    assert "Difficulties" in repr(found)
    assert "<table" in found._repr_html_()
    again = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again.items, found.items)


def test_conditional_reliability_follows_information() -> None:
    table = ts.item_response(one_factor()).information(points=[-1.0, 0.0, 5.0])
    told = table["information"]
    np.testing.assert_allclose(table["reliability"], told / (told + 1.0))
    np.testing.assert_allclose(table["se"], told**-0.5)
    assert table["reliability"].iloc[2] < table["reliability"].iloc[1]


def test_bad_input() -> None:
    continuous = ts.cfa("f =~ x1 + x2 + x3", reference_data("HolzingerSwineford1939"))
    with pytest.raises(NotAvailableError, match="ordered=True"):
        ts.item_response(continuous)
    with pytest.raises(OptionError, match="logistic"):
        ts.item_response(one_factor(), scale="logit")
    found = logistic()
    with pytest.raises(OptionError, match="q1"):
        found.probabilities("q11")
    with pytest.raises(OptionError, match="finite numbers"):
        found.information(points=[np.nan])
    with pytest.raises(TpnSemError):
        found.information("g")
    with pytest.raises(TpnSemError):
        found.plot_items([])


def test_units_do_not_depend_on_the_marker() -> None:
    frame = reference_data("ordinal_five")
    found = []
    for first in (0, 2):
        order = ITEMS[first:] + ITEMS[:first]
        fit = quiet(f"f =~ {' + '.join(order)}", frame, ordered=ITEMS, group="location")
        found.append(ts.item_response(fit))
    one, other = found
    np.testing.assert_allclose(one.populations["sd"], 1.0)
    assert any("share no unit" in note for note in one.notes)
    key = ["group", "item", "step"]
    both = one.difficulties.merge(other.difficulties, on=key)
    np.testing.assert_allclose(both["difficulty_x"], both["difficulty_y"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("codes", [(0, 1, 2, 3, 4), (1, 3, 5, 7, 9)])
def test_answers_have_the_codes_of_the_data(codes: tuple[int, ...]) -> None:
    frame = reference_data("ordinal_five")[ITEMS]
    coded = frame.replace(dict(zip(range(1, 6), codes, strict=True)))
    found = ts.item_response(quiet(TEXT, coded, ordered=True))
    assert list(found.probabilities("q1").columns) == [str(code) for code in codes]
    assert f"answer {codes[0]}" in str(found.plot_items("q1"))
