"""How many interviewees speak of a theme, and in whose words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..errors import DataError
from .interview_coding import Coding, Interviewee, Mention
from .theme_codebook import Theme, ThemeCodebook

CoderRule = Literal["any", "both"]


@dataclass(frozen=True)
class Quotation:
    """Words of an interviewee.

    Attributes
    ----------
    text, interviewee, school, location : str
    """

    text: str
    interviewee: str
    school: str
    location: str


@dataclass(frozen=True)
class ThemeEvidence:
    """What the interviews say of a theme.

    Attributes
    ----------
    theme : str
    n, of : int
        Distinct interviewees who speak of it, and all of them.
    by_location : dict of str to (int, int)
        The same in each location.
    quotations : tuple of Quotation
        Those chosen to be shown, or else the first; none where quotations are not shown.
    """

    theme: str
    n: int
    of: int
    by_location: dict[str, tuple[int, int]]
    quotations: tuple[Quotation, ...]

    @property
    def count(self) -> str:
        """The counts in words, as "12 of 41; rural 8 of 18; urban 4 of 23"."""
        parts = [f"{self.n} of {self.of}"]
        parts += [f"{name} {n} of {of}" for name, (n, of) in self.by_location.items()]
        return "; ".join(parts)


def counted_codes(coding: Coding, rule: CoderRule) -> dict[str, set[str]]:
    """Codes that count for each interviewee.

    Where two coders coded an interview, those that any, or both, of them gave.
    """
    given: dict[tuple[str, str], set[str]] = {}
    for mention in coding.mentions:
        given.setdefault((mention.interviewee, mention.coder), set()).add(mention.code)
    combine = set.union if rule == "any" else set.intersection
    return {
        one.name: combine(*(given.get((one.name, coder), set()) for coder in one.coders))
        if one.coders
        else set()
        for one in coding.interviewees
    }


def theme_evidence(
    coding: Coding, codebook: ThemeCodebook, rule: CoderRule, quotations: bool
) -> tuple[ThemeEvidence, ...]:
    """Counts and quotations of each theme.

    Raises
    ------
    DataError
        Where a theme that somebody speaks of has no quotation, and quotations are to be shown.
    """
    counted = counted_codes(coding, rule)
    return tuple(_evidence(theme, coding, counted, quotations) for theme in codebook.themes)


def _evidence(
    theme: Theme, coding: Coding, counted: dict[str, set[str]], quotations: bool
) -> ThemeEvidence:
    speak = [one for one in coding.interviewees if counted[one.name].intersection(theme.codes)]
    locations = sorted({one.location for one in coding.interviewees})
    return ThemeEvidence(
        theme=theme.name,
        n=len(speak),
        of=len(coding.interviewees),
        by_location={
            name: (_number(speak, name), _number(coding.interviewees, name)) for name in locations
        },
        quotations=_quotations(theme, coding, counted) if quotations and speak else (),
    )


def _number(interviewees: Sequence[Interviewee], location: str) -> int:
    return sum(one.location == location for one in interviewees)


def _quotations(
    theme: Theme, coding: Coding, counted: dict[str, set[str]]
) -> tuple[Quotation, ...]:
    people = {one.name: one for one in coding.interviewees}
    quoted = [
        mention
        for mention in coding.mentions
        if mention.quotation
        and mention.code in theme.codes
        and mention.code in counted[mention.interviewee]
    ]
    if not quoted:
        raise DataError(
            f"the theme {theme.name!r} has no quotation: write one into the column 'quotation' of "
            f"the coding, beside {_either(theme)}; or give quotations=False to show none at all."
        )
    chosen = [mention for mention in quoted if mention.shown] or quoted[:1]
    return tuple(dict.fromkeys(_quotation(mention, people) for mention in chosen))


def _either(theme: Theme) -> str:
    return " or ".join(map(repr, theme.codes))


def _quotation(mention: Mention, people: dict[str, Interviewee]) -> Quotation:
    one = people[mention.interviewee]
    return Quotation(mention.quotation, one.name, one.school, one.location)
