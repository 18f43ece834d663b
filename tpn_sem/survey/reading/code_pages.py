"""Which code page a text was written in, told by how plausible its letters are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import log

from .plausible_letters import LANGUAGES, Plausibility

CODE_PAGES = (
    "cp1251",
    "cp1252",
    "kz1048",
    "cp1254",
    "cp1250",
    "koi8-r",
    "cp866",
    "iso8859-2",
    "iso8859-9",
    "koi8-u",
    "mac-cyrillic",
    "ptcp154",
    "iso8859-5",
    "mac-roman",
    "cp850",
)
"""Code pages that are tried, from frequent to rare; of those that read the same text the first
is named."""

_WORD = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_MOST_WORDS = 250
_SIDE_BY_SIDE = (("Russian", "Kazakh"), ("Russian", "Ukrainian"))
_RARER = 0.3  # log-likelihood that each place in the order costs
_CERTAIN = 6.0  # difference of log-likelihoods; see tests/test_read_survey.py


@dataclass(frozen=True)
class CodePage:
    """What was recognised.

    Attributes
    ----------
    name : str
        As Python names it.
    is_certain : bool
        Whether no other reading of the same bytes comes near.
    rival : str
        The code page that gives the next plausible text; empty where there is none.
    """

    name: str
    is_certain: bool
    rival: str = ""


def recognise_code_page(content: bytes) -> CodePage:
    """The code page whose text has the most plausible letters.

    Different words count once, so that one long answer does not outweigh the headings.
    """
    joined = b"\n".join(_telling_words(content))
    texts = {name: text for name in CODE_PAGES if (text := _decoded(joined, name)) is not None}
    scores: dict[str, tuple[float, str]] = {}
    for name, text in texts.items():
        if text not in scores:
            scores[text] = (_plausibility(text) - _RARER * CODE_PAGES.index(name), name)
    ranked = sorted(scores.values(), key=lambda scored: -scored[0])
    if len(ranked) < 2:
        return CodePage(ranked[0][1] if ranked else "latin-1", is_certain=False)
    (best, name), (second, rival) = ranked[:2]
    return CodePage(name, best - second > _CERTAIN, rival)


def _telling_words(content: bytes) -> list[bytes]:
    """Words with letters outside ASCII: first those that show a new letter, then others."""
    words = list(dict.fromkeys(_WORD.findall(content)))
    seen: set[int] = set()
    first: list[bytes] = []
    others: list[bytes] = []
    for word in words:
        (others if seen.issuperset(word) else first).append(word)
        seen.update(word)
    return (first + others)[:_MOST_WORDS]


def _decoded(content: bytes, name: str) -> str | None:
    try:
        return content.decode(name)
    except UnicodeDecodeError:
        return None


def _plausibility(text: str) -> float:
    """That of the best language, or of two that are used side by side, word by word."""
    words = text.split("\n")
    scores = {
        name: [language.of_word(word) for word in words]
        for name, language in ((name, Plausibility(own)) for name, own in LANGUAGES.items())
    }
    alone = max(map(sum, scores.values()))
    mixed = [
        sum(map(max, scores[one], scores[other])) - log(2.0) * len(words)
        for one, other in _SIDE_BY_SIDE
    ]
    return max(alone, *mixed)
