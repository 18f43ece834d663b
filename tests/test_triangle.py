"""The triangle: instrument, variants and study."""

from __future__ import annotations

import sys
from functools import cache

import numpy as np
import pandas as pd
import pytest
from conftest import quietly

import tpn_sem as ts
from tpn_sem.errors import DataError, IdentificationError, OptionError
from tpn_sem.model_fit.comparison import Nesting, nesting
from tpn_sem.triangle import (
    CONSTRUCTS,
    VARIANTS,
    Instrument,
    MeasurementModel,
    StructuralModel,
    Study,
    Variant,
    equivalence_classes,
    study,
    written,
)

INSTRUMENT = Instrument.numbered()
ITEMS = list(INSTRUMENT.all_items)
DEGREES = {
    "four factors": 164,
    "additive": 164,
    "independent causes": 165,
    "same effects": 166,
    "partial mediation": 164,
    "full mediation": 166,
    "rival mediator": 166,
    "mastery": 164,
    "chain": 167,
    "sharing first": 165,
    "exchange": 164,
    "instrumented exchange": 165,
    "one apex": 167,
    "two facets": 165,
    "bifactor (S-1)": 160,
    "one disposition": 166,
    "three apexes": 165,
    "general factor": 170,
    "merged pairs": 169,
    "merged sources": 167,
    "common method, equal": 163,
    "common method, free": 144,
    "context": 258,
    "moderation": 265,
}
SATURATED = ("four factors", "additive", "partial mediation", "mastery", "exchange")
SEEDS = (1, 2, 3)


@cache
def survey(seed: int = 2020, missing: float = 0.0, size: float = 1.0) -> pd.DataFrame:
    return ts.datasets.teachers(seed=seed, missing=missing, size=size)


@cache
def fit_of(name: str, seed: int = 2020) -> ts.Fit:
    variant = VARIANTS[name]
    data = variant.prepare(survey(seed), INSTRUMENT)
    return quietly(variant.model(INSTRUMENT).fit, data)


@cache
def whole_study() -> Study:
    return study(ts.datasets.teachers(), group="location", permutations=19)


def relation(restricted: str, general: str, seed: int) -> Nesting:
    return nesting(fit_of(restricted, seed).estimation, fit_of(general, seed).estimation)


# Variants ----------------------------------------------------------------------------------------


def test_every_variant_is_counted() -> None:
    assert set(DEGREES) == set(VARIANTS) - {"free exchange"}


@pytest.mark.parametrize("name", DEGREES)
def test_degrees_of_freedom(name: str) -> None:
    assert fit_of(name).estimation.degrees_of_freedom == DEGREES[name]


def test_instrumented_exchange_with_a_disturbance_covariance_has_one_fewer() -> None:
    text = str(VARIANTS["instrumented exchange"].model(INSTRUMENT)) + "\nKS ~~ KR"
    assert ts.Model(text).fit(survey()).estimation.degrees_of_freedom == 164


@pytest.mark.parametrize(
    ("equal", "df"),
    [
        ((), 328),
        (("loadings",), 344),
        (("loadings", "intercepts"), 360),
        (("loadings", "intercepts", "residuals"), 380),
    ],
)
def test_degrees_of_freedom_of_two_groups(equal: tuple[str, ...], df: int) -> None:
    model = VARIANTS["four factors"].model(INSTRUMENT)
    found = model.fit(survey(), group="location", group_equal=equal)
    assert found.estimation.degrees_of_freedom == df


def test_free_exchange_is_refused_and_the_paths_named() -> None:
    with pytest.raises(IdentificationError) as caught:
        fit_of("free exchange")
    message = str(caught.value)
    assert "47 parameters have a Jacobian of rank 46" in message
    named = message.split("told apart: ")[1].split(". ")[0].split(", ")
    assert {"KS~KR", "KR~KS", "KS~~KS", "KR~~KR"} <= set(named)
    assert not [name for name in named if "KS" not in name and "KR" not in name]
    assert not [name for name in named if "=~" in name]


