"""What may be said: claims of the abstract, context, effects over the set, hypotheses."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from triangle_cases import INSTRUMENT, quick_study, survey

import tpn_sem as ts
from tpn_sem.triangle import VARIANTS, Instrument, Study
from tpn_sem.triangle.abstract import BOTH, SOURCES
from tpn_sem.triangle.context_step import differing_items
from tpn_sem.triangle.set_effects import averaged_effects

NAMES = ("four factors", "partial mediation", "sharing first", "full mediation", "context")
STATED = "H1: KS ~ KSSE > 0\nH2: KR ~ KSSE in [-.1, .1]\nH3: KSSE ~ KR > 0"


@cache
def found(group: str | None = "location") -> Study:
    return quick_study(
        survey(missing=1.0),
        variants=[VARIANTS[name] for name in NAMES],
        group=group,
        permutations=0,
        hypotheses=ts.hypotheses(STATED, written="2026-09-01"),
    )


def claims() -> pd.DataFrame:
    return found().conclusions.claims


# Claims ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_claim_has_words_and_a_verdict() -> None:
    table = claims()
    assert set(table["verdict"]) <= {"supported", "contradicted", "can't tell", "not asked"}
    assert table["sentence"].str.len().min() > 20
    asked = table["verdict"] != "not asked"
    assert table.loc[asked, ["estimate", "se", "p_support"]].notna().all(axis=None)
    assert (table.loc[~asked, "remark"] != "").all()


@pytest.mark.slow
def test_a_claim_is_the_standardised_number_of_its_model() -> None:
    table = claims().set_index("quantity")
    fits = found().contest.fits
    for quantity, model, row in (
        ("NPC ↔ KS", "four factors", ("NPC", "~~", "KS")),
        ("KSSE → KS", "partial mediation", ("KS", "~", "KSSE")),
    ):
        standard = fits[model].standardized().set_index(["lhs", "op", "rhs"]).loc[row]
        assert table.loc[quantity, "estimate"] == pytest.approx(standard["estimate"], rel=1e-7)
        assert table.loc[quantity, "se"] == pytest.approx(standard["se"], rel=1e-5)
        assert table.loc[quantity, "ci_lower"] == pytest.approx(standard["ci_lower"], rel=1e-5)


@pytest.mark.slow
def test_a_path_that_a_variant_of_the_set_denies_is_not_supported() -> None:
    assert "sharing first" in found().contest.members
    row = claims().set_index("quantity").loc["KSSE → KR"]
    assert row["p_support"] < 0.025
    assert row["verdict"] == "can't tell"
    assert "sharing first, which the answers cannot exclude, has no such path" in row["remark"]
    assert claims().set_index("quantity").loc["KSSE → KS", "verdict"] == "supported"


@pytest.mark.slow
def test_the_need_for_connectedness_is_not_the_sense_of_it() -> None:
    row = (
        claims()
        .set_index("says")
        .loc["a sense of professional connectedness goes with more efficacy"]
    )
    assert row["verdict"] == "not asked"
    assert row["sentence"] == SOURCES
    assert "only stands in for it" in row["remark"]


@pytest.mark.slow
def test_a_fifth_construct_measures_the_sense_of_connectedness() -> None:
    rng = np.random.default_rng(7)
    data = survey()
    own = data[["ksse1", "ksse2"]].mean(axis=1) + rng.normal(size=len(data))
    data = data.assign(
        **{f"spc{k}": own + rng.normal(scale=0.7, size=len(data)) for k in (1, 2, 3)}
    )
    items = {**INSTRUMENT.items, "SPC": ["spc1", "spc2", "spc3"]}
    five = Instrument(items, INSTRUMENT.context, school="school")
    names = ("four factors", "partial mediation", "all constructs")
    study = quick_study(data, five, variants=names, permutations=0)
    row = study.conclusions.claims.set_index("quantity").loc["KSSE ↔ SPC"]
    assert row["verdict"] == "supported"
    assert row["model"] == "all constructs"


@pytest.mark.slow
def test_columns_that_the_instrument_lacks_are_not_asked() -> None:
    bare = Instrument(INSTRUMENT.items, {"mentoring": "mentoring"}, school="school")
    study = quick_study(
        survey(), bare, variants=["four factors", "partial mediation", "context"], permutations=0
    )
    table = study.conclusions.claims.set_index("says")["verdict"]
    assert table["teachers of rural schools have more need"] == "not asked"
    assert table["those who need mentoring have more need"] == "supported"


@pytest.mark.slow
def test_columns_of_context_may_be_headings() -> None:
    data = survey().rename(columns={"mentoring": "Need for mentoring, 1 to 5"})
    own = Instrument(INSTRUMENT.items, {"mentoring": "Need for mentoring, 1 to 5"}, school="school")
    names = ["four factors", "partial mediation", "context"]
    table = quick_study(data, own, variants=names, permutations=0).conclusions.claims
    row = table.set_index("says").loc["those who need mentoring have more need"]
    assert row["verdict"] == "supported"


@pytest.mark.slow
def test_claims_are_adjusted_for_their_number() -> None:
    table = claims()
    asked = table["p_support"].notna()
    fit = found().contest.fits["partial mediation"]
    plain = ts.hypotheses("KS ~ NPC > 0").judge(fit, adjustment="none")["p_support"].iloc[0]
    own = table.set_index("quantity").loc["NPC → KS", "p_support"]
    assert plain < own <= plain * int(asked.sum()) * (1 + 1e-9)


@pytest.mark.slow
def test_an_instrument_of_other_constructs_has_no_claims() -> None:
    own = Instrument({"NPC": INSTRUMENT.items["NPC"], "KSSE": INSTRUMENT.items["KSSE"]})
    study = quick_study(survey(), own, permutations=0)
    assert study.conclusions.claims.empty
    assert study.conclusions.context is None


# Context -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_context_allows_for_what_the_ladder_finds() -> None:
    step = found().conclusions.context
    assert step is not None
    assert set(step.allowed) == {"ksse5", "kr3"}
    assert {("ksse5", "rural"), ("kr3", "rural")} <= set(
        zip(step.fit.estimates["lhs"], step.fit.estimates["rhs"], strict=True)
    )
    assert step.fit.measures["df"] == step.plain.measures["df"] - 2
    assert step.fit.measures["chisq"] < step.plain.measures["chisq"] - 20
    assert any(
        "rural → ksse5; rural → kr3" in note or "rural → kr3; rural → ksse5" in note
        for note in found().notes
    )
    assert set(step.paths["rhs"]) == {"rural", "mentoring", "change", "comparison", "f2f"}


@pytest.mark.slow
def test_context_shows_both_models_by_the_test_that_tables_have() -> None:
    step = found().conclusions.context
    assert step is not None
    assert list(step.models.index) == ["context", "context with exceptions"]
    for name, fit in zip(step.models.index, (step.plain, step.fit), strict=True):
        row, test = step.models.loc[name], fit.test()
        assert (row["chisq"], row["pvalue"]) == (test.statistic, test.p_value)
    assert step.models.loc["context", "chisq"] == found().table.loc["context", "chisq"]
    assert f"= {step.fit.test().statistic:.2f}, p" in step.notes[0]
    assert "kr3 ~ rural" in step.text
    of_context = claims().set_index("quantity").loc["rural → NPC", "model"]
    assert of_context == step.name == "context with exceptions"


@pytest.mark.slow
def test_without_groups_nothing_is_allowed_for() -> None:
    step = found(None).conclusions.context
    assert step is not None
    assert step.allowed == ()
    assert step.fit is step.plain


@pytest.mark.slow
def test_items_that_differ_are_read_from_what_was_freed() -> None:
    ladder = found().ladder
    assert ladder is not None
    turned = replace(ladder, freed=("npc1 ~ 1", "KS =~ ks2", "kr1 ~~ kr1", "kr2 | t1"))
    assert differing_items(turned) == ["npc1", "ks2", "kr2"]


# Effects over the set ----------------------------------------------------------------------------


@pytest.mark.slow
def test_effects_stand_for_every_variant_of_the_set() -> None:
    table = found().conclusions.effects
    assert set(table["variant"]) == {"partial mediation", "sharing first"}
    fit = found().contest.fits["partial mediation"]
    own = fit.effects().set_index(["from", "to", "kind", "through"])["std_estimate"]
    row = table[(table["variant"] == "partial mediation") & (table["kind"] == "total")].iloc[0]
    assert row["estimate"] == pytest.approx(own[row["from"], row["to"], "total", ""], rel=1e-9)


@pytest.mark.slow
def test_averages_weigh_the_classes() -> None:
    conclusions, contest = found().conclusions, found().contest
    row = conclusions.averaged.set_index(["from", "to", "kind"]).loc[("KSSE", "KR", "direct")]
    weights = contest.choice.weights["bic_units"]
    share = weights["four factors"] / (weights["four factors"] + weights["sharing first"])
    fit = contest.fits["partial mediation"].effects().set_index(["from", "to", "kind"])
    own = float(fit.loc[("KSSE", "KR", "direct"), "std_estimate"])
    assert (row["variants"], row["of"]) == (1, 2)
    assert row["estimate"] == pytest.approx(share * own, rel=1e-8)
    assert row["se"] >= (1 - share) * row["estimate"] * 0.99


@pytest.mark.slow
def test_without_criteria_nothing_is_averaged() -> None:
    """Least squares have no likelihood of rows: effects stand side by side only."""
    study = quick_study(
        survey(), variants=["four factors", "partial mediation"], ordered=True, permutations=0
    )
    assert len(study.conclusions.effects)
    assert study.contest.choice.weights.empty
    assert study.conclusions.averaged.empty
    assert averaged_effects(found().contest, pd.DataFrame()).empty


# Hypotheses --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_hypotheses_are_judged_by_the_main_variant() -> None:
    table = found().conclusions.hypotheses
    assert list(table.index) == ["H1", "H2", "H3"]
    assert list(table["verdict"]) == ["supported", "contradicted", "not asked"]


@pytest.mark.slow
def test_hypotheses_that_cannot_be_judged_are_a_note() -> None:
    stated = ts.hypotheses("KS ~ KSE > 0")
    study = quick_study(
        survey(), variants=["four factors", "partial mediation"], hypotheses=stated, permutations=0
    )
    assert study.conclusions.hypotheses.empty
    assert any("No hypothesis is judged" in note and "KSE" in note for note in study.notes)


@pytest.mark.slow
def test_markers_and_order_of_rows_change_no_conclusion() -> None:
    wanted = found().conclusions
    data = survey(missing=1.0).sample(frac=1.0, random_state=5).reset_index(drop=True)
    items = {name: [*own[2:], *own[:2]] for name, own in INSTRUMENT.items.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ts.TpnSemWarning)
        other = quick_study(
            data,
            INSTRUMENT.changed(items=items),
            variants=[VARIANTS[name] for name in NAMES],
            group="location",
            permutations=0,
            hypotheses=ts.hypotheses(STATED, written="2026-09-01"),
        ).conclusions
    numbers = ["estimate", "se", "ci_lower", "ci_upper"]
    np.testing.assert_allclose(other.claims[numbers], wanted.claims[numbers], rtol=1e-5, atol=1e-6)
    assert list(other.claims["verdict"]) == list(wanted.claims["verdict"])
    np.testing.assert_allclose(
        other.averaged[numbers], wanted.averaged[numbers], rtol=1e-4, atol=1e-5
    )
    assert BOTH in set(other.claims["sentence"])
