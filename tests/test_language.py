"""lavaan's model language: what is read, what is refused, and where errors point."""

from __future__ import annotations

import copy
import math
import pickle
import re
from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from conftest import assert_same_numbers

import tpn_sem as ts
from tpn_sem.errors import ModelError, ModelSyntaxError, NotEstimatedError
from tpn_sem.language import FUNCTIONS, Dual, Relation, evaluate, is_linear, show

PLAIN = "f =~ x1 + x2 + x3"


def relations(text: str) -> tuple[Relation, ...]:
    return ts.Model(text).statements.relations


def terms(text: str) -> list[str]:
    return [str(relation) for relation in relations(text)]


def modifiers(text: str) -> dict[str, tuple]:
    """What the text says of its last term."""
    found = vars(relations(text)[-1].modifiers)
    return {name: value for name, value in found.items() if value}


def only_row(text: str, lhs: str, op: str, rhs: str = "", groups: int = 1, **options: object):
    table = ts.Model(text).parameter_table(groups=groups, **options)
    found = table[(table["lhs"] == lhs) & (table["op"] == op) & (table["rhs"] == rhs)]
    return found.iloc[0] if groups == 1 else found


# Operators and layout ----------------------------------------------------------------------------


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
        ("y1 + y2 ~ x + z", ["y1 ~ x", "y2 ~ x", "y1 ~ z", "y2 ~ z"]),
        ("y1 + y2 ~~ y3", ["y1 ~~ y3", "y2 ~~ y3"]),
        ("y1 + y2 ~ 1", ["y1 ~1", "y2 ~1"]),
        ("f + g =~ x1", ["f =~ x1", "g =~ x1"]),
        ("f =~ x.1 + x_2 + .x3", ["f =~ x.1", "f =~ x_2", "f =~ .x3"]),
        ("größe =~ é1", ["größe =~ é1"]),
    ],
)
def test_operators(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


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


# Modifiers ---------------------------------------------------------------------------------------

FREE = pytest.approx(math.nan, nan_ok=True)


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


# Expressions -------------------------------------------------------------------------------------

LABELS = {"a": 0.3, "b": 1.7, "c": -0.4}


def value(text: str, labels: dict[str, float]) -> Dual:
    expression = ts.Model(f"d := {text}").statements.definitions[0].expression
    unit = np.eye(len(labels))
    environment = {n: Dual(v, unit[i]) for i, (n, v) in enumerate(labels.items())}
    return evaluate(expression, environment, len(labels))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b*c", 0.3 + 1.7 * -0.4),
        ("(a + b)*c", 2.0 * -0.4),
        ("a - b - c", 0.3 - 1.7 + 0.4),
        ("a/b/c", 0.3 / 1.7 / -0.4),
        ("-a^2", -0.09),
        ("(-a)^2", 0.09),
        ("2^3^2", 512.0),
        ("b**2", 1.7**2),
        ("b^-1", 1 / 1.7),
        ("a^b", 0.3**1.7),
        ("c^3", -0.064),
        ("2*-a", -0.6),
        ("+a", 0.3),
        ("a*1e1", 3.0),
        ("sqrt(a^2 + b^2)", math.hypot(0.3, 1.7)),
        ("exp(log(b))", 1.7),
        ("pnorm(1.959963984540054)", 0.975),
        ("dnorm(0)", 1 / math.sqrt(2 * math.pi)),
        ("abs(c)", 0.4),
        ("min(a, b, c)", -0.4),
        ("max(a, b, c)", 1.7),
        ("sum(a, b, c)", 1.6),
        ("mean(a, b, c)", 1.6 / 3),
        ("log10(100) + log2(8) + log1p(0) + expm1(0)", 5.0),
        ("atan(tan(a)) + asin(sin(a)) + acos(cos(a))", 0.9),
        ("asinh(sinh(a)) + atanh(tanh(a)) + acosh(cosh(a))", 0.9),
    ],
)
def test_expressions(text: str, expected: float) -> None:
    assert value(text, LABELS).value == pytest.approx(expected, rel=1e-12)


