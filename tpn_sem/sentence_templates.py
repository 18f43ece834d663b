"""Sentences with values in them, found in a catalogue by the words around the values.

A message such as ``{n1}% of the variance of {w1} is explained`` stands for all sentences that
differ in the values only: {n1}, {n2}, ... take numbers, {s1}, {s2}, ... single words, {w1}, {w2},
... words or lists of them, and {v1}, {v2}, ... what has no comma; values are translated themselves.
Messages with places of other names are filled in where they are used.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_PLACE = re.compile(r"\{([nsvw]\d+)\}")
_WORDS = r"(?:(?![.!?]\s+[A-ZА-ЯӘ]).)+?"  # within one sentence
_NUMBER = r"[-−+]?\d*[.,]?\d+(?:e[-+]?\d+)?"
_TAKES = {"n": _NUMBER, "s": r"[^\s,;]+", "v": "[^,;]+?", "w": _WORDS}
_SENTENCES = re.compile(r"(?<=[.!?])\s+(?=[\w“«(])")
_CLAUSES = (re.compile(r"(?<=;)\s+"), re.compile(r"(?<=:)\s+"))
_KEPT = ",\0"  # a comma within a name
_NAME = 40  # letters that a name with a comma has at most
_STOPS = ".,;:"
_ALONE = re.compile(_NUMBER)
_COUNTED = re.compile(f"(.+) ({_NUMBER})")
_LISTED = re.compile(r", | and |; | = | → | × ")
_WORD = re.compile(r"[a-z]{3,}")
_PHRASE = re.compile(r"[a-z]{3,}\W.*\w")  # one word alone may be a name
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
    templates : sequence of _Template
        Messages with places, those with most words of their own first.
    with_commas : sequence of str
        Messages that hold a comma, and are no lists.
    names : set of str
        What is a name, and stays as it is.
    """

    messages: Mapping[str, str]
    mark: Callable[[str], str]
    templates: Sequence[_Template]
    with_commas: Sequence[str]
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, messages: Mapping[str, str], mark: Callable[[str], str]) -> SentenceTemplates:
        """The messages of a catalogue, ready to be looked for."""
        placed = [one for one in messages if _PLACE.search(one) and _own_letters(one) >= _FEWEST]
        placed.sort(key=_own_letters, reverse=True)
        commas = [one for one in messages if ", " in one and len(one) < _NAME and "{" not in one]
        templates = [_Template(_pattern(one), messages[one]) for one in placed]
        return cls(messages, mark, templates, commas)

    def translated(self, words: str) -> str:
        """The words in the other language; these themselves where the catalogue has none.

        As a whole, else sentence by sentence, clause by clause, or as a list of what is known.
        """
        bare = words.strip()
        if not bare or bare in self.names:
            return words
        plain = bare.replace("\xa0", " ")
        found = self._as_a_whole(plain) or self._in_parts(plain)
        return words if found == plain else words.replace(bare, found, 1)

    def _as_a_whole(self, words: str) -> str | None:
        if words in self.messages:
            return self.messages[words]
        if _ALONE.fullmatch(words):
            return self.mark(words)
        for template in self.templates:
            found = template.filled(words, self.translated)
            if found is not None:
                return found
        lower = words[0].lower() + words[1:]
        known = self.messages.get(lower) if lower != words else None
        return known and known[0].upper() + known[1:]

    def _marked(self, number: re.Match[str]) -> str:
        return self.mark(number[0])

    def _in_parts(self, words: str) -> str:
        """Sentences each by itself; of one all parts or none, so that it is in one language."""
        sentences = _SENTENCES.split(words)
        if len(sentences) > 1:
            return _joined(_SENTENCES.findall(words), [self.translated(one) for one in sentences])
        if words[-1] in _STOPS and len(words) > 1:
            return self.translated(words[:-1]) + words[-1]
        counted = _COUNTED.fullmatch(words)
        if counted and counted[1] in self.messages:
            return f"{self.messages[counted[1]]} {self.mark(counted[2])}"
        for between in _CLAUSES:
            parts = between.split(words)
            if len(parts) > 1:
                return self._all_or_none(words, between.findall(words), parts)
        for name in self.with_commas:
            words = words.replace(name, name.replace(", ", _KEPT))
        parts = [one.replace(_KEPT, ", ") for one in _LISTED.split(words)]
        if len(parts) == 1:
            return parts[0] if _WORD.search(parts[0]) else _DECIMAL.sub(self._marked, parts[0])
        marks = [
            one.replace("and", self.messages.get("and", "and")) for one in _LISTED.findall(words)
        ]
        return self._all_or_none(words.replace(_KEPT, ", "), marks, parts)

    def _all_or_none(self, words: str, between: list[str], parts: list[str]) -> str:
        """Parts in the other language, unless one of them is unknown."""
        found = [self.translated(one) for one in parts]
        unknown = any(
            own == one and _PHRASE.search(one) and one.strip(_STOPS) not in self.messages
            for own, one in zip(found, parts, strict=True)
        )
        return words if unknown else _joined(between, found)


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
