"""One kind of table: every public result in every form, escapes, and lengths."""

from __future__ import annotations

import inspect
import re
import textwrap
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from shown_cases import CASES, PATHS, THREE, fit, grouped, pupils, result

import tpn_sem as ts
from tpn_sem import triangle
from tpn_sem.drawing import Shown, format_below_one
from tpn_sem.errors import NotAvailableError, OptionError
from tpn_sem.results import statements_of
from tpn_sem.triangle import Study

VOID = {"br", "img", "line", "rect", "path", "circle", "polyline", "polygon", "use"}
VOID |= {"stop", "meta", "col", "hr"}
ODD = "<script>alert('x')</script> & _50% #1 \"quoted\" $x^2$ {a} ~\\ |ұғым| שלום `*`"


class Nested(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag


def parsed(page: str) -> Nested:
    parser = Nested()
    parser.feed(page)
    assert parser.open == []
    return parser


# Every public result -----------------------------------------------------------------------------


def test_every_public_result_is_shown_and_is_a_case() -> None:
    """What is not fitted once in a case here is the study, which has a test below."""
    public = {
        name
        for module in (ts, triangle)
        for name in module.__all__
        if inspect.isclass(getattr(module, name)) and not name.startswith("TpnSem")
    }
    no_results = {"Model", "PartialSearch", "SampleMoments", "Construct"}
    no_results |= {"MeasurementModel", "StructuralModel", "Study", "Table"}
    shown = {name for name in public - no_results if issubclass(getattr(ts, name, Shown), Shown)}
    assert shown == public - no_results
    assert {name.split()[0] for name in CASES} >= shown


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", CASES)
def test_every_result_is_printed_on_a_screen(name: str) -> None:
    found = result(name)
    assert type(found).__name__ == name.split()[0]
    lines = repr(found).splitlines()
    assert 0 < len(lines) <= 60
    assert "0x" not in repr(found)
    assert re.search(r"\bp = 0\.000|-0\.000\b", found.to_text()) is None
    wide = [line for line in found.to_text().splitlines() if len(line) > 80 and "  " not in line]
    assert wide == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", CASES)
def test_every_result_is_html(name: str) -> None:
    page = result(name)._repr_html_()
    assert page == result(name).to_html()
    seen = parsed(page).seen
    assert "pre" not in seen
    assert "script" not in seen
    assert "currentColor" in page or "table" not in seen or "svg" in seen


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", CASES)
def test_every_result_is_latex(name: str) -> None:
    text = result(name).to_latex()
    assert text.count(r"\begin{tabular}") == text.count(r"\end{tabular}")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    assert re.search(r"(?<!\\)[%#_]", body.replace(r"\textit{", "")) is None
    depth = len(re.findall(r"(?<!\\)\{", body)) - len(re.findall(r"(?<!\\)\}", body))
    assert depth == 0
    for block in re.findall(r"\\toprule\n(.*?)\\bottomrule", body, re.S):
        rows = [line for line in block.splitlines() if line.endswith(r"\\")]
        assert len({len(re.findall(r"(?<!\\)&", row)) for row in rows}) == 1


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", CASES)
def test_every_result_is_markdown(name: str) -> None:
    text = result(name).to_markdown()
    assert re.search(r"<[a-z]", text) is None
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        counts = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(counts) == 1


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", CASES)
def test_every_result_is_a_workbook_without_formulas(name: str, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    result(name).to_excel(tmp_path / "found.xlsx")
    book = openpyxl.load_workbook(tmp_path / "found.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert any(cell.value is not None for cell in cells)
    assert [cell.value for cell in cells if cell.data_type == "f"] == []


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", CASES)
def test_every_result_is_a_document(name: str, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    result(name).to_docx(tmp_path / "found.docx")
    book = docx.Document(tmp_path / "found.docx")
    assert book.tables or any(one.text for one in book.paragraphs)


def test_the_study_and_its_parts_are_shown(whole_study: Study) -> None:
    parts = [whole_study, whole_study.contest, whole_study.comparison, whole_study.exploration]
    parts += [whole_study.conclusions, whole_study.quality]
    for part in parts:
        assert len(repr(part).splitlines()) <= 60
        assert len(repr(part)) < 10_000
        assert "tpn-sem" in part._repr_html_()
        parsed(part.to_html())
        assert r"\toprule" in part.to_latex()


# Escapes -----------------------------------------------------------------------------------------


def odd_table() -> ts.Table:
    frame = pd.DataFrame({ODD: [ODD, "=1+1"], "p_value": [0.0, 0.0123]}, index=["@x", "-y"])
    return ts.Table(frame, ODD, notes=[ODD])


def test_html_shows_what_was_given() -> None:
    class Texts(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    page, reader = odd_table().to_html(), Texts()
    assert "script" not in parsed(page).seen
    reader.feed(page)
    assert reader.said.count(ODD) == 4


def test_latex_escapes_every_special_letter() -> None:
    text = odd_table().to_latex()
    assert r"\textless{}script\textgreater{}" in text
    assert r"\& \_50\% \#1 {\char34}quoted{\char34} \$x\textasciicircum{}2\$" in text
    assert r"\{a\} \textasciitilde{}\textbackslash{} \textbar{}ұғым\textbar{} שלום" in text


def test_markdown_escapes_marks_and_html() -> None:
    text = odd_table().to_markdown()
    assert "&lt;script&gt;" in text
    assert r"\|ұғым\| שלום \`\*\`" in text
    assert r"\_50% \#1" in text


def test_csv_and_workbooks_hold_no_formulas(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    odd_table().to_csv(tmp_path / "odd.csv")
    text = (tmp_path / "odd.csv").read_text(encoding="utf-8")
    assert "'=1+1" in text
    assert "'@x" in text
    assert "'-y" in text
    odd_table().to_excel(tmp_path / "odd.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "odd.xlsx").active
    assert sheet["B3"].value == "=1+1"
    assert sheet["B3"].data_type == "s"
    assert sheet["B1"].value == ODD
    assert sheet["C3"].value == pytest.approx(0.0123)


def test_documents_of_word_show_what_was_given(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    odd_table().to_docx(tmp_path / "odd.docx")
    book = docx.Document(tmp_path / "odd.docx")
    assert book.tables[0].cell(1, 1).text == ODD
    assert book.paragraphs[0].text == ODD


def test_letters_that_no_document_can_hold_are_left_out(tmp_path: Path) -> None:
    table = ts.Table(pd.DataFrame({"a": ["x\x00\x1b[1m\ud800y\nz"]}, dtype=object), index=False)
    assert table.written().body[0][0].text == "x[1my z"
    table.to_excel(tmp_path / "odd.xlsx")
    table.to_html().encode("utf-8")


# Numbers and words -------------------------------------------------------------------------------


RATHER = [["1.003", ".250", "0.710", "0.800"], [".950", ".000", "-0.200", "1.100"]]
"""Of what cannot exceed one, and of what can."""


def test_numbers_are_written_by_their_kind() -> None:
    frame = pd.DataFrame(
        {
            "estimate": [-0.00004, 12.3456],
            "p_value": [0.0, 0.0123],
            "htmt": [0.4567, -0.2],
            "rank": [1.0, np.nan],
            "n": [301, 7],
            "share": [0.5, np.inf],
            "said": [True, None],
            "tli_robust": [1.0031, 0.95],
            "r_squared": [0.25, 0.0],
            "first": [0.71, -0.2],
            "std": [0.8, 1.1],
        }
    )
    kinds = {"share": "percent", "first": "loading"}
    table = ts.Table(frame, index=False, formats=kinds)
    texts = [[cell.text for cell in row] for row in table.written().body]
    assert texts[0] == ["0.000", "< .001", ".457", "1", "301", "50.0%", "yes", *RATHER[0]]
    assert texts[1] == ["12.346", ".012", "-.200", "–", "7", "∞", "–", *RATHER[1]]


def test_headings_units_notes_and_marks() -> None:
    frame = pd.DataFrame({"estimate": [0.5, 0.1], "p_value": [0.0004, 0.2], "mi": [1.0, 2.0]})
    table = ts.Table(
        frame,
        "Effects",
        headings={"mi": "Gain"},
        units={"estimate": "points"},
        marks={"estimate": "p_value"},
        notes=["n = 3."],
    )
    written = table.written()
    assert written.heads == ("Estimate (points)", "p", "Gain")
    assert [row[0].text for row in written.body] == ["0.500***", "0.100"]
    page = table.to_html()
    assert "<i>n</i> = 3." in page
    assert "<i>p</i>&lt;" not in page  # no word is set in italics within another
    assert "<i>p</i> &lt; .05" in page


def test_salient_loadings_are_set_off() -> None:
    frame = pd.DataFrame({"f1": [0.76, -0.0001, -0.31]}, index=["x1", "x2", "x3"])
    table = ts.Table(frame, formats="loading", salient=0.3)
    assert "<b>0.760</b>" in table.to_html()
    assert "**−0.310**" in table.to_markdown()
    assert str(table).splitlines()[2].split() == ["x2", "0.000"]
    assert str(table).splitlines()[3].split() == ["x3", "-0.310*"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"lhs": "NPC", "op": "~~", "rhs": "NPC"}, "NPC variance"),
        ({"lhs": "NPC", "op": "~~", "rhs": "KS"}, "NPC with KS"),
        ({"lhs": "kr3", "op": "~1", "rhs": "", "group": "rural"}, "kr3 intercept [rural]"),
        ({"lhs": "KS", "op": "~", "rhs": "NPC"}, "KS on NPC"),
        ({"lhs": "x", "op": "|", "rhs": "t2", "level": 2}, "x threshold 2 [level 2]"),
        (
            {"kind": "indirect", "from": "NPC", "through": "KSSE", "to": "KS"},
            "indirect effect of NPC on KS through KSSE",
        ),
    ],
)
def test_parameters_are_said_in_words(row: dict[str, Any], words: str) -> None:
    assert ts.words_of(row) == words


def test_variances_of_what_is_explained_are_of_residuals() -> None:
    table = fit().estimates
    rows = dict(zip(statements_of(table), table.to_dict("records"), strict=True))
    explained = ["x1", "x2", "x4", "textual"]
    assert ts.words_of(rows["x1 ~~ x1"], explained=explained) == "x1 residual variance"
    pair = {"lhs": "x1", "op": "~~", "rhs": "visual"}
    assert ts.words_of(pair, explained=explained) == "x1 residual with visual"
    for shown in (table, table[table["op"] == "~~"], table.query("lhs == rhs")):
        text = str(ts.Table(shown))
        assert "x1 residual variance" in text
        assert "textual residual variance" in text
        assert "visual variance" in text
    summary = fit().summary()
    assert summary.index("Residual variances:") < summary.index("\nVariances:")
    assert "остаточная дисперсия x1" in str(ts.Table(table, language="ru"))


def test_documents_have_minus_signs_and_text_has_hyphens() -> None:
    table = ts.Table(pd.DataFrame({"x": [-0.5]}))
    assert "−0.500" in table.to_html()
    assert "−0.500" in table.to_markdown()
    assert "-0.500" in str(table)


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("p_lowest", "p at the lowest"),
        ("chisq_change", "Change of χ²"),
        ("p_naive", "p naive"),
        ("chisq_plain", "χ² plain"),
        ("dmacs", "Effect size"),
        ("lower_end", "Lower end"),
    ],
)
def test_headings_say_symbols_as_they_are(name: str, heading: str) -> None:
    assert f">{heading}<" in ts.Table(pd.DataFrame({name: [0.2]})).to_html()


def test_what_is_fitted_to_correlations_is_said_to_be_standardised() -> None:
    own = ts.Model(PATHS).fit(pupils(), correlation=True)
    assert "its estimates are standardised" in ts.cite(own).paragraph
    assert "its estimates are standardised" not in ts.cite(fit()).paragraph
    assert "Standardised estimates." in ts.paper_table(own).notes
    both = ts.paper_table({"raw": fit(), "correlations": own}).notes
    assert "Estimates in correlations are standardised." in both
    paragraphs = ts.cite(own).to_html().count("<p ")
    assert paragraphs == 2 + len(ts.cite(own).references)


def test_compared_chi_squares_say_that_they_are_uncorrected() -> None:
    less = f"{THREE}; visual ~~ 0*textual"
    plain = ts.compare(*[ts.Model(one).fit(pupils()) for one in (less, THREE)])
    again = [ts.Model(one).fit(pupils(), estimator="MLR") for one in (less, THREE)]
    assert "before a correction" in str(ts.compare(*again))
    assert "before a correction" not in str(plain)


def test_what_is_fixed_has_no_error() -> None:
    lines = str(ts.Table(fit().estimates[["lhs", "op", "rhs", "estimate", "se"]])).splitlines()
    [fixed] = [line for line in lines if line.startswith("visual measured by x1 ")]
    assert fixed.split()[-2:] == ["1.000", "–"]


def test_tables_of_effects_are_said_in_words() -> None:
    assert "direct effect of visual on textual" in str(ts.Table(fit().effects()))


def test_rows_of_words_leave_the_table_alone() -> None:
    table = ts.Table(fit().estimates)
    assert str(table).splitlines()[1].startswith("visual measured by x1")
    assert {"lhs", "op", "rhs"} <= set(table.table.columns)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"headings": {"estimat": "x"}}, "did you mean 'estimate'"),
        ({"formats": "estimates"}, "did you mean 'estimate'"),
        ({"formats": {"estimate": "pp"}}, "formats"),
        ({"formats": 3}, "formats= is one of the kinds"),
        ({"marks": {"estimate": "p_valu"}}, "marks"),
        ({"notes": "one"}, "notes"),
        ({"foot": 9}, "foot"),
    ],
)
def test_what_a_table_lacks_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=re.escape(says)):
        ts.Table(pd.DataFrame({"estimate": [1.0], "p_value": [0.1]}), **options)