EXPRESSIONS = [
    "a*b - c/b + a^2*c",
    "a^b",
    "b^-2 * exp(a*c)",
    "sqrt(a + b) / (1 + c^2)",
    "min(a, b) + max(b, c) + mean(a, b, c) - sum(a, b)",
    "-(a - -b)^2",
    "pnorm(a + b) * dnorm(c)",
    *(f"{name}({'1 + b' if name == 'acosh' else 'a'})" for name in FUNCTIONS),
    "abs(c)",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_derivatives_of_expressions(text: str) -> None:
    step = 1e-6
    slopes = [
        (value(text, LABELS | {n: x + step}).value - value(text, LABELS | {n: x - step}).value)
        / (2 * step)
        for n, x in LABELS.items()
    ]
    np.testing.assert_allclose(value(text, LABELS).gradient, slopes, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(
    ("text", "linear"),
    [
        ("a + 2*b - c/3", True),
        ("mean(a, b) + sum(c, 1)", True),
        ("-(a - b)*2", True),
        ("log(2)*a", True),
        ("a*b", False),
        ("1/a", False),
        ("a^2", False),
        ("exp(a)", False),
        ("max(a, b)", False),
    ],
)
def test_linear_expressions_are_recognised(text: str, linear: bool) -> None:
    expression = ts.Model(f"d := {text}").statements.definitions[0].expression
    assert is_linear(expression, set(LABELS)) is linear


@pytest.mark.parametrize("text", EXPRESSIONS[:7])
def test_a_shown_expression_reads_back_as_itself(text: str) -> None:
    expression = ts.Model(f"d := {text}").statements.definitions[0].expression
    assert value(show(expression), LABELS).value == pytest.approx(value(text, LABELS).value)


@pytest.mark.parametrize(("text", "at"), [("log(c)", "-0.4"), ("a/(a - a)", "0"), ("c^a", "-0.4")])
def test_expressions_without_a_value(text: str, at: str) -> None:
    with pytest.raises(ModelError, match=f"has no value at .*{re.escape(at)}"):
        value(text, LABELS)


def test_definitions_and_constraints() -> None:
    text = f"{PLAIN}\nf =~ a*x2 + b*x3\nd := a*b\ne := d + 1\na == 2*b\na > 0.1\nb < a + 1"
    statements = ts.Model(text).statements
    assert [(item.name, item.text) for item in statements.definitions] == [
        ("d", "a*b"),
        ("e", "d + 1"),
    ]
    assert [(item.text[0], item.operator, item.text[1]) for item in statements.constraints] == [
        ("a", "==", "2*b"),
        ("a", ">", "0.1"),
        ("b", "<", "a + 1"),
    ]


# Errors ------------------------------------------------------------------------------------------

WRONG = [
    # text, line, column, what is pointed at, problem, advice
    ("\n KSSE =- ksse1 + ksse2", 2, 7, "=-", "unknown operator '=-'", "did you mean '=~'?"),
    ("f = x1 + x2", 1, 3, "=", "unknown operator '='", "did you mean '=~'?"),
    ("f ~= x1", 1, 3, "~=", "unknown operator '~='", "did you mean"),
    ("y ~~~ x", 1, 3, "~~~", "unknown operator '~~~'", "did you mean '~~'?"),
    ("f =~ x1\na >= b", 2, 3, ">=", "unknown operator '>='", "did you mean '>'?"),
    ("f =~ x1 x2", 1, 9, "x2", "unexpected 'x2'", "join terms with '+'"),
    ("f =~ x1; g =~ x2 x3", 1, 18, "x3", "unexpected 'x3'", "join terms with '+'"),
    ("f =~ x1 +", 1, 10, "", "expected a variable name", "ends too early"),
    ("f =~", 1, 5, "", "expected a variable name", "ends too early"),
    ("f =~ a*", 1, 8, "", "expected a variable name", "ends too early"),
    ("=~ x1", 1, 1, "=~", "expected a name left of the operator", ""),
    ("f =~ x1 + x2)", 1, 13, ")", "unexpected ')'", ""),
    ("f =~ start(0.5*x1", 1, 15, "*", "expected ')'", "close the bracket"),
    ("f =~ strat(0.5)*x1", 1, 6, "strat", "unknown modifier 'strat'", "did you mean 'start'?"),
    ("f =~ x1 & x2", 1, 9, "&", "unexpected character '&'", "remove it or quote it"),
    ("f =~ 'a*x1", 1, 6, "'", "the string is not closed", "add the quote"),
    ("y ~ x +\n\n  3x", 3, 3, "3x", "'3x' is neither a number nor", "start with a letter"),
    ("f =~ x1 ~ x2", 1, 9, "~", "a second operator", "start a new line or put ';' between"),
    ("f =~ x1\nx1 + x2", 2, 1, "x1", "no operator in this statement", "a statement has one of"),
    ("d := exq(a)", 1, 6, "exq", "unknown function 'exq'", "did you mean 'exp'?"),
    ("d := zzzz(a)", 1, 6, "zzzz", "unknown function 'zzzz'", "known: exp, log"),
    ("d := log(a, b)", 1, 6, "log", "log() takes one argument", ""),
    ("d := a b", 1, 8, "b", "the expression should end here", "is an operator missing?"),
    ("d := a*", 1, 8, "", "expected a number, a label or a function", ""),
    ("5 := a", 1, 1, "5", "a defined parameter needs a name", "as 'indirect := a*b'"),
    ("== a", 1, 1, "==", "nothing stands left of the operator", ""),
    ("f =~ 3", 1, 6, "3", "expected a variable name", ""),
    ("a*y ~ x", 1, 3, "y", "only efa() can stand left", "put modifiers on the right"),
    ("f =~ label(3)*x1", 1, 6, "label", "label() takes a text", ""),
    ("f =~ start(a)*x1", 1, 6, "start", "start() takes numbers", ""),
    ("y ~ a?x", 1, 5, "a", "a start value before '?' must be a number", ""),
]


@pytest.mark.parametrize(("text", "line", "column", "pointed", "problem", "advice"), WRONG)
def test_errors_point_and_advise(
    text: str, line: int, column: int, pointed: str, problem: str, advice: str
) -> None:
    with pytest.raises(ModelSyntaxError) as caught:
        ts.Model(text)
    head, source, pointer = str(caught.value).split("\n")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert head.startswith(f"line {line}, column {column}: {problem}")
    assert source == "    " + text.split("\n")[line - 1]
    assert pointer.index("^") == 4 + column - 1
    assert pointer.count("^") == max(1, len(pointed))
    assert source[pointer.index("^") :].startswith(pointed)
    assert advice in pointer


def test_the_example_of_the_documentation_word_for_word() -> None:
    with pytest.raises(ModelSyntaxError) as caught:
        ts.Model("NPC =~ npc1 + npc2\nKSSE =- ksse1 + ksse2")
    assert str(caught.value) == (
        "line 2, column 6: unknown operator '=-'\n"
        "    KSSE =- ksse1 + ksse2\n"
        "         ^^  did you mean '=~'?"
    )


@pytest.mark.parametrize("text", ["f =~ x1 + + x2", "f =~ x1 +* x2", "y ~ -x", "f =~ (x1 + x2)"])
def test_no_half_read_terms(text: str) -> None:
    with pytest.raises(ModelSyntaxError, match="line 1, column"):
        ts.Model(text)


def test_an_arrow_is_not_a_constraint() -> None:
    with pytest.raises(ModelSyntaxError, match="unknown operator '<-'"):
        ts.Model("y <- x")


def test_brackets_nested_very_deep_are_an_error_of_the_text() -> None:
    with pytest.raises(ts.TpnSemError):
        ts.Model("d := " + "(" * 5000 + "1" + ")" * 5000)


@pytest.mark.parametrize("text", ["", "  \n", "# only a comment", ";;", "group: 1"])
def test_an_empty_model(text: str) -> None:
    with pytest.raises(ModelError, match="the model is empty"):
        ts.Model(text)


@pytest.mark.parametrize("text", [None, 3, ["f =~ x1"], b"f =~ x1"])
def test_a_model_is_a_text(text: object) -> None:
    with pytest.raises(ModelError, match=f"must be a text, not {type(text).__name__}"):
        ts.Model(text)  # type: ignore[arg-type]


# Read but not estimated --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("c <~ x1 + x2\nx3 ~ c", "composites (<~)"),
        (f"level: 1\n{PLAIN}\nlevel: 2\n{PLAIN}", "several levels (level:)"),
        ('efa("a")*f + efa("a")*g =~ x1 + x2 + x3 + x4', "exploratory blocks (efa())"),
        (f"{PLAIN}\nx4 ~ x5:x6", "product terms (x5:x6)"),
    ],
)
def test_read_but_not_estimated(text: str, names: str, holzinger: pd.DataFrame) -> None:
    model = ts.Model(text)
    for ask in (lambda: model.fit(holzinger), model.parameter_table, lambda: model.graph):
        with pytest.raises(NotEstimatedError) as caught:
            ask()
        assert names in str(caught.value)
        assert re.search(r"line \d+, column \d+", str(caught.value))


