"""The study's report in Russian and Kazakh: whole sentences, names and code as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem import languages
from tpn_sem.drawing import Table
from tpn_sem.drawing.documents import Bullets, Code, Fold, Heading, Note, Report, Section
from tpn_sem.errors import OptionError
from tpn_sem.sentence_templates import SentenceTemplates
from tpn_sem.triangle import Study
from tpn_sem.triangle.page import study_report, write_report

OTHERS = ("ru", "kk")
QUOTED = re.compile(r"“[a-z][^”]*”")  # the thesis' words stay as they are
ENGLISH = re.compile(
    r"\b(the|is|are|of|with|which|and|not|by|that|than|from|each|their|these|has|have)\b"
)
BOOKS = re.compile(r"\(\d{4}\)\. |Understanding informal learning")


@cache
def content(study: Study, language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(study_report(study, language=language).to_json())
    return found


def texts(part: dict[str, Any]) -> Iterator[str]:
    """All that is read of a report but code."""
    if part.get("type") == "code":
        return
    for key in ("text", "summary", "caption", "description", "title", "heading", "made_by"):
        if isinstance(part.get(key), str):
            yield part[key]
    yield from part.get("items", ())
    yield from part.get("notes", ())
    yield from (column["heading"] for column in part.get("columns", ()))
    yield from (cell for row in part.get("shown", ()) for cell in row)
    if "svg" in part:
        yield from re.findall(r"<text[^>]*>([^<]*)</text>", part["svg"])
    for inner in (*part.get("sections", ()), *part.get("parts", ())):
        if isinstance(inner, dict):
            yield from texts(inner)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("language", OTHERS)
def test_no_sentence_stays_english(language: str, whole_study: Study) -> None:
    english = {
        text
        for text in texts(content(whole_study, language))
        if ENGLISH.search(QUOTED.sub("", text)) and not BOOKS.search(text)
    }
    assert not english


@pytest.mark.parametrize("language", OTHERS)
def test_numbers_have_commas(language: str, whole_study: Study) -> None:
    versions = re.compile(r"\b\d+\.\d+\.\d+\b|tables/\S+|\bpp\. ")
    found = content(whole_study, language)
    points = [
        text
        for text in texts(found)
        if re.search(r"\d\.\d", versions.sub("", text)) and not BOOKS.search(text)
    ]
    assert not points
    assert found["language"] == language


@pytest.mark.sampled(2)
@pytest.mark.parametrize("language", OTHERS)
def test_references_and_code_stay_as_they_are(language: str, whole_study: Study) -> None:
    def kept(found: dict[str, Any]) -> list[str]:
        section = next(one for one in found["sections"] if one["key"] == "methods")
        models = next(one for one in found["sections"] if one["key"] == "models")
        folds = [part for part in models["parts"] if part["type"] == "fold"]
        code = [inner["text"] for fold in folds for inner in fold["parts"] if "text" in inner]
        lists = [part["items"] for part in section["parts"] if part["type"] == "list"]
        return [*code, *(item for items in lists for item in items)]

    own = kept(content(whole_study, language))
    assert own == kept(content(whole_study, "en"))
    assert any("=~" in one for one in own)
    assert any("Psychometrika" in one for one in own)


@pytest.mark.slow
def test_an_english_report_is_the_same_after_others(whole_study: Study) -> None:
    before = content(whole_study, "en")
    for language in OTHERS:
        study_report(whole_study, language=language).to_html()
    assert json.loads(study_report(whole_study).to_json()) == before


def test_values_with_all_digits_are_the_same(whole_study: Study) -> None:
    def rows(language: str) -> list[Any]:
        return [
            [[value for value in row if not isinstance(value, str)] for row in part["rows"]]
            for section in content(whole_study, language)["sections"]
            for part in section["parts"]
            if part["type"] == "table"
        ]

    assert rows("ru") == rows("en")


@pytest.mark.slow
def test_the_folder_is_written_in_a_language(whole_study: Study, tmp_path: Path) -> None:
    write_report(whole_study, tmp_path, formats=["html", "json"], language="ru")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert '<html lang="ru">' in page
    assert "Структурная модель: частичная медиация" in page
    assert "Таблица 2." in page
    assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["language"] == "ru"


def test_a_language_without_a_catalogue_is_refused(whole_study: Study) -> None:
    with pytest.raises(OptionError, match="language='de'"):
        study_report(whole_study, language="de")
    with pytest.raises(OptionError, match="language='de'"):
        Report("A", [], language="de")


def test_every_kind_of_part_speaks_and_code_does_not() -> None:
    table = Table(pd.DataFrame({"item": ["Loadings"], "verdict": ["excluded"]}), "Loadings")
    parts = ["Standardised.", Heading("Loadings"), Note("Standardised."), Bullets(["Limits"])]
    section = Section("one", "Limits", [*parts, Code("Loadings =~ x1"), Fold("Limits", [table])])
    page = Report("Limits", [section], ["Standardised."], language="ru").to_html()
    assert "Ограничения" in page
    assert "Стандартизовано." in page
    assert "Нагрузки" in page
    assert "исключён" in page
    assert "Loadings =~ x1" in page
    assert ">Loadings<" in page  # an item of that name


CONSTRUCTS = {
    "change": ["mean", "total", "a3"],
    "rural": ["quality", "b2", "b3"],
    "mentoring": ["c1", "group", "c3"],
    "Estimate": ["d1", "d2", "agree"],
}
SURVEYS: dict[str, dict[str, Any]] = {
    "groups": {"group": "place"},
    "alone": {},
    "ordinal": {"group": "place", "ordered": True},
}


@cache
def own_study(kind: str) -> Study:
    """A survey whose names are words of the catalogues."""
    random = np.random.default_rng(5)
    factors = random.multivariate_normal(np.zeros(4), 0.4 + 0.6 * np.eye(4), 260)
    answers = {
        item: np.clip(np.round(3.0 + 0.8 * trait + 0.7 * random.normal(size=260)), 1, 5)
        for items, trait in zip(CONSTRUCTS.values(), factors.T, strict=True)
        for item in items
    }
    rows = pd.DataFrame(answers).assign(place=np.where(random.random(260) < 0.5, "school", "data"))
    instrument = ts.Instrument(CONSTRUCTS, scale="1-5")
    options = {"scrutiny": False, "permutations": 0} | SURVEYS[kind]
    found: Study = quietly(ts.triangle.study, rows, instrument, **options)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(SURVEYS))
@pytest.mark.parametrize("language", OTHERS)
def test_studies_of_ones_own_are_in_the_language(kind: str, language: str) -> None:
    every = set(texts(content(own_study(kind), language)))
    english = {
        text for text in every if ENGLISH.search(QUOTED.sub("", text)) and not BOOKS.search(text)
    }
    assert not english


@pytest.mark.parametrize("language", OTHERS)
def test_names_of_ones_own_stay_as_they_are(language: str) -> None:
    cells = set(texts(content(own_study("groups"), language)))
    names = {*CONSTRUCTS, *(item for items in CONSTRUCTS.values() for item in items)}
    assert names <= cells
    with languages.speaking(language):
        others = {languages.said(name) for name in names} - names
    assert others
    assert not others & cells


def test_names_of_a_model_stay_as_they_are() -> None:
    text = "change =~ mean + x2 + x3; rural =~ x4 + x5 + x6; rural ~ change"
    rows = ts.datasets.holzinger_swineford_1939().rename(columns={"x1": "mean"})
    fit = ts.sem(text, rows)
    shown = [
        fit.to_text(language="ru"),
        fit.to_html(language="ru"),
        ts.structural_after_measurement(text, rows).to_text(language="ru"),
        ts.paper_table(fit, rows=["loadings", "variances"], language="ru").to_text(),
    ]
    for one in shown:
        assert "change" in one
        assert "перемены" not in one
    assert "Свободные члены, пороги и дисперсии" in shown[0]
    assert "Structure" not in shown[2]


MESSAGES = {
    "{n1}% of {w1} is left ({n2} to {n3}).": "остаётся {n1} % {w1} (от {n2} до {n3}).",
    "{v1} variance": "дисперсия {v1}",
    "the efficacy": "эффективность",
    "the need": "потребность",
    "and": "и",
    "plain": "просто",
    "plain, and new": "просто, новое",
}
TEMPLATES = SentenceTemplates.of(MESSAGES, lambda number: number.replace(".", ","))


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("english", "other"),
    [
        ("12.5% of the need is left (-1 to 3e-5).", "остаётся 12,5 % потребность (от -1 до 3e-5)."),
        ("plain", "просто"),
        ("Plain", "Просто"),
        ("plain.", "просто."),
        ("plain: plain; plain, plain and plain", "просто: просто; просто, просто и просто"),
        ("the need variance, the efficacy", "дисперсия потребность, эффективность"),
        ("the need 0.5, the efficacy 1.5", "потребность 0,5, эффективность 1,5"),
        ("the need → the efficacy", "потребность → эффективность"),
        ("nobody knows this", "nobody knows this"),
        ("nobody knows this, the need and plain", "nobody knows this, the need and plain"),
        ("the need: nobody knows this", "the need: nobody knows this"),
        ("the need: trust1", "потребность: trust1"),
        ("the need, plain, and new", "потребность, просто, новое"),
        ("nobody knows {n1}, {w1}, %s, \\1", "nobody knows {n1}, {w1}, %s, \\1"),
        ("5% of {w1} is left (1 to 2).", "остаётся 5 % {w1} (от 1 до 2)."),
        ("", ""),
        ("  plain ", "  просто "),
        ("0.25", "0,25"),
        ("version 0.1.0", "version 0.1.0"),
    ],
)
def test_sentences_are_found_by_the_words_around_their_values(english: str, other: str) -> None:
    assert TEMPLATES.translated(english) == other


def test_what_is_said_in_english_is_not_looked_up() -> None:
    assert languages.said("excluded") == "excluded"
    with languages.speaking("ru"):
        assert languages.said("excluded") == "исключён"


def test_figures_are_drawn_in_the_language() -> None:
    text = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6"
    fit = ts.cfa(text, ts.datasets.holzinger_swineford_1939())
    with languages.speaking("ru"):
        drawn = fit.path_diagram().svg
    assert "Сплошные" in drawn
    assert "visual" in drawn
    assert "Solid" in fit.path_diagram().svg


def test_captions_of_latex_begin_in_the_language() -> None:
    section = Section("one", "Limits", [Table(pd.DataFrame({"estimate": [0.5]}), "Loadings")])
    text = Report("Limits", [section], language="ru").to_latex()
    assert r"\renewcommand{\tablename}{Таблица}" in text
    assert r"\tablename" not in Report("Limits", [section]).to_latex()
