"""The study with other constructs, ordinal items, controls, skipped answers, improper solutions."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from report_cases import page_of
from triangle_cases import quick_study as study

import tpn_sem as ts
from tpn_sem.errors import AdmissibilityWarning, DataError, OptionError
from tpn_sem.triangle import VARIANTS, Instrument, MeasurementModel, Variant, written
from tpn_sem.triangle.comparable_groups import comparable_groups
from tpn_sem.triangle.contest import hold_contest
from tpn_sem.triangle.effects import explained, standardized_effects
from tpn_sem.triangle.page import write_report

FOUR = Instrument.numbered()
TWO = ("four factors", "partial mediation")


def survey(**options: object) -> pd.DataFrame:
    return ts.datasets.teachers(**options)


def some(*names: str) -> list[Variant]:
    return [VARIANTS[name] for name in names]


# Constructs ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_fifth_construct_takes_part() -> None:
    items = {**{name: own[:4] for name, own in FOUR.items.items()}, "LAST": FOUR.items["KR"][4:]}
    items["LAST"] = [*items["LAST"], "ks5"]
    own = Instrument(items, school="school")
    mine = Variant(
        "mine",
        "the last comes last",
        measurement=MeasurementModel("five", lambda i: "\n".join(map(i.measure, i.items))),
        structural=written("mine", "LAST ~ KS + KR"),
        same_variables=False,
        constructs=("KS", "KR", "LAST"),
    )
    chosen = ["four factors", "partial mediation", "all constructs"]
    found = study(survey(), own, variants=[*chosen, mine])
    assert found.contest.fits["all constructs"].measures["df"] == 18 * 19 / 2 - 36 - 10
    assert found.contest.fits["four factors"].measures["df"] == 98
    assert found.contest.fits["mine"].converged
    assert found.table.loc["mine", "verdict"] == ""
    assert len(found.exploration.loadings.columns) == 5
    assert "LAST" in set(found.description.scales.index)


@pytest.mark.slow
def test_by_default_variants_are_those_whose_constructs_are_there() -> None:
    own = Instrument({"NPC": FOUR.items["NPC"], "KSSE": FOUR.items["KSSE"]}, school="school")
    found = study(survey(), own, group="location", permutations=0)
    assert list(found.contest.variants) == ["all constructs"]
    assert found.main_variant == found.reference == "all constructs"
    assert found.contest.fits["all constructs"].measures["df"] == 34
    assert found.ladder is not None


@pytest.mark.slow
def test_a_variant_whose_construct_is_missing_says_so() -> None:
    own = Instrument({"NPC": FOUR.items["NPC"], "KSEE": FOUR.items["KSSE"]})
    found = study(survey(), own, variants=["additive", "all constructs"], main="all constructs")
    refused = found.contest.refused["additive"]
    assert "has no items for KSSE, KS, KR, which 'additive' needs; did you mean 'KSEE'?" in refused


def test_context_takes_the_roles_that_are_there() -> None:
    own = Instrument(FOUR.items, {"comparison": "comparison"})
    text = str(VARIANTS["context"].model(own))
    assert "KSSE ~ NPC + comparison" in text
    assert "KS + KR ~ NPC + KSSE\n" in text
    assert "NPC ~" not in text.replace("KSSE ~", "")
    assert "rural" in str(VARIANTS["context"].model(FOUR))


# Options ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_ordinal_items_are_tested_and_not_ranked(tmp_path: Path) -> None:
    chosen = some("four factors", "partial mediation", "full mediation")
    found = study(survey(), FOUR, variants=chosen, ordered=True)
    assert found.main.estimation.discrepancy.name == "DWLS"
    assert found.table["bic"].isna().all()
    assert found.table.loc["full mediation", "verdict"] == "excluded"
    assert any("each pair of items uses the rows" in note for note in found.notes)
    nested = found.contest.nestings
    assert set(nested["restricted"]) == {"full mediation"}
    assert (nested["p_value"] < 0.05).all()
    write_report(found, tmp_path, "0")
    assert "Can't tell" not in found.contest.verdicts[0]


@pytest.mark.slow
def test_an_ordinal_study_compares_groups() -> None:
    found = study(
        survey(), FOUR, group="location", variants=some(*TWO), ordered=True, permutations=0
    )
    assert list(found.ladder.table.index)[:2] == ["configural", "thresholds"]


@pytest.mark.slow
def test_the_estimator_reaches_every_fit() -> None:
    found = study(survey(), FOUR, variants=some(*TWO), estimator="MLR", clustered=False)
    for fit in found.contest.fits.values():
        assert fit.estimation.options.se == "robust_huber_white"
    with pytest.raises(OptionError, match="estimator"):
        study(survey(), FOUR, variants=some(*TWO), estimator="LM")
    with pytest.raises(OptionError, match="'doubly_robust'"):
        study(survey(), FOUR, variants=some(*TWO), ordered=True, missing="fiml")


@pytest.mark.slow
def test_controls_act_on_every_factor_and_change_no_difference() -> None:
    chosen = [
        name
        for name in VARIANTS
        if name not in ("context", "moderation", "face-to-face moderation", "free exchange")
    ]
    chosen = [name for name in chosen if not name.startswith("common method, free")]
    plain = hold_contest(some(*chosen), survey(missing=0), FOUR)
    found = study(
        survey(missing=0), FOUR, variants=some(*chosen), controls=["age", "gender"], clustered=False
    )
    fits = found.contest.fits
    assert set(fits) == set(plain.fits)
    gap = {name: fits[name].measures["df"] - plain.fits[name].measures["df"] for name in fits}
    base = gap["four factors"]
    method = gap.pop("common method, equal")
    assert method == base
    for name, value in gap.items():
        n_factors = {"general factor": 1, "merged pairs": 2, "merged sources": 3, "one apex": 3}
        own = n_factors.get(name, 4)
        assert value == base + 2 * (4 - own), name
    paths = set(found.paths["parameter"])
    assert {"age → NPC", "gender: male → KR"} <= paths
    pairs = set(map(tuple, found.contest.equivalences[["first", "second"]].to_numpy()))
    assert ("four factors", "partial mediation") in pairs
    assert ("additive", "exchange") in pairs


@pytest.mark.parametrize(
    ("controls", "says"),
    [
        (["aeg"], "control 'aeg' is not in the data; did you mean 'age'"),
        (["one"], "control 'one' has one value"),
        (["many"], "control 'many' has 440 labels"),
    ],
)
def test_controls_that_cannot_be_are_refused(controls: list[str], says: str) -> None:
    frame = survey().assign(one=1, many=[f"t{k}" for k in range(440)])
    with pytest.raises(DataError, match=says):
        study(frame, FOUR, variants=some(*TWO), controls=controls)


@pytest.mark.slow
def test_skipped_codes_are_missing_and_counted() -> None:
    frame = survey(missing=0)
    items = [*FOUR.items["KS"], *FOUR.items["KR"]]
    coded, gaps = frame.copy(), frame.copy()
    coded.loc[:39, items], gaps.loc[:39, items] = -9, np.nan
    one = study(coded, FOUR, variants=some(*TWO), skipped=-9)
    other = study(gaps, FOUR, variants=some(*TWO))
    pd.testing.assert_frame_equal(one.paths, other.paths, rtol=1e-6)
    assert one.respondents.loc["total", "skipping"] == 40
    note = next(note for note in one.notes if "skip it by design" in note)
    assert note.startswith("40 teachers answered no item")
    assert "400 answers carry a code for it" in note
    told = Instrument(FOUR.items, school="school", skipped={"KS": -9, "KR": -9})
    third = study(coded, told, variants=some(*TWO))
    assert third.notes == one.notes


@pytest.mark.slow
def test_progress_is_told_step_by_step() -> None:
    steps: list[str] = []
    study(survey(), FOUR, variants=some(*TWO), progress=steps.append)
    assert steps == [
        "checking the answers",
        "exploring",
        *TWO,
        "what can be told apart",
        "claims, hypotheses and effects",
        "reliability and validity",
    ]


# Rows ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_rows_that_cannot_be_used_are_left_out_and_counted() -> None:
    frame = survey()
    frame.loc[[3, 50], "school"] = None
    frame.loc[[7, 8, 9], list(FOUR.all_items)] = np.nan
    frame.loc[20, "location"] = None
    found = study(frame, FOUR, group="location", variants=some(*TWO), permutations=0)
    total = found.respondents.loc["total"]
    assert total[["rows", "no school", "no answer", "used"]].tolist() == [440, 2, 3, 435]
    assert "no group" in found.respondents.index
    assert found.main.n_observations == 435
    assert any(
        "5 of 440 rows are left out: 2 have no school, 3 have no answer" in n for n in found.notes
    )
    assert any("1 rows without location are left out where groups" in n for n in found.notes)
    assert found.ladder is not None
    kinds = [note.split(":")[0] for note in found.notes]
    assert {"missing school", "empty rows", "missing group"} <= set(kinds)


@pytest.mark.slow
def test_rows_without_a_control_are_left_out_and_counted() -> None:
    frame = survey(missing=0)
    frame.loc[:99, "age"] = np.nan
    found = study(frame, FOUR, variants=some(*TWO), controls="age")
    assert found.respondents.loc["total", ["no control", "used"]].tolist() == [100, 340]
    assert found.main.n_observations == 340
    assert any("100 lack a control variable" in note for note in found.notes)


@pytest.mark.slow
def test_schools_that_are_none_are_no_clusters() -> None:
    one = study(survey().assign(school="S01"), FOUR, variants=some(*TWO))
    assert any("All teachers are of one school" in note for note in one.notes)
    assert one.main.converged
    each = study(survey().assign(school=np.arange(440)), FOUR, variants=some(*TWO))
    assert any("Every teacher has another school" in note for note in each.notes)


def test_another_study_is_not_called_the_triangle(tmp_path: Path) -> None:
    own = Instrument({"A": FOUR.items["NPC"][:3]}, {"rural": "rural"})
    found = study(survey(), own)
    write_report(found, tmp_path, "0")
    text = " ".join(page_of(tmp_path).text)
    assert "Sharimova" not in text
    assert "A study of A" in text
    assert "no degrees of freedom" in text
    assert any("Contextual factors are not used" in note for note in found.notes)


@pytest.mark.slow
def test_listwise_rows_are_counted() -> None:
    found = study(survey(), FOUR, variants=some(*TWO), missing="listwise")
    assert found.respondents.loc["total", ["incomplete", "used"]].tolist() == [159, 281]
    assert any("159 have a missing answer (listwise)" in note for note in found.notes)


@pytest.mark.slow
def test_findings_stand_first() -> None:
    frame = survey()
    frame.loc[:9, "ks1"] = 99
    found = study(frame, FOUR, variants=some(*TWO))
    assert found.notes[0].startswith("stray code: ks1: 99 stands 10 times")
    repaired = ts.check(frame, FOUR).apply("all")
    found = study(repaired, FOUR, variants=some(*TWO))
    assert found.notes[0] == "Repaired before the study: ks1: 10 answers of 99 made missing."


def test_few_rows_are_said() -> None:
    three = Instrument({name: own[:3] for name, own in FOUR.items.items()})
    found = study(survey(missing=0).iloc[::14].iloc[:30], three, variants=some(*TWO))
    assert any(note.startswith("30 rows are few for 12 items") for note in found.notes)


def test_no_row_at_all_is_refused() -> None:
    frame = survey().assign(**dict.fromkeys(FOUR.all_items, np.nan))
    with pytest.raises(DataError, match="no row can be used"):
        study(frame, FOUR, variants=some(*TWO))


# Improper solutions -------------------------------------------------------------------------------


@pytest.mark.slow
def test_an_improper_solution_is_marked_and_never_ranked(tmp_path: Path) -> None:
    chosen = some(*TWO, "three apexes")
    found = study(survey(seed=3), FOUR, variants=chosen, main="three apexes")
    row = found.table.loc["three apexes"]
    assert row["state"] == "improper"
    assert row["verdict"] == ""
    assert np.isnan(row["delta_bic"])
    assert "improper" in repr(found)
    assert any(note.startswith("three apexes have no proper solution") for note in found.notes)
    assert "three apexes" not in set(found.contest.nestings["restricted"])
    write_report(found, tmp_path, "0")
    text = " ".join(page_of(tmp_path).text)
    assert "Its solution is improper" in text
    diagram = (tmp_path / "figures" / "path_diagram.svg").read_text(encoding="utf-8")
    assert "IMPROPER SOLUTION" in diagram
    pytest.importorskip("matplotlib")
    contest = (tmp_path / "figures" / "contest.svg").read_text(encoding="utf-8")
    assert "improper: not judged" in contest


@pytest.mark.slow
def test_effects_of_an_improper_solution_say_so() -> None:
    """Correlations that one factor reproduces only with a communality above 1."""
    names = ["a", "b", "c", "x"]
    correlations = pd.DataFrame(np.eye(4), index=names, columns=names)
    for one, other, value in (("a", "b", 0.9), ("a", "c", 0.9), ("b", "c", 0.7)):
        correlations.loc[one, other] = correlations.loc[other, one] = value
    for item in "abc":
        correlations.loc[item, "x"] = correlations.loc["x", item] = 0.2
    moments = ts.SampleMoments(correlations, n_observations=300)
    with pytest.warns(AdmissibilityWarning):
        fit = ts.sem("f =~ a + b + c\nf ~ x", moments)
    assert fit.converged
    assert not fit.admissible
    assert set(standardized_effects(fit, "~")["state"]) == {"improper"}
    assert set(explained(fit)["state"]) == {"improper"}
    sound = ts.sem("f =~ x1 + x2 + x3\nf ~ ageyr", ts.datasets.holzinger_swineford_1939())
    assert sound.admissible
    assert "state" not in standardized_effects(sound, "~")


@pytest.mark.slow
def test_the_page_has_the_findings_first_and_the_codebook(tmp_path: Path) -> None:
    headings = {item: f"{place}. <b>wording</b>" for place, item in enumerate(FOUR.all_items)}
    items = {name: [headings[item] for item in own] for name, own in FOUR.items.items()}
    frame = survey().rename(columns=headings)
    frame.loc[:9, headings["ks1"]] = 99
    found = study(frame, Instrument(items, school="school"), variants=some(*TWO))
    write_report(found, tmp_path, "0")
    page = page_of(tmp_path)
    text = " ".join(page.text)
    assert text.index("stray code") < text.index("Who answered") < text.index(". How many factors")
    assert "Codebook" in text
    raw = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<b>wording" not in raw
    assert re.search(r"NPC =~ npc1 \+ npc2", raw)
    tables = {path.name for path in (tmp_path / "tables").iterdir()}
    assert {"findings.csv", "responses.csv", "codebook.csv", "answers_items.csv"} <= tables


def test_small_types_of_communities_are_joined_and_silent_ones_left_out() -> None:
    data = ts.datasets.teachers()
    own, notes = comparable_groups(data, FOUR, "community_type")
    assert set(own["community_type"]) == {"messenger group", "subject network", "others"}
    assert notes[0].startswith("none (36) without any answer to an item of KR, KS")
    assert notes[1].startswith("course alumni (51), open platform (27) are too few")
    assert len(own) == len(data) - 36
    same, nothing = comparable_groups(data, FOUR, "location")
    assert len(same) == len(data)
    assert nothing == []


@pytest.mark.slow
def test_types_of_communities_are_compared() -> None:
    found = study(
        ts.datasets.teachers(),
        variants=[VARIANTS["four factors"], VARIANTS["partial mediation"]],
        group="community_type",
        permutations=0,
        scrutiny=False,
    )
    assert found.ladder is not None
    assert found.ladder.fits["configural"].group_labels == [
        *dict.fromkeys(found.ladder.fits["configural"].group_labels)
    ]
    assert len(found.ladder.fits["configural"].group_labels) == 3
    assert any("joined as 'others'" in note for note in found.notes)


# Sentences that depend on the design -------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "among"),
    [("gender", "29 of 29 schools have teachers of several groups"), ("location", "whole schools")],
)
def test_the_page_says_what_the_group_is_a_property_of(
    group: str, among: str, tmp_path: Path
) -> None:
    data = ts.datasets.teachers()
    chosen = [VARIANTS["partial mediation"]]
    found = study(data, group=group, variants=chosen, permutations=2)
    write_report(found, tmp_path, "0")
    text = " ".join(" ".join(page_of(tmp_path).text).split())
    assert among in text
    assert ("is a property of the school" in text) is (group == "location")


@pytest.mark.slow
def test_every_nested_pair_that_is_undecided_is_said() -> None:
    """Also where the reference is not among the variants, and equivalent ones once."""
    data = ts.datasets.teachers()
    two = [VARIANTS["partial mediation"], VARIANTS["sharing first"]]
    found = study(data, variants=two, permutations=0)
    assert any(
        "sharing first cannot be told from partial mediation" in line
        for line in found.contest.verdicts
    )
    three = [VARIANTS["four factors"], *two]
    said = study(data, variants=three, permutations=0).contest.verdicts
    assert sum("sharing first cannot be told" in line for line in said) == 1