@pytest.mark.parametrize("name", ["prior", "rv"])
def test_refused_modifiers(name: str) -> None:
    with pytest.raises(NotEstimatedError, match=re.escape(f"{name}() is not estimated")):
        ts.Model(f'f =~ x1 + {name}("x")*x2')


# Model -------------------------------------------------------------------------------------------


def test_models_are_immutable() -> None:
    model = ts.Model(PLAIN)
    for name in ("text", "defaults", "_statements", "new"):
        with pytest.raises(AttributeError):
            setattr(model, name, "x")
    with pytest.raises(AttributeError):
        del model._statements


def test_models_with_the_same_text_are_equal() -> None:
    assert ts.Model(PLAIN) == ts.Model(PLAIN)
    assert len({ts.Model(PLAIN), ts.Model(PLAIN), ts.Model(PLAIN, "growth")}) == 2
    assert ts.Model(PLAIN) != ts.Model("f =~ x1 + x2")
    assert ts.Model(PLAIN) != PLAIN


def test_a_model_prints_itself() -> None:
    model = ts.Model("\n    f =~ x1 + x2 + x3\n\n    y ~ f\n")
    assert str(model) == "f =~ x1 + x2 + x3\ny ~ f"
    assert str(model) in repr(model)
    again = eval(repr(model), {"Model": ts.Model}).parameter_table()
    assert_same_numbers(again, model.parameter_table())
    assert "defaults='growth'" in repr(ts.Model(PLAIN, "growth"))