def test_a_package_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(NotAvailableError, match=re.escape("tpn_sem[documents]")):
        odd_table().to_docx(tmp_path / "odd.docx")


# Widths and lengths ------------------------------------------------------------------------------


def test_wide_tables_stand_in_blocks_under_the_names_of_their_rows() -> None:
    frame = pd.DataFrame(np.arange(60.0).reshape(2, 30), index=["one", "two"]).add_prefix("long_")
    text = str(ts.Table(frame))
    assert max(map(len, text.splitlines())) <= 80
    assert sum(line.startswith("two") for line in text.splitlines()) > 1
    with pd.option_context("display.width", 400):
        assert sum(line.startswith("two") for line in str(ts.Table(frame)).splitlines()) == 1


def test_blocks_of_tables_without_index_repeat_what_names_the_rows() -> None:
    frame = pd.DataFrame(np.ones((2, 20))).add_prefix("long_name_")
    frame.insert(0, "group", ["g", "g"])
    frame.insert(1, "item", ["x1", "x2"])
    lines = str(ts.Table(frame, index=False)).splitlines()
    assert sum(line.startswith("g      x2") for line in lines) > 2


@pytest.mark.slow
def test_notes_of_a_summary_are_wrapped() -> None:
    with pytest.warns(ts.TpnSemWarning):
        found = ts.Model(THREE).fit(pupils().head(12))
    assert max(map(len, found.notes)) > 100
    noted = [line for line in found.summary().splitlines() if line.startswith("! ")]
    assert noted
    assert max(map(len, found.summary().split("Test of")[0].splitlines())) <= 80


