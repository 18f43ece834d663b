"""What kind of number a column of a table holds, and how such numbers are written.

A number has no zero before the point where it cannot exceed one by what it is: p-values, and what
is of the kind "correlation", to which belong reliability, shares of variance and, as articles have
them, indices of fit. All others have it: also loadings and other standardised estimates, some of
which exceed one.
"""

from __future__ import annotations

import math
import re
from numbers import Integral, Real

import pandas as pd
from pandas.api.types import is_bool_dtype, is_integer_dtype, is_numeric_dtype

from ...languages import said
from ..number_formats import format_p, positive_zero, without_zero

KINDS = (
    *("estimate", "p", "correlation", "loading", "count", "percent"),
    *("statistic", "criterion", "written", "text"),
)
_DECIMALS = {"statistic": 2, "criterion": 1}
EMPTY = "\N{EN DASH}"
_P = re.compile(r"p|p_.*|.*_p|p_?value.*|.*_p_?value.*", re.I)
_COUNT = re.compile(
    r"(n|df|rank|npar|rows|clusters|schools|count|place|categories|iterations|missing|failed)"
    r"|(n|df|rank)_.*|.*_(n|df|rank|count)",
    re.I,
)
_BELOW_ONE = re.compile(
    r"r|htmt|correlations?|.*_correlation|icc|r_squared|r2|communality|item_rest"
    r"|(alpha|omega|omega_hierarchical|omega_subscale|glb|composite|maximal|kappa|ave)"
    r"(_lower|_upper|_if_deleted)?",
    re.I,
)
_INDEX = re.compile(
    r"(delta_)?(cfi|tli|nnfi|rfi|nfi|ifi|rni|gfi|agfi|rmsea|srmr|usrmr|crmr|mfi)"
    r"(_bentler|_mplus|_within|_between)?(_ci)?(_lower|_upper)?(_robust|_scaled)?",
    re.I,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")


def kind_of_column(name: object, column: pd.Series) -> str:
    """The kind of a column, from its name and its values."""
    if not is_numeric_dtype(column) or is_bool_dtype(column):
        return "text"
    if is_integer_dtype(column):
        return "count"
    last = str(name[-1] if isinstance(name, tuple) else name)
    known = column.dropna()
    known = known[known.abs() < math.inf]
    if _P.fullmatch(last) and known.between(0.0, 1.0).all():
        return "p"
    if _COUNT.fullmatch(last) and (known == known.round()).all():
        return "count"
    if _INDEX.fullmatch(last):
        return "correlation"
    if _BELOW_ONE.fullmatch(last) and known.abs().le(1.0).all():
        return "correlation"
    return "estimate"


def write_value(value: object, kind: str, digits: int) -> str:
    """A value as it is read: never "0.000" of a p-value, never "-0.000"."""
    if isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"):
        return said("yes" if value else "no")
    if is_nothing(value):
        return EMPTY
    if not isinstance(value, Real):
        return clean(str(value))
    if math.isinf(value):
        return "-\N{INFINITY}" if value < 0 else "\N{INFINITY}"
    if kind == "count" or (kind == "text" and isinstance(value, Integral)):
        return f"{value:.0f}"
    number = float(value)
    if kind == "p":
        return format_p(number)
    if kind == "percent":
        return f"{positive_zero(100.0 * number, 1)}%"
    text = positive_zero(number, _DECIMALS.get(kind, digits))
    return without_zero(text) if kind == "correlation" else text


def is_nothing(value: object) -> bool:
    """Whether there is no value."""
    return value is None or value is pd.NaT or value is pd.NA or bool(value != value)


def clean(text: str) -> str:
    """A text on one line, without characters that no document can hold."""
    return _CONTROL.sub("", re.sub(r"[ \t\r\n\x0b\x0c]+", " ", text)).strip()
