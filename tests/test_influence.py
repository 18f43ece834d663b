"""Leaving out rows and clusters: lavaan's refits, one step beside refits, and what is refused."""

from __future__ import annotations

import json
import pickle
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE, quietly, reference_data

import tpn_sem as ts
from tpn_sem.casewise import row_units
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.sensitivity import Influence, influence
from tpn_sem.sensitivity.chosen_paths import chosen_paths
from tpn_sem.sensitivity.exact_deletion import refitted_without
from tpn_sem.sensitivity.index_plot import draw_index_plot
from tpn_sem.sensitivity.influence_numbers import approximated, with_refits
from tpn_sem.sensitivity.one_step import one_step

WITNESS = json.loads((REFERENCE / "influence.json").read_text(encoding="utf-8"))
PUPILS = (
    "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9\n"
    "speed ~ visual + textual"
)
ANSWERS = "A =~ q1 + q2 + q3\nB =~ q6 + q7 + q8\nB ~ A"
ITEMS = ["q1", "q2", "q3", "q6", "q7", "q8"]
NATIONS = (
    "ind60 =~ x1 + x2 + x3\ndem60 =~ y1 + y2 + y3 + y4\ndem65 =~ y5 + y6 + y7 + y8\n"
    "dem60 ~ ind60\ndem65 ~ ind60 + dem60"
)
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "rows": (PUPILS, "HolzingerSwineford1939", {"mean_structure": True}),
    "nations": (NATIONS, "PoliticalDemocracy", {"mean_structure": True}),
    "incomplete": (PUPILS, "hs_missing", {"missing": "fiml", "information": "observed"}),
    "clusters": (PUPILS, "hs_clustered", {"cluster": "classroom", "estimator": "MLR"}),
    "groups": (PUPILS, "HolzingerSwineford1939", {"group": "school"}),
    "ordinal": (ANSWERS, "ordinal_five", {"ordered": ITEMS}),
}


@cache
def fitted(case: str) -> ts.Fit:
    text, name, options = CASES[case]
    found: ts.Fit = quietly(ts.sem, text, reference_data(name), **options)
    return found


def unit_of(case: str, witness: dict[str, Any]) -> Any:
    """A unit's label: R counts rows from 1."""
    return witness["unit"] if case == "clusters" else witness["unit"] - 1


@cache
def refitted(case: str) -> Influence:
    """An analysis in which the witness's units are refitted."""
    estimation = fitted(case).estimation
    units = row_units(estimation, "auto")
    paths = chosen_paths(estimation, None)
    own = [unit_of(case, one) for one in WITNESS[case]["without"]]
    chosen = np.array([list(units.labels).index(label) for label in own])
    numbers = with_refits(estimation, units, paths, approximated(estimation, units, paths), chosen)
    return Influence(0.05, (), (), estimation, units, paths, numbers)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", CASES)
def test_refits_are_those_of_lavaan(case: str) -> None:
    result = refitted(case)
    for witness in WITNESS[case]["without"]:
        unit = unit_of(case, witness)
        own = result.exact.loc[unit]
        paths = witness["paths"]
        np.testing.assert_allclose(own["without"], paths["estimate"], rtol=0, atol=2e-8)
        np.testing.assert_allclose(own["se_without"], paths["se"], rtol=1e-7)
        np.testing.assert_allclose(own["p_without"], paths["p_value"], rtol=1e-5, atol=1e-12)
        chi_square = result.exact_fits.loc[unit, "chisq"]
        assert chi_square == pytest.approx(witness["chisq"], rel=1e-6)
        if case not in ("clusters", "ordinal"):  # whose metric is not the covariance matrix
            cook = result.units.loc[unit, "cook"]
            assert cook == pytest.approx(witness["cook"], rel=1e-7)


def test_refits_of_all_rows_are_the_witness_s_fit() -> None:
    for case in ("rows", "nations", "clusters"):
        whole = WITNESS[case]["whole"]
        own = refitted(case).paths
        np.testing.assert_allclose(own["estimate"], whole["estimate"], rtol=0, atol=1e-7)
        np.testing.assert_allclose(own["se"], whole["se"], rtol=1e-6)


