"""Expressions of constraints and definitions: values and slopes."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest
from language_cases import PLAIN

import tpn_sem as ts
from tpn_sem.errors import ModelError
from tpn_sem.language import FUNCTIONS, Dual, evaluate, is_linear, show

LABELS = {"a": 0.3, "b": 1.7, "c": -0.4}


def value(text: str, labels: dict[str, float]) -> Dual:
    expression = ts.Model(f"d := {text}").statements.definitions[0].expression
    unit = np.eye(len(labels))
    environment = {n: Dual(v, unit[i]) for i, (n, v) in enumerate(labels.items())}
    return evaluate(expression, environment, len(labels))


@pytest.mark.sampled(3)
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


@pytest.mark.sampled(5)
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