SENTENCES = {
    "four factors": "a triangle of learning factors",
    "additive": "both the need for professional connectedness and knowledge sharing self-efficacy",
    "partial mediation": "sense of professional connectedness",
    "full mediation": "sense of professional connectedness",
    "one apex": "knowledge sharing and receiving",
    "context": "professional isolation of teachers in rural schools",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_variant_keeps_its_sentence_of_the_study(name: str) -> None:
    assert SENTENCES[name] in VARIANTS[name].sentence


def test_context_keeps_all_that_the_study_names() -> None:
    for words in (
        "the need for mentoring support",
        "the context of educational change",
        "professional comparison",
        "face-to-face collaboration within and beyond schools",
    ):
        assert words in VARIANTS["context"].sentence


@pytest.mark.parametrize("name", ["rival mediator", "mastery", "general factor"])
def test_rivals_that_the_study_does_not_name_quote_nothing(name: str) -> None:
    assert VARIANTS[name].sentence == ""


@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_says_what_it_claims(name: str) -> None:
    assert VARIANTS[name].name == name
    assert len(VARIANTS[name].claim.split()) >= 3


# Equivalent and nested ---------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
def test_the_saturated_variants_are_equivalent(seed: int) -> None:
    for first in SATURATED:
        for second in SATURATED:
            assert relation(first, second, seed) is Nesting.EQUIVALENT, (first, second)


EQUIVALENT = [("two facets", "three apexes"), ("three apexes", "two facets")]
NOT_NESTED = [("full mediation", "rival mediator"), ("rival mediator", "full mediation")]
NESTED = [
    *(
        (name, "four factors")
        for name in (
            "independent causes",
            "full mediation",
            "rival mediator",
            "sharing first",
            "two facets",
            "one disposition",
            "merged pairs",
            "one apex",
        )
    ),
    ("chain", "full mediation"),
    ("chain", "sharing first"),
    ("general factor", "merged pairs"),
    ("general factor", "one apex"),
    ("one apex", "two facets"),
    ("four factors", "bifactor (S-1)"),
]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        *((*pair, Nesting.EQUIVALENT) for pair in EQUIVALENT),
        *((*pair, Nesting.NOT_NESTED) for pair in NOT_NESTED),
        *((*pair, Nesting.NESTED) for pair in NESTED),
        *((general, restricted, Nesting.NOT_NESTED) for restricted, general in NESTED),
        ("independent causes", "sharing first", Nesting.NOT_NESTED),
        ("chain", "rival mediator", Nesting.NOT_NESTED),
    ],
)
def test_relations(first: str, second: str, expected: Nesting, seed: int) -> None:
    assert relation(first, second, seed) is expected


def test_the_study_says_which_are_equivalent_and_how_it_knows() -> None:
    found = whole_study().contest
    classes = [set(names) for names in equivalence_classes(found.equivalences)]
    assert classes == [set(SATURATED), {"two facets", "three apexes"}]
    proofs = {frozenset((r.first, r.second)): r.proof for r in found.equivalences.itertuples()}
    assert proofs[frozenset(("additive", "mastery"))].startswith("saturated block")
    assert proofs[frozenset(("two facets", "three apexes"))].startswith("three indicators")
    assert proofs[frozenset(("additive", "exchange"))].startswith("numerical")


def test_nestings_of_the_study_are_tested_by_the_difference() -> None:
    table = whole_study().contest.nestings.set_index(["restricted", "general"])
    fits = whole_study().contest.fits
    row = table.loc[("chain", "full mediation")]
    table_of_two = ts.compare(fits["full mediation"], fits["chain"], method="satorra_2000")
    expected = table_of_two["chisq_diff"].iloc[1]
    assert row["chisq_diff"] == pytest.approx(expected, rel=1e-9)
    naive = fits["chain"].measures["chisq"] - fits["full mediation"].measures["chisq"]
    assert row["chisq_diff"] < naive  # teachers of a school are alike
    assert row["df_diff"] == 1
    assert ("full mediation", "rival mediator") not in table.index
    assert ("rival mediator", "full mediation") not in table.index


# Instrument --------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_items", [2, 3, 5, 8])
def test_an_instrument_has_any_number_of_items(n_items: int) -> None:
    instrument = Instrument.numbered(n_items)
    assert len(instrument.all_items) == 4 * n_items
    assert instrument.measure("KR").endswith(f"kr{n_items}")


def test_an_instrument_has_ones_own_columns() -> None:
    items = {"NPC": ["Q1", "Q2"], "KSSE": ["Q3", "Q4"], "KS": ["Q5", "Q6"], "KR": ["Q7", "Q8"]}
    instrument = Instrument(items, {"rural": "village"})
    assert instrument.measure("KE", "KS", "KR") == "KE =~ Q5 + Q6 + Q7 + Q8"
    assert instrument.column("rural") == "village"
    items["NPC"].append("Q9")
    assert instrument.all_items == tuple(f"Q{k}" for k in range(1, 9))


