"""Forward search, and fits without careless answers."""

from __future__ import annotations

import pickle
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import quietly, reference_data

import tpn_sem as ts
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.sensitivity import (
    CarelessSensitivity,
    ForwardSearch,
    forward_search,
    sensitivity_to_careless,
)
from tpn_sem.sensitivity.careless_sensitivity import flagged_rows
from tpn_sem.sensitivity.forward_search import jumps_of
from tpn_sem.sensitivity.unit_distances import standardised

TWO = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ A"
OUTLIERS = [f"r{place}" for place in range(6)]


@cache
def contaminated() -> pd.DataFrame:
    """A hundred rows, of which six do not follow the model."""
    rng = np.random.default_rng(3)
    factor = rng.normal(size=100)
    outcome = 0.6 * factor + 0.8 * rng.normal(size=100)
    items = np.column_stack([factor] * 3 + [outcome] * 3) + 0.5 * rng.normal(size=(100, 6))
    items[:6] = [3.0, 3.0, 3.0, -3.0, -3.0, -3.0] + 0.3 * rng.normal(size=(6, 6))
    frame = pd.DataFrame(items, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    return frame.set_axis([f"r{place}" for place in range(100)])


@cache
def search() -> ForwardSearch:
    found: ForwardSearch = forward_search(ts.sem(TWO, contaminated()), seed=2)
    return found


@cache
def survey() -> pd.DataFrame:
    return ts.datasets.teachers()


INSTRUMENT = {
    name: [f"{name.lower()}{place}" for place in range(1, 6)]
    for name in ("NPC", "KSSE", "KS", "KR")
}
TRIANGLE = "\n".join(f"{name} =~ {' + '.join(own)}" for name, own in INSTRUMENT.items())
TRIANGLE += "\nKSSE ~ NPC\nKS + KR ~ NPC + KSSE\nKS ~~ KR"


@cache
def triangle() -> ts.Fit:
    found: ts.Fit = quietly(ts.sem, TRIANGLE, survey(), estimator="MLR")
    return found


@cache
def careless() -> CarelessSensitivity:
    found: CarelessSensitivity = quietly(sensitivity_to_careless, triangle(), survey(), INSTRUMENT)
    return found


# Forward search ----------------------------------------------------------------------------------


def test_rows_that_do_not_follow_the_model_join_last() -> None:
    assert set(search().order.index[:6]) == set(OUTLIERS)
    assert search().order["joined"].iloc[:6].min() == 95


def test_their_joining_is_a_jump() -> None:
    """At 94 rows the nearest row outside is far; then distances are masked by each other."""
    steps = search().steps
    assert "B~A" in steps.loc[95, "jumps"]
    assert steps.loc[94, "nearest"] > steps.loc[90, "nearest"] + 1.0
    assert steps.loc[94, "B~A"] > 0.4
    assert steps.loc[100, "B~A"] < 0.3
    assert "Jumps, by size of the subset" in repr(search())
    assert "The last to join: r" in repr(search())


def test_the_last_step_is_the_fit_itself() -> None:
    fit = ts.sem(TWO, contaminated())
    last = search().steps.loc[100]
    assert last["B~A"] == pytest.approx(fit.coef["B~A"], rel=1e-6)
    assert last["chisq"] == pytest.approx(fit.measures["chisq"], rel=1e-6)
    assert np.isnan(last["nearest"])


def test_a_step_is_a_fit_to_its_subset() -> None:
    inside = search().subset(94)
    again = ts.sem(TWO, contaminated().loc[inside])
    row = search().steps.loc[94]
    assert len(inside) == 94
    assert set(search().steps.loc[95, "entering"]) <= set(OUTLIERS)
    assert search().order.loc["r0", "stays"] >= search().order.loc["r0", "joined"]
    with pytest.raises(OptionError, match="size"):
        search().subset(20)
    assert row["B~A"] == pytest.approx(again.coef["B~A"], rel=1e-6)
    assert row["se B~A"] == pytest.approx(np.sqrt(again.vcov.loc["B~A", "B~A"]), rel=1e-6)


def test_schools_and_gaps_can_be_searched() -> None:
    frame = contaminated().copy()
    frame.iloc[10:20, 0] = np.nan
    frame["school"] = [f"s{place // 5}" for place in range(100)]
    fit = quietly(ts.sem, TWO, frame, missing="fiml", estimator="MLR", cluster="school")
    found = forward_search(fit, units="clusters", start=0.7, n_starts=1, seed=1)
    assert found.order.index[0] == "s0"
    assert found.order.index.name == "school"
    assert list(found.steps.index) == list(range(14, 21))


@pytest.mark.slow
def test_an_envelope_holds_what_the_model_implies() -> None:
    rng = np.random.default_rng(8)
    factor = rng.normal(size=80)
    outcome = 0.6 * factor + 0.8 * rng.normal(size=80)
    items = np.column_stack([factor] * 3 + [outcome] * 3) + 0.5 * rng.normal(size=(80, 6))
    clean = pd.DataFrame(items, columns=["a1", "a2", "a3", "b1", "b2", "b3"])
    found = forward_search(ts.sem(TWO, clean), start=0.85, n_starts=0, envelope=9, seed=4)
    bounds = found.envelope
    assert found.n_draws == 9
    assert (bounds["nearest_lower"] <= bounds["nearest_upper"]).iloc[:-1].all()
    own = found.steps["nearest"].iloc[:-1]
    assert own.lt(bounds["nearest_upper"].iloc[:-1] + 0.5).all()
    assert "stroke-dasharray" in found.plot("nearest").svg
    dirty = forward_search(ts.sem(TWO, contaminated()), start=0.9, n_starts=0, envelope=9, seed=4)
    assert "leaves the envelope of 9 data sets" in repr(dirty)


def test_jumps_are_beyond_a_fence() -> None:
    values = np.cumsum([0.0, 1.0, 1.1, 0.9, 1.0, 1.2, 0.8, 1.0, 9.0, 1.0, 1.0])
    assert np.flatnonzero(jumps_of(values)).tolist() == [8]
    assert not jumps_of(values[:5]).any()
    assert not jumps_of(values, "nearest").any()


def test_distances_are_standard_normal_of_normal_rows() -> None:
    rng = np.random.default_rng(0)
    for count in (3, 20):
        deviates = standardised(rng.chisquare(count, 50_000), np.full(50_000, float(count)))
        assert deviates.mean() == pytest.approx(0.0, abs=0.02)
        assert deviates.std() == pytest.approx(1.0, abs=0.02)


def test_a_search_travels_and_is_repeatable() -> None:
    found = search()
    again = pickle.loads(pickle.dumps(found))
    pd.testing.assert_frame_equal(again.steps, found.steps)
    anew = forward_search(ts.sem(TWO, contaminated()), seed=2)
    pd.testing.assert_frame_equal(anew.order, found.order)
    assert "<table" in found._repr_html_()
    assert "polyline" in found.plot("B~A").svg
    with pytest.raises(NotAvailableError, match="no envelope"):
        _ = found.envelope


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"start": 0.1}, "start"),
        ({"n_starts": -1}, "n_starts"),
        ({"parameters": ["B~AA"]}, "did you mean 'B~A'"),
        ({"seed": -1}, "seed"),
    ],
)
def test_searches_that_make_no_sense_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        forward_search(ts.sem(TWO, contaminated()), **options)