def test_displacement_is_twice_the_loss_of_lavaan_s_log_likelihood() -> None:
    table = refitted("nations").units
    for witness in WITNESS["nations"]["displaced"]:
        own = table.loc[witness["unit"] - 1, "displacement"]
        assert own == pytest.approx(witness["value"], rel=1e-7)


def test_first_order_influence_is_lavaan_s_scores_times_the_inverse_information() -> None:
    witness = WITNESS["nations"]["influence"]
    estimation = fitted("nations").estimation
    found = one_step(estimation, row_units(estimation, "rows")).influence
    places = [witness["names"].index(name) for name in estimation.names]
    own = found[np.array(witness["rows"]) - 1]
    expected = np.array(witness["values"])[:, places]
    np.testing.assert_allclose(own, expected, rtol=0, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize(
    ("case", "closeness"),
    [("rows", 0.999), ("incomplete", 0.999), ("groups", 0.99), ("clusters", 0.99)],
)
def test_one_step_is_near_to_refits(case: str, closeness: float) -> None:
    """Correlation of the changes of all parameters, and of chi-square."""
    estimation = fitted(case).estimation
    units = row_units(estimation, "auto")
    step = one_step(estimation, units)
    chosen = np.arange(0, len(units), max(1, len(units) // 12))
    refits = refitted_without(estimation, units, chosen)
    exact = np.array([one.parameters for one in refits if not isinstance(one, str)])
    assert len(exact) == len(chosen)
    errors = np.sqrt(np.diag(estimation.covariance))
    changes = (step.parameters[chosen] - estimation.parameters) / errors
    true = (exact - estimation.parameters) / errors
    assert np.corrcoef(changes.ravel(), true.ravel())[0, 1] > closeness
    assert np.abs(changes - true).max() < 0.25 * np.abs(true).max() + 0.01
    chi_square = np.array([one.chi_square for one in refits if not isinstance(one, str)])
    approximated = step.chi_square[chosen] - estimation.chi_square
    moved = chi_square - estimation.chi_square
    np.testing.assert_allclose(approximated, moved, rtol=0, atol=0.06 * np.abs(moved).max())


def test_one_step_is_near_to_refits_of_ordinal_items() -> None:
    estimation = fitted("ordinal").estimation
    units = row_units(estimation, "rows")
    step = one_step(estimation, units)
    chosen = np.array([0, 49, 120, 300])
    refits = refitted_without(estimation, units, chosen)
    exact = np.array([one.parameters for one in refits if not isinstance(one, str)])
    errors = np.sqrt(np.diag(estimation.covariance))
    changes = (step.parameters[chosen] - estimation.parameters) / errors
    true = (exact - estimation.parameters) / errors
    assert np.corrcoef(changes.ravel(), true.ravel())[0, 1] > 0.97


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "PML", "ordered": ITEMS},
        {"estimator": "WLSMV", "ordered": ITEMS, "group": "location"},
        {"estimator": "GLS", "ordered": False},
    ],
)
def test_every_kind_of_estimator_can_be_asked(options: dict[str, Any]) -> None:
    """Approximated and exact changes of the path go together."""
    frame = reference_data("ordinal_five")[:150]
    fit = quietly(ts.sem, ANSWERS, frame, **options)
    approximated = quietly(influence, fit, exact=0)
    exact = quietly(influence, fit, exact=8)
    chosen = exact.units.index[exact.units["refitted"]]
    one, other = (found.units.loc[chosen, "B~A"] for found in (approximated, exact))
    assert np.corrcoef(one, other)[0, 1] > 0.9
    assert (exact.units["displacement"] > -1e-6).all()


def test_the_default_refits_all_clusters_and_ten_of_many_rows() -> None:
    fit, frame = planted()
    options = {"cluster": "school", "estimator": "MLR"}
    by_school = quietly(ts.sem, fit.model_text, frame, **options)
    clusters = quietly(influence, by_school)
    assert clusters.units["refitted"].all()
    assert clusters.units.index.name == "school"
    rows = quietly(influence, fitted("rows"))
    assert 10 <= rows.units["refitted"].sum() <= 10 + 2 * len(rows.paths)
    assert len(rows.units) == 301
    assert rows.units["cook"].nlargest(3).index.isin(rows.exact.index.levels[0]).all()


