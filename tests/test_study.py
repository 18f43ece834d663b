"""The study: ranks, verdicts, effects and notes."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from triangle_cases import INSTRUMENT, SATURATED, survey
from triangle_cases import quick_study as study

import tpn_sem as ts
from tpn_sem.errors import DataError, OptionError
from tpn_sem.triangle import (
    CONSTRUCTS,
    VARIANTS,
    Instrument,
    MeasurementModel,
    StructuralModel,
    Study,
    Variant,
    written,
)
from tpn_sem.triangle.contest import VERDICTS

ITEMS = list(INSTRUMENT.all_items)


def some(*names: str) -> list[Variant]:
    return [VARIANTS[name] for name in names]


def test_variants_stand_by_what_the_data_exclude(whole_study: Study) -> None:
    table = whole_study.table
    judged = table[table["verdict"] != ""]
    assert set(judged.index) == set(VARIANTS) - {
        "free exchange",
        "context",
        "moderation",
        "face-to-face moderation",
    }
    order = [VERDICTS.index(verdict) for verdict in table["verdict"]]
    assert order == sorted(order)
    assert judged["delta_bic"].min() == pytest.approx(0.0, abs=1e-9)
    assert set(whole_study.contest.members) == {*SATURATED, "sharing first"}
    assert (judged.loc[list(SATURATED), "verdict"] == "can't tell").all()
    assert (table.loc[["full mediation", "rival mediator"], "verdict"] == "excluded").all()
    others = table.loc[["context", "moderation"]]
    assert others[["aic", "bic", "delta_bic"]].isna().all(axis=None)
    assert (others["status"].str.contains("not compared")).all()
    assert "with change, comparison, f2f" in others.loc["context", "status"]


def test_what_is_refused_stands_in_the_table_with_its_reason(whole_study: Study) -> None:
    found = whole_study
    assert set(found.contest.refused) == {"free exchange"}
    assert "rank 66" in found.table.loc["free exchange", "status"]
    assert np.isnan(found.table.loc["free exchange", "chisq"])


def test_a_variant_that_only_other_starts_reach_is_judged(whole_study: Study) -> None:
    fit = whole_study.contest.fits["common method, free"]
    assert fit.converged
    assert any("others did" in note for note in fit.notes)
    assert fit.measures["chisq"] < whole_study.table.loc["four factors", "chisq"]


@pytest.mark.slow
def test_a_variant_that_does_not_converge_shows_no_measures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = sys.modules["tpn_sem.estimation.estimate"]
    monkeypatch.setattr(where, "best_of_second_starts", lambda *_: None)
    name = "common method, free"
    found = study(survey(missing=1.0), variants=some("chain", name), main="chain")
    row = found.table.loc[name]
    assert not found.contest.fits[name].converged
    assert (
        row[["p_set", "chisq", "pvalue", "cfi", "rmsea", "srmr", "aic", "bic", "delta_bic"]]
        .isna()
        .all()
    )
    assert "did not converge" in row["status"]
    assert name in dict(found.contest.remarks)


def test_verdicts_say_what_cannot_be_told_apart(whole_study: Study) -> None:
    verdicts = whole_study.contest.verdicts
    assert verdicts[0].startswith("Excluded by 440 teachers in 29 schools at 95%: ")
    assert "full mediation" in verdicts[0]
    assert verdicts[1].startswith("Can't tell between: four factors = additive")
    told = [text for text in verdicts if "sharing first cannot be told from four factors" in text]
    assert len(told) == 1
    assert "does not make it true" in told[0]
    assert "schools would hardly tell" in told[0]
    alike = "four factors, additive, partial mediation, mastery and exchange are equivalent"
    assert any(text.startswith(alike) for text in verdicts)
    assert any(text.startswith("two facets and three apexes are equivalent") for text in verdicts)
    assert not any("told from additive" in text for text in verdicts)


def test_indirect_effects_are_products_of_the_paths(whole_study: Study) -> None:
    found = whole_study
    paths = found.paths.set_index("parameter")["estimate"]
    effects = found.indirect.set_index("parameter")["estimate"]
    for outcome in ("KS", "KR"):
        indirect = paths["NPC → KSSE"] * paths[f"KSSE → {outcome}"]
        assert effects[f"indirect effect of NPC on {outcome} through KSSE"] == pytest.approx(
            indirect, rel=1e-9
        )
        total = paths[f"NPC → {outcome}"] + indirect
        assert effects[f"total effect of NPC on {outcome}"] == pytest.approx(total, rel=1e-9)
    assert (found.indirect["ci_lower"] < found.indirect["estimate"]).all()
    assert (found.indirect["estimate"] < found.indirect["ci_upper"]).all()


def test_explained_variance_is_that_of_the_fit(whole_study: Study) -> None:
    found = whole_study
    assert list(found.r_squared["factor"]) == ["KSSE", "KS", "KR"]
    for row in found.r_squared.itertuples():
        assert row.r_squared == pytest.approx(found.main.r_squared[row.factor], rel=1e-9)
        assert 0.0 < row.ci_lower < row.r_squared < row.ci_upper < 1.0


def test_respondents_are_counted_by_group(whole_study: Study) -> None:
    data = ts.datasets.teachers()
    counts = whole_study.respondents
    assert counts.loc[["rural", "urban"], "rows"].tolist() == [196, 244]
    assert counts.loc["total", "complete"] == len(data.dropna(subset=ITEMS))
    assert counts["schools"].tolist() == [15, 14, 29]


def test_notes_name_synthetic_data_dropped_rows_and_schools(whole_study: Study) -> None:
    data = ts.datasets.teachers()
    notes = whole_study.notes
    dropped = len(data) - len(data.dropna(subset=ITEMS))
    assert notes[0].startswith("The data are synthetic")
    assert notes[1].startswith(f"{dropped} of 440 rows have a missing answer")
    assert notes[2].startswith("45 teachers answered no item of some construct")
    assert "clustered in 29 schools" in notes[3]
    assert notes[4].startswith("The column location is a property of the school")
    assert notes[5].startswith(
        "Without the 45 teachers who skip a construct, the standardised path"
    )
    assert notes[6].startswith("What the ladder finds to differ by location is allowed for")
    assert len(notes) == 7


def test_data_of_ones_own_are_not_called_synthetic() -> None:
    own = pd.DataFrame(survey().to_numpy(), columns=survey().columns)[ITEMS].astype(float)
    found = study(own, variants=some("four factors", "partial mediation"))
    assert not found.synthetic
    assert len(found.notes) == 1
    assert found.notes[0].startswith("Teachers are taken as independent of each other")
    assert list(found.respondents.index) == ["all", "total"]
    assert found.ladder is None


@pytest.mark.slow
def test_a_group_that_varies_within_schools_is_no_property_of_them() -> None:
    found = study(survey(), group="gender", variants=some("partial mediation"), permutations=9)
    assert not any("property of the school" in note for note in found.notes)
    assert found.ladder is not None
    assert list(found.ladder.table.index) == ["configural", "metric", "scalar", "strict"]


@pytest.mark.slow
def test_a_group_with_one_category_gives_a_note_and_no_ladder() -> None:
    found = study(
        survey().assign(location="rural"),
        group="location",
        variants=some("additive"),
        main="additive",
    )
    assert found.ladder is None
    assert any("ladder of invariance could not be fitted" in note for note in found.notes)
    assert found.main is not None


def test_an_unknown_group_is_refused_with_advice() -> None:
    with pytest.raises(DataError, match="'locatoin' is not in the data; did you mean 'location'"):
        study(survey(), group="locatoin", variants=some("partial mediation"))


def mine() -> Variant:
    return Variant(
        "mine",
        "need acts on receiving only",
        structural=written("mine", "KSSE ~ NPC; KS ~ KSSE; KR ~ NPC; KS ~~ KR"),
    )


@pytest.mark.slow
def test_a_variant_of_ones_own_takes_part() -> None:
    found = study(survey(), variants=[*some("four factors"), mine()], main="mine")
    assert found.table.loc["mine", "df"] == 166
    assert found.main is found.contest.fits["mine"]
    assert found.main_variant == "mine"
    assert list(found.paths["parameter"]) == ["NPC → KSSE", "KSSE → KS", "NPC → KR"]
    assert found.indirect.empty
    nested = found.contest.nestings
    assert nested[["restricted", "general"]].to_numpy().tolist() == [["mine", "four factors"]]


BROKEN = {
    "syntax": Variant("broken", "x", measurement=MeasurementModel("m", lambda i: "f =- a")),
    "column": Variant(
        "broken", "x", structural=StructuralModel("s", lambda i: "NPC ~ nowhere_to_be_found")
    ),
    "not estimated": Variant("broken", "x", structural=written("s", "npc1 | t1")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_variant_does_not_stop_the_study(name: str) -> None:
    found = study(survey(), variants=[BROKEN[name], *some("partial mediation")])
    assert list(found.contest.refused) == ["broken"]
    assert found.table.loc["broken", "status"].startswith("refused: ")
    assert found.table.loc["partial mediation", "verdict"] == "can't tell"


@pytest.mark.slow
def test_a_study_in_which_all_is_refused_says_so() -> None:
    found = study(survey(), variants=[BROKEN["syntax"]], main="broken")
    assert found.main is None
    assert (found.table["verdict"] == "").all()
    assert "nothing to choose from" in found.contest.verdicts[0]
    assert found.paths.empty
    assert found.cross_check is None


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"main": "partial"}, "main='partial' is not among the variants: four factors"),
        ({"variants": [*some("chain"), *some("chain")], "main": "chain"}, "called 'chain'"),
    ],
)
def test_wrong_choices_are_refused(options: dict, says: str) -> None:
    with pytest.raises(OptionError, match=says):
        study(survey(), **options)


def test_a_missing_item_is_named() -> None:
    with pytest.raises(DataError, match="column 'kr3' is not in the data"):
        study(survey().drop(columns="kr3"))


def test_an_item_that_all_answer_alike_is_named() -> None:
    with pytest.raises(DataError, match="'ks2' has one value"):
        study(survey().assign(ks2=4.0), variants=some("partial mediation"))


@pytest.mark.slow
def test_two_items_a_construct_are_enough() -> None:
    found = study(
        survey(),
        Instrument.numbered(2),
        variants=some("four factors", "partial mediation", "chain", "free exchange"),
    )
    assert found.table.loc["four factors", "df"] == 14
    assert found.table.loc["chain", "df"] == 17
    assert list(found.contest.refused) == ["free exchange"]
    assert len(found.paths) == 5


@pytest.mark.slow
def test_a_role_that_the_instrument_lacks_refuses_the_variant_only() -> None:
    bare = Instrument(INSTRUMENT.items)
    found = study(survey(), bare, variants=some("context", "partial mediation"))
    assert "no column for any contextual factor" in found.contest.refused["context"]
    assert found.main is not None
    assert any("the instrument names no school column" in note for note in found.notes)


@pytest.mark.slow
def test_own_column_names_give_the_same_numbers() -> None:
    names = {item: f"Q{place}" for place, item in enumerate(ITEMS, 1)}
    items = {name: [names[item] for item in INSTRUMENT.items[name]] for name in CONSTRUCTS}
    chosen = some("four factors", "partial mediation", "full mediation")
    one = study(survey(), variants=chosen)
    other = study(
        survey().rename(columns=names), Instrument(items, school="school"), variants=chosen
    )
    columns = ["p_set", "df", "chisq", "bic"]
    pd.testing.assert_frame_equal(one.table[columns], other.table[columns], rtol=1e-9)


def test_the_cross_check_is_that_of_the_four_factors(whole_study: Study) -> None:
    pytest.importorskip("semopy")
    found = whole_study.cross_check
    assert found is not None
    assert found.possible
    assert len(found.table) == 46
    assert found.largest_difference < 0.05


def test_exploration_finds_the_four_factors(whole_study: Study) -> None:
    pytest.importorskip("factor_analyzer")
    found = whole_study.exploration
    assert found.n_factors == 4
    assert found.loadings.shape == (20, 4)
    assert "factor_analyzer" in found.note


@pytest.mark.slow
def test_a_study_without_other_engines_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "factor_analyzer", None)
    monkeypatch.setitem(sys.modules, "semopy", None)
    found = study(survey(), variants=some("four factors", "partial mediation"))
    assert found.cross_check is None
    assert found.main is not None
    assert found.exploration.loadings.shape == (20, 4)
    assert "factor_analyzer is not installed" in found.exploration.note
