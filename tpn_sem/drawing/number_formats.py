"""Numbers as people read them: in summaries, tables, drawings and sentences.

Which of them have no zero before the point is said in `tables.column_kinds`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from functools import partial

from ..languages import spoken, with_mark

_ZERO = re.compile("(^|[-+\N{MINUS SIGN}< ])0[.]")
_SMALLEST_P = 0.001
_NOTHING = 5e-5  # below it four decimals are zeros
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


def common_decimals(values: Iterable[float]) -> int:
    """How many decimals numbers that stand together have: two, or more to show the smallest."""
    sizes = [abs(value) for value in values if math.isfinite(value)]
    smallest = min((size for size in sizes if size >= _NOTHING), default=1.0)
    return next((digits for digits in (2, 3) if round(smallest, digits)), 4)


def format_estimate(value: float, digits: int | None = None) -> str:
    """Two decimals, or two digits where these would hide all of a small number.

    Parameters
    ----------
    value : float
    digits : int, optional
        So many decimals instead, for numbers that stand together; none from 1000 on.
    """
    if not math.isfinite(value):
        return "n/a"
    magnitude = abs(value)
    if digits is not None:
        return with_mark(f"{value:z.{0 if magnitude >= 1000 else digits}f}".replace("-", _MINUS))
    text = f"{value:.2f}" if magnitude == 0 or 0.01 <= magnitude < 1000 else f"{value:.2g}"
    if magnitude >= 1000:
        text = f"{value:.0f}"
    elif magnitude < 1e-4:
        text = "0.00"
    return with_mark(text.replace("-", _MINUS))


def format_below_one(value: float, digits: int = 3) -> str:
    """A number that cannot exceed one: so many decimals without the zero before them."""
    return without_zero(positive_zero(value, digits))


def format_signed(value: float, digits: int = 3) -> str:
    """So many decimals, and the sign in front."""
    return with_mark(f"{value:+z.{digits}f}".replace("-", _MINUS))


def with_minus(text: str) -> str:
    """A written number as it stands in sentences and drawings: with a minus sign."""
    return text.replace("-", _MINUS)


def positive_zero(value: float, digits: int) -> str:
    """So many decimals, and no minus before what they make zero."""
    return with_mark(f"{value:z.{digits}f}")


def without_zero(number: str) -> str:
    """A number that is never above one without its zero, where the language writes it so."""
    return _ZERO.sub(r"\1.", number) if spoken() == "en" else number
