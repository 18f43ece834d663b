"""What a reviewer asks of the fits, in the study and on its page."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.triangle import VARIANTS, study
from tpn_sem.triangle.page import study_tables, write_report

TWO = [VARIANTS[name] for name in ("four factors", "partial mediation")]


@pytest.fixture(scope="module")
def found() -> ts.triangle.Study:
    """The bundled survey, two variants."""
    return study(ts.datasets.teachers(), variants=TWO, permutations=0)


@pytest.mark.slow
def test_each_part_is_there_and_says_something(found: ts.triangle.Study) -> None:
    closer = found.scrutiny
    assert closer is not None
    assert closer.reasons == {}
    assert [line.split(":")[0] for line in closer.misfit[:4]] == ["NPC", "KSSE", "KS", "KR"]
    assert "29 units of 'school'" in closer.deletion[0]
    assert any("flagged" in line for line in closer.odd_answers)
    assert closer.item_response is None
    assert any(
        "common method factor with equal loadings" in line for line in closer.one_questionnaire
    )


@pytest.mark.slow
def test_influence_leaves_out_schools_as_a_refit_does(found: ts.triangle.Study) -> None:
    closer = found.scrutiny
    assert closer is not None
    assert closer.influence is not None
    assert found.main is not None
    exact = closer.influence.exact.reset_index()
    assert exact[exact.columns[0]].nunique() == 29
    assert set(closer.influence.paths.index) <= set(found.main.estimates["label"]) | set(
        found.main.coef.index
    )


@pytest.mark.slow
def test_the_page_shows_them_and_files_have_their_tables(
    found: ts.triangle.Study, tmp_path: Path
) -> None:
    write_report(found, tmp_path, "0")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for heading in (
        "Does one half of the answers confirm the other?",
        "Where does it not fit?",
        "Does one school carry it?",
        "Do careless answers carry it?",
        "How much could be one questionnaire?",
    ):
        assert heading in page
    assert "Where along the factors" not in page
    tables = {path.stem for path in (tmp_path / "tables").iterdir()}
    assert {
        "local_residuals",
        "local_srmr",
        "influence",
        "influence_paths",
        "careless",
        "common_method_paths",
    } <= tables
    assert {"residuals", "influence"} <= {p.stem for p in (tmp_path / "figures").iterdir()}
    written = pd.read_csv(tmp_path / "tables" / "influence_paths.csv")
    assert len(written) == len(study_tables(found)["influence_paths"][0])


@pytest.mark.slow
def test_it_can_be_left_out(tmp_path: Path) -> None:
    quick = study(ts.datasets.teachers(), variants=TWO, permutations=0, scrutiny=False)
    assert quick.scrutiny is None
    write_report(quick, tmp_path, "0")
    assert "Does one school carry it?" not in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_ordinal_study_shows_items_along_the_factors(tmp_path: Path) -> None:
    data = ts.datasets.teachers()
    kept = study(data, variants=TWO[:1], permutations=0, ordered=True, main="four factors")
    closer = kept.scrutiny
    assert closer is not None
    assert closer.item_response is not None
    assert np.isfinite(closer.item_response.items["discrimination"]).all()
    write_report(kept, tmp_path, "0")
    assert "Where along the factors" in (tmp_path / "report.html").read_text("utf-8")


@pytest.mark.slow
def test_a_part_that_cannot_be_had_says_why(tmp_path: Path) -> None:
    data = ts.datasets.teachers()
    items = {"NPC": [f"npc{place}" for place in range(1, 4)]}
    alone = study(data, ts.Instrument(items, school="school"), permutations=0)
    assert alone.scrutiny is not None
    assert any("no degrees of freedom" in line for line in alone.scrutiny.misfit)
    write_report(alone, tmp_path, "0")
    assert "no degrees of freedom" in (tmp_path / "report.html").read_text("utf-8")
