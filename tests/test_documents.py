"""Reports of sections, without any study: odd texts in every format, and what is refused."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from report_cases import check_page

from tpn_sem.drawing import Drawing, Table
from tpn_sem.drawing.documents import (
    Bullets,
    Code,
    Figure,
    Fold,
    Heading,
    Note,
    References,
    Report,
    Section,
)
from tpn_sem.errors import NotAvailableError, OptionError

ODD = "<script>alert('1')</script> & 50% of a_b {c} $d$ #e \\f ~g^ \"h\" =1+1 Қазақ әңгіме Ю"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><defs>'
    '<marker id="tip"/></defs><path id="tip2" marker-end="url(#tip)" d="M0 0"/></svg>'
)


def odd_report() -> Report:
    frame = pd.DataFrame({ODD: [0.5, float("nan"), float("inf")], "p_value": [0.0001, 0.2, 1.0]})
    frame.index = pd.Index([ODD, "=cmd()", "b"], name="name")
    table = Table(frame, ODD, notes=[ODD])
    drawing = Drawing(SVG, ODD)
    lines = Table(pd.DataFrame({"line": ["one", "two", "three"]}), "Lines", index=False)
    parts = [
        ODD,
        Heading(ODD),
        *(Note(ODD, kind) for kind in ("warning", "error", "verdict")),  # type: ignore[arg-type]
        Bullets([ODD, ODD]),
        Code(ODD),
        Figure(drawing, ODD, "one"),
        Figure(drawing, ODD, "two"),
        table,
        Fold(ODD, [ODD, table, Code("f =~ x")]),
        References(lines, ["odd", "absent", ""]),
    ]
    return Report(ODD, [Section("odd", ODD, parts), Section("empty", "Nothing")], [ODD], ODD)


def test_odd_texts_are_texts_on_the_page() -> None:
    page = odd_report().to_html()
    found = check_page(page)
    assert "<script>" not in page
    assert " ".join(found.text).count("Қазақ әңгіме") > 10
    assert page.count("url(#figure-1-tip)") == page.count("url(#figure-2-tip)") == 1
    assert 'id="figure-1-tip2"' in page
    assert "left out of this report" in page
    assert '<a href="#odd">' in page


def test_odd_texts_are_texts_in_json() -> None:
    text = odd_report().to_json()
    content = json.loads(text)
    assert "NaN" not in text.replace(ODD, "")
    table = next(part for part in content["sections"][0]["parts"] if part["type"] == "table")
    assert [row[1] for row in table["rows"]] == [0.5, None, None]
    assert [row[1] for row in table["shown"]] == ["0.500", "–", "∞"]
    assert table["shown"][0][2] == "< .001"
    last = content["sections"][0]["parts"][-1]
    assert last["sections"] == ["odd", "", ""]
    assert [row[-1] for row in last["rows"]] == [f"1. {ODD}", "left out of this report", ""]


def test_odd_texts_are_texts_in_latex() -> None:
    text = odd_report().to_latex()
    assert r"\textless{}script\textgreater{}" in text
    assert r"\& 50\% of a\_b \{c\} \$d\$ \#e \textbackslash{}f" in text
    assert "<script>" not in text
    assert r"\drawing{figures/one}" in text


def test_odd_texts_are_texts_in_word(tmp_path) -> None:
    docx = pytest.importorskip("docx")
    odd_report().to_docx(tmp_path / "odd.docx")
    book = docx.Document(tmp_path / "odd.docx")
    assert sum(ODD in one.text for one in book.paragraphs) > 8
    assert len(book.tables) == 3
    rows = book.tables[0].rows
    assert "w:tblHeader" in rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml for row in rows)
    code = next(one for one in book.paragraphs if one.text == "f =~ x")
    assert code.runs[0].font.name == "Courier New"


def test_a_report_is_saved_by_its_ending(tmp_path) -> None:
    for ending in (".html", ".json", ".tex"):
        odd_report().save(tmp_path / f"report{ending}")
        assert "Қазақ" in (tmp_path / f"report{ending}").read_text("utf-8")
    with pytest.raises(OptionError, match=r"saved as one of \.html, \.json, \.docx, \.tex"):
        odd_report().save(tmp_path / "report.pdf")


def test_word_needs_its_package(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.setitem(__import__("sys").modules, "docx", None)
    with pytest.raises(NotAvailableError, match=r"tpn_sem\[documents\]"):
        odd_report().to_docx(tmp_path / "odd.docx")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Section("A b", "x"), "no key of a section"),
        (lambda: Section("a", "x", "text"), "a list of texts or a Heading"),
        (lambda: Section("a", "x", ["text", 3]), "a list of texts or a Heading"),
        (lambda: Section("a", "x", [Fold("f", [None])]), "part 2 is a NoneType"),
        (lambda: References(Table(pd.DataFrame({"a": [1]})), []), "0 keys for 1 rows"),
        (lambda: Report("t", [Section("a", "x"), Section("a", "y")]), "two sections have the key"),
    ],
)
def test_what_is_no_section_is_refused(make, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        make()
