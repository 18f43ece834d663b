"""What is shown in Russian and Kazakh: words, decimal marks, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from babel.messages.pofile import read_po

import tpn_sem as ts
from tpn_sem import datasets, languages
from tpn_sem.drawing import Table, p_phrase
from tpn_sem.drawing.number_formats import format_below_one, format_estimate
from tpn_sem.drawing.tables.heading_words import _WORDS
from tpn_sem.drawing.tables.parameter_words import _SAID
from tpn_sem.errors import OptionError

OTHERS = ("ru", "kk")
LOCALE = Path(languages.__file__).parent / "locale"
PLACE = re.compile(r"\{\w+\}")
SYMBOLS = {"χ²", "Δχ²", "SE", "SD", "ICC", "AVE", "R²", "Mc", "p", "z", "t", "n", "df", "Δdf", "M"}


def catalogue(language: str) -> dict[str, str]:
    with (LOCALE / language / "LC_MESSAGES" / "tpn_sem.po").open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}


@pytest.fixture(scope="module")
def fit() -> ts.Fit:
    text = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; textual ~ visual"
    return ts.sem(text, datasets.holzinger_swineford_1939())


@pytest.mark.parametrize("language", OTHERS)
def test_what_is_compiled_is_what_stands_in_the_catalogue(language: str) -> None:
    for english, other in catalogue(language).items():
        with languages.speaking(language):
            assert languages.said(english) == other
        assert languages.said(english) == english


@pytest.mark.parametrize("language", OTHERS)
def test_catalogues_are_whole(language: str) -> None:
    known = catalogue(language)
    assert set(known) == set(catalogue(OTHERS[0]))
    for english, other in known.items():
        assert other
        assert sorted(PLACE.findall(english)) == sorted(PLACE.findall(other)), english
    assert set(_SAID.values()) <= set(known)
    words = {word for word in _WORDS.values() if not word.startswith("Δ")} - SYMBOLS
    missing = words - set(known)
    assert missing <= {"Expected change (latent standardised)"}


@pytest.mark.parametrize("language", OTHERS)
def test_numbers_have_the_mark_of_the_language(language: str) -> None:
    with languages.speaking(language):
        assert p_phrase(0.0123) == "p = 0,012"
        assert p_phrase(0.0001) == "p < 0,001"
        assert format_below_one(-0.25, 2) == "-0,25"
        assert format_estimate(1.5) == "1,50"
    assert p_phrase(0.0123) == "p = .012"
    assert p_phrase(0.0001) == "p < .001"
    assert format_below_one(-0.25, 2) == "-.25"


@pytest.mark.parametrize("language", OTHERS)
def test_all_forms_speak(language: str, fit: ts.Fit, tmp_path: Path) -> None:
    heading = catalogue(language)["Estimate"]
    for shown in (
        fit.to_html(language=language),
        fit.to_latex(language=language),
        fit.to_markdown(language=language),
    ):
        assert heading in shown
        assert "0,503" in shown
        assert not re.search(r">Estimate<|& Estimate|\| Estimate", shown)
    assert "0.503" in fit.to_markdown()
    assert "Estimate" in fit.to_markdown()
    fit.to_docx(tmp_path / "fit.docx", language=language)
    import docx

    cells = [
        cell.text
        for table in docx.Document(str(tmp_path / "fit.docx")).tables
        for row in table.rows
        for cell in row.cells
    ]
    assert heading in cells


def test_excel_keeps_numbers_numbers(fit: ts.Fit, tmp_path: Path) -> None:
    import openpyxl

    fit.to_excel(tmp_path / "fit.xlsx", language="ru")
    sheets = openpyxl.load_workbook(tmp_path / "fit.xlsx").worksheets
    values = [cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row]
    assert "Оценка" in values
    assert any(isinstance(value, float) for value in values)


def test_paper_tables_keep_their_language(fit: ts.Fit) -> None:
    table = ts.paper_table(fit, rows="loadings", beneath="ci", language="ru")
    for shown in (str(table), table.to_html(), table.to_markdown()):
        assert "visual, пункт x1" in shown
        assert re.search(r"\[0,\d\d; 0,\d\d\\?\]", shown)
        assert "Примечание." in shown
    assert table.to_text(language="en").startswith("Parameter")


def test_names_of_users_are_left_alone() -> None:
    frame = pd.DataFrame({"Group": ["Estimate", "Mean"], "w": [0.5, 1.5]}, index=["Item", "Path"])
    shown = Table(frame).to_markdown(language="ru")
    assert "Estimate" in shown
    assert "| Item |" in shown
    row = {"lhs": "{lhs}", "op": "=~", "rhs": "{0} & <b>"}
    assert ts.words_of(row, language="kk") == "{lhs}, {0} & <b> тармағы"
    effect = {"kind": "indirect", "from": "NPC", "through": "KSSE", "to": "KS"}
    assert ts.words_of(effect, language="ru") == "косвенный эффект NPC на KS через KSSE"


def test_unknown_languages_are_refused(fit: ts.Fit) -> None:
    for ask in (
        lambda: fit.to_html(language="de"),
        lambda: Table(pd.DataFrame({"a": [1]}), language="russian"),
        lambda: ts.paper_table(fit, language="RU"),
        lambda: ts.words_of({"lhs": "a", "op": "~", "rhs": "b"}, language=""),
    ):
        with pytest.raises(OptionError, match="language="):
            ask()
    assert languages.spoken() == "en"
