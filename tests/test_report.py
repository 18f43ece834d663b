"""The folder and the page of the study."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_cases import Page, page_of

import tpn_sem as ts
from tpn_sem.triangle import VARIANTS, Study, Variant, study, written
from tpn_sem.triangle.comparison import compare_groups
from tpn_sem.triangle.page import study_tables, write_report
from tpn_sem.triangle.page.contrast_words import effect_words
from tpn_sem.triangle.page.sections.groups_section import comparison_words
from tpn_sem.triangle.page.study_tables import Tables

FIGURES = ["contest", "path_diagram", "paths", "scree"]


def table_with(page: Page, column: str) -> list[list[str]]:
    return next(table for table in page.tables if column in table[0])


# The folder ---------------------------------------------------------------------------------------


def test_everything_said_to_be_written_is_there(tmp_path: Path, whole_study: Study) -> None:
    written_files = write_report(whole_study, tmp_path / "a" / "b", "0")
    on_disk = {path for path in (tmp_path / "a" / "b").rglob("*") if path.is_file()}
    assert set(written_files) == on_disk
    assert written_files[0].name == "report.html"


NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![\w.])")


@pytest.mark.slow
def test_the_same_study_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    """Word by word; numbers to a billionth, as threads may add up in another order."""
    again = study(ts.datasets.teachers(), group="location", permutations=19, scrutiny=False)
    for path in write_report(again, tmp_path, ts.__version__):
        one, other = (
            file.read_text(encoding="utf-8") for file in (path, folder / path.relative_to(tmp_path))
        )
        assert NUMBER.sub("#", one) == NUMBER.sub("#", other), path.name
        numbers = [[float(number) for number in NUMBER.findall(text)] for text in (one, other)]
        np.testing.assert_allclose(*numbers, rtol=1e-9, atol=1e-9, err_msg=path.name)


TABLES = [
    "respondents",
    "eigenvalues",
    "variants",
    "equivalences",
    "nestings",
    "paths",
    "indirect_effects",
    "r_squared",
    "measurement_estimates",
    "measurement_standardized",
    "structural_estimates",
    "structural_standardized",
    "invariance",
    "groups_steps",
    "groups_contrasts",
    "groups_effect_sizes",
    "groups_sums",
    "groups_factors",
    "groups_standardized",
    "groups_paths",
    "groups_standardized_paths",
    "groups_r_squared",
]


@pytest.fixture(scope="module")
def tables(whole_study: Study) -> Tables:
    return study_tables(whole_study)


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_read_back_as_they_were(name: str, folder: Path, tables: Tables) -> None:
    table, index = tables[name]
    again = pd.read_csv(
        folder / "tables" / f"{name}.csv",
        index_col=0 if index else None,
        dtype=str,
        keep_default_na=False,
    )
    assert list(again.columns) == [str(column) for column in table.columns]
    assert len(again) == len(table) > 0
    numbers = table.select_dtypes("number").columns
    assert len(numbers) or name == "equivalences"
    for column in numbers:
        values = [float(text or "nan") for text in again[column]]
        np.testing.assert_allclose(
            values, table[column].to_numpy(float), rtol=1e-12, err_msg=column
        )
    for column in table.columns.difference(numbers):
        assert again[column].tolist() == table[column].astype(str).tolist()


@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_xml_and_stand_on_the_page(name: str, folder: Path) -> None:
    pytest.importorskip("matplotlib")
    text = (folder / "figures" / f"{name}.svg").read_text(encoding="utf-8")
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    page = (folder / "report.html").read_text(encoding="utf-8")
    bare = re.sub(r'(id="|#)figure-\d+-', r"\1", page)  # drawings share no identifiers there
    body = text[text.index(">") + 1 :].strip()
    assert body in bare


# The page -----------------------------------------------------------------------------------------


def test_the_page_is_well_formed(folder: Path) -> None:
    page = page_of(folder)
    assert page.open == []
    assert len(page.tables) >= 9
    for table in page.tables:
        assert len({len(row) for row in table}) == 1


def test_the_page_names_every_variant_and_says_synthetic(folder: Path, whole_study: Study) -> None:
    page = page_of(folder)
    variants = [row[0] for row in table_with(page, "BIC")[1:]]
    assert variants == list(whole_study.table.index)
    assert set(variants) == set(VARIANTS)
    assert "synthetic" in " ".join(page.text[: page.text.index("1. Question")])
    assert "A. Sharimova" in " ".join(page.text)


def test_the_page_shows_the_numbers_of_the_study(folder: Path, whole_study: Study) -> None:
    page = page_of(folder)
    rows = {row[0]: row for row in table_with(page, "BIC")}
    place = rows["Variant"].index("χ²")
    best = whole_study.table.loc["chain"]
    assert rows["chain"][place] == f"{best['chisq']:.2f}"
    assert rows["chain"][rows["Variant"].index("df")] == "167"
    assert set(rows["free exchange"][place : place + 6]) == {"–"}
    parameters = next(
        table for table in page.tables if table[0][0] == "Parameter" and "→" in table[1][0]
    )
    path = whole_study.paths.iloc[0]
    assert parameters[1][:2] == [path["parameter"], f"{path['estimate']:.3f}"]


def test_the_page_quotes_the_study_and_prints_the_models(folder: Path) -> None:
    text = " ".join(page_of(folder).text)
    for variant in VARIANTS.values():
        assert variant.sentence in text
    assert "KSSE ~ a*NPC" in text
    assert "M ~~ 0*NPC" in text


def test_the_second_opinion_has_a_row_per_engine(folder: Path) -> None:
    pytest.importorskip("semopy")
    table = table_with(page_of(folder), "Engine")
    assert table[0] == ["Engine", "χ²", "df"]
    assert [row[0] for row in table[1:]] == ["tpn_sem", "semopy"]
    assert table[1][1:] == table[2][1:] == ["194.37", "164"]


def test_the_ladder_stands_on_the_page(folder: Path, whole_study: Study) -> None:
    table = table_with(page_of(folder), "Step")
    steps = ["configural", "metric", "scalar", "partial scalar", "strict"]
    assert [row[0] for row in table[1:]] == steps
    metric = dict(zip(table[0], table[2], strict=True))
    expected = whole_study.ladder.table.loc["metric"]
    assert metric["Δχ²"] == f"{expected['chisq_diff']:.2f}"
    assert metric["Δdf"] == "16"


def test_each_difference_has_one_p_value_and_the_others_are_folded(
    folder: Path, whole_study: Study
) -> None:
    page = page_of(folder)
    tables = [table for table in page.tables if "Scale" in table[0] and "Effect" in table[0]]
    assert len(tables) == 1
    head, *rows = tables[0]
    assert [name for name in head if name.startswith("p")] == ["p", "p, adjusted"]
    inference = whole_study.comparison.inference
    mean = dict(zip(head, next(row for row in rows if row[0] == "NPC mean"), strict=True))
    expected = inference.contrasts.loc["NPC~1"]
    assert float(mean["p"].replace("< ", "")) == pytest.approx(expected["p_value"], abs=6e-4)
    difference = float(mean["Difference"].replace("−", "-"))
    assert difference == pytest.approx(expected["estimate"], abs=6e-4)
    assert mean["Scale"] == "difference over the pooled SD of the factor"
    assert not any("residual variance" in row[0] for row in rows)
    assert "All p by studentised permutation of schools." in " ".join(page.text)
    steps = next(table for table in page.tables if table[0][:2] == ["Step", "Δdf"])
    assert [row[0] for row in steps[1:]] == ["metric", "partial scalar", "strict"]
    folded = [table for table in page.tables if "p, teachers" in table[0]]
    assert [len(table) - 1 for table in folded] == [len(inference.contrasts), 3]
    assert any(row[0] == "npc1 residual variance" for row in folded[0])
    for row in folded[1][1:]:
        shown = dict(zip(folded[1][0], row, strict=True))
        expected = inference.steps.loc[row[0]]
        for name, column in (("p, teachers", "p_naive"), ("p, schools", "p_clustered")):
            assert float(shown[name].replace("< ", "")) == pytest.approx(expected[column], abs=6e-4)
    text = " ".join(page.text)
    assert "29 schools as units" in text
    assert "permutation of whole schools" in text
    assert "Holm" in text


@pytest.mark.slow
@pytest.mark.parametrize("condition", ["no schools", "crossed", "no permutations", "whole"])
def test_sentences_on_groups_are_those_of_what_was_computed(condition: str) -> None:
    """Teachers without schools, gender within schools, schools that are not dealt anew."""
    options: dict[str, object] = {"missing": "fiml", "cluster": "school"}
    if condition == "no schools":
        options = {"missing": "fiml", "estimator": "MLR"}
    found = compare_groups(
        ts.datasets.teachers(),
        ts.Instrument.numbered(),
        "gender" if condition == "crossed" else "location",
        None,
        options,
        0 if condition == "no permutations" else 19,
    )
    words = comparison_words(found)
    text = " ".join([words["design"], words["contrast_rule"], words["step_rule"]])
    assert ("permutation of whole schools" in text) == (condition == "whole")
    assert ("property of the school" in text) == (condition in ("whole", "no permutations"))
    assert ("Teachers are taken as independent" in text) == (condition == "no schools")
    assert ("may vary between them" in text) == (condition == "crossed")
    assert ("changed places" in words["resampled"]) == (condition in ("whole", "crossed"))
    assert "cluster" not in text.lower()
    assert "rows" not in text


@pytest.mark.parametrize(
    ("name", "scale", "words"),
    [
        ("NPC~~NPC", "log ratio of variances", "NPC variance"),
        ("npc1~~npc1", "log ratio of residual variances", "npc1 residual variance"),
        ("KR~~NPC", "difference of Fisher's z of correlations", "correlation of KR with NPC"),
        ("NPC=~npc5", "", "loading of npc5 on NPC"),
        ("kr3|t2", "", "kr3 threshold 2"),
        ("kr3~1", "", "kr3 intercept"),
        ("NPC~1 (b - a)", "difference over the pooled SD of the factor", "NPC mean (b - a)"),
        ("kr3~*~kr3", "", "kr3 scale"),
        ("KS~NPC", "", "NPC → KS"),
    ],
)
def test_contrasts_have_names_that_people_read(name: str, scale: str, words: str) -> None:
    assert effect_words(name, scale) == words


def test_no_column_of_the_page_is_called_index(folder: Path) -> None:
    heads = [cell for table in page_of(folder).tables for cell in table[0]]
    assert "index" not in heads
    assert not [head for head in heads if "_" in head]


def page_for(tmp_path: Path, *chosen: Variant, main_variant: str = "mine") -> str:
    data = ts.datasets.teachers(missing=0)
    write_report(study(data, variants=chosen, main=main_variant, scrutiny=False), tmp_path, "0")
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert Page(text).open == []
    return text


@pytest.mark.slow
def test_names_and_claims_of_ones_own_are_escaped(tmp_path: Path) -> None:
    chain = VARIANTS["chain"]
    mine = Variant("a <b> & c", "x < y & <script>", "<i>q</i>", structural=chain.structural)
    text = page_for(tmp_path, mine, main_variant="a <b> & c")
    assert "<script>" not in text
    assert "<i>q</i>" not in text
    assert "a &lt;b&gt; &amp; c" in text


@pytest.mark.slow
def test_without_the_four_factors_the_page_is_written(tmp_path: Path) -> None:
    mine = Variant("mine", "one after the other", structural=VARIANTS["chain"].structural)
    text = page_for(tmp_path, mine)
    assert "all constructs is not among the variants" in text
    assert "One variant has a proper solution: there is nothing to compare" in text


@pytest.mark.slow
@pytest.mark.parametrize(
    "structure",
    [
        "KSSE ~ NPC; KS ~ NPC + KSSE + KR; KR ~ NPC + KSSE + KS",
        "KS =- KR",
    ],
    ids=["not identified", "syntax"],
)
def test_where_nothing_can_be_fitted_the_page_says_why(structure: str, tmp_path: Path) -> None:
    mine = Variant("mine", "free", structural=written("mine", structure))
    text = page_for(tmp_path, mine)
    assert "It could not be fitted: " in text
    assert "refused: " in text


# Without the extras -------------------------------------------------------------------------------


@pytest.mark.slow
def test_without_matplotlib_the_page_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, whole_study: Study
) -> None:
    for module in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    write_report(whole_study, tmp_path, "0")
    drawn = sorted(path.name for path in (tmp_path / "figures").iterdir())
    names = ("answers", "contest", "item_curves", "path_diagram", "paths", "scree")
    assert drawn == [f"{name}.svg" for name in names]
    page = page_of(tmp_path)
    assert page.open == []
    assert [row[0] for row in table_with(page, "BIC")[1:]] == list(whole_study.table.index)


@pytest.mark.slow
def test_without_the_other_engines_the_page_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "semopy", None)
    monkeypatch.setitem(sys.modules, "factor_analyzer", None)
    chosen = [VARIANTS["four factors"], VARIANTS["partial mediation"]]
    data = ts.datasets.teachers(missing=0)
    write_report(study(data, variants=chosen, scrutiny=False), tmp_path, "0")
    text = " ".join(page_of(tmp_path).text)
    assert "semopy is not installed" in text
    assert "No second opinion: factor_analyzer is not installed" in text
    assert not (tmp_path / "tables" / "cross_check.csv").exists()
