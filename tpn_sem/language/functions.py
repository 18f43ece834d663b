"""Functions that expressions know, each with its derivative."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from statistics import NormalDist

_SQRT_2PI = math.sqrt(2.0 * math.pi)


def _normal_density(x: float) -> float:
    return math.exp(-0.5 * x * x) / _SQRT_2PI


def _normal_distribution(x: float) -> float:
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


def _normal_quantile(x: float) -> float:
    return NormalDist().inv_cdf(x)


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > 0.0 else 1.0 - 1.0 / (1.0 + math.exp(x))


# Each function with its derivative.
FUNCTIONS: dict[str, tuple[Callable[[float], float], Callable[[float], float]]] = {
    "exp": (math.exp, math.exp),
    "log": (math.log, lambda x: 1.0 / x),
    "log10": (math.log10, lambda x: 1.0 / (x * math.log(10.0))),
    "log2": (math.log2, lambda x: 1.0 / (x * math.log(2.0))),
    "log1p": (math.log1p, lambda x: 1.0 / (1.0 + x)),
    "expm1": (math.expm1, math.exp),
    "sqrt": (math.sqrt, lambda x: 0.5 / math.sqrt(x)),
    "abs": (abs, lambda x: math.copysign(1.0, x)),
    "sin": (math.sin, math.cos),
    "cos": (math.cos, lambda x: -math.sin(x)),
    "tan": (math.tan, lambda x: 1.0 / math.cos(x) ** 2),
    "asin": (math.asin, lambda x: 1.0 / math.sqrt(1.0 - x * x)),
    "acos": (math.acos, lambda x: -1.0 / math.sqrt(1.0 - x * x)),
    "atan": (math.atan, lambda x: 1.0 / (1.0 + x * x)),
    "sinh": (math.sinh, math.cosh),
    "cosh": (math.cosh, math.sinh),
    "tanh": (math.tanh, lambda x: 1.0 - math.tanh(x) ** 2),
    "asinh": (math.asinh, lambda x: 1.0 / math.sqrt(x * x + 1.0)),
    "acosh": (math.acosh, lambda x: 1.0 / math.sqrt(x * x - 1.0)),
    "atanh": (math.atanh, lambda x: 1.0 / (1.0 - x * x)),
    "pnorm": (_normal_distribution, _normal_density),
    "dnorm": (_normal_density, lambda x: -x * _normal_density(x)),
    "qnorm": (_normal_quantile, lambda x: 1.0 / _normal_density(_normal_quantile(x))),
    "plogis": (_logistic, lambda x: _logistic(x) * (1.0 - _logistic(x))),
    "qlogis": (lambda x: math.log(x / (1.0 - x)), lambda x: 1.0 / (x * (1.0 - x))),
    "sign": (lambda x: math.copysign(1.0, x) if x else 0.0, lambda x: 0.0),
}
# Also of a vector, as mean(c(a, b)).
SEVERAL_ARGUMENTS = ("min", "max", "pmin", "pmax", "sum", "mean", "prod")
AS_NUMBER = "ifelse(a > b, 1, 0) gives 1 where a comparison holds, else 0"
_STEPS = "it has steps and no derivative: round what is shown"
_OF_DATA = "a parameter is one number, and no column of data"
REFUSED_FUNCTIONS = {
    **dict.fromkeys(("round", "signif", "floor", "ceiling", "trunc"), _STEPS),
    **dict.fromkeys(("sd", "var", "cor", "cov", "median", "length", "rowSums"), _OF_DATA),
    **dict.fromkeys(("if", "while", "for", "switch"), "ifelse(a > b, a, b) chooses"),
}
COMPARISONS: dict[str, Callable[[float, float], bool]] = {  # in the condition of ifelse()
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
}
