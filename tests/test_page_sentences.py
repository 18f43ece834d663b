"""The page under many conditions: every sentence is of what was computed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from report_cases import page_of
from triangle_cases import INSTRUMENT, quick_study, survey

from tpn_sem.triangle import VARIANTS, Instrument, MeasurementModel, Study, Variant
from tpn_sem.triangle.page import write_report

THREE = ("four factors", "partial mediation", "sharing first")
BROKEN = Variant("broken", "x", measurement=MeasurementModel("m", lambda _: "f =- a"))


def some(*names: str) -> list[Variant]:
    return [VARIANTS[name] for name in names]


def gaps():
    return survey(missing=1.0)


def one_construct() -> Study:
    own = Instrument({"KSSE": INSTRUMENT.items["KSSE"]}, school="school")
    return quick_study(gaps(), own, group="location", permutations=0)


def without_schools() -> Study:
    own = Instrument(INSTRUMENT.items, INSTRUMENT.context)
    return quick_study(gaps(), own, variants=some(*THREE), group="location", permutations=3)


# What each must say, and must not.
CONDITIONS: dict[str, tuple[Callable[[], Study], list[str], list[str]]] = {
    "schools and locations": (
        lambda: quick_study(
            gaps(), variants=some(*THREE, "context"), group="location", permutations=3
        ),
        [
            "440 teachers in 29 schools exclude nothing at 95%",
            "Can't tell between: four factors = partial mediation; sharing first",
            "location is a property of the school",
            "29 schools as units",
            "allowed for in context",
            "what it says and others deny is not established",
        ],
        ["teachers as independent", "29 of 29 schools have teachers of several groups"],
    ),
    "no schools": (
        without_schools,
        [
            "440 teachers exclude nothing at 95%",
            "likelihood-ratio tests",
            "The tests take teachers as independent",
            "drawn again from these teachers",
        ],
        ["schools as units", "in 29 schools", "BIC of what the schools tell", "such schools"],
    ),
    "a group that schools do not share": (
        lambda: quick_study(gaps(), variants=some(*THREE), group="gender", permutations=3),
        ["29 of 29 schools have teachers of several groups of gender"],
        ["gender is a property of the school", "among whole schools", "by location"],
    ),
    "no group": (
        lambda: quick_study(gaps(), variants=some(*THREE), permutations=0),
        ["Can't tell between"],
        ["The same measures in both groups", "location is a property"],
    ),
    "two variants, one excluded": (
        lambda: quick_study(
            gaps(),
            variants=some("four factors", "full mediation"),
            main="full mediation",
            permutations=0,
        ),
        [
            "Supported by 440 teachers in 29 schools at 95%, of these: four factors",
            "The variant full mediation is excluded (see “Variants”)",
        ],
        ["Can't tell between", "every two variants differ", "for a power of .80"],
    ),
    "two variants that cannot be told": (
        lambda: quick_study(
            gaps(),
            variants=some("four factors", "sharing first"),
            main="sharing first",
            permutations=0,
        ),
        ["Can't tell between: four factors; sharing first", "p = .651"],
        ["every two variants differ", "Supported by"],
    ),
    "one variant": (
        lambda: quick_study(gaps(), variants=some("partial mediation"), permutations=0),
        [
            "One variant has a proper solution: there is nothing to compare",
            "four factors is not among the variants|all constructs is not among the variants",
            "There is no measurement model to fit by another engine",
        ],
        ["could not be fitted", "semopy is not installed", "how often each would be chosen"],
    ),
    "all refused": (
        lambda: quick_study(gaps(), variants=[BROKEN], main="broken"),
        ["No variant has a proper solution: there is nothing to compare", "could not be fitted"],
        ["χ² and p are .", "semopy is not installed", "teachers in 29 schools exclude"],
    ),
    "ordinal": (
        lambda: quick_study(
            survey(),
            variants=some("four factors", "partial mediation", "full mediation"),
            ordered=True,
            group="location",
            permutations=0,
        ),
        ["scaled and shifted (Asparouhov & Muthén, 2010)", "Supported by 440 teachers"],
        ["Weights by Akaike", "every answer that is there counts"],
    ),
    "complete answers": (
        lambda: quick_study(survey(), variants=some(*THREE), permutations=0),
        ["Can't tell between"],
        ["rows have a missing answer", "answered no item of some construct"],
    ),
    "listwise": (
        lambda: quick_study(
            gaps(),
            variants=some("four factors", "partial mediation"),
            missing="listwise",
            permutations=0,
        ),
        ["have a missing answer (listwise)"],
        ["every answer that is there counts", "440 teachers in 29 schools exclude"],
    ),
    "one construct": (
        one_construct,
        ["One variant has a proper solution", "It has no paths among its factors"],
        ["The abstract, claim by claim", "Explained variance", "how often each would be chosen"],
    ),
    "controls": (
        lambda: quick_study(
            gaps(), variants=some(*THREE), controls=["age", "gender"], permutations=0
        ),
        ["Can't tell between", "teachers in 29 schools"],
        ["No variant has"],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CONDITIONS)
def test_what_the_page_says(name: str, tmp_path: Path) -> None:
    make, must, must_not = CONDITIONS[name]
    write_report(make(), tmp_path, "0")
    parts = page_of(tmp_path).text
    text = " ".join(" ".join(parts).split())
    for words in must:
        assert any(one in text for one in words.split("|")), words
    for words in must_not:
        assert words not in text, words
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"<h2 [^>]*>(\d+)\. [A-Z]", page)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 7
    for slip in ("nan", "None", "{{", "}}", "scaled by satorra", " .", "()"):
        assert f" {slip} " not in f" {text} "
