"""Instrument: which columns of a survey measure what, on which scale, and what their codes mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd

from ..arguments import as_names, check_range, checked
from ..datasets import FACTORS
from ..drawing import Shown, Table
from ..errors import OptionError, choose, nearest
from ..files import named_path
from ..language import is_plain_name, quoted
from .instrument_files import read_arguments, toml_text
from .scales import Scale, read_codes, read_scale

_CONTEXT = ("rural", "mentoring", "change", "comparison", "f2f")
_ROLES = ("rural", "mentoring", "change", "comparison", "face_to_face")


@checked
@dataclass(frozen=True, repr=False)
class Instrument(Shown):
    """A questionnaire: the items of each construct, and what is to be known of them.

    Wherever an item is named, its column or its short name will do; options by item take the name
    of a construct, too, for all of its items.

    Parameters
    ----------
    items : mapping of construct to column names
        Each construct has at least two columns. Columns whose headings cannot be named in a model
        get short names, as npc1; afterwards ``items`` has the names that models use.
    context : mapping of role to column name, optional
        What may explain the constructs, as {"rural": "village"}.
    school : str, optional
        The column that tells the schools apart.
    names : mapping of column name to short name, optional
        Short names of your own.
    titles : mapping of construct to str, optional
        What a construct is called in full.
    wording : mapping of item to str, optional
        The question; the column's heading if not given.
    sources : mapping of construct or item to str, optional
        Where items come from.
    scale : scale, or mapping of construct or item to scale, optional
        The lowest and highest point, as (1, 5) or "1-5"; or answers in their order where they are
        texts, as ["never", "rarely", "often"], which become 1, 2, 3.
    reversed : sequence of str
        Items that are worded the other way round; `prepare` turns them, over their scale.
    not_applicable : code, sequence of codes, or mapping of construct or item to these, optional
        What stands for "don't know" and for no answer: it becomes missing.
    skipped : code, sequence of codes, or mapping of construct or item to these, optional
        What stands for answers skipped by design: missing, too, and counted apart.

    Raises
    ------
    OptionError
        For columns that are used twice, constructs of one item, and names that are no items.

    Examples
    --------
    >>> instrument = Instrument.numbered(n_items=5)
    >>> instrument.measure("NPC")
    'NPC =~ npc1 + npc2 + npc3 + npc4 + npc5'
    """

    items: Mapping[str, Sequence[str]]
    context: Mapping[str, str] = field(default_factory=dict)
    school: str | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    wording: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    scale: Any = None
    reversed: Sequence[str] = ()
    not_applicable: Any = None
    skipped: Any = None
    columns: Mapping[str, str] = field(init=False, default_factory=dict)
    """Column of each item, by the name that models use."""

    def __post_init__(self) -> None:
        for what in (self.items, self.context):
            if not isinstance(what, Mapping):
                raise OptionError("items and context are dicts, from names to columns.")
        given = {name: as_names(name, columns) for name, columns in self.items.items()}
        _check_columns(given, self.context)
        short = _short_names(given, self.names, [*self.context.values(), self.school])
        self._set("columns", {name: column for column, name in short.items()})
        self._set("items", {name: tuple(short[one] for one in own) for name, own in given.items()})
        self._set("names", {one: name for one, name in short.items() if one != name})
        self._set("context", dict(self.context))
        self._set("titles", self._by_construct("titles", self.titles))
        for option in ("wording", "sources"):
            self._set(option, dict(self._by_item(option, getattr(self, option))))
        self._set("scale", self._read("scale", self.scale, read_scale))
        self._set("reversed", tuple(self._item("reversed", one) for one in self._listed()))
        for option in ("not_applicable", "skipped"):
            self._set(option, self._read(option, getattr(self, option), read_codes))
        self._check_reversed()
        self._check_codes()

    def _views(self) -> Iterable[str | Table]:
        rows = [
            {
                "construct": name,
                "item": item,
                "question": self.text(item),
                "scale": str(self.scale.get(item, "")),
                "reversed": item in self.reversed,
            }
            for name, own in self.items.items()
            for item in own
        ]
        yield Table(pd.DataFrame(rows), "Instrument", index=False)
        others = [f"{role}: {column}" for role, column in self.context.items()]
        others += [f"school: {self.school}"] if self.school else []
        yield from [f"Columns besides: {'; '.join(others)}."] if others else []

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _listed(self) -> tuple[str, ...]:
        return as_names("reversed", self.reversed)

    def _read(self, option: str, given: Any, read: Any) -> dict[str, Any]:
        """What each item has, from one value for all or values by construct or item."""
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            return dict.fromkeys(self.all_items, read(option, given))
        return {item: read(option, value) for item, value in self._by_item(option, given)}

    def _by_item(self, option: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Values of single items; those of constructs come first, so that an item's own holds."""
        for name in (name for name in given if name in self.items):
            yield from ((item, given[name]) for item in self.items[name])
        for name in (name for name in given if name not in self.items):
            yield self._item(option, name), given[name]

    def _by_construct(self, option: str, given: Mapping[str, str]) -> dict[str, str]:
        return {choose(option, name, self.items): text for name, text in given.items()}

    def _item(self, option: str, name: str) -> str:
        """The short name of an item that is named by either."""
        if name in self.columns:
            return name
        if name in self.names:
            return self.names[name]
        known = [*self.columns, *self.names, *self.items]
        advice = nearest(name, known) or f"; there are {', '.join(self.columns)}"
        raise OptionError(f"{option}: {name!r} is no item of the instrument{advice}")

    def _check_reversed(self) -> None:
        for item in self.reversed:
            if item not in self.scale:
                raise OptionError(
                    f"reversed: the scale of {self.columns[item]!r} is not known, so that its "
                    "answers cannot be turned; give scale=, as scale=(1, 5)."
                )

    def _check_codes(self) -> None:
        """Codes for no answer are no points of the scale."""
        for option in ("not_applicable", "skipped"):
            for item, codes in getattr(self, option).items():
                scale = self.scale.get(item)
                inside = [code for code in codes if scale and scale.low <= code <= scale.high]
                if inside:
                    raise OptionError(
                        f"{option}: {inside[0]:g} is a point of the scale {scale} of "
                        f"{self.columns[item]!r}: its answers would be lost."
                    )

    # Making one --------------------------------------------------------------------------------

    @classmethod
    @checked
    def numbered(cls, n_items: int = 5) -> Instrument:
        """The columns of the bundled survey: npc1, npc2, ..., and its contextual factors."""
        check_range("n_items", n_items, 2, 1000)
        return cls(
            items={
                name: [f"{name.lower()}{place + 1}" for place in range(n_items)] for name in FACTORS
            },
            context=dict(zip(_ROLES, _CONTEXT, strict=True)),
            school="school",
        )

    @classmethod
    @checked
    def from_file(cls, path: str | Path) -> Instrument:
        """Read an instrument from TOML, or from a sheet (CSV, Excel) with a row per item.

        A sheet has the columns construct and column, and any of name, wording, reversed, scale,
        source, not_applicable, skipped, title; see docs/your_survey.md.

        Raises
        ------
        DataError
            Where the file cannot be read, saying where.
        OptionError
            For keys and columns that are unknown, and whatever the instrument cannot be.
        """
        return cls(**read_arguments(named_path(path)))

    @checked
    def changed(self, **changes: Any) -> Instrument:
        """An instrument with other arguments, as ``changed(school="school_id")``."""
        return Instrument(**{**self._arguments(), **changes})

    @checked
    def to_toml(self) -> str:
        """The text of a TOML file that `from_file` reads as this instrument."""
        return toml_text(self._arguments())

    def _arguments(self) -> dict[str, Any]:
        """What it was made of, by its columns."""
        found: dict[str, Any] = {
            one.name: getattr(self, one.name) for one in fields(self) if one.init
        }
        found["items"] = {
            name: [self.columns[item] for item in own] for name, own in self.items.items()
        }
        found["reversed"] = [self.columns[item] for item in self.reversed]
        for option in ("wording", "sources", "scale", "not_applicable", "skipped"):
            found[option] = {self.columns[item]: x for item, x in found[option].items()}
        found["scale"] = {item: scale.given for item, scale in found["scale"].items()}
        for option in ("scale", "not_applicable", "skipped"):
            found[option] = _one_for_all(found[option], len(self.columns))
        return {name: value for name, value in found.items() if value not in (None, {}, [])}

    # Reading it --------------------------------------------------------------------------------

    @property
    def all_items(self) -> tuple[str, ...]:
        """The items of all constructs, by the names that models use."""
        return tuple(item for own in self.items.values() for item in own)

    @checked
    def construct_of(self, item: str) -> str:
        """The construct that an item belongs to."""
        wanted = self._item("construct_of", item)
        return next(name for name, own in self.items.items() if wanted in own)

    @checked
    def title(self, construct: str) -> str:
        """What a construct is called in full: its name where no title was given."""
        return self.titles.get(choose("construct", construct, self.items), construct)

    @checked
    def text(self, item: str) -> str:
        """The wording of an item: its heading where none was given."""
        name = self._item("text", item)
        return self.wording.get(name, self.columns[name])

    @checked
    def measure(self, factor: str, *constructs: str) -> str:
        """A measurement line: a factor and the items of one construct or several."""
        named = [choose("construct", name, self.items) for name in constructs or (factor,)]
        columns = [item for name in named for item in self.items[name]]
        return f"{quoted(factor)} =~ {' + '.join(map(quoted, columns))}"

    @checked
    def column(self, role: str) -> str:
        """The column of a contextual factor."""
        if role not in self.context:
            raise OptionError(
                f"the instrument names no column for {role!r}; give it as "
                f"context={{{role!r}: ...}}."
            )
        return self.context[role]

    @checked
    def scale_of(self, item: str) -> Scale | None:
        """The scale of an item, if it is known."""
        return self.scale.get(self._item("scale_of", item))


