"""Interviews: who was interviewed, which themes they speak of, and to which paths these belong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ..arguments import check_range, checked, read_seed
from ..drawing import Shown, Table
from ..errors import OptionError
from .agreement_table import agreement_table
from .interview_coding import Coding, read_coding
from .text_tables import FileOptions, Given, TextTable, read_table
from .theme_codebook import ThemeCodebook, read_codebook
from .theme_counts import CoderRule, ThemeEvidence, counted_codes, theme_evidence
from .theme_links import ThemeLink, read_links

SYNTHETIC_MARK = "(synthetic)"
DRAWS, SEED = 2000, 2020


@dataclass(frozen=True, eq=False, repr=False)
class Interviews(Shown):
    """Coded interviews, read and checked; made by `read_interviews`.

    Attributes
    ----------
    coding : Coding
        Interviewees and the codes given to them.
    codebook : ThemeCodebook
    links : tuple of ThemeLink
        Which theme speaks to which path.
    themes : tuple of ThemeEvidence
        Counts and quotations.
    rule : {"any", "both"}
        Whether a code counts that one of two coders gave.
    synthetic : bool
        Whether they are invented.
    notes : tuple of str
        How was counted, and what is to be known.
    """

    coding: Coding
    codebook: ThemeCodebook
    links: tuple[ThemeLink, ...]
    themes: tuple[ThemeEvidence, ...]
    rule: CoderRule
    synthetic: bool
    notes: tuple[str, ...]

    @checked
    def counts(self) -> pd.DataFrame:
        """A row per theme: n and of (distinct interviewees), and the same in each location."""
        rows = [
            {"theme": one.theme, "n": one.n, "of": one.of}
            | {f"n {name}": n for name, (n, _) in one.by_location.items()}
            | {f"of {name}": of for name, (_, of) in one.by_location.items()}
            for one in self.themes
        ]
        return pd.DataFrame(rows).set_index("theme")

    @checked
    def agreement(self, *, draws: int = DRAWS, seed: int = SEED) -> pd.DataFrame:
        """Agreement of the two coders on the interviews that both coded.

        Parameters
        ----------
        draws, seed : int
            Of the interval of alpha: interviewees are drawn with replacement.

        Returns
        -------
        DataFrame
            A row for all codes together, and one per code; none where nobody was coded twice.
            Columns n (interviewees coded twice), both, first_only, second_only, neither
            (decisions), agreement (the share alike), kappa (Cohen, 1960) with a large-sample 95%
            interval (Fleiss, Cohen & Everitt, 1969; interviewees as units), alpha (Krippendorff,
            nominal) with a percentile interval, reason (why a number is not there). The first coder
            is the first by name.

        Raises
        ------
        OptionError
        """
        check_range("draws", draws, 100, 1_000_000)
        read_seed(seed)
        return agreement_table(self.coding, self.codebook, draws, seed)

    def _views(self) -> Iterable[str | Table]:
        return [*self.notes, Table(self.counts())]


@checked
def read_interviews(
    codebook: str | Path | pd.DataFrame,
    coding: str | Path | pd.DataFrame,
    links: str | Path | pd.DataFrame | None = None,
    *,
    interviewees: str | Path | pd.DataFrame | None = None,
    coders: CoderRule | None = None,
    quotations: bool = True,
    encoding: str | None = None,
    separator: str | None = None,
) -> Interviews:
    """Read coded interviews from CSV (or any file that `read_survey` reads), or from frames.

    Parameters
    ----------
    codebook : path or DataFrame
        A row per code: ``code``; ``theme`` (codes of the same one are counted together; the code
        itself where empty), ``description``.
    coding : path or DataFrame
        A row per code given: ``interviewee``, ``code``, ``quotation``; ``school`` and ``location``
        here or in `interviewees`; ``coder`` where two coded; ``display`` ("yes" for a quotation to
        be shown; else the first of a theme is). A row without code lists an interviewee. The same
        code again, with another quotation, is a further mention, and counts once.
    links : path or DataFrame, optional
        A row per link: ``theme`` (or its only code), ``path`` ("KSSE -> KS" or "KS ~ KSSE"),
        ``note``.
    interviewees : path or DataFrame, optional
        A row per interviewee: ``interviewee``, ``school``, ``location``; ``coders`` (as "A; B")
        where two coded, so that who found nothing in an interview is known.
    coders : {"any", "both"}, optional
        Whether a code counts in an interview that two coders coded where any of them gave it, or
        both. "any" if not given. Notes say which, and what the other would change.
    quotations : bool
        Whether quotations are shown. Then each theme that somebody speaks of needs one.
    encoding, separator : str, optional
        Of text files, as in `read_survey`; recognised if not given.

    Returns
    -------
    Interviews

    Raises
    ------
    DataError
        Where the tables do not fit together: unknown codes, an interviewee with two schools or
        locations, rows twice, a third coder, a theme without quotation, and the like; with the
        file, row, column and value.
    OptionError
        For options without effect.
    """
    options = FileOptions(encoding, separator)
    given = [codebook, coding, links, interviewees]
    if options.given and all(one is None or isinstance(one, pd.DataFrame) for one in given):
        raise OptionError(f"{'= and '.join(options.given)}=: options on files, and none is given.")
    book_table = read_table(codebook, "codebook=", ["code"], ["theme", "description"], options)
    book = read_codebook(book_table)
    code_table = _coding_table(coding, quotations, options)
    people = None
    if interviewees is not None:
        optional = ["school", "location", "coders"]
        people = read_table(interviewees, "interviewees=", ["interviewee"], optional, options)
    link_table = None
    if links is not None:
        link_table = read_table(links, "links=", ["theme", "path"], ["note"], options)
    coded = read_coding(code_table, people, book)
    if coders is not None and not coded.coded_twice:
        raise OptionError(
            f"coders={coders!r} is without effect: no interview was coded by two coders."
        )
    rule: CoderRule = coders or "any"
    tables = [one for one in (book_table, code_table, people, link_table) if one is not None]
    return Interviews(
        coding=coded,
        codebook=book,
        links=() if link_table is None else read_links(link_table, book),
        themes=theme_evidence(coded, book, rule, quotations),
        rule=rule,
        synthetic=_is_synthetic(tables, coded),
        notes=(*_unused(tables), *_coding_notes(coded, book, rule, people is not None)),
    )


def _coding_table(given: Given, quotations: bool, options: FileOptions) -> TextTable:
    required = ["interviewee", "code", *(["quotation"] if quotations else [])]
    optional = ["school", "location", "coder", *([] if quotations else ["quotation"]), "display"]
    return read_table(given, "coding=", required, optional, options)


def _is_synthetic(tables: Iterable[TextTable], coding: Coding) -> bool:
    """Whether attributes or quotations say that the interviews are invented."""
    marked = any(SYNTHETIC_MARK in one.quotation.casefold() for one in coding.mentions)
    return marked or any(table.synthetic for table in tables)


def _unused(tables: Iterable[TextTable]) -> list[str]:
    return [
        f"{table.name}: columns that are not used: {', '.join(table.unused)}."
        for table in tables
        if table.unused
    ]


def _coding_notes(
    coding: Coding, codebook: ThemeCodebook, rule: CoderRule, listed: bool
) -> list[str]:
    """Whom counts count, out of how many, and by which rule."""
    n = len(coding.interviewees)
    notes = [f"Counts are of distinct interviewees, not of mentions, out of {n}."]
    silent = coding.without_code
    if silent:
        source = "the table of interviewees lists" if listed else "rows without a code list"
        notes.append(
            f"Without any code, and counted among the {n}, as {source} them: {', '.join(silent)}."
        )
    elif not listed:
        notes.append(
            "Whoever was interviewed and has no code would be missing from these counts: list all "
            "in interviewees=, if there are any."
        )
    schools: dict[str, set[str]] = {}
    for one in coding.interviewees:
        schools.setdefault(one.school, set()).add(one.location)
    mixed = [name for name, places in schools.items() if len(places) > 1]
    if mixed:
        notes.append(f"Schools with interviewees of several locations: {', '.join(mixed)}.")
    return notes + _rule_notes(coding, codebook, rule)


def _rule_notes(coding: Coding, codebook: ThemeCodebook, rule: CoderRule) -> list[str]:
    twice = len(coding.coded_twice)
    if not twice:
        return []
    any_one, both = (_pairs(coding, codebook, one) for one in ("any", "both"))
    other = "both" if rule == "any" else "any"
    said = "one of the two" if rule == "any" else "both"
    return [
        f"{twice} of {len(coding.interviewees)} interviews were coded by two coders "
        f"({' and '.join(coding.coders)}); there a code counts where {said} gave it "
        f"(coders={rule!r}). With coders={other!r} "
        f"{len(any_one - both)} of {len(both if rule == 'both' else any_one)} "
        f"counts of an interviewee for a theme would be {'fewer' if rule == 'any' else 'more'}."
    ]


def _pairs(coding: Coding, codebook: ThemeCodebook, rule: CoderRule) -> set[tuple[str, str]]:
    counted = counted_codes(coding, rule)
    return {(name, codebook.theme_of[code]) for name, codes in counted.items() for code in codes}