def test_ordinal_items_and_tiny_parts_are_refused() -> None:
    items = ["q1", "q2", "q3", "q6", "q7", "q8"]
    text = "A =~ q1 + q2 + q3\nB =~ q6 + q7 + q8"
    ordinal = quietly(ts.cfa, text, reference_data("ordinal_five"), ordered=items)
    with pytest.raises(NotAvailableError, match="orders rows by their distance"):
        forward_search(ordinal)
    few = quietly(ts.sem, TWO, contaminated().tail(12))
    with pytest.raises(NotAvailableError, match="larger start="):
        forward_search(few, start=0.3, n_starts=1, seed=1)


# Careless answers --------------------------------------------------------------------------------


def test_flags_are_those_of_the_check() -> None:
    checked = ts.check(survey(), INSTRUMENT)
    flags = flagged_rows(checked)
    kinds = ["long runs", "even-odd", "Mahalanobis", "Guttman errors"]
    counted = flags[kinds].sum(axis=1)
    assert counted.gt(0).any()
    pd.testing.assert_series_equal(
        counted, checked.responses["indications"], check_names=False, check_dtype=False
    )
    several = checked.findings.loc[checked.findings["kind"] == "careless answers", "rows"]
    own = flags.index[flags["two or more"] & ~flags["straight-lining"]]
    assert sorted(row for rows in several for row in rows) == sorted(own)


