"""Errors of model text point and advise; what is read but not estimated says so."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import tpn_sem as ts
from tpn_sem.errors import ModelError, ModelSyntaxError, NotEstimatedError

# Errors -------------------------------------------------------------------------------------------


WRONG = [
    # text, line, column, what is pointed at, problem, advice
    ("\n KSSE =- ksse1 + ksse2", 2, 7, "=-", "unknown operator '=-'", "did you mean '=~'?"),
    ("f = x1 + x2", 1, 3, "=", "unknown operator '='", "did you mean '=~'?"),
    ("f ~= x1", 1, 3, "~=", "unknown operator '~='", "did you mean"),
    ("y ~~~ x", 1, 3, "~~~", "unknown operator '~~~'", "did you mean '~~'?"),
    ("f =~ x1\na >= b", 2, 3, ">=", "unknown operator '>='", "did you mean '>'?"),
    ("f =~ x1 x2", 1, 9, "x2", "unexpected 'x2'", "join terms with '+'"),
    ("f =~ x1; g =~ x2 x3", 1, 18, "x3", "unexpected 'x3'", "join terms with '+'"),
    ("f =~ +", 1, 7, "", "expected a number", ""),
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


@pytest.mark.sampled(5)
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


@pytest.mark.parametrize("text", ["f =~ + + x2", "f =~ x1 +* x2", "y ~ -x", "f =~ (x1 + x2)"])
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


@pytest.mark.parametrize("text", [None, 3, ["f =~ x1", 3], b"f =~ x1"])
def test_a_model_is_a_text(text: object) -> None:
    with pytest.raises(ts.TpnSemError, match="text= is a text, a list of texts or a DataFrame"):
        ts.Model(text)  # type: ignore[arg-type]


# Read but not estimated ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("c <~ f + x2\nf =~ x4 + x5 + x6\nx3 ~ c", "composites of latent variables (f)"),
    ],
)
def test_read_but_not_estimated(text: str, names: str, holzinger: pd.DataFrame) -> None:
    model = ts.Model(text)
    for ask in (lambda: model.fit(holzinger), model.parameter_table, lambda: model.graph):
        with pytest.raises(NotEstimatedError) as caught:
            ask()
        assert names in str(caught.value)
        assert re.search(r"line \d+, column \d+", str(caught.value))


@pytest.mark.parametrize("name", ["prior"])
def test_refused_modifiers(name: str) -> None:
    with pytest.raises(NotEstimatedError, match=re.escape(f"{name}() is not estimated")):
        ts.Model(f'f =~ x1 + {name}("x")*x2')
