"""Numbers as people read them: in summaries, tables, drawings and sentences."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

_SMALLEST_P = 0.001
_MINUS = "\N{MINUS SIGN}"


def decimals(digits: int = 3) -> Callable[[float], str]:
    """What writes a number with so many decimals, as columns of tables are; never "-0.000"."""
    return partial(positive_zero, digits=digits)


def format_p(value: float) -> str:
    """Three decimals without the zero before them, or "< .001"."""
    return "< .001" if value < _SMALLEST_P else f"{value:.3f}".lstrip("0")


def p_phrase(value: float, zero: bool = False) -> str:
    """The same in a sentence: "p = .012" or, with the zero, "p = 0.012", or "p < .001"."""
    if value < _SMALLEST_P:
        return "p < .001"
    return f"p = {value:.3f}" if zero else f"p = {format_p(value)}"


def format_estimate(value: float) -> str:
    """Two decimals, or two digits where these would hide all of a small number."""
    if not math.isfinite(value):
        return "n/a"
    magnitude = abs(value)
    text = f"{value:.2f}" if magnitude == 0 or 0.01 <= magnitude < 1000 else f"{value:.2g}"
    if magnitude >= 1000:
        text = f"{value:.0f}"
    elif magnitude < 1e-4:
        text = "0.00"
    return text.replace("-", _MINUS)


def format_correlation(value: float) -> str:
    """Two decimals without the zero before them."""
    return positive_zero(value, 2).replace("0.", ".")


def positive_zero(value: float, digits: int) -> str:
    """So many decimals, and no minus before what they make zero."""
    return f"{value:z.{digits}f}"