def _one_for_all(by_item: dict[str, Any], n_items: int) -> Any:
    """The value that all items have, or each item's own."""
    values = list(by_item.values())
    same = len(values) == n_items and all(value == values[0] for value in values)
    return values[0] if same else by_item


def _check_columns(items: Mapping[str, Sequence[str]], context: Mapping[str, str]) -> None:
    for name in (*items, *(item for own in items.values() for item in own), *context.values()):
        if not name.strip():
            raise OptionError("a construct or a column of the instrument has no name: name it.")
    if not items:
        raise OptionError("the instrument has no construct: give items={'NPC': ['q1', 'q2', ...]}.")
    for name, own in items.items():
        if len(own) < 2:
            raise OptionError(f"{name} has {len(own)} item(s); a factor needs two or more.")
    columns = [*(item for own in items.values() for item in own), *context.values()]
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise OptionError(f"columns are used twice in the instrument: {', '.join(twice)}.")
    clash = [name for name in items if name in columns]
    if clash:
        raise OptionError(f"{clash[0]!r} is a construct and a column; rename one of them.")


def _short_names(
    items: Mapping[str, Sequence[str]], given: Mapping[str, str], others: Iterable[str | None]
) -> dict[str, str]:
    """The name of each column in models: given, its own, or made of the construct's name."""
    columns = [item for own in items.values() for item in own]
    for column in given:
        if column not in columns:
            advice = nearest(column, columns) or "."
            raise OptionError(f"names: {column!r} is no column of the instrument{advice}")
    wrong = [name for name in given.values() if not is_plain_name(name)]
    if wrong:
        raise OptionError(
            f"names: {wrong[0]!r} cannot be a short name: take letters, digits, '_' and '.', with "
            "a letter first."
        )
    taken = {*items, *given.values(), *columns, *(one for one in others if one)}
    found: dict[str, str] = {}
    for construct, own in items.items():
        stem = _stem(construct)
        for place, column in enumerate(own):
            name = given.get(column, column)
            if not is_plain_name(name):
                name = _free(f"{stem}{place + 1}", taken)
                taken.add(name)
            found[column] = name
    if len(set(found.values())) < len(found):
        raise OptionError("names: two items have the same short name.")
    return found


def _stem(construct: str) -> str:
    """Letters and digits of a construct's name, to which numbers are put."""
    text = "".join(letter for letter in construct.lower() if letter.isalnum())
    return text if text and not text[0].isdigit() else f"x{text}"


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name
