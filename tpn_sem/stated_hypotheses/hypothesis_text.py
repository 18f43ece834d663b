"""Hypotheses as they are written: a line each, about paths, correlations, effects and R²."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import OptionError

PATH, CORRELATION, TOTAL, INDIRECT, EXPLAINED = (
    *("path", "correlation", "total effect", "indirect effect"),
    "explained variance",
)
ABOVE, BELOW, DIFFERS, EQUAL, INSIDE = ">", "<", "!=", "=", "in"

_NAME = r"(?:`[^`]+`|[^\W\d][\w.]*)"
_CAUSE = rf"{_NAME}(?:\s*:\s*{_NAME})*"  # a product, too
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_GROUP = r"(?:\s*\[(?P<group>.+)\])?"
_TERMS = (
    (PATH, re.compile(rf"(?P<first>{_NAME})\s*~\s*(?P<second>{_CAUSE}){_GROUP}$")),
    (CORRELATION, re.compile(rf"(?P<first>{_NAME})\s*~~\s*(?P<second>{_NAME}){_GROUP}$")),
    (TOTAL, re.compile(rf"total\s+(?P<second>{_NAME})\s*->\s*(?P<first>{_NAME}){_GROUP}$")),
    (INDIRECT, re.compile(rf"indirect\s+(?P<second>{_NAME})\s*->\s*(?P<first>{_NAME}){_GROUP}$")),
    (EXPLAINED, re.compile(rf"R2\s+(?P<first>{_NAME}){_GROUP}$")),
)
_INSIDE = re.compile(
    rf"(?P<term>.+?)\s+in\s+\[\s*(?P<low>{_NUMBER})\s*,\s*(?P<high>{_NUMBER})\s*\]$"
)
_AGAINST = re.compile(rf"(?P<term>.+?)\s*(?P<sign>!=|>|<)\s*(?P<value>{_NUMBER})$")
_EQUAL = re.compile(
    rf"(?P<term>[^=]+?)\s*==?\s*(?P<other>[^=]+?)(?:\s+within\s+(?P<margin>{_NUMBER}))?$"
)
_FORMS = (
    "as 'KS ~ KSSE > 0', 'KR ~ KSSE in [-.1, .1]', 'KS ~ NPC = KR ~ NPC within .1', "
    "'KS ~ NPC:KSSE > 0', 'KS ~~ KR != 0', 'total NPC -> KR > 0', 'indirect NPC -> KR > 0' or "
    "'R2 KS > .1', in one group as 'KS ~ KSSE [rural] > 0'"
)


@dataclass(frozen=True)
class Term:
    """A quantity of a model that a hypothesis is about.

    Attributes
    ----------
    kind : str
    outcome, predictor : str
        The two of a correlation in the order given; `predictor` is "" of an explained variance.
    group : str
        "" where there is one group.
    """

    kind: str
    outcome: str
    predictor: str
    group: str

    def __str__(self) -> str:
        where = f" [{self.group}]" if self.group else ""
        if self.kind == PATH:
            return f"{self.predictor} → {self.outcome}{where}"
        if self.kind == CORRELATION:
            return f"{self.outcome} ↔ {self.predictor}{where}"
        if self.kind == EXPLAINED:
            return f"R² of {self.outcome}{where}"
        return f"{self.kind} {self.predictor} → {self.outcome}{where}"


@dataclass(frozen=True)
class Hypothesis:
    """One claim about a quantity, or about the difference of two.

    Attributes
    ----------
    name : str
    text : str
        As it was written.
    term, other : Term, Term or None
    sign : {">", "<", "!=", "=", "in"}
    value : float
        What the quantity is compared with; 0 where it is a difference.
    margin : (float, float) or None
        The ends of what counts as equal, or of the interval; None where there is none.
    """

    name: str
    text: str
    term: Term
    other: Term | None
    sign: str
    value: float
    margin: tuple[float, float] | None = None

    @property
    def terms(self) -> list[Term]:
        """The quantities that it is about."""
        return [self.term] if self.other is None else [self.term, self.other]


def parse_hypotheses(text: str) -> tuple[Hypothesis, ...]:
    """The hypotheses of a text, a line each; "#" begins a comment, "H1:" a name.

    Raises
    ------
    OptionError
        With the line and what may stand there.
    """
    found: list[Hypothesis] = []
    for number, line in enumerate(text.splitlines(), start=1):
        bare = line.split("#", 1)[0].strip()
        if not bare:
            continue
        name, written = _name_of(bare, len(found) + 1)
        if any(name == one.name for one in found):
            raise OptionError(f"hypotheses, line {number}: there are two called {name!r}.")
        found.append(_parse(name, written, number))
    if not found:
        raise OptionError(f"hypotheses: there is none in the text. Write a line each, {_FORMS}.")
    return tuple(found)


def _name_of(line: str, place: int) -> tuple[str, str]:
    head, colon, rest = line.partition(":")
    if colon and not rest.startswith("=") and re.fullmatch(r"[\w. -]+", head.strip()):
        return head.strip(), rest.strip()
    return f"H{place}", line


def _parse(name: str, text: str, number: int) -> Hypothesis:
    where = f"hypotheses, line {number}: {text!r}"
    if found := _INSIDE.match(text):
        low, high = float(found["low"]), float(found["high"])
        if low >= high:
            raise OptionError(f"{where}: the interval ends before it begins.")
        term = _term(found["term"], where)
        return Hypothesis(name, text, term, None, INSIDE, 0.5 * (low + high), (low, high))
    if found := _AGAINST.match(text):
        value = float(found["value"])
        term = _term(found["term"], where)
        return Hypothesis(name, text, term, None, found["sign"], value)
    if found := _EQUAL.match(text):
        return _equality(name, text, found, where)
    raise OptionError(f"{where} is no hypothesis: write one {_FORMS}.")


def _equality(name: str, text: str, found: re.Match[str], where: str) -> Hypothesis:
    margin = None if found["margin"] is None else float(found["margin"])
    if margin is not None and margin <= 0.0:
        raise OptionError(f"{where}: a margin is above zero.")
    term, other, value = _term(found["term"], where), None, 0.0
    if re.fullmatch(_NUMBER, found["other"]):
        value = float(found["other"])
    else:
        other = _term(found["other"], where)
        if other == term:
            raise OptionError(f"{where}: both sides are the same.")
    ends = None if margin is None else (value - margin, value + margin)
    return Hypothesis(name, text, term, other, EQUAL, value, ends)


def _term(text: str, where: str) -> Term:
    for kind, pattern in _TERMS:
        if found := pattern.match(text.strip()):
            parts = found.groupdict()
            group = (parts["group"] or "").strip()
            outcome, predictor = (
                re.sub(r"`|(?<=:)\s+|\s+(?=:)", "", parts.get(side) or "")
                for side in ("first", "second")
            )
            return Term(kind, outcome, predictor, group)
    raise OptionError(f"{where}: {text.strip()!r} is no quantity of a model: write {_FORMS}.")
