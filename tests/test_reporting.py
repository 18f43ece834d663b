"""What a paper says of a fit, and what lets it be fitted again."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.articles.bibliography import REFERENCES
from tpn_sem.errors import NotAvailableError, OptionError

PUPILS = datasets.holzinger_swineford_1939()
TEACHERS = datasets.teachers()
TEXT = "visual =~ x1 + x2 + x3; textual =~ x4 + x5 + x6; textual ~ visual"
ITEMS = [f"x{k}" for k in range(1, 7)]
COARSE = PUPILS.assign(**{name: pd.qcut(PUPILS[name], 3, labels=False) for name in ITEMS})
GAPS = PUPILS.assign(x1=PUPILS["x1"].where(PUPILS.index % 7 > 0))


def fitted(text: str = TEXT, data: pd.DataFrame = PUPILS, **options: Any) -> ts.Fit:
    fit: ts.Fit = quietly(ts.sem, text, data, **options)
    return fit


KINDS: dict[str, tuple[dict[str, Any], list[str], list[str]]] = {
    "plain": ({}, ["maximum likelihood (Jöreskog, 1969)", "by the chi-square test."], []),
    "MLR": ({"estimator": "MLR"}, ["sandwich (White, 1982)", "Yuan & Bentler"], ["brosseau2014"]),
    "MLM": ({"estimator": "MLM"}, ["corrected in its mean"], ["satorra1994"]),
    "GLS": ({"estimator": "GLS"}, ["generalised least squares"], ["browne1984"]),
    "DLS": ({"estimator": "DLS"}, ["distributionally weighted"], ["du2022"]),
    "ordinal": (
        {"data": COARSE, "ordered": True},
        ["6 items were treated as ordinal", "diagonally weighted", "delta param"],
        ["muthen1984", "asparouhov2010", "savalei2021"],
    ),
    "PML": ({"data": COARSE, "ordered": True, "estimator": "PML"}, [], ["katsikatsou2012"]),
    "FIML": ({"data": GAPS, "missing": "fiml"}, ["full information"], ["arbuckle1996"]),
    "auxiliary": (
        {"data": GAPS, "missing": "fiml", "auxiliary": ["x7", "x8"]},
        ["Auxiliary variables (x7, x8)"],
        ["graham2003"],
    ),
    "listwise": ({"data": GAPS}, ["43 rows were left out", "258 observations"], []),
    "groups": ({"group": "school"}, ["(Pasteur: 156; Grant-White: 145)"], []),
    "CR2": (
        {"cluster": "agemo", "se": "cluster_cr2"},
        ["CR2; Bell & McCaffrey, 2002", "clustered in 12 units of 'agemo'"],
        ["bell2002"],
    ),
    "bootstrap": (
        {"se": "bootstrap", "bootstrap": {"n": 20, "seed": 1}},
        ["bootstrap (Efron"],
        ["efron1993"],
    ),
}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(KINDS))
def test_the_paragraph_says_what_was_done(name: str) -> None:
    options, words, keys = KINDS[name]
    said = ts.cite(fitted(**options))
    for word in words:
        assert word in said.paragraph
    assert set(keys) <= {entry.key for entry in said.references}
    assert not re.search(r"[{}]", said.paragraph)
    assert f"tpn_sem {ts.__version__}" in said.paragraph


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", list(KINDS))
def test_every_citation_is_listed_and_every_reference_cited(name: str) -> None:
    said = ts.cite(fitted(**KINDS[name][0]))
    assert len({entry.key for entry in said.references}) == len(said.references)
    for entry in said.references:
        assert entry.cited in said.paragraph
        assert entry.listed in str(said.to_text()).replace("\n", " ")


def test_models_of_their_own_kind_are_named() -> None:
    said = ts.cite(fitted("c <~ x1 + x2 + x3; f =~ x4 + x5 + x6; f ~ c"))
    assert "Schuberth, 2023" in said.paragraph
    two = "level: 1\nNPC =~ npc1 + npc2 + npc3\nlevel: 2\nnpc1 ~~ npc2 + npc3\nnpc2 ~~ npc3"
    said = ts.cite(fitted(two, TEACHERS, cluster="school"))
    assert "one between them (Muthén, 1994)" in said.paragraph
    assert "The data are synthetic" in said.paragraph
    saturated = ts.cite(fitted("f =~ x1 + x2 + x3"))
    assert "saturated" in saturated.paragraph
    assert "CFI" not in saturated.paragraph


def test_bibtex_is_well_formed(tmp_path: Path) -> None:
    for entry in REFERENCES.values():
        text = entry.bibtex
        assert text.count("{") == text.count("}")
        assert not re.search(r"(?<!\\)&", text)
        assert text.startswith(f"@{entry.kind}{{{entry.key},\n")
    said = ts.cite(fitted())
    file = tmp_path / "references.bib"
    assert file.write_text("") == 0
    text = said.to_bibtex(file)
    assert file.read_text(encoding="utf-8") == text
    assert text.count("@") == len(said.references)


def test_odd_names_stay_as_they_are() -> None:
    odd = PUPILS.rename(columns={"school": "мектеп {x}"})
    said = ts.cite(fitted(data=odd.replace({"Pasteur": "a {0} & b"}), group="мектеп {x}"))
    assert "a {0} & b: 156" in said.paragraph


def test_nothing_is_cited_of_what_did_not_converge() -> None:
    stopped = fitted(max_iterations=1)
    with pytest.raises(NotAvailableError, match="did not converge"):
        ts.cite(stopped)
    with pytest.raises(OptionError, match="fit"):
        ts.cite("fit")  # type: ignore[arg-type]


def test_the_library_is_cited_in_the_version_that_it_has() -> None:
    text = (Path(__file__).parents[1] / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {ts.__version__}\n" in text


# Provenance -----------------------------------------------------------------------------------


def test_provenance_says_what_is_needed_to_fit_again(tmp_path: Path) -> None:
    fit = fitted(data=GAPS, group="school", estimator="MLR", group_equal=["loadings"])
    found = fit.provenance
    assert found.versions["tpn_sem"] == ts.__version__
    assert {"numpy", "scipy", "pandas", "python"} <= set(found.versions)
    assert found.options["estimator"] == "MLR"
    assert found.options["group_equal"] == ["loadings"]
    assert found.data["n_dropped"] == 43
    assert found.data["groups"] == {"Pasteur": 133, "Grant-White": 125}
    assert "43 of 301 rows were dropped" in found.notes[0]
    assert found.model == TEXT
    file = tmp_path / "provenance.json"
    text = found.to_json(file)
    assert json.loads(file.read_text(encoding="utf-8")) == json.loads(text)
    assert json.loads(text)["data_hash"] == found.data_hash


def test_options_of_a_users_own_have_names_not_addresses() -> None:
    class Own(type(fitted().estimation.discrepancy)):  # type: ignore[misc]
        name = "own"

    text = fitted(estimator=Own()).provenance.to_json()
    assert "0x" not in text
    assert '"estimator": "own"' in text


def test_the_hash_is_of_what_was_fitted() -> None:
    first = fitted().provenance.data_hash
    assert fitted(estimator="MLR").provenance.data_hash == first
    assert fitted(data=PUPILS.assign(x9=0.0)).provenance.data_hash == first  # not in the model
    assert fitted(data=PUPILS.copy()).provenance.data_hash == first
    changed = PUPILS.copy()
    changed.loc[changed.index[7], "x1"] += 1e-9
    assert fitted(data=changed).provenance.data_hash != first
    assert fitted(data=PUPILS.iloc[::-1]).provenance.data_hash != first
    assert fitted(data=PUPILS.rename(columns={"x1": "x0"}), text=TEXT.replace("x1", "x0"))
    assert fitted(group="school").provenance.data_hash != first
    assert fitted(data=GAPS, missing="fiml").provenance.data_hash == (
        fitted(data=GAPS.copy(), missing="fiml").provenance.data_hash
    )


def test_moments_have_a_hash_too() -> None:
    moments = ts.SampleMoments.from_data(PUPILS[ITEMS])
    first = quietly(ts.sem, TEXT, moments).provenance.data_hash
    assert quietly(ts.sem, TEXT, moments).provenance.data_hash == first
    other = ts.SampleMoments.from_data(PUPILS[ITEMS] + np.eye(301, 6))
    assert quietly(ts.sem, TEXT, other).provenance.data_hash != first
