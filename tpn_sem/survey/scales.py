"""Response scales: from a lowest to a highest point, or texts in their order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import plain_form
from ..errors import OptionError

_RANGE = re.compile(r"\s*(-?\d+)\s*(?:-|\N{EN DASH}|\.\.|to|:)\s*(-?\d+)\s*")
_WHAT = (
    "a scale is its lowest and highest point, as (1, 5) or '1-5', or its answers in their order, "
    "as ['never', 'rarely', 'often']"
)


@dataclass(frozen=True)
class Scale:
    """The answers that an item can have.

    Attributes
    ----------
    low, high : int
    answers : tuple of str
        Texts of the points from `low` to `high`, where answers are texts.
    """

    low: int
    high: int
    answers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " | ".join(self.answers) or f"{self.low}\N{EN DASH}{self.high}"

    @property
    def given(self) -> str | list[str]:
        """As it is written in a file."""
        return list(self.answers) or f"{self.low}-{self.high}"

    def code(self, answer: object) -> object:
        """The point that a text stands for; what is none of the texts stays as it is."""
        if not isinstance(answer, str):
            return answer
        forms = {plain_form(text): self.low + place for place, text in enumerate(self.answers)}
        return forms.get(plain_form(answer), answer)


def read_scale(option: str, given: object) -> Scale:
    """A scale as users write it.

    Raises
    ------
    OptionError
    """
    if isinstance(given, Scale):
        return given
    if isinstance(given, str) and (found := _RANGE.fullmatch(given)):
        return _from_ends(option, [int(found[1]), int(found[2])])
    if isinstance(given, Sequence) and not isinstance(given, str) and len(given) > 1:
        points = list(given)
        if all(isinstance(point, str) for point in points):
            return _from_texts(option, points)
        if all(_is_whole(point) for point in points):
            return _from_ends(option, [int(point) for point in points])
    raise OptionError(f"{option}={given!r}: {_WHAT}.")


def _is_whole(point: object) -> bool:
    return isinstance(point, int | float | np.number) and float(point).is_integer()


def _from_texts(option: str, texts: list[str]) -> Scale:
    if len({plain_form(text) for text in texts}) < len(texts):
        raise OptionError(f"{option}={texts!r} names an answer twice.")
    return Scale(1, len(texts), tuple(texts))


def _from_ends(option: str, points: list[int]) -> Scale:
    low, high = points[0], points[-1]
    if points not in ([low, high], list(range(low, high + 1))) or high <= low:
        raise OptionError(f"{option}={points!r}: points ascend one by one, as (1, 5).")
    return Scale(low, high)


def read_codes(option: str, given: Any) -> tuple[float, ...]:
    """One code or several, as numbers.

    Raises
    ------
    OptionError
    """
    codes = list(given) if isinstance(given, list | tuple | set | np.ndarray) else [given]
    if not codes or any(
        isinstance(code, bool) or not isinstance(code, int | float | np.number) for code in codes
    ):
        raise OptionError(f"{option}={given!r}: give a code such as 99, or several as [98, 99].")
    return tuple(float(code) for code in codes)
