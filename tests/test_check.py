"""Findings of a check, what each says, and repairs."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.errors import DataError, OptionError
from tpn_sem.survey.checking.careless import (
    even_odd,
    guttman_errors,
    longstring,
    mahalanobis,
    response_variability,
)

INSTRUMENT = ts.Instrument.numbered()
ITEMS = list(INSTRUMENT.all_items)


def survey() -> pd.DataFrame:
    return ts.datasets.teachers()


@cache
def of_clean_survey() -> ts.SurveyCheck:
    return ts.check(survey(), INSTRUMENT, group="location")


def changed(change: Callable[[pd.DataFrame], object]) -> pd.DataFrame:
    frame = survey()
    found = change(frame)
    return found if isinstance(found, pd.DataFrame) else frame


def put(column: str, rows: list[int], values: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def write(frame: pd.DataFrame) -> pd.DataFrame:
        own = frame[column].astype(object)
        own.loc[rows] = values
        return frame.assign(**{column: own.infer_objects()})

    return write


CASES: dict[str, tuple[Callable[[pd.DataFrame], object], str, str, list[int] | int, str]] = {
    "99": (put("ksse3", [4, 9], 99), "stray code", "ksse3", [4, 9], "99 stands 2 times"),
    "slip": (put("kr1", [4], 44), "stray code", "kr1", [4], "a slip of the hand?"),
    "text": (put("ks1", [3], "4 "), "text among numbers", "ks1", [3], "'4 '"),
    "words": (
        lambda f: f.assign(npc1=f["npc1"].map({1: "a", 2: "b", 3: "c", 4: "d", 5: "e"})),
        "texts",
        "npc1",
        0,
        "the answers are texts",
    ),
    "copies": (
        lambda f: pd.concat([f, f.iloc[7:9]], ignore_index=True),
        "copied rows",
        "",
        [440, 441],
        "2 rows are copies",
    ),
    "id": (put("teacher", [20], 5), "repeated id", "teacher", [20], "1 id stands in several"),
    "blank": (put("location", [0], "rural "), "labels alike", "location", [0], "'rural '"),
    "cyrillic": (
        put("subject", [2], "arts \u0430nd sport"),
        "labels alike",
        "subject",
        [2],
        "look-alike",
    ),
    "reversed": (
        lambda f: f.assign(ks4=6 - f["ks4"]),
        "reversed item",
        "ks4",
        lambda f: int(f["ks4"].notna().sum()),
        "runs against the other items of KS",
    ),
    "empty rows": (
        lambda f: f.mask(np.outer(f.index == 11, f.columns.isin(ITEMS))),
        "empty rows",
        "",
        [11],
        "1 row without an answer",
    ),
    "no school": (put("school", [8], None), "missing school", "school", [8], "1 row without"),
    "no group": (put("location", [8], None), "missing group", "location", [8], "1 row without"),
    "two locations": (
        put("location", [0], "urban"),
        "location varies within school",
        "location",
        [0],
        "'S01' has several",
    ),
    "constant": (lambda f: f.assign(kr2=3.0), "constant item", "kr2", 0, "all 440 answers are 3"),
    "nobody": (lambda f: f.assign(kr2=np.nan), "no answers", "kr2", 0, "nobody answered"),
    "ceiling": (
        lambda f: f.assign(kr2=f["kr2"].where(f.index % 4 == 0, 5.0)),
        "ceiling",
        "kr2",
        0,
        "chose the highest point, 5",
    ),
    "much missing": (
        lambda f: f.assign(kr2=f["kr2"].where(f.index % 2 == 0)),
        "much missing",
        "kr2",
        0,
        "have no answer",
    ),
    "straight": (
        lambda f: f.mask(np.outer(f.index == 15, f.columns.isin(ITEMS)), 4.0),
        "straight-lining",
        "",
        [15],
        "one and the same answer",
    ),
    "unused": (
        lambda f: f.assign(kr2=f["kr2"].replace(2.0, 1.0)),
        "unused points",
        "kr2",
        0,
        "nobody chose 2",
    ),
    "few rows": (lambda f: f.iloc[:40], "few rows", "", 0, "40 rows for 20 items"),
    "few schools": (lambda f: f.iloc[:150], "few schools", "school", 0, "schools: standard errors"),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", CASES)
def test_a_trap_is_found(name: str) -> None:
    change, kind, column, rows, says = CASES[name]
    frame = changed(change)
    found = ts.check(frame, INSTRUMENT, group="location").findings
    own = found[(found["kind"] == kind) & (found["column"] == column)]
    assert len(own) == 1, found[["kind", "column"]]
    one = own.iloc[0]
    assert says in one["what"]
    assert one["what_to_do"]
    if isinstance(rows, list):
        assert one["rows"] == rows
    elif callable(rows):
        assert one["n_rows"] == rows(frame)
    clean = of_clean_survey().findings
    assert not ((clean["kind"] == kind) & (clean["column"] == column)).any()


def test_a_clean_survey_has_no_errors_and_no_warnings() -> None:
    found = of_clean_survey()
    assert set(found.findings["severity"]) == {"note"}
    assert found.errors == ()
    assert found.verdict == "440 rows, 20 items: 0 errors, 0 warnings, 3 notes."


def test_items_are_guessed_by_their_names() -> None:
    found = ts.check(survey())
    assert found.guessed
    expected = {name.lower(): own for name, own in INSTRUMENT.items.items()}
    assert found.constructs == expected
    names = {item: f"{1 + place % 5}. text {place}" for place, item in enumerate(ITEMS)}
    headed = survey()[ITEMS].rename(columns=names)
    assert [len(own) for own in ts.check(headed).constructs.values()] == [5, 5, 5, 5]


def test_words_are_guessed_as_items() -> None:
    words = {1: "never", 2: "rarely", 3: "sometimes", 4: "often", 5: "always"}
    frame = survey()
    frame = frame.assign(**{item: frame[item].map(words) for item in ITEMS[:5]})[ITEMS[:5]]
    found = ts.check(frame)
    assert list(found.constructs.values()) == [tuple(ITEMS[:5])]
    assert (found.findings["kind"] == "texts").sum() == 5


def test_nothing_that_looks_like_an_item_is_said() -> None:
    found = ts.check(pd.DataFrame({"a": np.linspace(0, 1, 30), "b": list("xyz") * 10}))
    assert list(found.findings["kind"]) == ["no items", "few rows"]


def test_an_instrument_knows_the_scale() -> None:
    frame = changed(put("npc1", [0, 1], 6))
    told = ts.Instrument(INSTRUMENT.items, scale=(1, 5))
    found = ts.check(frame, told).findings.iloc[0]
    assert (found["kind"], found["column"], found["rows"]) == ("stray code", "npc1", [0, 1])
    half = changed(put("npc1", [0], 3.5))
    assert "between the points" in ts.check(half, told).findings.iloc[0]["what"]


def test_codes_that_the_instrument_explains_are_no_findings() -> None:
    frame = changed(put("npc1", [0, 1], 99))
    told = ts.Instrument(INSTRUMENT.items, not_applicable={"NPC": [98, 99]})
    assert "stray code" not in set(ts.check(frame, told).findings["kind"])
    told = ts.Instrument(INSTRUMENT.items, skipped={"npc1": 99})
    assert "stray code" not in set(ts.check(frame, told).findings["kind"])


def test_reversed_items_that_the_instrument_turns_are_no_findings() -> None:
    frame = survey().assign(ks4=6 - survey()["ks4"])
    told = ts.Instrument(INSTRUMENT.items, scale=(1, 5), reversed=["ks4"])
    kinds = set(ts.check(frame, told).findings["kind"])
    assert not kinds & {"reversed item", "reversed twice"}
    again = ts.check(survey(), told).findings
    assert again.iloc[0]["kind"] == "reversed twice"
    assert again.iloc[0]["severity"] == "error"


def test_wording_that_contradicts_the_answers_is_noted() -> None:
    wording = {"npc2": "Мне не нужны коллеги", "ks3": "I share (R)"}
    told = ts.Instrument(INSTRUMENT.items, wording=wording)
    found = ts.check(survey(), told).findings
    assert found.set_index("column").loc["npc2", "kind"] == "negated wording"
    assert found.set_index("column").loc["ks3", "kind"] == "marked as reversed"


def test_value_labels_that_run_the_other_way_are_found() -> None:
    frame = survey()
    words = {
        str(k): word for k, word in enumerate(["no", "rather no", "so so", "rather", "yes"], 1)
    }
    turned = {str(6 - int(k)): word for k, word in words.items()}
    frame.attrs["value_labels"] = dict.fromkeys(ITEMS, words) | {"kr4": turned}
    found = ts.check(frame, INSTRUMENT).findings
    assert found[found["kind"] == "value labels turned"]["column"].tolist() == ["kr4"]


# Repairs -----------------------------------------------------------------------------------------


def messy() -> pd.DataFrame:
    frame = changed(put("ksse3", [4, 9], 99))
    frame = put("ks1", [3, 5], ["4,0", "?"])(frame)
    frame = put("location", [0], "rural ")(frame)
    frame = frame.assign(ks4=6 - frame["ks4"])
    return pd.concat([frame, frame.iloc[7:9]], ignore_index=True)


def test_all_repairs_give_the_survey_back() -> None:
    found = ts.check(messy(), INSTRUMENT, group="location")
    repaired = found.apply("all")
    expected = survey()
    expected.loc[[4, 9], "ksse3"] = np.nan
    expected.loc[[3, 5], "ks1"] = [4.0, np.nan]
    pd.testing.assert_frame_equal(repaired[ITEMS], expected[ITEMS], check_dtype=False)
    assert repaired["location"].tolist() == expected["location"].tolist()
    assert len(repaired.attrs["repairs"]) == 5
    assert ts.check(repaired, INSTRUMENT, group="location").errors == ()


def test_repairs_are_chosen_one_by_one_and_leave_the_data_alone() -> None:
    frame = messy()
    before = frame.copy(deep=True)
    found = ts.check(frame, INSTRUMENT, group="location")
    number = int(found.findings.index[found.findings["kind"] == "copied rows"][0])
    one = found.apply(number)
    assert len(one) == 440
    assert one["ksse3"].max() == 99
    two = found.apply(number, "stray code")
    assert two["ksse3"].max() == 5
    assert two.attrs["repairs"] == ["ksse3: 2 answers of 99 made missing", "2 copied rows left out"]
    pd.testing.assert_frame_equal(frame, before)


def test_repairs_of_repairs_are_logged_together() -> None:
    frame = ts.check(messy(), INSTRUMENT, group="location").apply("stray code")
    again = ts.check(frame, INSTRUMENT, group="location").apply("labels alike")
    assert [said.split(":")[0] for said in again.attrs["repairs"]] == ["ksse3", "location"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ([], "apply which repairs"),
        (["stray coed"], "no finding is of the kind 'stray coed'; did you mean 'stray code'"),
        ([99], "there is no finding 99"),
        ([0], "there is no finding 0"),
        (["empty category"], "has no repair"),
    ],
)
def test_repairs_that_are_not_there_are_refused(asked: list, says: str) -> None:
    found = ts.check(messy(), INSTRUMENT, group="location")
    with pytest.raises(OptionError, match=says):
        found.apply(*asked)


def test_careless_rows_are_left_out_only_by_name() -> None:
    frame = changed(CASES["straight"][0])
    found = ts.check(frame, INSTRUMENT)
    assert len(found.apply("all")) == len(frame)
    assert len(found.apply("straight-lining")) == len(frame) - 1


def test_a_check_prints_and_shows() -> None:
    found = ts.check(messy(), INSTRUMENT, group="location")
    assert "error: stray code: ksse3: 99 stands 2 times" in str(found)
    assert "[rows 4, 9]" in str(found)
    page = found._repr_html_()
    assert "stray code" in page
    assert (
        "<script>"
        not in ts.check(
            messy().rename(columns={"location": "<script>"}), INSTRUMENT, group="<script>"
        )._repr_html_()
    )


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: ts.check(survey(), ["npc1", "npc9"]), "'npc9' is not in the data"),
        (lambda: ts.check(survey(), group="locaton"), "did you mean 'location'"),
        (lambda: ts.check(survey(), school="x"), "school column 'x' is not in the data"),
        (lambda: ts.check(survey(), id="x"), "id column 'x' is not in the data"),
        (lambda: ts.check(survey(), {"NPC": []}), "no items are named"),
        (lambda: ts.check(survey(), ["npc1", "npc2", "npc1"]), "'npc1' is named twice"),
        (lambda: ts.check(survey().iloc[:0]), "empty"),
        (lambda: ts.check(survey().drop(columns="kr3"), INSTRUMENT), "'kr3' is not in the data"),
    ],
)
def test_what_cannot_be_checked_is_said(call: Callable[[], object], says: str) -> None:
    with pytest.raises(DataError, match=says):
        call()


# What strangers met ------------------------------------------------------------------------------


def test_rows_are_told_as_they_stand_in_the_file(tmp_path: Path) -> None:
    frame = survey().iloc[:60].astype({"ks1": object})
    frame.loc[30, "ks1"] = "no"
    text = frame.to_csv(index=False).splitlines()
    lines = [*text[:11], "", "", *text[11:]]
    row = next(place for place, line in enumerate(lines, 1) if ",no," in line)
    (tmp_path / "s.csv").write_text("\n".join(lines))
    frame = ts.read_survey(tmp_path / "s.csv")
    found = ts.check(frame, INSTRUMENT)
    texts = found.findings[found.findings["kind"] == "text among numbers"].iloc[0]
    assert texts["file_rows"] == [row]
    assert texts["rows"] == [row - 4]
    assert f"[row {row} of the file]" in " ".join(str(found).split())
    assert any(f"row {row}" in said for said in frame.attrs["reading"]["decisions"])


def test_labelled_numbers_are_read_by_the_repair() -> None:
    frame = changed(put("ks1", [3, 4, 5, 6], ["5 - да", "1 (нет)", "4 балла", "нет"]))
    repaired = ts.check(frame, INSTRUMENT).apply("text among numbers")
    np.testing.assert_array_equal(repaired.loc[3:6, "ks1"].to_numpy(float), [5, 1, 4, np.nan])


def test_rows_pasted_by_pandas_are_found() -> None:
    frame = survey()
    found = ts.check(pd.concat([frame, frame.iloc[:12]]), INSTRUMENT).findings
    assert found[found["kind"] == "copied rows"]["n_rows"].tolist() == [12]
    drawn = frame.sample(440, replace=True, random_state=1)
    assert "copied rows" not in set(ts.check(drawn, INSTRUMENT).findings["kind"])


def test_a_row_is_logged_once() -> None:
    frame = pd.concat([survey(), survey().iloc[:5]], ignore_index=True)
    frame.loc[[441, 9], "school"] = None
    frame.loc[1, "school"] = None
    repaired = ts.check(frame, INSTRUMENT, group="location").apply("all")
    counts = [int(said.split()[0]) for said in repaired.attrs["repairs"]]
    assert sum(counts) == len(frame) - len(repaired)


def test_a_near_tie_of_locations_is_not_repaired() -> None:
    frame = survey()
    rows = frame.index[frame["school"] == "S01"]
    frame.loc[rows[: len(rows) // 2], "location"] = "urban"
    found = ts.check(frame, INSTRUMENT, group="location").findings
    own = found[found["kind"] == "location varies within school"].iloc[0]
    assert own["repair"] == ""


def test_a_scale_that_is_wrong_is_called_so() -> None:
    told = ts.Instrument(INSTRUMENT.items, scale={"NPC": (-2, 2)})
    found = ts.check(survey(), told).findings
    assert found["kind"].tolist()[:5] == ["wrong scale?"] * 5
    assert "answers run from 1 to 5" in found.iloc[0]["what"]
    assert "stray code" not in set(found["kind"])


def test_answers_in_words_are_one_finding_an_item() -> None:
    found = ts.check(survey().assign(npc1="m"), INSTRUMENT).findings
    assert found[found["column"] == "npc1"]["kind"].tolist() == ["texts"]


def test_an_instrument_that_cannot_be_used_is_found() -> None:
    told = ts.Instrument(INSTRUMENT.items, school="shcool", not_applicable=77)
    found = ts.check(survey().assign(NPC=1, npc2=survey()["npc1"]), told).findings
    kinds = dict(zip(found["kind"], found["column"], strict=True))
    assert kinds["no school column"] == "shcool"
    assert kinds["name of a construct"] == "NPC"
    assert kinds["same answers"] == "npc1, npc2"
    assert "codes that do not occur" in kinds


@pytest.mark.parametrize(
    ("one", "other"), [("School No 10", "School No10"), ("4", "4.0"), ("№ 7", "№7")]
)
def test_numbers_of_schools_are_alike(one: str, other: str) -> None:
    frame = survey()
    frame["school"] = frame["school"].replace({"S01": one})
    frame.loc[0, "school"] = other
    found = ts.check(frame, INSTRUMENT).findings
    assert "labels alike" in set(found["kind"])


# Indices of careless answers ---------------------------------------------------------------------


def test_indices_by_hand() -> None:
    answers = np.array([[1, 1, 1, 2, 2, 2, 2, 5], [3, np.nan, 3, 3, 1, 2, 1, 2.0]])
    assert longstring(answers).tolist() == [4, 3]
    np.testing.assert_allclose(response_variability(answers[:1]), np.std(answers[0], ddof=1))


def test_even_odd_consistency_is_that_of_a_persons_own_profile() -> None:
    scales = [np.arange(4) + 4 * k for k in range(4)]
    consistent = np.repeat([1.0, 2.0, 4.0, 5.0], 4)[None]
    np.testing.assert_allclose(even_odd(consistent, scales), 1.0)
    against = consistent.copy()
    against[0, 1::2] = 6.0 - against[0, 1::2]
    assert even_odd(against, scales)[0] < -0.9
    assert np.isnan(even_odd(consistent, scales[:3])[0])


def test_mahalanobis_is_that_of_complete_rows() -> None:
    values = survey()[ITEMS].dropna().to_numpy(float)
    distance, p_value = mahalanobis(values)
    centred = values - values.mean(axis=0)
    expected = np.einsum("ij,jk,ik->i", centred, np.linalg.inv(np.cov(values.T)), centred)
    np.testing.assert_allclose(distance, expected, rtol=1e-8)
    assert ((p_value < 0.001) == (distance > 45.3147)).all()


def test_guttman_errors_by_hand() -> None:
    # Two-valued items, easiest first: taken by 4, 3 and 2 of five people.
    values = np.array([[1, 1, 1], [1, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 1.0]])
    np.testing.assert_allclose(guttman_errors(values)[4], 1.0)
    np.testing.assert_allclose(guttman_errors(values)[1], 0.0)
    assert np.isnan(guttman_errors(values)[0])


def test_people_who_answer_at_random_are_flagged() -> None:
    random = np.random.default_rng(1)
    frame = ts.datasets.teachers(missing=0)
    rows = random.choice(440, 22, replace=False)
    frame.loc[rows, ITEMS] = random.integers(1, 6, (22, 20)).astype(float)
    flagged = ts.check(frame, INSTRUMENT).responses["indications"] >= 2
    assert flagged.iloc[rows].mean() > 0.4
    assert flagged.drop(index=rows).mean() < 0.01
