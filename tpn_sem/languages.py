"""Languages of what is shown: words by gettext catalogues, numbers with a language's decimal mark.

Catalogues stand in `locale/`; a word that one lacks stays English.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from .errors import choose
from .sentence_templates import SentenceTemplates

LANGUAGES = ("en", "ru", "kk")
"""English, Russian, Kazakh."""

_SPOKEN: ContextVar[str] = ContextVar("language", default="en")
_NAMES: ContextVar[frozenset[str]] = ContextVar("names", default=frozenset())
_FOLDER = Path(__file__).parent / "locale"
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_BARE = re.compile(r"(?<!\d)\.(?=\d)")


@contextmanager
def speaking(language: str, names: Iterable[str] = ()) -> Iterator[None]:
    """Let all that is written inside be in a language.

    Parameters
    ----------
    language : {"en", "ru", "kk"}
    names : iterable of str
        Names of a user's own, which stay as they are, also where a catalogue has such a word.

    Raises
    ------
    OptionError
        For one that has no catalogue.
    """
    spoken_before = _SPOKEN.set(choose("language", language, LANGUAGES))
    kept_before = _NAMES.set(_NAMES.get() | frozenset(names))
    try:
        yield
    finally:
        _NAMES.reset(kept_before)
        _SPOKEN.reset(spoken_before)


def spoken() -> str:
    """The language that is spoken now."""
    return _SPOKEN.get()


def said(words: str) -> str:
    """Words in the language that is spoken; these themselves where its catalogue has none.

    Sentences with values in them are found by the words around the values.
    """
    language = _SPOKEN.get()
    return words if language == "en" or not words else _translated(language, _NAMES.get(), words)


@lru_cache(maxsize=16384)
def _translated(language: str, names: frozenset[str], words: str) -> str:
    return _keeping(language, names).translated(words)


@lru_cache(maxsize=64)
def _keeping(language: str, names: frozenset[str]) -> SentenceTemplates:
    return replace(_templates(language), names=names)


def with_mark(number: str) -> str:
    """A written number with the decimal mark of the language that is spoken."""
    return number if _SPOKEN.get() == "en" else _POINT.sub(",", number)


def bracketed(*numbers: str) -> str:
    """Numbers in brackets, told apart from decimal commas by semicolons."""
    return f"[{(', ' if _SPOKEN.get() == 'en' else '; ').join(numbers)}]"


@lru_cache(maxsize=len(LANGUAGES))
def _templates(language: str) -> SentenceTemplates:
    catalogue = gettext.translation("tpn_sem", _FOLDER, [language])
    every: dict[str, str] = vars(catalogue)["_catalog"]  # gettext has no other way to list it
    return SentenceTemplates.of({one: other for one, other in every.items() if one}, _marked)


def _marked(number: str) -> str:
    """A number with a decimal comma and a digit before it."""
    return _BARE.sub("0,", _POINT.sub(",", number))