GOOD = {name: [f"{name}1", f"{name}2"] for name in CONSTRUCTS}
BAD_INSTRUMENTS = {
    "unknown construct": ({**GOOD, "KSE": ["a", "b"]}, {}, "did you mean 'KSSE'"),
    "missing construct": ({k: v for k, v in GOOD.items() if k != "KR"}, {}, "no items for KR"),
    "one item": ({**GOOD, "KS": ["a"]}, {}, r"KS has 1 item\(s\)"),
    "used twice": ({**GOOD, "KS": ["NPC1", "b"]}, {}, "used twice in the instrument: NPC1"),
    "context is an item": (GOOD, {"rural": "KR2"}, "used twice in the instrument: KR2"),
    "unknown role": (GOOD, {"rurl": "x"}, "did you mean 'rural'"),
}


@pytest.mark.parametrize("name", BAD_INSTRUMENTS)
def test_a_wrong_instrument_is_refused(name: str) -> None:
    items, context, says = BAD_INSTRUMENTS[name]
    with pytest.raises(OptionError, match=says):
        Instrument(items, context)


def test_a_role_without_a_column_says_how_to_give_it() -> None:
    with pytest.raises(OptionError, match=r"context=\{'comparison': \.\.\.\}"):
        Instrument(GOOD).column("comparison")


# The study ---------------------------------------------------------------------------------------


def some(*names: str) -> list[Variant]:
    return [VARIANTS[name] for name in names]


def test_variants_are_ordered_by_bic_and_equivalent_ones_share_a_rank() -> None:
    table = whole_study().table
    ranked = table.dropna(subset=["rank"])
    assert set(ranked.index) == set(VARIANTS) - {
        "free exchange",
        "common method, free",
        "context",
        "moderation",
    }
    assert ranked["rank"].is_monotonic_increasing
    assert ranked["bic"].round(6).is_monotonic_increasing
    assert ranked["delta_bic"].iloc[0] == pytest.approx(0.0, abs=1e-9)
    assert ranked.loc[list(SATURATED), "rank"].nunique() == 1
    assert ranked.loc["full mediation", "rank"] < ranked.loc["rival mediator", "rank"]
    assert table.loc[["context", "moderation"], "rank"].isna().all()
    assert (table.loc[["context", "moderation"], "status"].str.contains("not ranked")).all()
    assert repr(whole_study()).splitlines()[2].startswith("sharing first")


def test_what_is_refused_stands_in_the_table_with_its_reason() -> None:
    found = whole_study()
    assert set(found.contest.refused) == {"free exchange"}
    assert "rank 66" in found.table.loc["free exchange", "status"]
    assert np.isnan(found.table.loc["free exchange", "chisq"])


def test_a_variant_that_does_not_converge_shows_no_measures() -> None:
    found = whole_study()
    row = found.table.loc["common method, free"]
    assert not found.contest.fits["common method, free"].converged
    assert (
        row[["rank", "chisq", "pvalue", "cfi", "rmsea", "srmr", "aic", "bic", "delta_bic"]]
        .isna()
        .all()
    )
    assert row["df"] == 144
    assert "did not converge" in row["status"]
    assert "common method, free" in dict(found.contest.remarks)


def test_verdicts_say_what_cannot_be_told_apart() -> None:
    verdicts = whole_study().contest.verdicts
    assert verdicts[0].startswith("four factors, additive, partial mediation, mastery and exchange")
    assert "no data can tell them apart" in verdicts[0]
    assert verdicts[1].startswith("two facets and three apexes are equivalent")
    told = [text for text in verdicts if text.startswith("sharing first cannot be told from")]
    assert len(told) == 1
    assert "does not make it true" in told[0]
    assert not any("full mediation" in text for text in verdicts)


def test_indirect_effects_are_products_of_the_paths() -> None:
    found = whole_study()
    paths = found.paths.set_index("parameter")["estimate"]
    effects = found.indirect.set_index("parameter")["estimate"]
    for outcome in ("KS", "KR"):
        indirect = paths["NPC → KSSE"] * paths[f"KSSE → {outcome}"]
        assert effects[f"indirect_{outcome}"] == pytest.approx(indirect, rel=1e-9)
        total = paths[f"NPC → {outcome}"] + indirect
        assert effects[f"total_{outcome}"] == pytest.approx(total, rel=1e-9)
    assert (found.indirect["ci_lower"] < found.indirect["estimate"]).all()
    assert (found.indirect["estimate"] < found.indirect["ci_upper"]).all()


