"""Paths as a user names them, and where they are in a model."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..errors import OptionError, nearest
from ..results.effects import DIRECT, TOTAL, Effect

_KINDS = {"total": TOTAL, "indirect": "total indirect", "direct": DIRECT}
_FORMS = (
    "'KR ~ KSSE' or 'KSSE -> KR' for a direct effect, 'NPC -> KSSE -> KR' for an indirect one, "
    "'total: NPC -> KR' or 'indirect: NPC -> KR' for sums"
)


@dataclass(frozen=True)
class AskedPath:
    """An effect that specifications are asked for.

    Attributes
    ----------
    predictor, outcome : str
    kind : str
        As in the table of `Fit.effects`.
    through : str
        The variables between, of an indirect effect by one path.
    """

    predictor: str
    outcome: str
    kind: str
    through: str = ""

    @property
    def name(self) -> str:
        """What tables, sentences and drawings call it."""
        chain = " → ".join(one for one in (self.predictor, self.through, self.outcome) if one)
        word = {TOTAL: "total: ", "total indirect": "indirect: "}.get(self.kind, "")
        return word + chain

    @property
    def variables(self) -> tuple[str, ...]:
        """All that it runs through."""
        between = self.through.split(" → ") if self.through else []
        return (self.predictor, *between, self.outcome)

    def places_in(self, effects: Iterable[Effect]) -> list[int]:
        """Places of it among the effects of a model, one for each group that has it."""
        wanted = (self.predictor, self.outcome, self.kind, self.through)
        return [
            place
            for place, one in enumerate(effects)
            if (one.predictor, one.outcome, one.kind, one.through) == wanted
        ]


def read_paths(given: str | Iterable[str]) -> tuple[AskedPath, ...]:
    """The paths asked for, each once.

    Raises
    ------
    OptionError
        Where none is named, or one is not written as a path.
    """
    texts = [given] if isinstance(given, str) else list(given)
    if not texts:
        raise OptionError(f"paths= is empty: name one or more, as {_FORMS}.")
    return tuple(dict.fromkeys(_read(text) for text in texts))


def _read(text: str) -> AskedPath:
    word, colon, rest = text.partition(":")
    if "`" in word:  # the colon stands in a name
        word, colon, rest = "", "", text
    kind = DIRECT
    if colon:
        if word.strip() not in _KINDS:
            advice = nearest(word.strip(), _KINDS) or "."
            raise OptionError(
                f"paths: {text!r} begins with an unknown word{advice} Write {_FORMS}."
            )
        kind = _KINDS[word.strip()]
    chain = _chain(rest if colon else text)
    if len(chain) < 2 or not all(chain) or len(set(chain)) < len(chain):
        raise OptionError(f"paths: {text!r} is no path. Write {_FORMS}.")
    if len(chain) > 2:
        if colon:
            raise OptionError(f"paths: {text!r} has a word and variables between. Write {_FORMS}.")
        kind = "indirect"
    return AskedPath(chain[0], chain[-1], kind, " → ".join(chain[1:-1]))


def _chain(text: str) -> list[str]:
    """Variables from predictor to outcome."""
    if "~" in text:
        sides = [side.strip(" `") for side in text.split("~")]
        return sides[::-1] if len(sides) == 2 else []
    return [one.strip(" `") for one in re.split("->|→", text)]


def check_known(paths: Iterable[AskedPath], known: Collection[str]) -> None:
    """Refuse a path with a variable that no model has.

    Raises
    ------
    OptionError
    """
    for path in paths:
        for name in path.variables:
            if name not in known:
                advice = nearest(name, sorted(known)) or "."
                raise OptionError(f"paths: no model has the variable {name!r}{advice}")
