"""Expressions of ``:=``, ``==``, ``<`` and ``>``: their values and exact derivatives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np

from ..errors import ModelError
from ..numerics import Array
from .functions import COMPARISONS, FUNCTIONS, SEVERAL_ARGUMENTS


@dataclass(frozen=True)
class Dual:
    """A value and its gradient with respect to the free parameters, shape (n_free,)."""

    value: float
    gradient: Array


Environment = Mapping[str, Dual]


@dataclass(frozen=True)
class Number:
    """A constant."""

    value: float


@dataclass(frozen=True)
class Name:
    """A label or a defined parameter."""

    name: str
    position: int


@dataclass(frozen=True)
class Call:
    """An operator or a function applied to expressions."""

    function: str
    arguments: tuple[Expression, ...]


Expression = Number | Name | Call


def evaluate(expression: Expression, environment: Environment, size: int) -> Dual:
    """Value and gradient of an expression, by forward accumulation.

    Parameters
    ----------
    expression : Number, Name or Call
    environment : mapping of names to Dual
    size : int
        Number of free parameters, the length of every gradient.

    Raises
    ------
    ModelError
        Where the expression has no value, as the logarithm of a negative number.
    """
    if isinstance(expression, Number):
        return Dual(expression.value, np.zeros(size))
    if isinstance(expression, Name):
        return environment[expression.name]
    if expression.function == "ifelse":
        condition, *branches = expression.arguments
        holds = evaluate(condition, environment, size).value != 0.0
        return evaluate(branches[0 if holds else 1], environment, size)
    arguments = [evaluate(argument, environment, size) for argument in expression.arguments]
    try:
        return _apply(expression.function, arguments)
    except (ValueError, ZeroDivisionError, OverflowError) as error:
        values = ", ".join(f"{argument.value:.6g}" for argument in arguments)
        raise ModelError(
            f"{expression.function!r} has no value at {values}; rewrite the expression, or give "
            "start values that keep it defined"
        ) from error


def _apply(function: str, arguments: list[Dual]) -> Dual:
    if function in SEVERAL_ARGUMENTS:
        return _several(function, arguments)
    first = arguments[0]
    if len(arguments) == 1:
        if function == "-":
            return Dual(-first.value, -first.gradient)
        value, derivative = FUNCTIONS[function]
        return Dual(value(first.value), derivative(first.value) * first.gradient)
    return reduce(partial(_binary, function), arguments)


def _several(function: str, arguments: list[Dual]) -> Dual:
    if function in ("min", "max", "pmin", "pmax"):
        sign = 1.0 if function.endswith("min") else -1.0
        return min(arguments, key=lambda argument: sign * argument.value)
    if function == "prod":
        return reduce(partial(_binary, "*"), arguments)
    divisor = len(arguments) if function == "mean" else 1
    value = sum(argument.value for argument in arguments) / divisor
    gradient = np.sum([argument.gradient for argument in arguments], axis=0) / divisor
    return Dual(value, gradient)


def _binary(operator: str, left: Dual, right: Dual) -> Dual:
    a, b = left.value, right.value
    if operator in COMPARISONS:
        return Dual(float(COMPARISONS[operator](a, b)), np.zeros_like(left.gradient))
    if operator == "+":
        return Dual(a + b, left.gradient + right.gradient)
    if operator == "-":
        return Dual(a - b, left.gradient - right.gradient)
    if operator == "*":
        return Dual(a * b, b * left.gradient + a * right.gradient)
    if operator == "/":
        return Dual(a / b, left.gradient / b - (a / b**2) * right.gradient)
    return _power(left, right)


def _power(left: Dual, right: Dual) -> Dual:
    value = left.value**right.value
    if isinstance(value, complex):
        raise ValueError("a negative number to a broken power")
    slope = 0.0 if right.value == 0.0 else right.value * left.value ** (right.value - 1.0)
    gradient = slope * left.gradient
    if np.any(right.gradient):
        gradient = gradient + value * math.log(left.value) * right.gradient
    return Dual(value, gradient)


def names(expression: Expression) -> list[Name]:
    """The names in an expression, in order of appearance."""
    if isinstance(expression, Name):
        return [expression]
    if isinstance(expression, Number):
        return []
    return [name for argument in expression.arguments for name in names(argument)]


def is_linear(expression: Expression, linear_names: set[str]) -> bool:
    """Whether the expression is affine in its names, all of which must be in `linear_names`."""
    if isinstance(expression, Number):
        return True
    if isinstance(expression, Name):
        return expression.name in linear_names
    arguments = expression.arguments
    linear = [is_linear(argument, linear_names) for argument in arguments]
    if expression.function in ("+", "-", "sum", "mean"):
        return all(linear)
    if not any(names(argument) for argument in arguments):
        return True
    if expression.function == "*":
        return all(linear) and sum(bool(names(argument)) for argument in arguments) <= 1
    if expression.function == "/":
        return linear[0] and not names(arguments[1])
    return False


def show(expression: Expression) -> str:
    """The expression as text, fully bracketed where operators nest."""
    if isinstance(expression, Number):
        return f"{expression.value:g}"
    if isinstance(expression, Name):
        return expression.name
    parts = [show(argument) for argument in expression.arguments]
    if expression.function.isalnum():
        return f"{expression.function}({', '.join(parts)})"
    nested = [
        f"({part})" if isinstance(argument, Call) and not argument.function.isalnum() else part
        for part, argument in zip(parts, expression.arguments, strict=True)
    ]
    if len(nested) == 1:
        return f"{expression.function}{nested[0]}"
    if expression.function == "+":
        others = zip(nested[1:], parts[1:], expression.arguments[1:], strict=True)
        signed = (bare if _is_minus(one) else f"+{part}" for part, bare, one in others)
        return nested[0] + "".join(signed)
    return expression.function.join(nested)


def _is_minus(expression: Expression) -> bool:
    """Whether it is an expression with a minus before it."""
    return (
        isinstance(expression, Call)
        and expression.function == "-"
        and len(expression.arguments) == 1
    )