def test_long_results_say_how_to_see_all() -> None:
    items = [f"{word}{place}" for word in ("npc", "ksse", "ks", "kr") for place in range(1, 6)]
    found = ts.Model(f"f =~ {' + '.join(items)}").fit(ts.datasets.teachers(), missing="fiml")
    assert len(found.to_text().splitlines()) > 60
    assert len(repr(found).splitlines()) == 60
    assert repr(found).splitlines()[-1].endswith("print(result.to_text()) shows all")
    assert found.to_text() == found.summary()


# What to report ----------------------------------------------------------------------------------


def test_the_indices_to_report_stand_first() -> None:
    robust = ts.Model(PATHS).fit(pupils(), estimator="MLR")
    lines = robust.summary().splitlines()
    first, second = (place for place, line in enumerate(lines) if " CFI " in line)
    assert lines[first].startswith("Fit indices, robust")
    assert f"CFI {format_below_one(robust.measures['cfi_robust'])}" in lines[first]
    assert lines[second].startswith("  uncorrected")
    assert "Report the robust ones." in robust.summary()
    assert "robust: report these" in robust.to_html()


def test_warnings_come_first_in_documents() -> None:
    found = result("GroupDifferences")
    assert not str(found).startswith(found.notes[0])
    parts = found.to_markdown().split("\n\n")
    assert parts[0].startswith("> **Note.**")


