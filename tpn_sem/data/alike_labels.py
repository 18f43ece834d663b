"""Labels that differ by blanks, capitals or letters that only look the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_BLANK = re.compile(r"(?<!\d)\s+|\s+(?!\d)")  # any but between two numbers
_WHOLE = re.compile(r"^(\d+)\.0+$")  # a number as a spreadsheet may write it
# Cyrillic letters, and the Latin ones that they look like
_LOOKS = str.maketrans("асеорхуіјѕһԁ", "aceopxyijshd")
_FORM = str.maketrans("кмтвн", "kmtbh")


def plain_form(label: object) -> str:
    """A label without blanks, capitals, accents of width, and the script of look-alike letters."""
    text = _BLANK.sub("", unicodedata.normalize("NFKC", str(label)).casefold().strip())
    text = _WHOLE.sub(r"\1", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    if any("a" <= letter <= "z" for letter in text):
        text = text.translate(_FORM)  # capitals of these look like Latin ones
    return text.translate(_LOOKS)


def alike_labels(labels: Iterable[object]) -> list[tuple[object, ...]]:
    """Sets of labels that are the same to the eye, in the order of their first."""
    found: dict[str, dict[object, None]] = {}
    for label in labels:
        if isinstance(label, str):
            found.setdefault(plain_form(label), {})[label] = None
    return [tuple(same) for same in found.values() if len(same) > 1]


def alike_note(column: str, labels: Iterable[object]) -> list[str]:
    """What is said of a column of groups or clusters in which labels are alike."""
    alike = alike_labels(labels)
    if not alike:
        return []
    told = "; ".join(" and ".join(map(repr, same)) for same in alike[:3])
    more = f"; and {len(alike) - 3} more" if len(alike) > 3 else ""
    return [
        f"labels of {column!r} differ only by blanks, capitals or look-alike letters ({told}"
        f"{more}) and count as different: give them one spelling if they are the same."
    ]
