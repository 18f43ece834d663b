"""Instrument: which of the user's columns measure which construct."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..arguments import as_names, check_range, checked
from ..errors import OptionError, choose, nearest
from .constructs import CONSTRUCTS, CONTEXT


@checked
@dataclass(frozen=True)
class Instrument:
    """A questionnaire: the items of each construct, and columns with contextual factors.

    Parameters
    ----------
    items : mapping of construct to column names
        The four constructs NPC, KSSE, KS and KR, each with at least two columns.
    context : mapping of role to column name, optional
        Any of rural, mentoring, change, comparison, face_to_face.
    school : str, optional
        The column that tells the schools apart.

    Raises
    ------
    OptionError
        For unknown or missing constructs and roles, and for columns that are used twice.

    Examples
    --------
    >>> instrument = Instrument.numbered(n_items=5)
    >>> instrument.measure("NPC")
    'NPC =~ npc1 + npc2 + npc3 + npc4 + npc5'
    """

    items: Mapping[str, Sequence[str]]
    context: Mapping[str, str] = field(default_factory=dict)
    school: str | None = None

    def __post_init__(self) -> None:
        for what in (self.items, self.context):
            if not isinstance(what, Mapping):
                raise OptionError("items and context are dicts, from names to columns.")
        object.__setattr__(
            self, "items", {name: as_names(name, i) for name, i in self.items.items()}
        )
        object.__setattr__(self, "context", dict(self.context))
        _check_names(self.items, CONSTRUCTS, "construct")
        _check_names(self.context, CONTEXT, "contextual factor")
        lost = [name for name in CONSTRUCTS if name not in self.items]
        if lost:
            raise OptionError(f"the instrument has no items for {', '.join(lost)}.")
        for name, columns in self.items.items():
            if len(columns) < 2:
                raise OptionError(f"{name} has {len(columns)} item(s); a factor needs two or more.")
        columns = [*self.all_items, *self.context.values()]
        twice = sorted({column for column in columns if columns.count(column) > 1})
        if twice:
            raise OptionError(f"columns are used twice in the instrument: {', '.join(twice)}.")
        for column in columns:
            if not re.fullmatch(r"[^\W\d][\w.]*", str(column)):
                raise OptionError(
                    f"column {column!r} cannot be named in a model: rename it, to letters, digits, "
                    "'_' and '.', with a letter first."
                )

    @classmethod
    @checked
    def numbered(cls, n_items: int = 5) -> Instrument:
        """The columns of the bundled survey: npc1, npc2, ..., and its contextual factors."""
        check_range("n_items", n_items, 2, 1000)
        return cls(
            items={
                name: [f"{name.lower()}{place + 1}" for place in range(n_items)]
                for name in CONSTRUCTS
            },
            context={
                "rural": "rural",
                "mentoring": "mentoring",
                "change": "change",
                "comparison": "comparison",
                "face_to_face": "f2f",
            },
            school="school",
        )

    @property
    def all_items(self) -> tuple[str, ...]:
        """The items of all constructs."""
        return tuple(item for name in CONSTRUCTS for item in self.items.get(name, ()))

    @checked
    def measure(self, factor: str, *constructs: str) -> str:
        """A measurement line: a factor and the items of one construct or several."""
        named = [choose("construct", name, self.items) for name in constructs or (factor,)]
        columns = [item for name in named for item in self.items[name]]
        return f"{factor} =~ {' + '.join(columns)}"

    @checked
    def column(self, role: str) -> str:
        """The column of a contextual factor."""
        if choose("role", role, CONTEXT) not in self.context:
            raise OptionError(
                f"the instrument names no column for {role!r} ({CONTEXT[role]}); "
                f"give it as context={{{role!r}: ...}}."
            )
        return self.context[role]


def _check_names(given: Mapping[str, object], known: Mapping[str, object], what: str) -> None:
    for name in given:
        if name not in known:
            advice = nearest(name, known) or f"; there are {', '.join(known)}"
            raise OptionError(f"unknown {what} {name!r}{advice}")
