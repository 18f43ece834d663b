"""The joint display: counts, agreement, silent cells, verdicts, bad input, the study's page."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from joint_display_cases import (
    BAD_VERDICTS,
    SPOILT,
    SPOILT_CODERS,
    Tables,
    small_interviews,
    two_coders,
)

import tpn_sem as ts
from tpn_sem.command import main
from tpn_sem.errors import DataError, NotAvailableError, OptionError
from tpn_sem.mixed_methods import cohen_kappa, interview_folder, nominal_alpha
from tpn_sem.triangle import Study, study
from tpn_sem.triangle.joint_step import joint_step
from tpn_sem.triangle.page import write_report

TEXT = "ks1 ~ npc1 + ksse1\nksse1 ~ npc1"


@pytest.fixture(scope="module")
def fit() -> ts.Fit:
    return quietly(ts.sem, TEXT, ts.datasets.teachers())


@pytest.fixture(scope="module")
def groups() -> ts.Fit:
    return quietly(ts.sem, TEXT, ts.datasets.teachers(), group="location")


@pytest.fixture
def interviews() -> ts.Interviews:
    return ts.read_interviews(**small_interviews())


# Agreement -----------------------------------------------------------------------------------


def one_each(table: Any) -> np.ndarray:
    """A table of counts as one table per decision."""
    counts = np.asarray(table, dtype=int)
    cells = [(i, j) for (i, j), n in np.ndenumerate(counts) for _ in range(n)]
    tables = np.zeros((len(cells), *counts.shape))
    for place, cell in enumerate(cells):
        tables[(place, *cell)] = 1.0
    return tables


def fleiss_error(table: Any) -> float:
    """The large-sample error as Fleiss, Cohen & Everitt (1969) write it."""
    p = np.asarray(table, float) / np.sum(table)
    row, column, k = p.sum(1), p.sum(0), range(len(p))
    po, pe = np.trace(p), float(row @ column)
    same = sum(p[i, i] * ((1 - pe) - (row[i] + column[i]) * (1 - po)) ** 2 for i in k)
    other = sum(p[i, j] * (column[i] + row[j]) ** 2 for i in k for j in k if i != j)
    variance = same + (1 - po) ** 2 * other - (po * pe - 2 * pe + po) ** 2
    return float(np.sqrt(variance / (np.sum(table) * (1 - pe) ** 4)))


COHEN = [[44, 5, 1], [7, 20, 3], [9, 5, 6]]
FLEISS = [[75, 1, 4], [5, 4, 1], [0, 0, 10]]


def test_kappa_is_that_of_cohen_and_its_error_that_of_fleiss() -> None:
    assert cohen_kappa(one_each(COHEN))[0] == pytest.approx(0.29 / 0.59, abs=1e-12)  # .492, 1960
    kappa, error = cohen_kappa(one_each(FLEISS))
    # Fleiss, Levin & Paik (2003, table 18.1) print .68 and .087, by rounded steps.
    assert (kappa, error) == (pytest.approx(0.68, abs=0.005), pytest.approx(0.087, abs=0.001))
    for table in (COHEN, FLEISS, [[5, 1], [2, 9]]):
        assert cohen_kappa(one_each(table))[1] == pytest.approx(fleiss_error(table), rel=1e-12)


def test_decisions_of_one_interviewee_may_depend_on_each_other() -> None:
    """Every unit doubled tells nothing new."""
    tables = one_each(FLEISS)
    assert cohen_kappa(2.0 * tables) == pytest.approx(cohen_kappa(tables), rel=1e-12)


def test_no_kappa_where_there_is_one_value() -> None:
    assert np.isnan(cohen_kappa(one_each([[9, 0], [0, 0]]))).all()


def values(*coders: str) -> np.ndarray:
    """How many coders gave each value to each unit, from a text by coder; "." is missing."""
    coders = tuple(text.replace(" ", "") for text in coders)
    known = sorted(set("".join(coders)) - {"."})
    return np.array([[unit.count(one) for one in known] for unit in zip(*coders, strict=True)])


@pytest.mark.parametrize(
    ("coders", "published"),
    [  # Krippendorff, Computing Krippendorff's alpha-reliability (2011), examples A, B and C
        (("0100000010", "1110010000"), 0.095),
        (("aabbdcccedda", "babbbcccedd d"), 0.692),
        (("123321412...", "12332241 25.3", ".33323422 51.", "123324412 51."), 0.743),
    ],
)
def test_alpha_is_that_of_krippendorff(coders: tuple[str, ...], published: float) -> None:
    assert nominal_alpha(values(*coders)) == pytest.approx(published, abs=0.0005)


def test_alpha_of_two_coders_by_its_formula() -> None:
    a, b, c, d = 5, 1, 2, 9  # both, first only, second only, neither
    n, ones = 2 * (a + b + c + d), 2 * a + b + c
    expected = 1 - (n - 1) * (b + c) / (ones * (n - ones))
    counts = np.array([[0, 2]] * a + [[1, 1]] * (b + c) + [[2, 0]] * d)
    assert nominal_alpha(counts) == pytest.approx(expected, abs=1e-12)
    assert np.isnan(nominal_alpha(counts[:a]))


def test_the_table_of_agreement_is_made_of_these() -> None:
    found = ts.read_interviews(**ts.datasets.interviews())
    table = found.agreement(seed=1)
    assert list(table.index) == ["(all codes)", *found.codebook.codes]
    for _, row in table.iterrows():
        cells = [[row["neither"], row["second_only"]], [row["first_only"], row["both"]]]
        share = (row["both"] + row["neither"]) / np.sum(cells)
        assert row["agreement"] == pytest.approx(share)
        assert row["kappa"] == pytest.approx(cohen_kappa(one_each(cells))[0], nan_ok=True)
        counts = [[2, 0]] * row["neither"] + [[0, 2]] * row["both"]
        counts += [[1, 1]] * (row["first_only"] + row["second_only"])
        assert row["alpha"] == pytest.approx(nominal_alpha(np.array(counts)), nan_ok=True)
        assert row["alpha_lower"] <= row["alpha"] <= row["alpha_upper"] or row["reason"]
        assert np.isfinite(row[["kappa_lower", "alpha_lower"]].astype(float)).all() or row["reason"]
    code = table.loc["mentoring"]
    cells = [[code["neither"], code["second_only"]], [code["first_only"], code["both"]]]
    width = code["kappa"] - code["kappa_lower"]
    assert width == pytest.approx(1.959964 * fleiss_error(cells), rel=1e-6)
    assert found.agreement(seed=1).equals(table)
    assert not found.agreement(seed=2)["alpha_lower"].equals(table["alpha_lower"])


def test_why_an_interval_is_not_there() -> None:
    def reason(*pairs: tuple[int, int]) -> str:
        names = [f"N{place}" for place in range(len(pairs))]
        coding = [
            (name, coder, code, "q" if code else "")
            for name, pair in zip(names, pairs, strict=True)
            for coder, given in zip("XY", pair, strict=True)
            for code in (["a"] if given else [])
        ]
        coding += [(names[0], coder, "b", "q") for coder in "XY"]
        people = {"interviewee": names, "coders": "X; Y", "school": "S", "location": "L"}
        found = ts.read_interviews(
            pd.DataFrame({"code": ["a", "b"]}),
            pd.DataFrame(coding, columns=["interviewee", "coder", "code", "quotation"]),
            interviewees=pd.DataFrame(people),
        )
        return str(found.agreement(draws=100).loc["a", "reason"])

    assert "neither coder gave it" in reason((0, 0), (0, 0))
    assert "both coders gave it to all" in reason((1, 1), (1, 1))
    assert "agree always" in reason((1, 1), (0, 0))
    assert "one interview" in reason((1, 0))
    assert "kappa is 0 whatever" in reason((1, 0), (0, 0), (1, 0))
    assert "draws nothing varies" in reason((1, 1), (1, 0), (0, 0), (0, 0), (0, 0))


def test_no_agreement_without_a_second_coder(interviews: ts.Interviews) -> None:
    assert interviews.agreement().empty


# Counts --------------------------------------------------------------------------------------


def test_counts_are_of_interviewees_and_not_of_mentions(interviews: ts.Interviews) -> None:
    table = interviews.counts()
    assert table.loc["isolation"].to_dict() == {
        "n": 2,
        "of": 4,
        "n rural": 1,
        "of rural": 2,
        "n urban": 1,
        "of urban": 2,
    }
    assert table["n"].to_dict() == {"isolation": 2, "able": 1, "kinds": 1}
    assert interviews.themes[0].count == "2 of 4; rural 1 of 2; urban 1 of 2"
    assert "not of mentions, out of 4" in interviews.notes[0]
    assert any("rows without a code list them: Dia" in note for note in interviews.notes)


def test_who_has_no_code_counts_only_where_listed() -> None:
    tables = small_interviews()
    tables["coding"] = tables["coding"].iloc[:-1]
    found = ts.read_interviews(**tables)
    assert found.counts()["of"].tolist() == [3, 3, 3]
    assert any("would be missing from these counts" in note for note in found.notes)
    people = pd.DataFrame({"interviewee": ["Ann", "Ben", "Cem", "Eve"], "school": "S1"})
    people["location"] = ["rural", "rural", "urban", "urban"]
    tables["coding"] = tables["coding"].drop(columns=["school", "location"])
    listed = ts.read_interviews(**tables, interviewees=people)
    assert listed.counts()["of"].tolist() == [4, 4, 4]
    assert any("the table of interviewees lists them: Eve" in note for note in listed.notes)
    assert any("several locations: S1" in note for note in listed.notes)


def test_by_which_rule_two_coders_count() -> None:
    by_rule = {rule: ts.read_interviews(**two_coders(), coders=rule) for rule in ("any", "both")}
    assert by_rule["any"].counts()["n"].to_dict() == {"alone": 2, "able": 2}
    assert by_rule["both"].counts()["n"].to_dict() == {"alone": 1, "able": 1}
    unsaid = ts.read_interviews(**two_coders())
    assert unsaid.counts().equals(by_rule["any"].counts())
    assert unsaid.notes == by_rule["any"].notes
    assert "With coders='both' 2 of 4 counts" in unsaid.notes[-1]
    assert "would be fewer" in unsaid.notes[-1]
    assert "2 of 2 counts" in by_rule["both"].notes[-1]
    quoted = {one.theme: one.quotations[0].interviewee for one in by_rule["both"].themes}
    assert quoted == {"alone": "Ann", "able": "Cem"}  # Ben's words do not count by this rule
    with pytest.raises(OptionError, match="without effect"):
        ts.read_interviews(**small_interviews(), coders="both")


def test_quotations_are_the_chosen_ones_or_the_first() -> None:
    tables = small_interviews()
    first = ts.read_interviews(**tables).themes[0].quotations
    assert [(q.text, q.interviewee, q.school, q.location) for q in first] == [
        ("Nobody to ask.", "Ann", "S1", "rural")
    ]
    tables["coding"]["display"] = ["", "x", "", "", "", "", ""]
    assert ts.read_interviews(**tables).themes[0].quotations[0].text == "I work by myself."
    bare = tables["coding"].drop(columns=["display", "quotation"]).drop_duplicates()
    found = ts.read_interviews(**{**tables, "coding": bare}, quotations=False)
    assert found.themes[0].quotations == ()


# Bad input -----------------------------------------------------------------------------------


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", SPOILT)
def test_bad_tables_are_told(name: str) -> None:
    spoil, message = SPOILT[name]
    tables: Tables = small_interviews()
    spoil(tables)
    with pytest.raises(DataError, match=message):
        ts.read_interviews(**tables)


@pytest.mark.parametrize("name", SPOILT_CODERS)
def test_bad_coders_are_told(name: str) -> None:
    spoil, message = SPOILT_CODERS[name]
    tables: Tables = two_coders()
    spoil(tables)
    with pytest.raises(DataError, match=message):
        ts.read_interviews(**tables)


def test_nobody_coded() -> None:
    tables = small_interviews()
    tables["coding"] = tables["coding"].iloc[-1:]
    with pytest.raises(DataError, match="gives no code to anybody"):
        ts.read_interviews(**tables)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", BAD_VERDICTS)
def test_bad_verdicts_are_told(name: str, fit: ts.Fit, interviews: ts.Interviews) -> None:
    verdicts, message = BAD_VERDICTS[name]
    with pytest.raises(DataError, match=message):
        ts.joint_display(fit, interviews, verdicts=verdicts)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        (
            "npc1 -> ks2",
            "links=, row 0, column 'path': the model has no path 'npc1 → ks2'; did you",
        ),
        ("ks1 -> npc1", "it has the reverse, 'npc1 → ks1'"),
        ("zz ~ yy", "It has npc1 → ks1"),
    ],
)
def test_paths_that_the_model_lacks(fit: ts.Fit, path: str, message: str) -> None:
    tables = small_interviews()
    tables["links"].loc[0, "path"] = path
    found = ts.read_interviews(**tables)
    with pytest.raises(DataError, match=message):
        ts.joint_display(fit, found)
    told = ts.joint_display(fit, found, lacking="tell")
    assert "this model has no path" in told.silent.set_index("theme").loc["isolation", "why"]


def test_fits_that_have_no_paths_to_show(interviews: ts.Interviews, groups: ts.Fit) -> None:
    with pytest.raises(OptionError, match="give a fit of all rows together"):
        ts.joint_display(groups, interviews)
    teachers = ts.datasets.teachers()
    bare = quietly(ts.cfa, "f =~ npc1 + npc2 + npc3", teachers)
    with pytest.raises(NotAvailableError, match="has no paths"):
        ts.joint_display(bare, interviews)
    stopped = quietly(ts.sem, "f =~ npc1 + npc2 + npc3\nks1 ~ f", teachers, max_iterations=1)
    with pytest.raises(NotAvailableError, match="did not converge"):
        ts.joint_display(stopped, interviews)


def test_groups_of_another_model(fit: ts.Fit, interviews: ts.Interviews) -> None:
    teachers = ts.datasets.teachers()
    other = quietly(ts.sem, "kr1 ~ npc1", teachers, group="location")
    with pytest.raises(OptionError, match="by_group= has none of the paths npc1 → ks1"):
        ts.joint_display(fit, interviews, by_group=other)
    part = quietly(ts.sem, "ks1 ~ npc1 + ksse1", teachers, group="location")
    found = ts.joint_display(fit, interviews, by_group=part)
    assert "Not compared by group: npc1 → ksse1." in found.notes
    assert "not compared" in found.html()


@pytest.mark.parametrize("option", [{"encoding": "utf-8"}, {"separator": ";"}])
def test_options_on_files_need_a_file(option: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match="and none is given"):
        ts.read_interviews(**small_interviews(), **option)


@pytest.mark.parametrize("option", [{"draws": 3}, {"seed": -1}, {"rows": "themse"}])
def test_options_of_the_display(
    fit: ts.Fit, interviews: ts.Interviews, option: dict[str, Any]
) -> None:
    with pytest.raises(OptionError):
        ts.joint_display(fit, interviews, **option)


# The display ---------------------------------------------------------------------------------


def test_rows_hold_estimates_differences_counts_and_words(
    fit: ts.Fit, groups: ts.Fit, interviews: ts.Interviews
) -> None:
    found = ts.joint_display(fit, interviews, by_group=groups)
    table = found.table.set_index("path")
    assert list(table.index) == ["npc1 → ks1", "ksse1 → ks1", "npc1 → ksse1", ""]
    standard = fit.standardized().query("op == '~' and lhs == 'ks1' and rhs == 'npc1'").iloc[0]
    names = ["estimate", "se", "ci_lower", "ci_upper", "p_value"]
    assert table.loc["npc1 → ks1", names].tolist() == standard[names].tolist()
    paths = (
        ts.group_differences(groups)
        .standardized_paths.query("kind == 'direct'")
        .set_index("effect")
    )
    for path in ("npc1 → ks1", "ksse1 → ks1", "npc1 → ksse1"):
        assert table.loc[path, "difference"] == paths.loc[path, "estimate"]
        assert table.loc[path, "difference_ci_upper"] == paths.loc[path, "ci_upper"]
    row = table.loc["npc1 → ks1"]
    words = ["quotation", "interviewee", "school", "location", "interviewees", "silent"]
    assert row[words].tolist() == [
        *("Nobody to ask.", "Ann", "S1", "rural", "2 of 4; rural 1 of 2; urban 1 of 2", "")
    ]
    assert (row["n"], row["of"], row["n rural"], row["of urban"]) == (2, 4, 1, 2)
    given = ts.group_differences(groups)
    assert ts.joint_display(fit, interviews, by_group=given).table.equals(found.table)
    assert len(found.differences) == 3


def test_silent_cells_are_shown(fit: ts.Fit, interviews: ts.Interviews) -> None:
    found = ts.joint_display(fit, interviews)
    assert found.silent[["silent", "path", "theme"]].to_numpy().tolist() == [
        ["interviews", "npc1 → ksse1", ""],
        ["survey", "", "kinds"],
    ]
    table = found.table
    assert table["verdict"].tolist() == ["not judged yet", "not judged yet", "silent", "silent"]
    text = found.html()
    assert "silent: no theme of the interviews is linked to this path" in text
    assert "silent: no path of the model is linked to this theme" in text
    assert "silent: no theme" in str(found)


def test_a_theme_that_nobody_speaks_of_is_silent(fit: ts.Fit) -> None:
    tables = small_interviews()
    tables["coding"] = tables["coding"][tables["coding"]["code"] != "able"]
    found = ts.joint_display(fit, ts.read_interviews(**tables))
    row = found.table.set_index("path").loc["ksse1 → ks1"]
    assert (row["silent"], row["n"]) == ("no interviewee speaks of this theme", 0)
    assert "no interviewee speaks" in found.html()


def test_without_links_all_is_silent(fit: ts.Fit) -> None:
    tables = small_interviews()
    del tables["links"]
    found = ts.joint_display(fit, ts.read_interviews(**tables))
    assert len(found.silent) == len(found.table) == 6
    assert "Every cell is silent: there is nothing to judge." in found.notes
    assert found.verdict_form.empty


@pytest.mark.parametrize("path", ["ks1~npc1", "ks1 ~ npc1", "npc1->ks1", "npc1 → ks1", "ks1<-npc1"])
def test_paths_are_read_as_they_are_written(fit: ts.Fit, path: str) -> None:
    tables = small_interviews()
    tables["links"].loc[0, "path"] = path
    found = ts.joint_display(fit, ts.read_interviews(**tables), verdicts={path: "Confirm"})
    assert found.table.loc[0, ["path", "verdict"]].tolist() == ["npc1 → ks1", "confirm"]


def test_verdicts_are_entered_by_a_person(
    fit: ts.Fit, interviews: ts.Interviews, tmp_path: Path
) -> None:
    empty = ts.joint_display(fit, interviews)
    assert "2 of 2 pairs of path and theme are not judged yet" in empty.notes[-1]
    form = empty.verdict_form
    assert form[["path", "theme", "verdict"]].to_numpy().tolist() == [
        ["npc1 → ks1", "isolation", ""],
        ["ksse1 → ks1", "able", ""],
    ]
    form.to_csv(tmp_path / "form.csv", index=False)
    assert ts.joint_display(fit, interviews, verdicts=tmp_path / "form.csv").table.equals(
        empty.table
    )
    form.loc[0, ["verdict", "note", "who"]] = ["discord", "they say the reverse", "R. K."]
    form.to_csv(tmp_path / "form.csv", index=False)
    judged = ts.joint_display(fit, interviews, verdicts=tmp_path / "form.csv")
    assert judged.table.loc[0, ["verdict", "verdict_note", "who"]].tolist() == [
        *("discord", "they say the reverse", "R. K.")
    ]
    by_dict = {
        "isolation": {"verdict": "discord", "note": "they say the reverse", "who": "R. K."},
        "npc1 -> ksse1": "silent",
    }
    same = ts.joint_display(fit, interviews, verdicts=by_dict)
    assert same.table.equals(judged.table)
    assert "Verdicts that do not say who gave them: 1." in same.notes
    assert same.verdict_form.equals(judged.verdict_form)


def test_rows_can_be_themes(fit: ts.Fit, interviews: ts.Interviews) -> None:
    found = ts.joint_display(fit, interviews, rows="themes")
    assert found.table["theme"].tolist() == ["isolation", "able", "kinds", ""]
    assert sorted(found.table["path"]) == sorted(ts.joint_display(fit, interviews).table["path"])


def test_a_path_with_several_themes_stands_once_on_the_page(fit: ts.Fit) -> None:
    tables = small_interviews()
    tables["links"] = pd.DataFrame({"theme": ["isolation", "kinds"], "path": ["ks1 ~ npc1"] * 2})
    found = ts.joint_display(fit, ts.read_interviews(**tables))
    assert found.table["path"].tolist().count("npc1 → ks1") == 2
    assert found.html().count("<b>npc1 → ks1</b>") == 1
    assert 'rowspan="2"' in found.html()


def test_locations_that_are_no_groups_of_the_fit(fit: ts.Fit, groups: ts.Fit) -> None:
    tables = small_interviews()
    tables["coding"]["location"] = tables["coding"]["location"].replace("rural", "village")
    found = ts.joint_display(fit, ts.read_interviews(**tables), by_group=groups)
    assert any("(village) are not among the groups" in note for note in found.notes)


def test_more_than_two_groups(fit: ts.Fit, interviews: ts.Interviews) -> None:
    teachers = ts.datasets.teachers()
    teachers["third"] = np.array(["a", "b", "c"])[teachers["teacher"] % 3]
    three = quietly(ts.sem, TEXT, teachers, group="third")
    found = ts.joint_display(fit, interviews, by_group=three)
    first, *others = three.group_labels
    assert {f"difference {name}" for name in others} <= set(found.table)
    assert all(f"{name} − {first}: " in found.html() for name in others)


def test_what_is_written(fit: ts.Fit, interviews: ts.Interviews, tmp_path: Path) -> None:
    tables = small_interviews()
    tables["coding"].loc[0, "quotation"] = "=1+1 <script>alert(1)</script>"
    found = ts.joint_display(fit, ts.read_interviews(**tables))
    found.save(tmp_path / "d.html")
    page = (tmp_path / "d.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page + found._repr_html_()
    found.save(tmp_path / "d.csv")
    back = pd.read_csv(tmp_path / "d.csv")
    assert back["quotation"][0].startswith("'=1+1")
    assert len(back) == len(found.table)
    with pytest.raises(OptionError, match=r"saved as \.html or \.csv"):
        found.save(tmp_path / "d.docx")


# Files, and the synthetic interviews ---------------------------------------------------------


def test_files_of_any_encoding_and_separator(tmp_path: Path) -> None:
    tables = small_interviews()
    tables["coding"].loc[0, "quotation"] = "Не с кем посоветоваться; совсем"
    for name, table in tables.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False, sep=";", encoding="cp1251")
    paths = {name: tmp_path / f"{name}.csv" for name in tables}
    found = ts.read_interviews(**paths, encoding="cp1251", separator=";")
    assert found.themes[0].quotations[0].text == "Не с кем посоветоваться; совсем"
    assert found.counts().equals(ts.read_interviews(**small_interviews()).counts())
    tables["coding"].loc[4, "code"] = "alnoe"
    tables["coding"].to_csv(tmp_path / "coding.csv", index=False)
    with pytest.raises(DataError, match=r"coding\.csv, row 6, column 'code'"):
        ts.read_interviews(**paths)


def test_columns_that_are_not_used_are_named() -> None:
    tables = small_interviews()
    tables["coding"]["minutes"] = 30
    assert ts.read_interviews(**tables).notes[0] == ("coding=: columns that are not used: minutes.")


def test_the_synthetic_interviews_say_so(fit: ts.Fit) -> None:
    tables = ts.datasets.interviews()
    assert all(table.attrs["synthetic"] for table in tables.values())
    quotations = tables["coding"]["quotation"]
    assert quotations[quotations != ""].str.endswith("(synthetic).").all()
    people = tables["interviewees"]
    assert people["location"].value_counts().to_dict() == {"urban": 23, "rural": 18}
    teachers = ts.datasets.teachers().drop_duplicates("school").set_index("school")["location"]
    assert people["school"].map(teachers).equals(people["location"].rename("school"))
    assert set(people["school"]) == set(teachers.index)
    found = ts.joint_display(fit, ts.read_interviews(**tables), lacking="tell")
    assert found.synthetic
    assert "The interviews are synthetic" in found.notes[0]
    assert "synthetic" in found.title
    assert "The interviews are synthetic" in found._repr_html_()
    assert not ts.joint_display(fit, ts.read_interviews(**small_interviews())).synthetic


def test_the_bundled_files_are_those_that_the_script_makes() -> None:
    folder = ts.datasets.interviews_path()
    for name, table in ts.datasets.interviews().items():
        shipped = pd.read_csv(folder / f"{name}.csv", keep_default_na=False)
        pd.testing.assert_frame_equal(shipped, table.astype(str))
    found, verdicts = interview_folder(folder)
    assert verdicts is None
    assert found.synthetic  # by the quotations, as files have no attributes
    assert found.counts().equals(ts.read_interviews(**ts.datasets.interviews()).counts())
    other = ts.datasets.interviews(seed=1)["coding"]
    assert not other.equals(ts.datasets.interviews()["coding"])


def test_a_folder_lacks_a_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is no folder"):
        interview_folder(tmp_path / "nowhere")
    ts.datasets.write_interviews_csv(tmp_path)
    (tmp_path / "links.csv").rename(tmp_path / "link.csv")
    with pytest.raises(DataError, match=r"'link.csv'; did you mean 'links.csv'"):
        interview_folder(tmp_path)
    (tmp_path / "coding.csv").rename(tmp_path / "codings.csv")
    with pytest.raises(DataError, match=r"no coding.csv; did you mean 'codings.csv'"):
        interview_folder(tmp_path)


def test_the_command_refuses_what_it_cannot_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = ["--out", str(tmp_path / "out"), "--quiet"]
    assert main(["study", "--interviews", str(tmp_path / "nowhere"), *out]) == 1
    assert "is no folder" in capsys.readouterr().err
    assert main(["study", "--coders", "any", *out]) == 1
    assert "--interviews" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


# The study -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def joint_study() -> Study:
    return study(
        ts.datasets.teachers(),
        group="location",
        variants=["four factors", "partial mediation"],
        permutations=0,
        scrutiny=False,
        interviews=ts.read_interviews(**ts.datasets.interviews()),
        verdicts={"KSSE -> KS": ("confirm", "", "A. B.")},
    )


@pytest.mark.slow
def test_the_study_has_a_joint_display(joint_study: Study, tmp_path: Path) -> None:
    found = joint_study.joint_display
    assert found is not None
    assert found.table["path"].tolist()[:5] == [
        *("NPC → KSSE", "NPC → KS", "KSSE → KS", "NPC → KR", "KSSE → KR")
    ]
    assert found.table["difference"].notna()[:5].all()
    assert "confirm" in found.table["verdict"].tolist()
    assert any("interviews are synthetic" in note for note in joint_study.notes)
    write_report(joint_study, tmp_path, ts.__version__)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    section = page.split('<section id="joint_display"')[1]
    assert "Joint display, of synthetic interviews" in section
    text = re.sub(r"<[^>]+>", "", section)
    assert "silent: no theme of the interviews is linked to this path" in text
    assert "silent: this model has no path rural → NPC" in text
    assert "confirm (A. B.)" in text
    assert "not judged yet" in text
    assert "Do two coders agree?" in text
    tables = {path.stem for path in (tmp_path / "tables").glob("*.csv")}
    assert {"joint_display", "joint_display_silent", "coder_agreement"} <= tables


def test_what_the_step_tells_instead_of_a_display(fit: ts.Fit, interviews: ts.Interviews) -> None:
    assert joint_step(fit, [], [], None, None, None) == (None, [])
    found, notes = joint_step(None, [], [], None, interviews, None)
    assert found is None
    assert notes == ["No joint display: the main variant could not be fitted."]
    found, notes = joint_step(fit, [], [fit], None, interviews, {"npc1 -> ks9": "confirm"})
    assert found is None
    assert notes[0].startswith("No joint display: verdicts=, 'npc1 -> ks9': the model has no path")
    tables = small_interviews()
    tables["links"].loc[0, "path"] = "npc -> ks1"
    slip = ts.read_interviews(**tables)
    found, notes = joint_step(fit, ["ks1"], [fit], None, slip, None)
    assert found is not None
    assert notes == [
        "Links of the interviews name 'npc', which neither the data nor a fitted variant has; "
        "did you mean 'npc1'?"
    ]


@pytest.mark.slow
def test_the_command_takes_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out = tmp_path / "talks", tmp_path / "out"
    folder.mkdir()
    ts.datasets.write_interviews_csv(folder)
    verdict = {"path": ["KSSE ~ NPC"], "verdict": ["discord"], "who": ["R. K."]}
    pd.DataFrame(verdict).to_csv(folder / "verdicts.csv", index=False)
    options = ["--variants", "partial mediation", "--permutations", "0", "--no-scrutiny", "--quiet"]
    where = ["--interviews", str(folder), "--coders", "both", "--out", str(out)]
    assert main(["study", *options, *where]) == 0
    assert "! The interviews are synthetic" in capsys.readouterr().out
    table = pd.read_csv(out / "tables" / "joint_display.csv")
    assert table.set_index("path").loc["NPC → KSSE", ["verdict", "who"]].tolist() == [
        *("discord", "R. K.")
    ]
    again = tomllib.loads((out / "run.toml").read_text(encoding="utf-8"))
    assert again["options"]["interviews"] == str(folder.resolve())
    digests = {f"interviews/{path.name}" for path in folder.iterdir()}
    assert digests <= set(again["sha256"])


def test_the_study_refuses_verdicts_before_it_fits() -> None:
    teachers = ts.datasets.teachers()
    with pytest.raises(OptionError, match="give interviews= too"):
        study(teachers, verdicts={"KSSE -> KS": "confirm"})
    interviews = ts.read_interviews(**ts.datasets.interviews())
    with pytest.raises(DataError, match="no verdict"):
        study(teachers, interviews=interviews, verdicts={"KSSE -> KS": "perhaps"})


@pytest.mark.slow
def test_the_library_loads_without_it() -> None:
    code = "import sys, tpn_sem; print('tpn_sem.mixed_methods' in sys.modules)"
    root = Path(__file__).parents[1]
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert found.stdout.strip() == "False"
