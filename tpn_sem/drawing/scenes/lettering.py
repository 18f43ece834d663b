"""How wide words are, and how long ones are broken into lines, before anything is drawn."""

from __future__ import annotations

import re
import unicodedata

from ...languages import said

_NARROW, _WIDE = set("iljtfrI.,:;'|!()[]1 "), set("mwMW@%&—шщжюмфШЩЖЮМФ")
_BREAKS = re.compile(r"(?<=[\s_\-.:/×])|(?<=[a-zа-яё])(?=[A-ZА-ЯЁ])")


def text_width(text: str, size: float) -> float:
    """Roughly how wide a sans-serif text is, in pixels, at a font size in pixels."""
    total = 0.0
    for character in text:
        if unicodedata.combining(character):
            continue
        if unicodedata.east_asian_width(character) in "WF":
            total += 1.0
        elif character in _NARROW:
            total += 0.38
        elif character in _WIDE:
            total += 0.92
        else:
            total += 0.72 if character.isupper() else 0.58
    return total * size


def said_width(text: str, size: float) -> float:
    """The same of words as they are said in the language that is spoken."""
    return text_width(said(text), size)


def wrapped_label(text: str, longest: float, size: float) -> str:
    """A label in lines of at most `longest` pixels, broken between words and parts of names.

    A part that is too long by itself is cut where the line is full: letters are never made
    smaller, and none is left out.
    """
    lines = [""]
    for part in _BREAKS.split(" ".join(text.split()) or text):
        for piece in _pieces(part, longest, size):
            if lines[-1] and text_width((lines[-1] + piece).rstrip(), size) > longest:
                lines.append("")
            lines[-1] += piece
    return "\n".join(line.strip() for line in lines)


def _pieces(part: str, longest: float, size: float) -> list[str]:
    """A part that is wider than a line, cut into pieces that are not."""
    pieces = [""]
    for letter in part:
        if pieces[-1] and text_width((pieces[-1] + letter).rstrip(), size) > longest:
            pieces.append("")
        pieces[-1] += letter
    return pieces
