"""Tables of parameters whose rows are found by what they say, too: ``.loc["f =~ x2"]``."""

from __future__ import annotations

from typing import Any

import pandas as pd

from ..errors import nearest
from ..specification import squeezed


class NamedRows(pd.DataFrame):  # type: ignore[misc]
    """A table of parameters numbered from 0, whose ``.loc`` also takes statements.

    Defined parameters are found by their names. In several groups the group stands behind, as
    ``"f =~ x2 [rural]"``, and the level where there are two. What is made of it is an ordinary
    DataFrame.
    """

    @classmethod
    def of(cls, table: pd.DataFrame) -> NamedRows:
        """A table with such a ``.loc``, and what its `attrs` say."""
        found = cls(table)
        found.attrs = dict(table.attrs)
        return found

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    @property
    def loc(self) -> Any:
        """Rows by number, by mask or by statement."""
        return _ByStatement(super().loc, self)


class _ByStatement:
    """The indexer of a table, which knows statements of rows, too."""

    def __init__(self, indexer: Any, table: pd.DataFrame):
        self._indexer, self._table = indexer, table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._indexer, name)

    def __getitem__(self, key: Any) -> Any:
        return self._indexer[self._known(key)]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._indexer[self._known(key)] = value

    def _known(self, key: Any) -> Any:
        """The key with numbers for statements."""
        if isinstance(key, tuple) and key:
            return (self._known(key[0]), *key[1:])
        if isinstance(key, str):
            return self._places([key])[0]
        if isinstance(key, list) and key and all(isinstance(one, str) for one in key):
            return self._places(key)
        return key

    def _places(self, wanted: list[str]) -> list[Any]:
        said = statements_of(self._table)
        known: dict[str, Any] = {}
        for names in (said, statements_of(self._table, turned=True)):
            for name, place in zip(names, self._table.index, strict=True):
                known.setdefault(squeezed(name), place)
        for one in wanted:
            if squeezed(one) not in known:
                raise KeyError(f"no row says {one!r}{nearest(one, said)}")
        return [known[squeezed(one)] for one in wanted]


def statements_of(table: pd.DataFrame, turned: bool = False) -> list[str]:
    """What each row of a table of parameters says, as a model text would.

    Parameters
    ----------
    turned : bool
        Whether covariances are written the other way round.
    """
    columns = (table[name].tolist() for name in ("lhs", "op", "rhs"))
    written = list(zip(*columns, strict=True))
    if turned:
        written = [(b, op, a) if op == "~~" else (a, op, b) for a, op, b in written]
    names = [
        lhs if op == ":=" else f"{lhs} ~ 1" if op == "~1" else f"{lhs} {op} {rhs}"
        for lhs, op, rhs in written
    ]
    for column, form in (("group", " [{}]"), ("level", " [level {}]")):
        if column in table and any(table[column].tolist()):
            marks = [form.format(one) if one else "" for one in table[column].tolist()]
            names = [name + mark for name, mark in zip(names, marks, strict=True)]
    return names
