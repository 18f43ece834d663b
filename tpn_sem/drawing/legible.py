"""Characters that no document may hold, as of names in the data."""

from __future__ import annotations

import re

_NO_DOCUMENT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def legible(text: str) -> str:
    """The text with such characters marked."""
    return _NO_DOCUMENT.sub("\N{REPLACEMENT CHARACTER}", text)
