"""Variants of the triangle: degrees of freedom, sentences, equivalence and nesting."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from conftest import quietly
from triangle_cases import INSTRUMENT, SATURATED, survey

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import IdentificationError, OptionError
from tpn_sem.model_fit.comparison import Nesting, nesting
from tpn_sem.triangle import (
    VARIANTS,
    Study,
    equivalence_classes,
)
from tpn_sem.triangle.contest import hold_contest
from tpn_sem.triangle.latent_moderation import latent_moderation

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
    "face-to-face moderation": 285,
}
SEEDS = (1, 2, 3)


@cache
def fit_of(name: str, seed: int = 2020) -> ts.Fit:
    variant = VARIANTS[name]
    data = variant.prepare(survey(seed), INSTRUMENT)
    return quietly(variant.model(INSTRUMENT).fit, data)


def relation(restricted: str, general: str, seed: int) -> Nesting:
    return nesting(fit_of(restricted, seed).estimation, fit_of(general, seed).estimation)


# Variants -----------------------------------------------------------------------------------------


def test_every_variant_is_counted() -> None:
    assert set(DEGREES) == set(VARIANTS) - {"free exchange"}


@pytest.mark.sampled(3)
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
    "four factors": "a triangle of learning factors, namely, the need for professional",
    "additive": "knowledge sharing self-efficacy are positively associated with knowledge sharing",
    "partial mediation": "such as professional comparison and sense of professional connectedness",
    "one apex": "knowledge sharing and receiving",
    "context": "such as professional isolation of teachers in rural schools",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_a_variant_keeps_the_words_of_the_abstract(name: str) -> None:
    assert SENTENCES[name] in VARIANTS[name].sentence


@pytest.mark.parametrize(
    "name", ["full mediation", "rival mediator", "one disposition", "chain", "sharing first"]
)
def test_rivals_do_not_carry_its_words(name: str) -> None:
    assert VARIANTS[name].sentence == ""


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


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", VARIANTS)
def test_every_variant_says_what_it_claims(name: str) -> None:
    assert VARIANTS[name].name == name
    assert len(VARIANTS[name].claim.split()) >= 3


# Equivalent and nested ----------------------------------------------------------------------------


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


@pytest.mark.sampled(5)
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


def test_the_study_says_which_are_equivalent_and_how_it_knows(whole_study: Study) -> None:
    found = whole_study.contest
    classes = [set(names) for names in equivalence_classes(found.equivalences)]
    assert classes == [set(SATURATED), {"two facets", "three apexes"}]
    proofs = {frozenset((r.first, r.second)): r.proof for r in found.equivalences.itertuples()}
    assert proofs[frozenset(("additive", "mastery"))].startswith("saturated block")
    assert proofs[frozenset(("two facets", "three apexes"))].startswith("three indicators")
    assert proofs[frozenset(("additive", "exchange"))].startswith("numerical")


def test_nestings_of_the_study_are_tested_by_the_difference(whole_study: Study) -> None:
    table = whole_study.contest.nestings.set_index(["restricted", "general"])
    fits = whole_study.contest.fits
    row = table.loc[("chain", "full mediation")]
    table_of_two = ts.compare(fits["full mediation"], fits["chain"])
    expected = table_of_two["chisq_diff"].iloc[1]
    assert row["chisq_diff"] == pytest.approx(expected, rel=1e-9)
    naive = fits["chain"].measures["chisq"] - fits["full mediation"].measures["chisq"]
    assert row["chisq_diff"] < naive  # teachers of a school are alike
    assert row["df_diff"] == 1
    assert ("full mediation", "rival mediator") not in table.index
    assert ("rival mediator", "full mediation") not in table.index


# Arbitrary choices --------------------------------------------------------------------------------


def with_other_markers(turns: int) -> ts.Instrument:
    """The instrument whose first items are others."""
    items = {name: [*own[turns:], *own[:turns]] for name, own in INSTRUMENT.items.items()}
    return INSTRUMENT.changed(items=items)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name == "same effects" else pytest.mark.slow)
        for name in DEGREES
    ],
)
def test_no_variant_depends_on_which_item_is_the_marker(name: str) -> None:
    variant, data = VARIANTS[name], survey(2020)
    found = []
    for turns in (0, 2, 3):
        instrument = with_other_markers(turns)
        fit = quietly(variant.model(instrument).fit, variant.prepare(data, instrument))
        assert fit.converged
        found.append(fit.measures["chisq"])
    assert found[1] == pytest.approx(found[0], rel=1e-6)
    assert found[2] == pytest.approx(found[0], rel=1e-6)


def test_same_effects_are_equal_standardised_paths() -> None:
    table = fit_of("same effects").standardized()
    paths = table[table["op"] == "~"].set_index(["lhs", "rhs"])["estimate"]
    for source in ("NPC", "KSSE"):
        assert paths["KS", source] == pytest.approx(paths["KR", source], rel=1e-6)


def test_moderation_is_a_latent_product_by_items_and_by_likelihood() -> None:
    """Both ways agree about as well as their errors let them."""
    model = VARIANTS["moderation"].model(INSTRUMENT)
    assert "KS + KR ~ NPC + KSSE + NPC:KSSE" in str(model)
    assert model.options["products"] == "double_mean_centred"
    by_items = fit_of("moderation").estimates.set_index(["lhs", "op", "rhs"])
    contest = hold_contest([VARIANTS["moderation"]], survey(2020), INSTRUMENT)
    found = latent_moderation(contest, survey(2020), INSTRUMENT, {})
    assert found is not None
    assert not found.refused
    assert set(found.interactions) == {("moderation", "KS"), ("moderation", "KR")}
    for outcome in ("KS", "KR"):
        row = by_items.loc[(outcome, "~", "NPC:KSSE")]
        other = found.fits["moderation"].estimates.set_index(["lhs", "op", "rhs"])
        gap = row["estimate"] - other.loc[(outcome, "~", "NPC:KSSE"), "estimate"]
        assert abs(gap) < 2 * row["se"]
    assert list(found.paths["outcome"]) == ["KS", "KR"]
    assert set(found.slopes["at"]) == {-1.0, 0.0, 1.0}
    assert latent_moderation(replace(contest, fits={}), survey(2020), INSTRUMENT, {}) is None


def test_options_go_along_with_a_model() -> None:
    model = ts.Model("f =~ x1 + x2 + x3").with_options(std_lv=True, bootstrap=20, se="bootstrap")
    assert model.options["std_lv"] is True
    longer = model + "x4 ~ f"
    assert longer.options == model.options
    with pytest.raises(OptionError, match="unknown option"):
        model.with_options(std_lw=True)  # type: ignore[call-arg]
    pupils = datasets.holzinger_swineford_1939()
    plain = ts.Model("f =~ x1 + x2 + x3").with_options(std_lv=True)
    for fit in (ts.cfa(plain, pupils), plain.fit(pupils)):
        assert fit.coef.index[0] == "f=~x1"
    assert "f=~x1" not in plain.fit(pupils, std_lv=False).coef
