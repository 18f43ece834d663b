"""Sentences with values in them, found in a catalogue by the words around the values.

A message such as ``{n1}% of the variance of {w1} is explained`` stands for all sentences that
differ in the values only: {n1}, {n2}, ... take numbers, {w1}, {w2}, ... words or lists of them,
and {v1}, {v2}, ... what has no comma; values are translated themselves. Messages with places of
other names are filled in where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

_PLACE = re.compile(r"\{([nvw]\d+)\}")
_WORDS = r"(?:(?![.!?]\s+[A-ZА-ЯӘ]).)+?"  # within one sentence
_NUMBER = r"[-−+]?\d*[.,]?\d+(?:e[-+]?\d+)?"
_TAKES = {"n": _NUMBER, "v": "[^,;]+?", "w": _WORDS}
_PARTS = (
    re.compile(r"(?<=[.!?])\s+(?=[\w“«(])"),
    re.compile(r"(?<=;)\s+"),
    re.compile(r"(?<=:)\s+"),
)
_STOPS = ".,;:"
_COUNTED = re.compile(f"(.+) ({_NUMBER})")
_LISTED = re.compile(r", | and |; | = | → | × ")
_WORD = re.compile(r"[a-z]{3,}")
_DECIMAL = re.compile(r"(?<![\d.])\d*\.\d+(?![\d.])")  # and no version
_FEWEST = 3  # letters that a message needs to be told from another


@dataclass(frozen=True)
class _Template:
    """A message with places, and the same in another language."""

    pattern: re.Pattern[str]
    other: str

    def filled(self, words: str, translate: Callable[[str], str]) -> str | None:
        """The other language's sentence with the values of this one; None where it is another."""
        found = self.pattern.fullmatch(words)
        if found is None:
            return None
        values = {name: translate(value) for name, value in found.groupdict().items()}
        return _PLACE.sub(lambda place: values.get(place[1], place[0]), self.other)


@dataclass(frozen=True)
class SentenceTemplates:
    """All messages of a catalogue.

    Attributes
    ----------
    messages : mapping of str to str
        English to the other language.
    mark : function
        Puts a number into the form of the language.
    """

    messages: Mapping[str, str]
    mark: Callable[[str], str]

    @cached_property
    def _templates(self) -> list[_Template]:
        """Messages with places, those with most words of their own first."""
        placed = [
            one for one in self.messages if _PLACE.search(one) and _own_letters(one) >= _FEWEST
        ]
        placed.sort(key=_own_letters, reverse=True)
        return [_Template(_pattern(one), self.messages[one]) for one in placed]

    def translated(self, words: str) -> str:
        """The words in the other language; these themselves where the catalogue has none.

        As a whole, else sentence by sentence, clause by clause, or as a list of what is known.
        """
        bare = words.strip()
        if not bare:
            return words
        plain = bare.replace("\xa0", " ")
        found = self._as_a_whole(plain) or self._in_parts(plain)
        return words if found == plain else words.replace(bare, found, 1)

    def _as_a_whole(self, words: str) -> str | None:
        if words in self.messages:
            return self.messages[words]
        if re.fullmatch(_NUMBER, words):
            return self.mark(words)
        for template in self._templates:
            found = template.filled(words, self.translated)
            if found is not None:
                return found
        lower = words[0].lower() + words[1:]
        known = self.messages.get(lower) if lower != words else None
        return known and known[0].upper() + known[1:]

    def _marked(self, number: re.Match[str]) -> str:
        return self.mark(number[0])

    def _in_parts(self, words: str) -> str:
        counted = _COUNTED.fullmatch(words)
        if counted and counted[1] in self.messages:
            return f"{self.messages[counted[1]]} {self.mark(counted[2])}"
        for between in _PARTS:
            parts = between.split(words)
            if len(parts) > 1:
                return _joined(between.findall(words), [self.translated(one) for one in parts])
        if words[-1] in _STOPS and len(words) > 1:
            return self.translated(words[:-1]) + words[-1]
        listed = _LISTED.split(words)
        if len(listed) == 1:
            return words if _WORD.search(words) else _DECIMAL.sub(self._marked, words)
        marks = [
            one.replace("and", self.messages.get("and", "and")) for one in _LISTED.findall(words)
        ]
        return _joined(marks, [self.translated(one) for one in listed])


def _own_letters(message: str) -> int:
    """How many letters stand outside of the places."""
    return sum(letter.isalpha() for letter in _PLACE.sub("", message))


def _pattern(message: str) -> re.Pattern[str]:
    """What sentences of a message look like."""
    parts, last, known = [], 0, set()
    for place in _PLACE.finditer(message):
        parts.append(re.escape(message[last : place.start()]))
        name = place[1]
        inner = _TAKES[name[0]]
        parts.append(f"(?P={name})" if name in known else f"(?P<{name}>{inner})")
        known.add(name)
        last = place.end()
    parts.append(re.escape(message[last:]))
    return re.compile("".join(parts), re.DOTALL)


def _joined(between: list[str], parts: list[str]) -> str:
    """Parts with what stood between them."""
    return parts[0] + "".join(gap + part for gap, part in zip(between, parts[1:], strict=True))
