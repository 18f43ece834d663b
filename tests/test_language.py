"""Operators, layout and modifiers of the model language."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from language_cases import PLAIN, relations, terms

import tpn_sem as ts


def modifiers(text: str) -> dict[str, tuple]:
    """What the text says of its last term."""
    found = vars(relations(text)[-1].modifiers)
    return {name: value for name, value in found.items() if value}


def only_row(text: str, lhs: str, op: str, rhs: str = "", groups: int = 1, **options: object):
    table = ts.Model(text).parameter_table(groups=groups, **options)
    found = table[(table["lhs"] == lhs) & (table["op"] == op) & (table["rhs"] == rhs)]
    return found.iloc[0] if groups == 1 else found


# Operators and layout -----------------------------------------------------------------------------


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f =~ x1 + x2", ["f =~ x1", "f =~ x2"]),
        ("y ~ x + z", ["y ~ x", "y ~ z"]),
        ("y ~~ z", ["y ~~ z"]),
        ("y ~ 1", ["y ~1"]),
        ("y ~ 1 + x", ["y ~1", "y ~ x"]),
        ("y ~ 0 + x", ["y ~1", "y ~ x"]),
        ("c <~ x1 + x2", ["c <~ x1", "c <~ x2"]),
        ("u | t1 + t2", ["u | t1", "u | t2"]),
        ("u ~*~ u", ["u ~*~ u"]),
        ("y ~ x1:x2", ["y ~ x1:x2"]),
        ("y1 + y2 ~ x + z", ["y1 ~ x", "y1 ~ z", "y2 ~ x", "y2 ~ z"]),
        ("y1 + y2 ~~ y3", ["y1 ~~ y3", "y2 ~~ y3"]),
        ("y1 + y2 ~ 1", ["y1 ~1", "y2 ~1"]),
        ("f + g =~ x1", ["f =~ x1", "g =~ x1"]),
        ("f =~ x.1 + x_2 + .x3", ["f =~ x.1", "f =~ x_2", "f =~ .x3"]),
        ("größe =~ é1", ["größe =~ é1"]),
    ],
)
def test_operators(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    "text",
    [
        "f=~x1+x2+x3",
        "  f  =~  x1 +\tx2 + x3  ",
        "# a comment\nf =~ x1 + x2 + x3 # another; g =~ y",
        "! a comment\nf =~ x1 + x2 + x3 ! another",
        "f =~ x1 + x2;f =~ x3",
        ";;f =~ x1 + x2 + x3;",
        "f =~ x1 +\n  x2 +\n\n  x3",
        "f =~ x1\n  + x2\n  + x3",
        "f =~\n x1 + x2 + x3",
        "f =~ x1 + # first\n # nothing\n x2 + x3",
        "f =~ x1 + x2 + x3\r\n",
        "\nf =~ x1\n\nf =~ x2\n\n\nf =~ x3\n",
    ],
)
def test_layout_does_not_matter(text: str) -> None:
    assert terms(text) == ["f =~ x1", "f =~ x2", "f =~ x3"]


# Modifiers ----------------------------------------------------------------------------------------


FREE = pytest.approx(math.nan, nan_ok=True)


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("x", {}),
        ("a*x", {"label": ("a",)}),
        ('"my label"*x', {"label": ("my label",)}),
        ("'a'*x", {"label": ("a",)}),
        ('label("a")*x', {"label": ("a",)}),
        ('label(c("a", "b"))*x', {"label": ("a", "b")}),
        ("1*x", {"fixed": (1.0,)}),
        ("-0.5*x", {"fixed": (-0.5,)}),
        ("1e-2*x", {"fixed": (0.01,)}),
        (".5*x", {"fixed": (0.5,)}),
        ("1/4*x", {"fixed": (0.25,)}),
        ("(1+2)*x", {"fixed": (3.0,)}),
        ("2*3*x", {"fixed": (6.0,)}),
        ("2^3*x", {"fixed": (8.0,)}),
        ("sqrt(4)*x", {"fixed": (2.0,)}),
        ("NA*x", {"fixed": (FREE,)}),
        ("start(0.8)*x", {"start": (0.8,)}),
        ("start(c(0.8, 1.2))*x", {"start": (0.8, 1.2)}),
        ("0.8?x", {"start": (0.8,)}),
        ("-0.8?x", {"start": (-0.8,)}),
        ("c(0.8, 1.2)?x", {"start": (0.8, 1.2)}),
        ("lower(0)*x", {"lower": (0.0,)}),
        ("upper(2)*x", {"upper": (2.0,)}),
        ("lower(0)*upper(2)*x", {"lower": (0.0,), "upper": (2.0,)}),
        ('equal("y~z")*x', {"equal": ("y~z",)}),
        ("start(0.5)*a*x", {"start": (0.5,), "label": ("a",)}),
        ("a*start(0.5)*x", {"start": (0.5,), "label": ("a",)}),
        ("a*0.5?x", {"start": (0.5,), "label": ("a",)}),
        ("c(a, b)*x", {"label": ("a", "b")}),
        ('c("a", "b")*x', {"label": ("a", "b")}),
        ("c(1, 2)*x", {"fixed": (1.0, 2.0)}),
        ("c(1, NA)*x", {"fixed": (1.0, FREE)}),
        ("c(NA, -0.5)*x", {"fixed": (FREE, -0.5)}),
        ("c(a, 0.5)*x", {"label": ("a", ""), "fixed": (FREE, 0.5)}),
        ("c(a, NA, 1/2)*x", {"label": ("a", "", ""), "fixed": (FREE, FREE, 0.5)}),
    ],
)
def test_modifiers(term: str, expected: dict) -> None:
    found = modifiers(f"y ~ {term}")
    assert found.keys() == expected.keys()
    for kind, values in expected.items():
        assert list(found[kind]) == list(values)


def test_modifiers_of_an_intercept() -> None:
    assert modifiers("y ~ a*1") == {"label": ("a",)}
    assert modifiers("y ~ 0*1") == {"fixed": (0.0,)}
    assert modifiers("y ~ start(3)*1") == {"start": (3.0,)}
    assert modifiers("y ~ 0") == {"fixed": (0.0,)}


def test_modifiers_apply_to_every_variable_on_the_left() -> None:
    assert [r.modifiers.label for r in relations("y1 + y2 ~ a*x")] == [("a",), ("a",)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f =~ x1 + x2 + a*x2 + x3", {"label": "a", "fixed": math.nan}),
        ("f =~ x1 + a*x2 + start(0.8)*x2 + x3", {"label": "a", "start": 0.8}),
        ("f =~ x1 + 0.5*x2 + x3\nf =~ a*x2", {"label": "a", "fixed": 0.5}),
        ("f =~ x1 + a*x2 + b*x2 + x3", {"label": "b"}),
    ],
)
def test_a_term_said_twice_is_one_parameter(text: str, expected: dict) -> None:
    table = ts.Model(text).parameter_table()
    assert ((table["op"] == "=~") & (table["rhs"] == "x2")).sum() == 1
    row = only_row(text, "f", "=~", "x2")
    assert {key: row[key] for key in expected} == pytest.approx(expected, nan_ok=True)


def test_a_covariance_has_no_direction() -> None:
    table = ts.Model(PLAIN + "\nx1 ~~ x2\nx2 ~~ a*x1").parameter_table()
    crossed = table[(table["op"] == "~~") & (table["lhs"] != table["rhs"])]
    assert list(crossed["label"]) == ["a"]


def test_na_frees_the_marker_and_a_number_fixes_another() -> None:
    text = "f =~ NA*x1 + 2*x2 + x3"
    assert only_row(text, "f", "=~", "x1")["free"] > 0
    assert only_row(text, "f", "=~", "x2")["fixed"] == 2.0
    assert only_row(text, "f", "=~", "x3")["free"] > 0


def test_per_group_mixture_in_the_table() -> None:
    rows = only_row("f =~ x1 + c(a, 0.5)*x2 + x3", "f", "=~", "x2", groups=2)
    assert list(rows["label"]) == ["a", ""]
    assert list(rows["free"] > 0) == [True, False]
    assert rows["fixed"].iloc[1] == 0.5


def test_one_label_holds_in_all_groups_and_two_labels_differ() -> None:
    one = only_row("f =~ x1 + a*x2 + x3", "f", "=~", "x2", groups=2)
    two = only_row("f =~ x1 + c(a, b)*x2 + x3", "f", "=~", "x2", groups=2)
    assert list(one["label"]) == ["a", "a"]
    assert list(two["label"]) == ["a", "b"]


def test_equal_gives_both_one_label() -> None:
    table = ts.Model('f =~ x1 + x2 + equal("f=~x2")*x3').parameter_table()
    labels = table[table["op"] == "=~"].set_index("rhs")["label"]
    assert labels["x2"] == labels["x3"] != ""


def test_equal_can_name_a_later_parameter() -> None:
    table = ts.Model('f =~ x1 + equal("f=~x3")*x2 + x3').parameter_table()
    labels = table[table["op"] == "=~"].set_index("rhs")["label"]
    assert labels["x2"] == labels["x3"] != ""


def test_blocks_speak_for_their_group_only() -> None:
    text = "group: 1\nf =~ x1 + x2 + 0.7*x3\ngroup: 2\nf =~ x1 + b*x2 + x3"
    table = ts.Model(text).parameter_table(groups=2)
    loadings = table[table["op"] == "=~"].set_index(["group", "rhs"])
    assert loadings.loc[(1, "x3"), "fixed"] == 0.7
    assert loadings.loc[(2, "x3"), "free"] > 0
    assert list(loadings["label"]) == ["", "", "", "", "b", ""]


def test_blocks_are_found_by_the_label_of_the_group(holzinger: pd.DataFrame) -> None:
    text = "group: Grant-White\nf =~ x1 + a*x2 + x3\ngroup: Pasteur\nf =~ x1 + b*x2 + x3"
    fit = ts.cfa(text, holzinger, group="school")
    found = fit.estimates.set_index("label")["group"]
    assert (found["a"], found["b"]) == ("Grant-White", "Pasteur")
