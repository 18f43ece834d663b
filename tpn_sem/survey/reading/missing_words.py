"""Texts that stand for no answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from .decisions import Decisions, listed

USUAL = (
    "",
    "NA",
    "N/A",
    "n.a.",
    "<NA>",
    "NaN",
    "null",
    ".",
    "-",
    "нет ответа",
    "нет данных",
    "жауап жоқ",
    "#N/A",
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
)
"""Those that are always read as no answer; "none" and "no" are answers."""


@dataclass
class MissingWords:
    """Knows texts and numbers that stand for no answer, and counts those that it met.

    Attributes
    ----------
    further : tuple of str and float
        Those that a user gave.
    with_usual : bool
        Whether the usual ones count too; otherwise of these only blanks do.
    """

    further: tuple[str | float, ...] = ()
    with_usual: bool = True
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        usual = USUAL if self.with_usual else ("",)
        given = [_text(word) for word in self.further]
        self.words = {word.casefold() for word in (*usual, *given)}
        self.numbers = {number for word in given if (number := _number(word)) is not None}

    def is_missing(self, text: str) -> bool:
        """Whether a text, without blanks around it, stands for no answer."""
        return text.casefold() in self.words

    def count(self, text: str, times: int) -> None:
        """Keep that a text was met."""
        self.met[text] += times

    def without_numbers(self, column: pd.Series) -> pd.Series:
        """A column of numbers with NaN for those that stand for no answer."""
        if not self.numbers:
            return column
        is_missing = column.isin(list(self.numbers))
        for number, times in column[is_missing].value_counts().items():
            self.count(f"{number:g}", int(times))
        return column.mask(is_missing) if is_missing.any() else column

    def tell(self, decisions: Decisions) -> None:
        """Say which were met how often, and which of those given were not."""
        if self.met:
            parts = [
                f"{text!r} {times} times" if text else f"empty {times} times"
                for text, times in self.met.most_common()
            ]
            decisions.say(f"no answer: {listed([_once(part) for part in parts], 12)}")
        met = {text.casefold() for text in self.met}
        unmet = [word for word in self._given() if word.casefold() not in met]
        if unmet:
            decisions.say(f"missing= holds what was not met: {listed(list(map(repr, unmet)))}")

    def _given(self) -> Iterable[str]:
        return [_text(word) for word in self.further]


def _once(part: str) -> str:
    return f"{part.removesuffix(' 1 times')} once" if part.endswith(" 1 times") else part


def _text(word: str | float) -> str:
    return word.strip() if isinstance(word, str) else f"{word:g}"


def _number(word: str) -> float | None:
    try:
        return float(word.replace(",", "."))
    except ValueError:
        return None
