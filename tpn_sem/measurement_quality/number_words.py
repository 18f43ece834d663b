"""Numbers in sentences."""

from __future__ import annotations


def hundredths(value: float) -> str:
    """Two decimals without the zero before them, as ".82" and "\N{MINUS SIGN}.10"."""
    text = f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")
    return text.replace("0.", ".", 1) if abs(round(value, 2)) < 1.0 else text


def interval_words(lower: float, upper: float) -> str:
    """An interval between brackets."""
    return f"[{hundredths(lower)}, {hundredths(upper)}]"
