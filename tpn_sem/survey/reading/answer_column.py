"""A column of texts: its different ones, which of them are numbers, and their places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from .decisions import Decisions, counted
from .missing_words import MissingWords

_EXPONENT = r"(?:[eE][+-]?[0-9]+)?"
_NUMBERS = {
    mark: re.compile(
        rf"[+-]?(?:[0-9]+(?:{re.escape(mark)}[0-9]*)?|{re.escape(mark)}[0-9]+){_EXPONENT}"
    )
    for mark in (".", ",")
}
_WHOLE = re.compile(r"[+-]?[0-9]+")
_LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
_LONGEST_NUMBER = 15  # digits that a float keeps


def is_number(text: str, mark: str) -> bool:
    """Whether a text is a number with this decimal mark."""
    return _NUMBERS[mark].fullmatch(text) is not None


@dataclass(frozen=True)
class AnswerColumn:
    """Texts of a column, without blanks around them.

    Attributes
    ----------
    name : str
        Its heading.
    texts : list of str
        The different texts.
    places : array of int, shape (n_rows,)
        Which of the texts each row has.
    missing : array of bool
        Which of the texts stand for no answer.
    """

    name: str
    texts: list[str]
    places: Any
    missing: Any

    @cached_property
    def answers(self) -> list[str]:
        """The different texts that are answers."""
        return [text for text, gone in zip(self.texts, self.missing, strict=True) if not gone]

    def is_numeric(self, mark: str) -> bool:
        """Whether all answers are numbers that can be kept as such."""
        return bool(self.answers) and not self.reason_for_text(mark) and self.has_numbers(mark)

    def has_numbers(self, mark: str) -> bool:
        """Whether all answers are numbers with this decimal mark."""
        return all(is_number(text, mark) for text in self.answers)

    def reason_for_text(self, mark: str) -> str:
        """Why numbers are kept as texts; empty where nothing speaks for that."""
        if not self.has_numbers(mark):
            return ""
        if any(_LEADING_ZERO.match(text) for text in self.answers):
            return "has numbers with zeros before them"
        if any(len(text) > _LONGEST_NUMBER and _WHOLE.fullmatch(text) for text in self.answers):
            return "has numbers of more than 15 digits"
        return ""

    def numbers(self, mark: str) -> Any:
        """Values, shape (n_rows,): whole numbers where all are there and whole."""
        parsed = [
            np.nan if gone else float(text.replace(mark, "."))
            for text, gone in zip(self.texts, self.missing, strict=True)
        ]
        values = np.array(parsed, dtype=float)[self.places]
        is_whole = all(map(_WHOLE.fullmatch, self.answers))
        return values.astype(np.int64) if is_whole and not np.isnan(values).any() else values

    def kept(self) -> Any:
        """Texts, shape (n_rows,), with NaN for no answer."""
        texts = np.array(self.texts, dtype=object)
        texts[np.asarray(self.missing, dtype=bool)] = np.nan
        return texts[self.places]

    def rows_with(self, texts: set[str], rows: Sequence[int]) -> list[int]:
        """Where in the file rows have one of these texts."""
        wanted = np.array([text in texts for text in self.texts], dtype=bool)
        return [rows[int(place)] for place in np.flatnonzero(wanted[self.places])]


def answer_column(
    name: str, cells: Sequence[Any], words: MissingWords, decisions: Decisions
) -> AnswerColumn:
    """Factor a column of texts (None for an empty cell), and count what stands for no answer."""
    raw = np.empty(len(cells), dtype=object)
    raw[:] = ["" if cell is None else cell for cell in cells]
    codes, different = pd.factorize(raw)
    stripped = [text.strip() for text in different]
    places, texts = pd.factorize(np.array(stripped, dtype=object))
    missing = np.array([words.is_missing(text) for text in texts], dtype=bool)
    counts = np.bincount(codes, minlength=len(different))
    for place, text in enumerate(stripped):
        if missing[places[place]]:
            words.count(text, int(counts[place]))
    padded = sum(
        int(counts[place])
        for place, text in enumerate(stripped)
        if text != different[place] and not missing[places[place]]
    )
    if padded:
        decisions.say(f"{name!r}: blanks around {counted(padded, 'answer')} removed")
    return AnswerColumn(name, list(texts), places[codes], missing)
