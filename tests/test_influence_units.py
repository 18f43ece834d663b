"""Units that repeat, units that stay, one-step verdicts, and moments that are none."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem.errors import DataError
from tpn_sem.sensitivity import (
    forward_search,
    influence,
    robust_two_stage,
    sensitivity_to_careless,
)

MODEL = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nC =~ c1 + c2 + c3\nB ~ A\nC ~ A + B"
ITEMS = [f"{factor}{place}" for factor in "abc" for place in (1, 2, 3)]


@cache
def survey(n: int = 200, schools: int = 25) -> pd.DataFrame:
    rng = np.random.default_rng(1)
    first = rng.normal(size=n)
    second = 0.5 * first + rng.normal(size=n)
    third = 0.3 * second + 0.15 * first + rng.normal(size=n)
    factors = np.repeat(np.column_stack([first, second, third]), 3, axis=1)
    frame = pd.DataFrame(0.8 * factors + 0.7 * rng.normal(size=(n, 9)), columns=ITEMS)
    return frame.assign(school=[f"S{place % schools:02d}" for place in range(n)])


def repeated(n: int = 200) -> pd.DataFrame:
    """As after putting two files below each other."""
    return survey(n).set_axis(np.arange(n) % (n // 2))


def test_labels_that_repeat_give_one_row_per_unit() -> None:
    alone, twice = (influence(ts.sem(MODEL, frame), exact=3) for frame in (survey(), repeated()))
    assert twice.units.shape == (200, len(alone.units.columns))
    assert twice.units.index.is_unique
    assert len(twice.most(5)) == 5
    assert twice.most(1).index[0] == f"at position {alone.most(1).index[0]}"
    np.testing.assert_allclose(twice.units["B~A"], alone.units["B~A"], rtol=1e-9)
    assert "row at position" in repr(twice)
    assert "are called by their position" in twice.notes[0]
    assert not any("position" in note for note in alone.notes)


def test_labels_that_repeat_are_told_apart_everywhere() -> None:
    robust = quietly(robust_two_stage, MODEL, repeated())
    assert robust.weights.index.is_unique
    assert "least counts row at position" in " ".join(repr(robust).split())
    assert "by their position" in robust.notes[0]
    fit = ts.sem(MODEL, repeated())
    search = forward_search(fit, start=0.95, n_starts=0, seed=1)
    assert len(search.order) == 200
    assert search.order.index.is_unique
    assert "by their position" in search.notes[0]
    careless = quietly(sensitivity_to_careless, fit, repeated(), ITEMS)
    assert careless.rows.index.is_unique
    alone = quietly(sensitivity_to_careless, ts.sem(MODEL, survey()), survey(), ITEMS)
    np.testing.assert_array_equal(careless.rows.to_numpy(), alone.rows.to_numpy())
    assert "by their position" in careless.notes[0]
    assert alone.notes == ()


@pytest.mark.parametrize("cluster", [None, "school"])
def test_weights_of_one_change_nothing(cluster: str | None) -> None:
    """With gaps, too: both sides have the same kind of estimate and of standard error."""
    frame = survey().copy()
    frame.loc[::7, "a1"] = np.nan
    found = quietly(robust_two_stage, MODEL, frame, tuning=0.0, cluster=cluster)
    near = quietly(robust_two_stage, MODEL, frame, tuning=1e-12, cluster=cluster)
    for table in (found.paths, near.paths):  # no row is that far away
        for name in ("estimate", "se", "p_value"):
            np.testing.assert_allclose(table[name], table[f"{name}_robust"], rtol=1e-6)
        assert not table["verdict_changes"].any()


@pytest.mark.parametrize("exact", [None, 0])
def test_units_that_cannot_be_left_out_have_no_numbers(exact: int | None) -> None:
    frame = survey(schools=2)
    found = quietly(influence, quietly(ts.sem, MODEL, frame, cluster="school"), exact=exact)
    numbers = ["cook", "displacement", "mahalanobis", "chisq_change", "B~A", "C~A", "C~B"]
    assert found.units[numbers].isna().all(axis=None)
    assert found.units["reason"].str.startswith("one cluster would be left").all()
    assert found.paths[["lowest", "highest", "p_lowest"]].isna().all(axis=None)
    assert (found.paths["n_turning"] == 0).all()
    assert found.most(2).empty
    assert len(found.sentences) == 1
    assert found.sentences[0].startswith("No school can be left out: one cluster")


def test_a_unit_that_holds_all_that_varies_takes_no_part() -> None:
    frame = survey().copy()
    frame["x"] = np.where(frame["school"] == "S03", np.arange(200.0), 0.0)
    fit = quietly(ts.sem, f"{MODEL}\nC ~ x", frame)
    found = quietly(influence, fit, units=frame["school"], exact=0)
    assert "'x' does not vary" in found.units.loc["S03", "reason"]
    assert found.units["cook"].isna().sum() == 1
    assert "S03" not in found.most(25).index
    assert "Without school S03" not in repr(found)
    every = quietly(influence, fit, units=frame["school"])
    assert "each of the 24 that can be was left out" in repr(every)


def test_verdicts_of_one_step_are_called_so() -> None:
    fit = ts.sem(MODEL, survey())
    p_value = influence(fit, exact=0).paths.loc["C~A", "p_value"]
    found = influence(fit, exact=3, alpha=float(p_value) * 1.02, parameters=["C~A"])
    row = found.paths.loc["C~A"]
    turning = found.units.loc[row["turning"], "refitted"]
    assert row["n_turning"] == len(turning) > 3
    assert row["n_turning_exact"] == turning.sum()
    assert 0 < turning.sum() < len(turning)
    rest = len(turning) - turning.sum()
    assert f", {turning.sum()} by refits and {rest} approximated by one step" in repr(found)
    guessed = influence(fit, exact=0, parameters=["B~A"])
    assert "of 200 of them one step says so, and no refit" in repr(guessed)
    assert not guessed.paths["lowest_exact"].any()


def test_a_variable_of_one_value_is_named_before_anything_is_iterated() -> None:
    frame = survey().assign(a1=[1.0] + [3.0] * 199)
    with pytest.raises(DataError, match=r"one value of 'a1' \(3, 199 of 200\)"):
        quietly(robust_two_stage, MODEL, frame)


def test_too_few_rows_are_refused_at_once() -> None:
    frame = survey().head(12).copy()
    frame.iloc[::2, 0] = np.nan
    with pytest.raises(DataError, match="12 rows, 6 of them complete; 9 variables"):
        robust_two_stage(MODEL, frame)
    both = pd.concat([frame.assign(g="few"), survey().assign(g="many")])
    with pytest.raises(DataError, match="in group 'few'"):
        robust_two_stage(MODEL, both, group="g")
