"""Codes outside the scale, copied rows, alike labels: found, said in every fit, no false alarm."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.data import alike_labels, repeated_rows, stray_codes, tallies
from tpn_sem.errors import DataWarning

ITEMS = [f"{name}{k}" for name in ("npc", "ksse", "ks", "kr") for k in range(1, 6)]
MODEL = "NPC =~ npc1 + npc2 + npc3 + npc4\nKS =~ ks1 + ks2 + ks3"
QUIET = pytest.mark.filterwarnings("ignore::tpn_sem.errors.TpnSemWarning")


def found(frame: pd.DataFrame) -> list[tuple[str, float, int]]:
    codes = stray_codes(tallies(frame.to_numpy(float), list(map(str, frame.columns))))
    return [(one.column, one.code, one.count) for one in codes]


def planted(code: float, count: int, item: str = "ks2") -> pd.DataFrame:
    frame = datasets.teachers(missing=0)[ITEMS].copy()
    frame.loc[frame.index[:: 440 // count][:count], item] = code
    return frame


@pytest.mark.sampled(5)
@pytest.mark.parametrize("code", [99, 9, 8, 88, 999, -1, -9, -99, 98, 97, 77, 0])
@pytest.mark.parametrize("count", [2, 10, 20])
def test_a_code_is_found_with_its_count(code: float, count: int) -> None:
    assert found(planted(code, count)) == [("ks2", code, count)]


@pytest.mark.parametrize("code", [99, 9, -1, -9])
def test_a_code_is_found_though_all_items_have_it(code: float) -> None:
    frame = datasets.teachers(missing=0)[ITEMS]
    frame = frame.mask(np.random.default_rng(1).random(frame.shape) < 0.1, code)
    assert {(name, value) for name, value, _ in found(frame)} == {(name, code) for name in ITEMS}


@pytest.mark.parametrize("code", [44, 33, 11, 45, 50, 54])
def test_a_slip_is_found_and_called_one(code: float) -> None:
    codes = stray_codes(tallies(planted(code, 1).to_numpy(float), ITEMS))
    assert [(one.column, one.code, one.is_slip) for one in codes] == [("ks2", code, True)]


def test_codes_in_ages_and_years_are_found() -> None:
    random = np.random.default_rng(2)
    ages = random.integers(22, 65, 300).astype(float)
    years = random.integers(1960, 2002, 300).astype(float)
    ages[5], ages[7:10], years[8] = 999, -99, 9999
    frame = pd.DataFrame({"age": ages, "born": years})
    assert found(frame) == [("age", -99, 3), ("age", 999, 1), ("born", 9999, 1)]


RANDOM = np.random.default_rng(3)
HONEST = {
    "children": RANDOM.poisson(1.1, 400),
    "children, a large family": np.r_[RANDOM.poisson(1.1, 400), 9],
    "age": RANDOM.integers(18, 90, 400),
    "age with one of 99": np.r_[RANDOM.integers(18, 90, 400), 99],
    "age, all young but some": np.r_[RANDOM.integers(18, 30, 400), 55, 61, 77],
    "experience": RANDOM.integers(0, 45, 400),
    "year": RANDOM.integers(1950, 2005, 400),
    "zero to ten": RANDOM.binomial(10, 0.6, 400),
    "zero to ten, some unused": RANDOM.choice([0, 5, 8, 10], 400),
    "seven points, six unused": RANDOM.choice(
        [1, 2, 3, 4, 5, 7], 400, p=[0.1, 0.2, 0.3, 0.2, 0.1, 0.1]
    ),
    "minus three to three": RANDOM.integers(-3, 4, 400),
    "minus one, zero, one": RANDOM.integers(-1, 2, 400),
    "two answers": RANDOM.integers(0, 2, 400),
    "one and two": RANDOM.integers(1, 3, 400),
    "percent": RANDOM.integers(0, 101, 400),
    "percent by tens": RANDOM.integers(0, 11, 400) * 10,
    "income": np.round(RANDOM.lognormal(10, 1, 400)),
    "continuous": RANDOM.normal(size=400),
    "school number": np.repeat(np.arange(1, 41), 10),
    "id": np.arange(400),
    "minutes": RANDOM.geometric(0.05, 400),
    "rare top": np.r_[RANDOM.integers(1, 4, 397), [5, 5, 5]],
    "constant": np.ones(400),
    "missing": np.full(400, np.nan),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", HONEST)
def test_honest_numbers_raise_no_alarm(name: str) -> None:
    assert found(pd.DataFrame({name: HONEST[name]}, dtype=float)) == []


def test_scales_beside_each_other_raise_no_alarm() -> None:
    random = np.random.default_rng(4)
    five = random.integers(1, 6, (300, 12))
    frame = pd.DataFrame(five, columns=[f"q{k}" for k in range(12)]).astype(float)
    frame["seven"] = random.integers(1, 8, 300)
    frame["sex"] = random.integers(1, 3, 300)
    frame["marks"] = random.integers(2, 6, 300)
    frame["six"] = random.integers(0, 6, 300)
    assert found(frame) == []


def test_public_data_raise_no_alarm() -> None:
    for frame in (datasets.holzinger_swineford_1939(), datasets.political_democracy()):
        assert found(frame.select_dtypes("number")) == []
    for seed in range(5):
        assert found(datasets.teachers(seed=seed).select_dtypes("number")) == []


OPTIONS = {
    "complete": {},
    "fiml": {"missing": "fiml"},
    "ordinal": {"ordered": True},
    "groups": {"group": "location"},
    "clusters": {"cluster": "school"},
    "robust": {"estimator": "MLR"},
}


@QUIET
@pytest.mark.parametrize("name", OPTIONS)
def test_every_fit_says_it(name: str) -> None:
    frame = datasets.teachers(missing=0)
    frame.loc[:11, "ks2"] = 99
    frame.loc[20:22, "npc1"] = 9
    with pytest.warns(DataWarning, match=r"npc1 9 \(3 times\) beside 1–5; ks2 99 \(12 times\)"):
        fit = ts.cfa(MODEL, frame, **OPTIONS[name])
    note = next(note for note in fit.notes if "outside the scale" in note)
    assert "skipped={'npc1': 9}" in note
    assert note in " ".join(fit.summary().split())


@QUIET
def test_what_is_named_as_skipped_is_not_said_again() -> None:
    frame = datasets.teachers(missing=0)
    frame.loc[:11, "ks2"] = 99
    fit = ts.cfa(MODEL, frame, skipped={"ks2": 99}, missing="fiml")
    assert not any("outside the scale" in note for note in fit.notes)
    assert any("ks2 12" in note for note in fit.notes)


@QUIET
def test_texts_that_are_ordinal_raise_no_alarm() -> None:
    frame = datasets.teachers(missing=0)
    words = {1: "never", 2: "rarely", 3: "at times", 4: "often", 5: "always"}
    kind = pd.CategoricalDtype(list(words.values()), ordered=True)
    for item in ("npc1", "npc2", "npc3"):
        frame[item] = frame[item].map(words).astype(kind)
    fit = ts.cfa("NPC =~ npc1 + npc2 + npc3", frame, ordered=True)
    assert not any("outside the scale" in note for note in fit.notes)


# Copied rows --------------------------------------------------------------------------------------


def test_rows_pasted_twice_are_said() -> None:
    frame = datasets.teachers(missing=0)
    twice = pd.concat([frame, frame.iloc[10:30]], ignore_index=True)
    with pytest.warns(DataWarning, match="20 of 460 rows are copies of others in every column"):
        ts.cfa(MODEL, twice)


def test_rows_that_chance_makes_equal_are_no_copies() -> None:
    random = np.random.default_rng(5)
    few = pd.DataFrame(random.integers(1, 6, (2000, 6)), columns=list("abcdef"))
    assert few.duplicated().any()
    assert not repeated_rows(few, few.to_numpy(float)).any()
    alike = pd.DataFrame(np.repeat([[4.0] * 10], 30, axis=0)).rename(columns=str)
    assert not repeated_rows(alike, alike.to_numpy(float)).any()


def test_rows_drawn_with_replacement_are_no_copies() -> None:
    frame = datasets.teachers(missing=0).sample(440, replace=True, random_state=1)
    assert not repeated_rows(frame, frame[ITEMS].to_numpy(float)).any()


def test_columns_of_lists_are_no_obstacle() -> None:
    frame = datasets.teachers(missing=0)
    twice = pd.concat([frame, frame.iloc[:5]], ignore_index=True)
    twice["notes"] = [[1]] * len(twice)
    assert not repeated_rows(twice, twice[ITEMS].to_numpy(float)).any()


# Labels -------------------------------------------------------------------------------------------

ALIKE = {
    "blank": ("rural", "rural "),
    "blanks inside": ("far away", "far  away"),
    "capitals": ("rural", "Rural"),
    "cyrillic a": ("rural", "rur\u0430l"),
    "cyrillic capital": ("School B", "School \u0412"),
    "no-break space": ("far away", "far\u00a0away"),
    "zero width": ("rural", "rural\u200b"),
    "full width": ("rural", "\uff52ural"),
}


@pytest.mark.parametrize("name", ALIKE)
def test_labels_alike_to_the_eye_are_found(name: str) -> None:
    one, other = ALIKE[name]
    assert alike_labels([one, "urban", other]) == [(one, other)]


def test_labels_that_differ_are_not_alike() -> None:
    assert alike_labels(["S01", "S1", "S10", "rural", "rurals", "қала", "кала", 1, 1.0, None]) == []


@QUIET
@pytest.mark.parametrize(("option", "column"), [("group", "location"), ("cluster", "school")])
def test_every_fit_says_that_labels_are_alike(option: str, column: str) -> None:
    frame = datasets.teachers(missing=0)
    label = frame[column].iloc[0]
    rows = frame.index[frame[column] == label][: (90 if option == "group" else 3)]
    frame.loc[rows, column] = f"{label} "
    with pytest.warns(DataWarning, match=f"labels of '{column}' differ only by blanks"):
        ts.cfa("NPC =~ npc1 + npc2 + npc3 + npc4", frame, **{option: column})
