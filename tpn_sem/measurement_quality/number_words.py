"""Numbers in sentences."""

from __future__ import annotations

from ..drawing import format_below_one, with_minus


def hundredths(value: float) -> str:
    """Two decimals without the zero before them, as ".82" and "\N{MINUS SIGN}.10"."""
    return with_minus(format_below_one(value, 2))


def interval_words(lower: float, upper: float) -> str:
    """An interval between brackets."""
    return f"[{hundredths(lower)}, {hundredths(upper)}]"
