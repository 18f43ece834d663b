"""Headings of a web form as names of variables: everything gives what short names give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem import datasets
from tpn_sem.errors import ModelSyntaxError
from tpn_sem.language import is_plain_name, parse, quoted

HEADINGS = {
    "npc1": "1. Я чувствую себя уверенно, когда…",
    "npc2": "Q2: I share (often) + gladly",
    "npc3": "c(1, 2)*x =~ y",
    "npc4": "npc4",
    "ks1": "Білім бөлісу ~~ әріптестер",
    "ks2": "ks 2",
    "ks3": "17",
    "age": "Сколько вам лет?",
    "experience": "years # of work",
}
TEXT = "NPC =~ npc1 + npc2 + npc3 + npc4\nKS =~ ks1 + ks2 + ks3\nKS ~ NPC"


def headed(text: str) -> str:
    for short, heading in HEADINGS.items():
        text = text.replace(short, quoted(heading))
    return text


pytestmark = pytest.mark.filterwarnings("ignore::tpn_sem.errors.TpnSemWarning")


def survey() -> pd.DataFrame:
    return datasets.teachers()


def both(text: str, **options: object) -> tuple[ts.Fit, ts.Fit]:
    """A fit with short names, and one with headings."""
    frame = survey()
    other = {
        name: [HEADINGS.get(item, item) for item in value] if isinstance(value, list) else value
        for name, value in options.items()
    }
    one = ts.sem(text, frame, **options)
    return one, ts.sem(headed(text), frame.rename(columns=HEADINGS), **other)


def check_same(one: ts.Fit, other: ts.Fit) -> None:
    assert one.converged
    assert other.converged
    table, headed_table = one.estimates, other.estimates
    for side in ("lhs", "rhs"):
        assert [HEADINGS.get(name, name) for name in table[side]] == headed_table[side].tolist()
    for column in ("estimate", "se"):
        np.testing.assert_allclose(headed_table[column], table[column], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(other.measures["cfi"], one.measures["cfi"], rtol=1e-6)
    assert "NPC" in other.summary()
    assert "<svg" in str(other.path_diagram())


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "options"),
    [
        (TEXT, {}),
        (TEXT, {"missing": "fiml", "auxiliary": ["age", "experience"]}),
        (TEXT + "\nKS ~ age + experience", {}),
        (TEXT + "\nKS ~ age + experience", {"fixed_x": False, "estimator": "MLR"}),
        (TEXT, {"ordered": True}),
        (TEXT + "\nKS ~ age", {"ordered": ["npc1", "npc2", "npc3", "npc4", "ks1", "ks2", "ks3"]}),
        (TEXT, {"group": "location", "group_equal": ["loadings"]}),
        (TEXT + "\nNPC =~ equal('KS=~ks2')*npc3", {}),
        (TEXT + "\nnpc1 ~~ npc2", {"group": "location", "estimator": "ULS", "se": "robust"}),
    ],
)
def test_headings_give_what_short_names_give(text: str, options: dict) -> None:
    check_same(*both(text, **options))


def test_parameters_are_named_with_backticks() -> None:
    frame = survey().rename(columns=HEADINGS)
    options = {"group": "location", "group_equal": ["loadings", "intercepts"]}
    partial = [headed("NPC =~ npc3"), headed("npc1 ~ 1")]
    fit = ts.sem(headed(TEXT), frame, group_partial=partial, **options)
    whole = ts.sem(headed(TEXT), frame, **options)
    assert whole.measures["df"] - fit.measures["df"] == 2


@pytest.mark.parametrize("ordered", [False, True])
def test_ladders_with_exceptions_take_headings(ordered: bool) -> None:
    options = {"group": "location", "partial": True, "ordered": ordered or None}
    if ordered:
        options["missing"] = "pairwise"
    text = "KSSE =~ ksse1 + ksse2 + ksse3 + ksse4 + ksse5"
    names = {f"ksse{k}": f"{k}) как часто, =~ вы?" for k in range(1, 6)}
    other = text
    for short, heading in names.items():
        other = other.replace(short, quoted(heading))
    frame = survey()
    one = ts.invariance(ts.Model(text), frame, **options)
    two = ts.invariance(ts.Model(other), frame.rename(columns=names), **options)
    assert len(one.freed) > 0
    expected = list(one.freed)
    for short, heading in names.items():
        expected = [name.replace(short, quoted(heading)) for name in expected]
    assert list(two.freed) == expected
    np.testing.assert_allclose(two.table["chisq"], one.table["chisq"], rtol=1e-6)
    ts.effect_sizes(two)
    assert quoted(names["ksse5"]) in two.fits["metric" if not ordered else "loadings"].model_text


def test_what_refits_takes_headings() -> None:
    frame = survey().rename(columns=HEADINGS)
    fit = ts.sem(headed(TEXT), frame)
    drawn = ts.bootstrap(fit, n=5, seed=1)
    assert len(drawn.replicates) == 5
    factor = headed(TEXT.splitlines()[0])
    aligned = ts.alignment(ts.cfa(factor, frame, group="location"))
    assert HEADINGS["npc1"] in str(aligned.parameters)
    near = ts.approximate_invariance(factor, frame, group="location", missing="fiml")
    assert HEADINGS["npc1"] in str(near.parameters)
    moved = ts.moderated(headed(TEXT), frame, moderators="rural", moderated=headed("npc1 ~ 1"))
    assert moved.converged
    population = headed("F =~ .7*npc1 + .6*npc2 + .8*npc3 + .7*npc4\nnpc1 ~~ .2*npc2")
    drawn_frame = ts.simulate(population, 50, seed=1)
    assert list(drawn_frame.columns) == [HEADINGS[f"npc{k}"] for k in (1, 2, 3, 4)]
    power = ts.power(population, headed("npc1 ~~ npc2"), 200)
    assert 0.0 < float(power.table["power"].iloc[0]) < 1.0


@pytest.mark.parametrize("heading", list(HEADINGS.values()))
def test_a_quoted_name_is_read_as_it_was(heading: str) -> None:
    relation = parse(f"f =~ {quoted(heading)} + y").relations[0]
    assert relation.rhs == heading
    assert is_plain_name(heading) is (quoted(heading) == heading)


BAD = {
    "f =~ `a": "no name between backticks",
    "f =~ `` + b": "no name between backticks",
    "f =~ `+` + b": "no name between backticks",
    "f =~ `my label`*x1": "'my label' is no label",
    "f =~ c(`my label`, b)*x1": "'my label' is no label",
    "`my effect` := a*b": "'my effect' is no label",
    "a == `b c`": "expected a label, which has no backticks",
    "f =~ `a\nb`": "no name between backticks",
}


@pytest.mark.parametrize("text", BAD)
def test_backticks_that_name_nothing_are_pointed_at(text: str) -> None:
    with pytest.raises(ModelSyntaxError, match=BAD[text]):
        parse(text)
