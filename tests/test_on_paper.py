"""What results and reports are as LaTeX and LibreOffice set them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import quietly
from paper import article, converted, set_by

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.drawing import Table
from tpn_sem.drawing.documents import Bullets, Code, Fold, Heading, Note, Report, Section

pytestmark = pytest.mark.slow
MODEL = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; speed =~ x7 + x8 + x9"
LANGUAGES = ("en", "ru", "kk")
PLAIN = [
    *("R&D", "a_b", "50%", "<script>alert(1)</script>", "#1", "$x$", "~t", "^h", "{b}"),
    *("back\\slash", 'say "hi"', "it's", "`code`", "a--b---c", "``x''", ",,x", "\\input{x}"),
    *("a|b", "*star*", "[br]", "\\textbf{x}%", "<<x>>", "?`", "&amp;"),
]
OTHERS = ["Әсем ғұмыр", "қазақ ІӨҮҢҺ", "ß é ñ ü ł ő ș", "½ § € £", "χ² → Δ", "ʼapos"]
UNSET = ["שלום עולם", "مرحبا", "日本語", "emoji 😀", "‮reversed"]


@cache
def pupils() -> pd.DataFrame:
    return datasets.holzinger_swineford_1939()


@cache
def shown(name: str) -> Any:
    fit = ts.sem(
        f"{MODEL}; textual ~ visual; speed ~ b*textual + visual", pupils(), estimator="MLR"
    )
    made: dict[str, Callable[[], Any]] = {
        "fit": lambda: ts.cfa(MODEL, pupils(), group="school"),
        "paper": lambda: ts.paper_table({"One": fit, "Two": fit}, marks=True, title="Two models"),
        "ladder": lambda: ts.invariance(MODEL, pupils(), group="school"),
        "effects": lambda: Table(fit.effects(), "Effects"),
    }
    return quietly(made[name])


def names_table(names: list[str]) -> Table:
    frame = pd.DataFrame({"name": names, "estimate": np.linspace(-1.5, 1.5, len(names))})
    return Table(frame, f"Names: {names[0]}", notes=[" / ".join(names)])


def report() -> Report:
    """Long, short and wide tables, notes, code and names that LaTeX would take as commands."""
    long = pd.DataFrame({"parameter": [f"x{k} on y" for k in range(90)], "estimate": 0.5})
    wide = pd.DataFrame(np.ones((3, 26)) / 7).add_prefix("a_column_")
    parts = [
        Note("A warning: 50% & more.", "warning"),
        *(Table(long, "Long", notes=["Of many rows."]), Heading("Wide"), Table(wide, "Wide")),
        Bullets(PLAIN),
        Fold("More", [names_table(PLAIN), Code("f =~ a_1 + a_2\n\nf ~~ 1*f")]),
    ]
    return Report("A report & more", [Section("one", "One_section", parts)])


# LaTeX ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["fit", "paper", "ladder", "effects"])
def test_tables_fit_the_line_of_an_article(name: str, tmp_path: Path) -> None:
    paper = set_by("pdflatex", article(shown(name).to_latex()), tmp_path)
    assert paper.faults == []
    assert paper.beyond == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["fit", "paper", "ladder"])
def test_tables_are_set_in_every_language(name: str, language: str, tmp_path: Path) -> None:
    paper = set_by("xelatex", article(shown(name).to_latex(language=language)), tmp_path)
    assert paper.faults == []
    assert paper.outside() == []


def test_names_are_read_as_they_are(tmp_path: Path) -> None:
    paper = set_by("xelatex", article(names_table([*PLAIN, *OTHERS]).to_latex()), tmp_path)
    assert paper.faults == []
    words = paper.words().replace("’", "'").replace("”", '"').replace("‘", "`")
    for name in (*PLAIN, "Әсем ғұмыр", "қазақ ІӨҮҢҺ"):
        assert name in words, name


def test_letters_that_the_font_lacks_stop_nothing(tmp_path: Path) -> None:
    paper = set_by("xelatex", article(names_table(UNSET).to_latex()), tmp_path)
    assert [one for one in paper.faults if "Missing character" not in one] == []
    assert paper.file.exists()


@pytest.mark.parametrize("engine", ["pdflatex", "xelatex", "lualatex"])
def test_a_report_is_set_by_every_engine(engine: str, tmp_path: Path) -> None:
    paper = set_by(engine, report().to_latex(), tmp_path)
    assert paper.faults == []
    assert paper.beyond == []
    assert paper.outside() == []
    assert paper.words().count("0.143") == 3 * 26


@pytest.mark.parametrize("engine", ["pdflatex", "xelatex"])
def test_path_diagrams_are_drawn_by_tikz(engine: str, tmp_path: Path) -> None:
    labels = dict(zip([f"x{place}" for place in range(1, 8)], PLAIN, strict=False))
    diagram = shown("fit").path_diagram(labels=labels)
    paper = set_by(engine, diagram.to_tikz(), tmp_path)
    assert paper.faults == []
    words = paper.words()
    for label in ("R&D", "50%", "#1", "$x$", "speed"):
        assert label in words


def test_a_document_that_is_not_sound_is_found_out(tmp_path: Path) -> None:
    wide = r"\noindent\begin{tabular}{l}\rule{500pt}{1pt}\end{tabular} \nothing"
    paper = set_by("pdflatex", article(wide), tmp_path)
    assert paper.beyond
    assert any("Undefined" in one for one in paper.faults)


# Word -------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["fit", "paper", "ladder"])
def test_documents_of_word_are_whole(name: str, language: str, tmp_path: Path) -> None:
    pytest.importorskip("docx")
    path = tmp_path / f"{name}.docx"
    shown(name).to_docx(path, language=language)
    paper = converted(path)
    assert paper.outside() == []
    if name == "ladder":
        assert "ΔMc" in paper.words()


def test_a_report_as_a_document_of_word_is_whole(tmp_path: Path) -> None:
    pytest.importorskip("docx")
    report().to_docx(tmp_path / "report.docx")
    paper = converted(tmp_path / "report.docx")
    assert paper.outside() == []
    words = paper.words()
    assert words.count("0.143") == 3 * 26
    for name in PLAIN:
        assert name in words, name