def test_straight_lining_is_flagged_and_left_out() -> None:
    frame = survey().copy()
    items = [item for own in INSTRUMENT.values() for item in own]
    frame.loc[frame.index[:7], items] = 5
    fit = quietly(ts.sem, TRIANGLE, frame, estimator="MLR")
    found = quietly(sensitivity_to_careless, fit, frame, INSTRUMENT)
    assert found.flags.loc["straight-lining", "left_out"] == 7
    assert found.fits.loc["straight-lining", "rows"] == fit.n_observations - 7


def test_a_fit_without_them_is_that_of_the_other_rows() -> None:
    found = careless()
    kept = survey()[~found.rows["any"]]
    again = quietly(ts.sem, TRIANGLE, kept, estimator="MLR")
    row = found.paths.loc[("any", "KS~NPC")]
    assert row["estimate_without"] == pytest.approx(again.coef["KS~NPC"], rel=1e-6)
    assert row["se_without"] == pytest.approx(
        float(np.sqrt(again.vcov.loc["KS~NPC", "KS~NPC"])), rel=1e-5
    )
    assert found.fits.loc["any", "rows"] == again.n_observations
    assert found.fits.loc["any", "chisq"] == pytest.approx(again.measures["chisq"], rel=1e-6)
    assert found.fits.loc["none", "rows"] == triangle().n_observations


def test_counts_are_said_and_kinds_without_rows_have_a_reason() -> None:
    found = careless()
    table = found.flags
    assert table.loc["straight-lining", "reason"] == "no row of the fit is flagged"
    assert f"even-odd {table.loc['even-odd', 'left_out']}" in repr(found)
    assert (table["left_out"] <= table["flagged"]).all()
    assert "verdict" in repr(found)
    assert "<table" in found._repr_html_()
    assert found.turning.empty == ("No verdict changes" in repr(found))


def test_a_text_is_fitted_first() -> None:
    found = quietly(sensitivity_to_careless, TRIANGLE, survey(), INSTRUMENT, estimator="MLR")
    pd.testing.assert_frame_equal(found.paths, careless().paths, check_exact=False, rtol=1e-8)


def test_a_verdict_that_hangs_on_straight_liners_is_said() -> None:
    """Independent constructs, and a tenth of the rows that answer all alike."""
    rng = np.random.default_rng(22)
    items = [f"a{k}" for k in range(1, 6)] + [f"b{k}" for k in range(1, 6)]
    factors = rng.normal(size=(200, 2))
    latent = np.repeat(factors, 5, axis=1) + 0.8 * rng.normal(size=(200, 10))
    answers = np.clip(np.round(3.0 + latent), 1, 5)
    answers[:20] = np.repeat([[1.0], [5.0]], 10, axis=0)
    frame = pd.DataFrame(answers, columns=items)
    text = "A =~ a1 + a2 + a3 + a4 + a5\nB =~ b1 + b2 + b3 + b4 + b5\nB ~ A"
    own = {"A": items[:5], "B": items[5:]}
    found = quietly(sensitivity_to_careless, text, frame, own, ordered=False)
    assert found.flags.loc["straight-lining", "left_out"] == 20
    assert found.paths.loc[("straight-lining", "B~A"), "verdict_changes"]
    assert "The verdict on A → B changes without them (straight-lining)" in repr(found)
    assert ("straight-lining", "B~A") in found.turning.index


def test_options_beside_a_fit_other_data_and_few_items_are_refused() -> None:
    with pytest.raises(OptionError, match="no effect beside a fit"):
        sensitivity_to_careless(triangle(), survey(), INSTRUMENT, estimator="MLR")
    with pytest.raises(OptionError, match="not the rows that were fitted"):
        sensitivity_to_careless(triangle(), survey().head(100), INSTRUMENT)
    with pytest.raises(DataError, match="eight or more"):
        sensitivity_to_careless(triangle(), survey(), ["npc1", "npc2", "npc3"])
    with pytest.raises(OptionError, match="did you mean 'KS~NPC'"):
        sensitivity_to_careless(triangle(), survey(), INSTRUMENT, parameters=["KS~NPCC"])