# Models side by side -----------------------------------------------------------------------------


def test_models_stand_side_by_side() -> None:
    two = ts.Model(f"{PATHS}; textual ~ ageyr").fit(pupils())
    table = ts.paper_table({"First": fit(), "Second": two}, digits=3)
    frame = table.table
    path = fit().estimates.loc["textual ~ visual"]
    assert list(frame.columns) == ["First", "Second"]
    assert frame.iloc[0, 0] == f"{path['estimate']:.3f}"
    assert frame.iloc[1, 0] == f"({path['se']:.3f})"
    assert frame.loc["textual on ageyr", "First"] == "–"
    assert frame.loc["n", "First"] == "301"
    assert frame.loc["CFI", "First"] == format_below_one(fit().measures["cfi"])
    assert table.written().foot == len(frame) - 6


def test_intervals_standardised_and_chosen_rows() -> None:
    table = ts.paper_table(
        [fit()], rows=["loadings", "d"], standardized=True, beneath="ci", level=0.9, foot=["cfi"]
    )
    row = fit().standardized(level=0.9).loc["visual =~ x1"]
    assert table.table.iloc[0, 0] == f"{row['estimate']:.2f}"
    assert table.table.iloc[1, 0] == f"[{row['ci_lower']:.2f}, {row['ci_upper']:.2f}]"
    assert list(table.table.index[-3:]) == ["d", "", "CFI"]
    assert "90% confidence intervals" in " ".join(table.notes)
    raw = ts.paper_table(fit(), rows="textual ~ visual", beneath="ci", level=0.8, digits=4)
    low, high = fit().conf_int(0.8).loc["a"]
    assert raw.table.iloc[1, 0] == f"[{low:.4f}, {high:.4f}]"


