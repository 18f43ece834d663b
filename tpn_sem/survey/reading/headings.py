"""Headings of columns: as they stand, unique, or as names for a model text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .decisions import Decisions, counted, listed

_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_LONGEST = 20


def tidy_headings(found: Sequence[str], decisions: Decisions) -> list[str]:
    """Headings without unseen characters and blanks around them; each one there, and unique."""
    tidy = [_UNSEEN.sub("", heading).strip() for heading in found]
    changed = [one for one, before in zip(tidy, found, strict=True) if one != before and one]
    if changed:
        what = counted(len(changed), "heading")
        decisions.say(
            f"blanks or unseen characters removed from {what}: {listed(list(map(repr, changed)))}"
        )
    named = [one or f"column {place}" for place, one in enumerate(tidy, start=1)]
    absent = [one for one, before in zip(named, tidy, strict=True) if not before]
    if absent:
        decisions.say(f"no heading: {listed(absent)} named by place")
    return _unique(named, decisions)


def _unique(headings: list[str], decisions: Decisions) -> list[str]:
    taken, seen = set(headings), dict[str, int]()
    unique = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        name = heading
        if seen[heading] > 1:
            name = _free(f"{heading}.", seen[heading], taken)
            which = {2: "second", 3: "third"}.get(seen[heading], f"{seen[heading]}th")
            how = {2: "twice"}.get(headings.count(heading), f"{headings.count(heading)} times")
            decisions.say(f"{heading!r} appears {how}: the {which} is {name!r}")
        taken.add(name)
        unique.append(name)
    return unique


def _free(stem: str, number: int, taken: set[str]) -> str:
    while f"{stem}{number}" in taken:
        number += 1
    return f"{stem}{number}"


def clean_headings(headings: Sequence[str]) -> list[str]:
    """Unique names of letters, digits and ``_``, a letter first, about 20 characters long."""
    stems = [_stem(heading) for heading in headings]
    taken: set[str] = set()
    names = []
    for stem in stems:
        name = stem if stem not in taken else _free(f"{stem}_", 2, taken | set(stems))
        taken.add(name)
        names.append(name)
    return names


def _stem(heading: str) -> str:
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", heading))
    words = re.sub(r"\W+", "_", text).strip("_")
    if not words[:1].isalpha():
        words = f"q{words}" if words else "q"
    if len(words) <= _LONGEST:
        return words
    cut = words[: _LONGEST + 1].rpartition("_")[0]
    return (cut if len(cut) >= _LONGEST // 2 else words[:_LONGEST]).rstrip("_")
