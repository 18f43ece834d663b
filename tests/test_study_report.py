"""The study's report in every format: what is on it, and that nothing points outside."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from report_cases import check_page

import tpn_sem as ts
from tpn_sem.drawing import format_below_one
from tpn_sem.drawing.documents import Report, Section
from tpn_sem.model_fit.tests import FitTest
from tpn_sem.triangle import Study
from tpn_sem.triangle.defined_effects import defined_in_words
from tpn_sem.triangle.fit_words import test_phrase as phrase_of
from tpn_sem.triangle.page import SECTIONS, study_report, write_report
from tpn_sem.triangle.page.contrast_words import in_words

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def report(whole_study: Study) -> Report:
    return study_report(whole_study)


def test_both_models_of_the_context_are_on_the_page(report: Report, whole_study: Study) -> None:
    """What was added after the answers were seen is named, fitted and written out."""
    step = whole_study.conclusions.context
    shown = tables_of(report, "context")["The contextual variant, as written and as reported"]
    assert [row[0] for row in shown["rows"]] == ["context", "context with exceptions"]
    text = " ".join(check_page(report.to_html()).text)
    assert "context with exceptions: rural → " in text
    changed = standard(report, "changes of the model, and their reasons")
    assert all(path in changed[2] for path in step.added)


def test_the_checklist_points_to_what_it_names(report: Report) -> None:
    assert "refused, with the reason under “Variants”" in " ".join(
        standard(report, "that the models are identified, and how scales are set")
    )
    source = standard(report, "where the answers come from: collected, of others, or simulated")
    assert source[3].endswith("Sample")
    content = json.loads(report.to_json())
    sample = next(one for one in content["sections"] if one["key"] == "sample")
    assert "The answers are synthetic" in json.dumps(sample)


def standard(report: Report, asked: str) -> list[str]:
    [checklist] = tables_of(report, "standards").values()
    return next(row for row in checklist["rows"] if row[1] == asked)


@pytest.mark.slow
def test_the_ladder_says_which_p_decides(report: Report) -> None:
    tables = tables_of(report, "groups")
    every = next(table for title, table in tables.items() if title.startswith("All differences"))
    names = [column["name"] for column in every["columns"]]
    for at, name in enumerate(names):
        same = [
            other
            for k, other in enumerate(names[:at])
            if all(row[at] == row[k] for row in every["rows"])
        ]
        assert not same, f"{name} says what {same} says"
    text = " ".join(check_page(report.to_html()).text)
    assert "The p that decides is “p of Δχ²”" in text
    assert "change no decision of the ladder" in text


@pytest.mark.slow
def test_the_page_has_no_code_and_no_hyphens_for_minus(report: Report) -> None:
    page = check_page(report.to_html())
    text = " ".join(page.text)
    for code in ("F2FxKSSE", "negative=", "repeats=", "docs/", "cluster_cr2", "yuan_bentler_mplus"):
        assert code not in text, code
    cells = re.findall(r"<td>(-[0-9.]+)</td>", report.to_html())
    assert cells == []
    assert "(−" in text or ">−" in report.to_html()


def test_symmetric_matrices_have_their_lower_half(report: Report) -> None:
    matrix = tables_of(report, "reliability")["Heterotrait–monotrait ratios"]["shown"]
    for place, row in enumerate(matrix):
        assert all(row[1 : place + 2])
        assert not any(row[place + 2 :])


def test_fixed_parameters_have_no_error(report: Report) -> None:
    shown = tables_of(report, "structure")["All parameters, unstandardised"]["shown"]
    rows = {row[0]: row[1:] for row in shown}
    assert rows["NPC measured by npc1"] == ["1.000", "–", "–", "–", "–"]
    assert "npc1 residual variance" in rows
    assert "KS residual with KR residual" in rows
    assert "NPC variance" in rows


def test_sentences_begin_with_capitals(report: Report) -> None:
    content = json.loads(report.to_json())
    sections = {one["key"]: one for one in content["sections"]}
    for key in ("structure", "variants", "limits", "moderation"):
        for part in sections[key]["parts"]:
            said = (
                [part["text"]] if part["type"] in ("note", "paragraph") else part.get("items", [])
            )
            assert not any(one[:1].islower() for one in said), said


def test_corrected_tests_say_what_indices_are_of(report: Report) -> None:
    ladder = tables_of(report, "groups")["The ladder of invariance"]
    assert any("before its correction" in note for note in ladder["notes"])


# The page -----------------------------------------------------------------------------------------


def test_nothing_on_the_page_points_outside(report: Report) -> None:
    found = check_page(report.to_html())
    assert len(found.values("href")) > 30


def test_sections_are_in_the_order_of_a_paper(report: Report) -> None:
    order = list(SECTIONS)
    assert [key for key in order if key in report.keys] == report.keys
    assert set(order) - set(report.keys) == {"local_fit", "item_response", "joint_display"}
    documented = re.findall(r"^\| `(\w+)` \|", (DOCS / "report.md").read_text("utf-8"), re.M)
    assert documented[: len(order)] == order


@pytest.mark.slow
def test_the_page_says_words_and_not_syntax(report: Report) -> None:
    text = " ".join(check_page(report.to_html()).text)
    assert "indirect effect of NPC on KS through KSSE" in text
    assert "NPC variance" in text
    assert "kr3 intercept" in text
    assert "urban less rural" in text
    assert "need for professional connectedness (NPC)" in text
    for syntax in ("~", "indirect_K", "total_K", "_robust"):
        assert syntax not in text, syntax
    assert not re.search(r"\bp = ?0?\.000|\bp 0\.000|p</i> = 0\.000", text)


def tables_of(report: Report, key: str) -> dict[str, dict]:
    content = json.loads(report.to_json())
    section = next(one for one in content["sections"] if one["key"] == key)
    parts = list(section["parts"])
    parts += [inner for part in parts if part["type"] == "fold" for inner in part["parts"]]
    return {part["title"]: part for part in parts if part["type"] == "table"}


def test_correlations_means_and_reliabilities_are_there(report: Report, whole_study: Study) -> None:
    pairs = tables_of(report, "measurement")["Correlations of the factors"]
    expected = whole_study.contest.fits["four factors"].latent_correlations
    assert len(pairs["rows"]) == 6
    assert pairs["rows"][0][0] == "NPC with KSSE"
    assert pairs["rows"][0][1] == pytest.approx(expected.loc["NPC", "KSSE"])
    items = tables_of(report, "instrument")["Means, deviations and shapes of the items"]
    assert [column["heading"] for column in items["columns"]][:6] == [
        *("Group", "Item", "n", "Missing", "Mean", "SD")
    ]
    reliabilities = tables_of(report, "reliability")["Reliability of the constructs"]
    omega = whole_study.quality.reliability["omega"]
    place = [column["name"] for column in reliabilities["columns"]].index("omega")
    assert [row[place] for row in reliabilities["rows"]] == pytest.approx(list(omega))


def test_a_statistic_stands_beside_its_own_p(report: Report, whole_study: Study) -> None:
    test = whole_study.contest.fits["four factors"].test()
    said = report.sections[report.keys.index("measurement")].parts[0]
    assert f"{test.statistic:.2f}" in said
    assert "Satorra & Bentler" in said
    side = tables_of(report, "variants")["Variants, what cannot be excluded first"]
    assert any("χ² and p are of one test: scaled by Satorra" in note for note in side["notes"])


def test_a_p_that_is_not_of_chi_square_is_not_put_beside_its_df() -> None:
    plain = phrase_of(FitTest("standard", 208.07, 164.0, 0.0113))
    assert plain == "χ²(164) = 208.07, p = .011 (likelihood-ratio test)"
    other = phrase_of(FitTest("peba", 208.07, 164.0, 0.246))
    assert "χ²(164)" not in other
    assert other.startswith("χ² = 208.07, df = 164, p = .246 by eigenvalues averaged in blocks")
    assert "p = 0" not in phrase_of(FitTest("standard", 900.0, 10.0, 0.0))


def test_decisions_say_what_was_asked_for(whole_study: Study) -> None:
    taken = whole_study.decisions.set_index("decision")
    assert taken.loc["Groups", "by"] == "asked for"
    assert taken.loc["Groups", "taken"] == "location: rural, urban; differences are from rural"
    assert taken.loc["Estimator"].tolist() == ["full-information maximum likelihood", "default"]
    assert taken.loc["Rows", "taken"] == "440 of 440 rows used"
    assert taken.loc["Closer look at fit and influence", "by"] == "asked for"
    assert "19, seed" in taken.loc["Permutations of schools", "taken"]
    assert len(taken) == len(set(taken.index))


# Leaving out and adding ---------------------------------------------------------------------------


@pytest.mark.slow
def test_sections_can_be_left_out_and_the_checklist_says_so(whole_study: Study) -> None:
    short = study_report(whole_study, without=["variants", "models"])
    assert not {"variants", "models"} & set(short.keys)
    assert short.notes == whole_study.notes
    found = check_page(short.to_html())
    assert "left out of this report" in " ".join(found.text)
    lines = next(iter(tables_of(short, "standards").values()))
    linked = {key for key in lines["sections"] if key}
    assert linked <= set(short.keys)
    for row in lines["rows"]:
        assert row[-1] or row[-2].startswith("not met")


def test_an_unknown_section_is_refused(whole_study: Study) -> None:
    with pytest.raises(ts.errors.OptionError, match="did you mean 'measurement'"):
        study_report(whole_study, without=["mesurement"])
    with pytest.raises(ts.errors.OptionError, match="did you mean 'limits'"):
        study_report(whole_study, sections=["limit"])
    with pytest.raises(ts.errors.OptionError, match="returned a str"):
        study_report(whole_study, sections=[lambda study: "text"])  # type: ignore[arg-type,return-value]
    with pytest.raises(ts.errors.OptionError, match="formats"):
        write_report(whole_study, "nowhere", formats=["pdf"])
    with pytest.raises(ts.errors.OptionError, match="two sections have the key 'limits'"):
        study_report(whole_study, sections=["limits", lambda study: Section("limits", "Mine")])


def test_ones_own_section_stands_where_it_was_put(whole_study: Study) -> None:
    mine = study_report(
        whole_study,
        sections=["sample", lambda study: Section("own", "My own", ["Words."]), "limits"],
    )
    assert mine.keys == ["sample", "own", "limits"]
    assert "2. My own" in " ".join(check_page(mine.to_html()).text)


# Other formats ------------------------------------------------------------------------------------


def test_json_has_the_documented_keys(report: Report) -> None:
    content = json.loads(report.to_json())
    page = (DOCS / "report.md").read_text("utf-8").split("## JSON")[1]
    assert content["schema_version"] == 1
    types = set()

    def visit(part: dict) -> None:
        types.add(part["type"])
        for key in part:
            assert f"`{key}`" in page, key
        for inner in part.get("parts", []):
            visit(inner)

    for key in content:
        assert f"`{key}`" in page
    for section in content["sections"]:
        assert set(section) == {"key", "number", "heading", "parts"}
        for part in section["parts"]:
            visit(part)
    assert types == {"paragraph", "heading", "note", "list", "code", "table", "figure", "fold"}


@pytest.mark.slow
def test_all_formats_have_the_same_tables(report: Report, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    report.save(tmp_path / "report.docx")
    book = docx.Document(tmp_path / "report.docx")
    count = report.to_html().count("<table")
    labels = [one for one in book.paragraphs if re.fullmatch(r"Table \d+", one.text)]
    assert len(book.tables) >= len(labels) == count > 20
    text = report.to_latex()
    assert text.count(r"\caption{") - text.count(r"\drawing{") == count
    headings = [one.text for one in book.paragraphs if one.style.name == "Heading 1"]
    assert headings[0] == "1. Question"
    assert len(headings) == len(report.keys)
    xml = book.element.xml
    anchors = set(re.findall(r'w:anchor="(\w+)"', xml))
    assert anchors
    assert anchors <= set(re.findall(r'w:bookmarkStart [^>]*w:name="(\w+)"', xml))
    text = "\n".join(one.text for one in book.paragraphs)
    pictures = len(book.inline_shapes)
    assert pictures + text.count("it is not in this document") == len(report.figures)


def test_latex_is_balanced_and_its_links_have_places(report: Report) -> None:
    text = report.to_latex()
    opened, closed = (re.findall(rf"\\{edge}\{{(\w+)\}}", text) for edge in ("begin", "end"))
    assert sorted(opened) == sorted(closed)
    assert len(opened) > 40
    labels = set(re.findall(r"\\label\{(section:[\w-]+)\}", text))
    links = set(re.findall(r"\\hyperref\[(section:[\w-]+)\]", text))
    assert links
    assert links <= labels


@pytest.mark.slow
@pytest.mark.parametrize("program", ["pdflatex", "xelatex"])
def test_latex_compiles(program: str, report: Report, tmp_path: Path) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    report.save(tmp_path / "report.tex")
    ended = subprocess.run(
        [program, "-interaction=nonstopmode", "-halt-on-error", "report.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-2000:].decode("utf-8", errors="replace")


def test_the_folder_has_what_was_asked_for(whole_study: Study, tmp_path: Path) -> None:
    written = write_report(
        whole_study,
        tmp_path,
        formats=["json", "latex"],
        sections=["limits", "structure"],
        without="limits",
    )
    assert [path.name for path in written[:2]] == ["report.json", "report.tex"]
    assert not (tmp_path / "report.html").exists()
    assert {path.stem for path in (tmp_path / "figures").iterdir()} <= {"path_diagram", "paths"}


# Words --------------------------------------------------------------------------------------------

STEPS = {"a": ("N", "K"), "b": ("K", "S"), "c": ("N", "S"), "d": ("S", "R")}


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("a*b", "indirect effect of N on S through K"),
        ("b*a", "indirect effect of N on S through K"),
        ("c + a*b", "total effect of N on S"),
        ("a*b*d", "indirect effect of N on R through K, S"),
        ("c", "direct effect of N on S"),
        ("c*d + a*b*d", "indirect effect of N on R through S and K, S"),
        ("a*d", "mine"),
        ("a*b - c", "mine"),
        ("a + b", "mine"),
        ("2*a", "mine"),
        ("exp(a)", "mine"),
    ],
)
def test_defined_effects_are_said_in_words(expression: str, words: str) -> None:
    assert defined_in_words("mine", expression, STEPS) == words


def test_what_a_path_leads_to_has_a_residual_variance() -> None:
    assert in_words("KS~NPC, KS~~KS, NPC~~NPC") == "NPC → KS, KS residual variance, NPC variance"


def test_parameters_within_sentences_are_said_in_words() -> None:
    said = in_words("told apart: KS~NPC, KS~~KS and x1 ~~ x2; f =~ x1, about ~ 3.")
    assert said == (
        "told apart: NPC → KS, KS residual variance and correlation of x1 with x2; loading of x1 "
        "on f, about ~ 3."
    )


# Where it comes from ------------------------------------------------------------------------------


def test_decisions_say_versions_and_the_hash_of_the_data(
    report: Report, whole_study: Study
) -> None:
    rows = dict(tables_of(report, "decisions")["Software and data"]["rows"])
    known = whole_study.main.provenance
    assert rows["Program"] == f"tpn_sem {known.versions['tpn_sem']}"
    assert f"NumPy {known.versions['numpy']}" in rows["With"]
    assert rows["SHA-256 of the numbers fitted"].rstrip("…") == known.data_hash[:16]
    assert rows["Rows fitted"] == "440"
    assert rows["Rows dropped by the fit"] == "0"
    assert "missing answers: full information" in rows["Options"]


def test_methods_are_those_of_the_main_model(report: Report, whole_study: Study) -> None:
    said = ts.cite(whole_study.main)
    section = report.sections[report.keys.index("methods")]
    assert section.parts[0] == "Of the model of partial mediation:"
    assert section.parts[1] == said.paragraph
    assert list(section.parts[-1].items) == [one.listed for one in said.references]
    assert "Satorra, A., &amp; Bentler" in report.to_html()
    assert r"Satorra, A., \& Bentler" in report.to_latex()


@pytest.mark.slow
def test_the_folder_has_provenance_references_and_all_figures(
    whole_study: Study, tmp_path: Path
) -> None:
    docx = pytest.importorskip("docx")
    written = write_report(whole_study, tmp_path, formats=["docx", "latex"])
    assert {tmp_path / "provenance.json", tmp_path / "references.bib"} <= set(written)
    known = json.loads((tmp_path / "provenance.json").read_text("utf-8"))
    assert known["main_variant"] == whole_study.main_variant
    assert known["data_hash"] == whole_study.main.provenance.data_hash
    assert known["model"] == whole_study.main.provenance.model
    assert known["study_notes"] == list(whole_study.notes)
    assert any(row["decision"] == "Permutations of schools" for row in known["decisions"])
    entries = re.findall(r"^@\w+\{(\w+),", (tmp_path / "references.bib").read_text("utf-8"), re.M)
    assert len(entries) == len(ts.cite(whole_study.main).references)
    figures = study_report(whole_study).figures
    assert len(figures) > 4
    for name in figures:
        assert (tmp_path / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
    book = docx.Document(tmp_path / "report.docx")
    assert len(book.inline_shapes) == len(figures)
    page = book.sections[0]
    for shape in book.inline_shapes:
        assert shape.width <= page.page_width - page.left_margin - page.right_margin
        assert shape.height < 0.75 * page.page_height
        assert shape._inline.docPr.get("descr")


def test_indices_say_which_chi_square_they_are_of(report: Report, whole_study: Study) -> None:
    said = report.sections[report.keys.index("measurement")].parts[0]
    measures = whole_study.contest.fits["four factors"].measures
    assert f"CFI {format_below_one(measures['cfi'])}" in said
    assert (
        f"(of the chi-square as it is); robust: CFI {format_below_one(measures['cfi_robust'])}"
        in said
    )


def test_rules_and_products_are_named_in_words(report: Report) -> None:
    rules = tables_of(report, "exploration")["How many factors, rule by rule"]
    assert "parallel analysis, reduced matrix, means" in [row[0] for row in rules["rows"]]
    said = report.sections[report.keys.index("exploration")].parts[0]
    assert "parallel analysis, comparison data, empirical Kaiser criterion" in said
    assert "analysis analysis" not in said
    assert in_words("with npc1_x_ksse1, f2f_x_ksse1") == "with npc1 × ksse1, f2f × ksse1"