def test_a_row_of_fixed_values_has_nothing_beneath() -> None:
    table = ts.paper_table(fit(), rows=["visual =~ x1", "visual =~ x2"]).table
    words = ["visual measured by x1", "visual measured by x2", "", "n"]
    assert list(table.index[:4]) == words


def test_columns_choose_and_name_models() -> None:
    table = ts.paper_table({"a": fit(), "b": grouped()}, columns=["b"])
    assert list(table.table.columns) == ["b"]
    named = ts.paper_table({"a": fit(), "b": grouped()}, columns={"a": "All pupils"})
    assert named.written().heads == ("Parameter", "All pupils", "b")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"rows": "loading"}, "did you mean 'loadings'"),
        ({"rows": "thresholds"}, "no model has thresholds"),
        ({"rows": []}, "names no parameter"),
        ({"columns": ["Model 2"]}, "columns"),
        ({"columns": []}, "names no model"),
        ({"beneath": "z"}, "beneath"),
        ({"foot": ["chi"]}, "foot"),
        ({"digits": -1}, "digits"),
    ],
)
def test_what_no_model_has_is_refused(options: dict[str, Any], says: str) -> None:
    with pytest.raises(OptionError, match=re.escape(says)):
        ts.paper_table(fit(), **options)


def test_no_fit_and_no_result_are_refused() -> None:
    with pytest.raises(OptionError, match="there is no fit"):
        ts.paper_table([])
    with pytest.warns(ts.TpnSemWarning):
        unfinished = ts.Model(PATHS).fit(pupils(), max_iterations=1)
    with pytest.raises(NotAvailableError):
        ts.paper_table(unfinished)


def test_text_is_wrapped_as_textwrap_does() -> None:
    note = "word " * 40
    text = str(ts.Table(pd.DataFrame({"a": [1]}), notes=[note]))
    assert text.split("\n", 2)[2] == textwrap.fill(f"Note. {note.strip()}", 80)
