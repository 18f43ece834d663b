"""Who was interviewed where, who coded it, and which codes were given to which words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..data import alike_labels
from ..errors import DataError, nearest
from .text_tables import TextTable
from .theme_codebook import ThemeCodebook

_YES, _NO = ("yes", "x", "1", "true"), ("", "no", "0", "false")
_MOST_CODERS = 2


@dataclass(frozen=True)
class Interviewee:
    """Somebody who was interviewed.

    Attributes
    ----------
    name, school, location : str
    coders : tuple of str
        Who coded the interview: ("",) where coders are not named, () where it is not known.
    """

    name: str
    school: str
    location: str
    coders: tuple[str, ...]


@dataclass(frozen=True)
class Mention:
    """A code that a coder gave in an interview.

    Attributes
    ----------
    interviewee, code, coder : str
    quotation : str
        "" where the row has none.
    shown : bool
        Whether it was chosen to be shown.
    """

    interviewee: str
    code: str
    coder: str
    quotation: str
    shown: bool


@dataclass(frozen=True, eq=False)
class Coding:
    """All interviews and what was coded in them.

    Attributes
    ----------
    interviewees : tuple of Interviewee
    mentions : tuple of Mention
    """

    interviewees: tuple[Interviewee, ...]
    mentions: tuple[Mention, ...]

    @property
    def coders(self) -> tuple[str, ...]:
        """Names of the coders, in order."""
        return tuple(sorted({coder for one in self.interviewees for coder in one.coders}))

    @property
    def coded_twice(self) -> tuple[Interviewee, ...]:
        """Those whose interviews two coders coded."""
        return tuple(one for one in self.interviewees if len(one.coders) == _MOST_CODERS)

    @property
    def without_code(self) -> tuple[str, ...]:
        """Interviewees to whom no code was given."""
        coded = {mention.interviewee for mention in self.mentions}
        return tuple(one.name for one in self.interviewees if one.name not in coded)


def read_coding(table: TextTable, people: TextTable | None, codebook: ThemeCodebook) -> Coding:
    """Interviewees and mentions.

    Parameters
    ----------
    table : TextTable
        A row per code given: interviewee, code, coder, quotation, school, location, display. A row
        without a code lists an interviewee.
    people : TextTable or None
        A row per interviewee: interviewee, school, location, coders.

    Raises
    ------
    DataError
    """
    _refuse_wide(table, codebook)
    _check_names(table, people)
    mentions = _mentions(table, codebook)
    coders = _coders(table, people)
    facts = {
        column: _facts(column, coders, [one for one in (people, table) if one is not None])
        for column in ("school", "location")
    }
    interviewees = tuple(
        Interviewee(name, facts["school"][name], facts["location"][name], coders[name])
        for name in coders
    )
    for column, values in facts.items():
        _refuse_alike(column, values.values(), table.name)
    return Coding(interviewees, tuple(mentions))


def _refuse_wide(table: TextTable, codebook: ThemeCodebook) -> None:
    wide = [name for name in table.unused if name in codebook.codes]
    if wide:
        raise DataError(
            f"{table.name} has a column for the code {wide[0]!r}: give a row per interviewee and "
            "code instead, with the columns interviewee, code, quotation."
        )


def _check_names(table: TextTable, people: TextTable | None) -> None:
    """Nobody without a name; nobody twice among the interviewees, or coded and not there."""
    for one in (table, people):
        for place, name in enumerate(one.column("interviewee") if one else ()):
            if not name:
                assert one is not None
                raise DataError(f"{one.where(place, 'interviewee')}: who was interviewed is empty.")
    if people is None:
        _refuse_alike("interviewee", dict.fromkeys(table.column("interviewee")), table.name)
        return
    listed = people.column("interviewee")
    for place, name in enumerate(listed):
        if name in listed[:place]:
            raise DataError(
                f"{people.where(place, 'interviewee')}: {name!r} stands in row "
                f"{people.rows[listed.index(name)]}, too: leave one out."
            )
    for place, name in enumerate(table.column("interviewee")):
        if name not in listed:
            advice = nearest(name, listed) or f": add it to {people.name}."
            raise DataError(
                f"{table.where(place, 'interviewee')}: {people.name} has no interviewee "
                f"{name!r}{advice}"
            )


def _mentions(table: TextTable, codebook: ThemeCodebook) -> list[Mention]:
    names = ("interviewee", "code", "coder", "quotation", "display")
    found: list[Mention] = []
    first: dict[tuple[str, ...], int] = {}
    for place, cells in enumerate(zip(*(table.column(name) for name in names), strict=True)):
        interviewee, code, coder, quotation, display = cells
        earlier = first.setdefault(cells[:4], place)
        if earlier != place:
            raise DataError(
                f"{table.where(place)} repeats row {table.rows[earlier]} ({interviewee!r}, "
                f"{code!r}): leave one out, or give each its own quotation."
            )
        shown = _is_shown(display, quotation, table, place)
        if code:
            codebook.code(code, table.where(place, "code"))
            found.append(Mention(interviewee, code, coder, quotation, shown))
        elif quotation:
            raise DataError(
                f"{table.where(place, 'code')}: a quotation of {interviewee!r} has no code: give "
                "it one, or leave the row out."
            )
    if not found:
        raise DataError(f"{table.name} gives no code to anybody: column 'code' is empty.")
    return found


def _is_shown(text: str, quotation: str, table: TextTable, place: int) -> bool:
    word = text.casefold()
    if word not in (*_YES, *_NO):
        raise DataError(
            f"{table.where(place, 'display')}: {text!r} is neither yes nor no: write yes for a "
            "quotation that is to be shown."
        )
    if word in _YES and not quotation:
        raise DataError(
            f"{table.where(place, 'display')}: the row has no quotation to be shown: write it into "
            "the column 'quotation', or leave 'display' empty."
        )
    return word in _YES


def _coders(table: TextTable, people: TextTable | None) -> dict[str, tuple[str, ...]]:
    """Who coded each interview: as listed, or else whoever gave a code."""
    by_rows = _coders_by_rows(table)
    every = sorted({coder for own in by_rows.values() for coder in own})
    alone = tuple(every) if len(every) == 1 else ()
    names = by_rows if people is None else people.column("interviewee")
    found = {name: tuple(sorted(by_rows.get(name, alone))) for name in names}
    if people is not None and "coders" in people:
        found |= _listed_coders(people, table)
    _refuse_third(found, table)
    return found


def _coders_by_rows(table: TextTable) -> dict[str, set[str]]:
    coders = table.column("coder")
    named = any(coders)
    found: dict[str, set[str]] = {}
    for place, (name, coder) in enumerate(zip(table.column("interviewee"), coders, strict=True)):
        if named and not coder:
            raise DataError(
                f"{table.where(place, 'coder')}: who coded {name!r} is empty, and other rows name "
                "a coder: name one here, too."
            )
        found.setdefault(name, set()).add(coder)
    return found


def _listed_coders(people: TextTable, table: TextTable) -> dict[str, tuple[str, ...]]:
    """Coders by interviewee as a table of interviewees lists them, who may have given no code."""
    if "coder" not in table:
        raise DataError(
            f"{people.name} lists coders, and {table.name} has no column 'coder' that says who "
            "gave each code: add it, or leave 'coders' out."
        )
    found = {}
    cells = zip(people.column("interviewee"), people.column("coders"), strict=True)
    for place, (name, text) in enumerate(cells):
        own = tuple(sorted({one.strip() for one in re.split("[;,]", text)} - {""}))
        if not own:
            raise DataError(f"{people.where(place, 'coders')}: who coded {name!r} is empty.")
        found[name] = own
    pairs = zip(table.column("interviewee"), table.column("coder"), strict=True)
    for place, (name, coder) in enumerate(pairs):
        if coder not in found[name]:
            advice = nearest(coder, found[name]) or f"; there are {', '.join(found[name])}."
            raise DataError(
                f"{table.where(place, 'coder')}: {coder!r} is not among the coders of {name!r} in "
                f"{people.name}{advice}"
            )
    return found


def _refuse_third(coders: dict[str, tuple[str, ...]], table: TextTable) -> None:
    _refuse_alike("coder", {coder: None for own in coders.values() for coder in own}, table.name)
    names = sorted({coder for own in coders.values() for coder in own})
    if len(names) <= _MOST_CODERS:
        return
    column = table.column("coder")
    met = list(dict.fromkeys(column))
    where = table.name
    if len(met) > _MOST_CODERS:
        where = table.where(column.index(met[_MOST_CODERS]), "coder")
    raise DataError(
        f"{where}: there are {len(names)} coders ({', '.join(names)}). Agreement is between two: "
        "keep the rows of two, or give one name to what was settled together."
    )


def _facts(column: str, names: Iterable[str], tables: Sequence[TextTable]) -> dict[str, str]:
    """The school or location of each interviewee, from wherever it stands.

    Raises
    ------
    DataError
        Where somebody has two, or none.
    """
    if not any(column in table for table in tables):
        called = " or ".join(table.name for table in tables)
        raise DataError(
            f"no column {column!r} in {called}: quotations are shown with school and location; "
            "add it."
        )
    found: dict[str, tuple[str, str]] = {}
    for table in tables:
        cells = zip(table.column("interviewee"), table.column(column), strict=True)
        for place, (name, value) in enumerate(cells):
            earlier, there = found.get(name, (value, ""))
            if value and earlier != value:
                raise DataError(
                    f"{table.where(place, column)}: {name!r} has {value!r} here and {earlier!r} in "
                    f"{there}: an interviewee has one {column}."
                )
            if value and name not in found:
                found[name] = (value, table.where(place))
    for name in names:
        if name not in found:
            raise DataError(
                f"{tables[0].name}, column {column!r}: {name!r} has none: quotations are shown "
                "with school and location; write it in."
            )
    return {name: value for name, (value, _) in found.items()}


def _refuse_alike(column: str, labels: Iterable[str], name: str) -> None:
    for same in alike_labels(dict.fromkeys(labels)):
        raise DataError(
            f"{name}, column {column!r}: {' and '.join(map(repr, same))} differ only by blanks, "
            "capitals or look-alike letters: give them one spelling."
        )