@pytest.mark.parametrize("join", [lambda a, b: a + b, lambda a, b: a + b.text])
def test_models_add(join: Callable[[ts.Model, ts.Model], ts.Model]) -> None:
    both = join(ts.Model(PLAIN), ts.Model("y ~ f"))
    assert both == ts.Model(f"{PLAIN}\ny ~ f")
    assert terms(both.text) == ["f =~ x1", "f =~ x2", "f =~ x3", "y ~ f"]


def test_models_add_after_a_comment() -> None:
    assert terms((ts.Model(f"{PLAIN} # measured") + "y ~ f").text)[-1] == "y ~ f"


def test_models_with_other_defaults_do_not_add() -> None:
    with pytest.raises(ModelError, match="'sem' and 'growth' cannot be added"):
        ts.Model(PLAIN) + ts.Model("y ~ f", "growth")


def test_models_do_not_add_numbers() -> None:
    with pytest.raises((TypeError, ModelError)):
        ts.Model(PLAIN) + 3  # type: ignore[operator]


def test_parameter_table_columns() -> None:
    table = ts.Model(f"{PLAIN}\ny ~ f + x").parameter_table()
    assert list(table.columns) == [
        *("lhs", "op", "rhs", "group", "label", "free", "fixed", "start", "exogenous", "written")
    ]
    assert list(table[table["exogenous"]]["lhs"]) == ["x"]
    assert table["written"].sum() == 5


def test_graph() -> None:
    graph = ts.Model("f =~ x1 + x2 + x3\ny ~ b*f + x\nx1 ~~ x2\nx1 ~~ 0*x3").graph
    assert isinstance(graph, nx.DiGraph)
    assert {name for name, latent in graph.nodes(data="latent") if latent} == {"f"}
    kinds = {(a, b): kind for a, b, kind in graph.edges(data="kind")}
    assert kinds == {
        ("f", "x1"): "loading",
        ("f", "x2"): "loading",
        ("f", "x3"): "loading",
        ("f", "y"): "regression",
        ("x", "y"): "regression",
        ("x1", "x2"): "covariance",
        ("x2", "x1"): "covariance",
    }
    assert graph.edges["f", "y"]["label"] == "b"


def test_a_model_can_be_copied_and_pickled() -> None:
    model = ts.Model("f =~ x1 + x2 + x3", defaults="growth")
    assert copy.deepcopy(model) == pickle.loads(pickle.dumps(model)) == model
