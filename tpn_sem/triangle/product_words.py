"""Latent products as a reader calls them."""

from __future__ import annotations

from ..survey import Instrument

_MARK = ":"
_WORDS = {"face_to_face": "meeting face to face"}


def product_words(name: str, instrument: Instrument) -> str | None:
    """A product of factors, or of a column and a factor: "NPC × KSSE"; None for what is none."""
    if _MARK not in name:
        return None
    return " × ".join(part_words(part, instrument) for part in name.split(_MARK))


def part_words(name: str, instrument: Instrument) -> str:
    """A factor by its name, a column by what it says."""
    roles = {column: role for role, column in instrument.context.items()}
    return _WORDS.get(roles.get(name, ""), name)
