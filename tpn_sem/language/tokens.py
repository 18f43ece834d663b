"""Model text to tokens that remember their place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..errors import ModelSyntaxError, nearest

OPERATORS = ("=~", "<~", "~*~", "~~", "~", "|", "|~", ":~", ":=", "==", "<", ">")
_PUNCTUATION = ("**", "+", "-", "*", "/", "^", "(", ")", ",", ":", "?")
_SYMBOLS = tuple(sorted(OPERATORS + _PUNCTUATION, key=len, reverse=True))
_OPERATOR_CHARACTERS = "=~<>:|"
_PLAIN = r"[^\W\d][\w.]*|\.[^\W\d][\w.]*"

_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\f\v\u00a0\u2000-\u200b\u2028\u2029\u202f\u2060\u3000\ufeff]+)
      | (?P<comment>[#!][^\n]*)
      | (?P<newline>[\n;])
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?L?(?![^\W\d]))
      | (?P<name>{_PLAIN})
      | (?P<quoted>`[^`\n]*[^\W_][^`\n]*`)
      | (?P<string>"[^"\n]*"|'[^'\n]*')
      | (?P<symbol>[=~<>:|+\-*/^(),?]+)
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """One word of the model text; `position` counts characters from the start of the text."""

    kind: str  # "name", "number", "string", "symbol", "newline" or "end"
    text: str
    position: int
    is_quoted: bool = False  # a name that stood between backticks

    @property
    def end(self) -> int:
        """Where the text goes on after it."""
        return self.position + len(self.text) + 2 * self.is_quoted


def is_plain_name(name: str) -> bool:
    """Whether a name can stand in a model text without backticks."""
    return re.fullmatch(_PLAIN, name) is not None


def tokenize(text: str) -> list[Token]:
    """Tokens of the model text, without spaces and comments, closed by an "end" token.

    Raises
    ------
    ModelSyntaxError
        For a character or an operator that the language does not have.
    """
    tokens: list[Token] = []
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() > position:  # something was skipped
            break
        kind, word = str(match.lastgroup), match.group()
        if kind == "symbol" and word not in _SYMBOLS:
            tokens.extend(_symbols(text, position, word))
        elif kind == "quoted":
            tokens.append(Token("name", word[1:-1], position, is_quoted=True))
        elif kind not in ("space", "comment"):
            word = word.removesuffix("L") if kind == "number" else word  # R's whole numbers
            tokens.append(Token(kind, word, position))
        position = match.end()
    if position < len(text):
        raise _unreadable(text, position)
    tokens.append(Token("end", "", len(text)))
    return tokens


def _symbols(text: str, start: int, run: str) -> Iterator[Token]:
    """Split a run of symbol characters into the longest known symbols."""
    offset = 0
    while offset < len(run):
        symbol = next((known for known in _SYMBOLS if run.startswith(known, offset)), None)
        rest = run[offset + len(symbol or "") :]
        arrow = run.startswith("<-", offset)  # R's assignment, or 'less than minus' without space
        clashes = arrow or (symbol in OPERATORS and rest[:1] and rest[0] in _OPERATOR_CHARACTERS)
        if symbol is None or clashes:
            raise _unknown_operator(text, start + offset, run[offset:])
        yield Token("symbol", symbol, start + offset)
        offset += len(symbol)


def _unknown_operator(text: str, position: int, run: str) -> ModelSyntaxError:
    found = re.match(r"[=~<>:|\-+*]{1,3}", run)
    operator = found.group() if found else run
    advice = nearest(operator, OPERATORS).removeprefix("; ")
    return ModelSyntaxError(f"unknown operator {operator!r}", text, position, len(operator), advice)


def _unreadable(text: str, position: int) -> ModelSyntaxError:
    character = text[position]
    if character == "`":
        advice = "names that are no words stand between backticks on one line, as `1. I share`"
        return ModelSyntaxError("no name between backticks", text, position, 1, advice)
    if character in "\"'":
        return ModelSyntaxError("the string is not closed", text, position, 1, "add the quote")
    if character.isdigit():
        found = re.match(r"\w+", text[position:])
        word = found.group() if found else character
        return ModelSyntaxError(
            f"{word!r} is neither a number nor a name",
            text,
            position,
            len(word),
            "names start with a letter",
        )
    advice = "remove it or quote it"
    if character == "%":
        advice = "%% and %in% are no operators here; lines of group sizes (group % w) are not read"
    return ModelSyntaxError(f"unexpected character {character!r}", text, position, 1, advice)