def test_explained_variance_is_that_of_the_fit() -> None:
    found = whole_study()
    assert list(found.r_squared["factor"]) == ["KSSE", "KS", "KR"]
    for row in found.r_squared.itertuples():
        assert row.r_squared == pytest.approx(found.main.r_squared[row.factor], rel=1e-9)
        assert 0.0 < row.ci_lower < row.r_squared < row.ci_upper < 1.0


def test_respondents_are_counted_by_group() -> None:
    data = ts.datasets.teachers()
    counts = whole_study().respondents
    assert counts.loc[["rural", "urban"], "rows"].tolist() == [196, 244]
    assert counts.loc["total", "complete"] == len(data.dropna(subset=ITEMS))
    assert counts["schools"].tolist() == [15, 14, 29]


def test_notes_name_synthetic_data_dropped_rows_and_schools() -> None:
    data = ts.datasets.teachers()
    notes = whole_study().notes
    dropped = len(data) - len(data.dropna(subset=ITEMS))
    assert notes[0].startswith("The data are synthetic")
    assert notes[1].startswith(f"{dropped} of 440 rows have a missing answer")
    assert "clustered in 29 schools" in notes[2]
    assert notes[3].startswith("location is a property of the school")
    assert len(notes) == 4


def test_data_of_ones_own_are_not_called_synthetic() -> None:
    own = pd.DataFrame(survey().to_numpy(), columns=survey().columns)[ITEMS].astype(float)
    found = study(own, variants=some("four factors", "partial mediation"))
    assert not found.synthetic
    assert found.notes == ()
    assert list(found.respondents.index) == ["all", "total"]
    assert found.ladder is None


def test_a_group_that_varies_within_schools_is_no_property_of_them() -> None:
    found = study(survey(), group="gender", variants=some("partial mediation"))
    assert not any("property of the school" in note for note in found.notes)
    assert found.ladder is not None
    assert list(found.ladder.table.index) == ["configural", "metric", "scalar", "strict"]


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


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_variant_does_not_stop_the_study(name: str) -> None:
    found = study(survey(), variants=[BROKEN[name], *some("partial mediation")])
    assert list(found.contest.refused) == ["broken"]
    assert found.table.loc["broken", "status"].startswith("refused: ")
    assert found.table.loc["partial mediation", "rank"] == 1


def test_a_study_in_which_all_is_refused_says_so() -> None:
    found = study(survey(), variants=[BROKEN["syntax"]], main="broken")
    assert found.main is None
    assert found.table["rank"].isna().all()
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


def test_a_role_that_the_instrument_lacks_refuses_the_variant_only() -> None:
    bare = Instrument(INSTRUMENT.items)
    found = study(survey(), bare, variants=some("context", "partial mediation"))
    assert "names no column for 'rural'" in found.contest.refused["context"]
    assert found.main is not None
    assert not any("schools" in note for note in found.notes)


def test_own_column_names_give_the_same_numbers() -> None:
    names = {item: f"Q{place}" for place, item in enumerate(ITEMS, 1)}
    items = {name: [names[item] for item in INSTRUMENT.items[name]] for name in CONSTRUCTS}
    chosen = some("four factors", "partial mediation", "full mediation")
    one = study(survey(), variants=chosen)
    other = study(survey().rename(columns=names), Instrument(items), variants=chosen)
    columns = ["rank", "df", "chisq", "bic"]
    pd.testing.assert_frame_equal(one.table[columns], other.table[columns], rtol=1e-9)


def test_the_cross_check_is_that_of_the_four_factors() -> None:
    pytest.importorskip("semopy")
    found = whole_study().cross_check
    assert found is not None
    assert found.possible
    assert len(found.table) == 46
    assert found.largest_difference < 0.05


def test_exploration_finds_the_four_factors() -> None:
    pytest.importorskip("factor_analyzer")
    found = whole_study().exploration
    assert found.n_factors == 4
    assert found.loadings.shape == (20, 4)
    assert "factor_analyzer" in found.note


def test_a_study_without_other_engines_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "factor_analyzer", None)
    monkeypatch.setitem(sys.modules, "semopy", None)
    found = study(survey(), variants=some("four factors", "partial mediation"))
    assert found.cross_check is None
    assert found.main is not None
    assert found.exploration.loadings.empty
    assert "not installed" in found.exploration.note