@cache
def planted() -> tuple[ts.Fit, pd.DataFrame]:
    """A path that one school of thirty carries."""
    rng = np.random.default_rng(11)
    school = np.repeat(np.arange(30), 10)
    factor = rng.normal(size=300)
    outcome = rng.normal(size=300)
    factor[school == 7] = 2.5 + 0.3 * rng.normal(size=10)
    outcome[school == 7] = 2.5 + 0.3 * rng.normal(size=10)
    items = np.column_stack([factor] * 3 + [outcome] * 3) + 0.6 * rng.normal(size=(300, 6))
    frame = pd.DataFrame(items, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    frame["school"] = school
    frame.index = [f"t{place}" for place in range(300)]
    text = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ p*A\ntwice := 2*p"
    return ts.sem(text, frame, estimator="MLR"), frame


def test_a_school_that_carries_the_path_is_named() -> None:
    fit, frame = planted()
    found = influence(fit, units=frame["school"])
    assert found.units["outlying"].idxmax() == 7
    assert list(found.most(1).index) == [7]
    assert list(found.most(1, "p").index) == [7]
    assert found.units.loc[7, "p"] > 1.0  # it pulls the path up
    row = found.paths.loc["p"]
    assert row["significant"]
    assert 7 in row["turning"]
    assert row["without_lowest"] == 7
    said = " ".join(repr(found).split())
    assert "Without school 7 the path A → B goes from" in said
    assert "and is no longer significant" in said
    assert found.estimates.loc[7, "twice"] == pytest.approx(2 * found.estimates.loc[7, "p"])
    assert found.p_values.loc[7, "p"] > 0.05


def test_a_refit_is_what_a_fit_to_the_other_rows_gives() -> None:
    fit, frame = planted()
    found = influence(fit, units=frame["school"], parameters=["p", "A=~a2"])
    again = ts.sem(fit.model_text, frame[frame["school"] != 7], estimator="MLR")
    own = found.exact.loc[7]
    np.testing.assert_allclose(own["without"], again.coef[["p", "A=~a2"]], rtol=1e-7)
    errors = np.sqrt(np.diag(again.vcov.loc[["p", "A=~a2"], ["p", "A=~a2"]]))
    np.testing.assert_allclose(own["se_without"], errors, rtol=1e-6)
    assert found.exact_fits.loc[7, "cfi"] == pytest.approx(again.measures["cfi"], abs=1e-7)
    assert found.exact_fits.loc[7, "statistic"] == pytest.approx(again.test().statistic, rel=1e-6)


def test_rows_are_called_as_in_the_data_and_dropped_ones_are_counted() -> None:
    fit, frame = planted()
    holes = frame.copy()
    holes.loc["t5", "a1"] = np.nan
    found = quietly(influence, quietly(ts.sem, fit.model_text, holes), exact=0)
    assert "t6" in found.units.index
    assert "t5" not in found.units.index
    assert "1 rows of the data are not in the fit" in found.notes[0]
    assert not found.units["refitted"].any()
    assert found.exact.empty


def test_nothing_turns_where_no_unit_matters() -> None:
    found = quietly(influence, fitted("rows"), exact=5)
    assert "No single row changes a verdict" in repr(found)
    assert (found.paths["n_turning"] == 0).all()


def test_results_travel_and_are_drawn() -> None:
    fit, frame = planted()
    found = influence(fit, units=frame["school"], exact=3)
    again = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again.units, found.units)
    for by in ("cook", "p", "chisq_change"):
        drawing = found.plot(by)
        assert drawing.svg.count("<circle") == 30
    assert ">7</text>" in found.plot().svg
    assert "<table" in found._repr_html_()
    table = found.units
    table["cook"] = 0.0
    assert (found.units["cook"] > 0.0).all()


