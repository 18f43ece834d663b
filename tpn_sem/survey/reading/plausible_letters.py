"""How plausible a word is in the languages that surveys are written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from math import log

_FLOOR = log(2e-5)
_TWO_SCRIPTS = -8.0
_CAPITAL_INSIDE = -5.0
_ALL_CAPITALS = -1.0
_NO_LETTER = -9.0
_MARKS = "«»„“”‘’‚–—…№°·•€\u00a0"
_MARK = log(2e-3)
_ASCII = (
    "e110 t75 a80 o65 i70 n72 s70 h30 r65 d40 l45 c30 u35 m30 w8 f12 g20 y12 p25 b15 v15 k20 j5 "
    "x2 q4 z6"
)


def _frequencies(text: str) -> dict[str, float]:
    """Logarithms of shares, from letters each with its number in a thousand."""
    return {entry[0]: log(float(entry[1:]) / 1000.0) for entry in text.split()}


def _latin(text: str) -> dict[str, float]:
    return _frequencies(f"{_ASCII} {text}")


LANGUAGES: dict[str, dict[str, float]] = {
    "Russian": _frequencies(
        "о109 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16 ч14 "
        "й12 х10 ж9 ш7 ю6 ц5 щ4 э3 ф3 ъ0.4 ё1"
    ),
    "Kazakh": _frequencies(
        "а115 ы80 е75 н65 т60 і60 р60 л55 д50 қ38 м35 с40 ғ24 б28 к28 о25 ү14 ө10 й18 ш16 з16 ұ12 "
        "и12 п14 у20 г13 ж14 ң12 ә14 я3 э1 х2 ф2 в3 ц1 ч1 ю1 ь1 һ0.2 ё0.1 щ0.1 ъ0.1"
    ),
    "Ukrainian": _frequencies(
        "о94 а83 н68 и62 і57 в54 т53 р47 е46 с41 к38 л36 у33 д32 м31 п29 я22 з22 ь18 г16 б17 ч14 "
        "х11 й9 ж8 ш8 ц8 ї8 ю8 є7 щ5 ф3 ґ0.3"
    ),
    "German": _latin("ä6 ö4 ü7 ß3"),
    "French": _latin("é20 è4 à5 ê3 ç2 ù1 î1 ô1 û1 â1 ë0.5 ï0.5 œ0.3"),
    "Spanish": _latin("ó9 á6 í8 é5 ñ3 ú2 ü0.2 ¿1 ¡0.5"),
    "Portuguese": _latin("ã8 ç6 á5 é5 í4 ó3 ê3 õ3 â2 ú2 à1 ô1"),
    "Nordic": _latin("å10 ä12 ö9 ø8 æ7"),
    "Turkish": _latin("ı48 ü19 ş17 ç11 ğ11 ö8 İ4 â0.3 î0.1"),
    "Polish": _latin("ę11 ą10 ó8 ł18 ś7 ć4 ż8 ź1 ń2"),
    "Czech": _latin("á22 í32 é13 ě16 ř12 ž10 š8 č10 ý10 ů6 ú1 ď1 ť1 ň1 ľ2 ô1 ä1"),
    "Hungarian": _latin("á36 é39 ö12 ó11 ő9 í6 ü6 ú3 ű2"),
    "Romanian": _latin("ă30 î9 ş12 ţ10 â5"),
}
"""Letters of languages, as logarithms of their shares; rough ones, to tell code pages apart."""


@dataclass(frozen=True)
class Plausibility:
    """Adds up how plausible texts are in one language: logarithms of probabilities.

    Attributes
    ----------
    letters : dict of str to float
        Logarithms of the shares of its letters.
    """

    letters: dict[str, float]
    _known: dict[str, float] = field(default_factory=dict, init=False, compare=False, repr=False)

    def of_word(self, word: str) -> float:
        """That of a word: its letters, one script, capitals only where they belong."""
        total = sum(self._of_character(character) for character in word)
        is_latin = {letter.isascii() or letter < "Ͱ" for letter in word if letter.isalpha()}
        return total + _TWO_SCRIPTS * (len(is_latin) > 1) + _of_case(word)

    def _of_character(self, character: str) -> float:
        if character not in self._known:
            self._known[character] = self._looked_up(character)
        return self._known[character]

    def _looked_up(self, character: str) -> float:
        if character in self.letters:
            return self.letters[character]
        small = character.lower()
        if small in self.letters:
            return self.letters[small]
        if character.isalpha():
            return _FLOOR
        return _MARK if character in _MARKS else _NO_LETTER


def _of_case(word: str) -> float:
    letters = [letter for letter in word if letter.isalpha()]
    inside = sum(before.islower() and after.isupper() for before, after in pairwise(letters))
    shouted = len(letters) > 1 and all(letter.isupper() for letter in letters)
    return _CAPITAL_INSIDE * inside + _ALL_CAPITALS * shouted
