"""Numbers as people read them: in summaries, tables, drawings and sentences."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial

from ..languages import spoken, with_mark

_ZERO = re.compile(r"(^|[-< ])0\.")
_SMALLEST_P = 0.001
_MINUS = "\N{MINUS SIGN}"


def decimals(digits: int = 3) -> Callable[[float], str]:
    """What writes a number with so many decimals, as columns of tables are; never "-0.000"."""
    return partial(positive_zero, digits=digits)


def format_p(value: float) -> str:
    """Three decimals without the zero before them, or "< .001"."""
    if value < _SMALLEST_P:
        return without_zero(f"< {with_mark(f'{_SMALLEST_P}')}")
    return without_zero(positive_zero(value, 3))


def p_phrase(value: float) -> str:
    """The same in a sentence: "p = .012", or "p < .001"."""
    return f"p {format_p(value)}" if value < _SMALLEST_P else f"p = {format_p(value)}"


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
    return with_mark(text.replace("-", _MINUS))


def format_correlation(value: float) -> str:
    """Two decimals without the zero before them."""
    return without_zero(positive_zero(value, 2))


def format_signed(value: float, digits: int = 3) -> str:
    """So many decimals, and the sign in front."""
    return with_mark(f"{value:+z.{digits}f}".replace("-", _MINUS))


def positive_zero(value: float, digits: int) -> str:
    """So many decimals, and no minus before what they make zero."""
    return with_mark(f"{value:z.{digits}f}")


def without_zero(number: str) -> str:
    """A number that is never above one without its zero, where the language writes it so."""
    return _ZERO.sub(r"\1.", number) if spoken() == "en" else number