def test_weights_of_rows_count() -> None:
    """A row that stands for two is left out as both."""
    fit, frame = planted()
    double = pd.concat([frame, frame.loc[["t3"]]])
    weighted = frame.assign(times=1 + (frame.index == "t3"))
    once = ts.sem(fit.model_text, weighted, frequency_weights="times", se="standard")
    found = influence(once, exact=300)
    rest = ts.sem(fit.model_text, double.drop("t3"))
    assert found.estimates.loc["t3", "p"] == pytest.approx(rest.coef["p"], rel=1e-6)
    assert found.units.loc["t3", "rows"] == 2
    units = row_units(once.estimation, "rows")
    move = one_step(once.estimation, units).parameters[3] - once.estimation.parameters
    true = (rest.coef - once.coef)[once.coef.index]
    np.testing.assert_allclose(move, true, rtol=0, atol=0.1 * true.abs().max())


def test_a_unit_that_cannot_be_left_out_is_named_with_its_reason() -> None:
    """It holds a category, or all of a group, or all clusters but one."""
    answers = reference_data("ordinal_five")[ITEMS].head(200).copy()
    answers["school"] = np.arange(200) % 10
    answers.loc[answers["school"] != 4, "q1"] = answers["q1"].clip(lower=2)
    answers.loc[answers.index[4], "q1"] = 1
    fit = quietly(ts.sem, ANSWERS, answers, ordered=ITEMS)
    found = quietly(influence, fit, units=answers["school"], exact=3)
    assert "every answer of one category of 'q1'" in found.units.loc[4, "reason"]
    assert "school 4 cannot be left out" in repr(found)
    assert not found.units.loc[4, "refitted"]
    pupils = reference_data("HolzingerSwineford1939")
    grouped = quietly(ts.sem, PUPILS, pupils, group="school")
    by_group = quietly(influence, grouped, units=pupils["school"])
    assert by_group.units["reason"].str.startswith("it is all of group").all()
    assert by_group.units["cook"].isna().all()
    two = pupils.assign(class_=np.where(np.arange(301) < 150, "one", "two"))
    clustered = quietly(ts.sem, PUPILS, two, cluster="class_", estimator="MLR")
    few = quietly(influence, clustered)
    assert few.units["reason"].str.startswith("one cluster would be left").all()


def test_single_row_clusters_are_said() -> None:
    fit, frame = planted()
    unit = frame["school"].where(frame.index != "t299", 99)
    found = influence(fit, units=unit, exact=0)
    assert any("have one row only" in note for note in found.notes)


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"units": "school"}, OptionError, "units"),
        ({"units": "clusters"}, OptionError, "no clusters"),
        ({"exact": 400}, OptionError, "there are 300 units"),
        ({"exact": -1}, OptionError, "there are 300 units"),
        ({"parameters": ["B~~AA"]}, OptionError, "is not known"),
        ({"parameters": ["A=~a22"]}, OptionError, "did you mean 'A=~a2'"),
        ({"parameters": []}, NotAvailableError, "none is named"),
        ({"alpha": 0.9}, OptionError, "alpha"),
        ({"units": pd.Series([1, 2])}, OptionError, "another index"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        influence(planted()[0], **options)


def test_columns_with_gaps_or_one_value_are_refused() -> None:
    fit, frame = planted()
    with pytest.raises(DataError, match="missing in rows"):
        influence(fit, units=frame["school"].where(frame["school"] > 3))
    with pytest.raises(DataError, match="all rows are of one"):
        influence(fit, units=frame["school"] * 0)


def test_fits_that_tell_nothing_are_refused() -> None:
    fit, frame = planted()
    moments = ts.sem(fit.model_text, ts.SampleMoments.from_data(frame.drop(columns="school")))
    with pytest.raises(NotAvailableError, match="sample moments"):
        influence(moments)
    stopped = quietly(ts.sem, fit.model_text, frame, max_iterations=1)
    with pytest.raises(NotAvailableError, match="did not converge"):
        influence(stopped)
    bare = ts.sem(fit.model_text, frame, se="none")
    with pytest.raises(NotAvailableError, match="standard errors"):
        influence(bare)


def test_labels_are_escaped_in_drawings() -> None:
    drawing = draw_index_plot(
        np.array([1.0, np.nan]), ["<a>", "b"], np.zeros(2, dtype=bool), ("u", "v"), "said"
    )
    assert "<a>" not in drawing.svg
    assert "&lt;a&gt;" in drawing.svg
