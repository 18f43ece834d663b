"""Batches of numbers from Parquet, CSV or Arrow, through duckdb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import DataError, NotAvailableError, OptionError, nearest
from ...files import named_path
from ...numerics import Array, Indices

BATCH = 200_000  # rows
_NUMBERS = (
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "BOOLEAN"),
)
_MOST_GROUPS = 100


@dataclass(frozen=True, eq=False)
class Source:
    """A table that is read in batches.

    Attributes
    ----------
    data : object
        Paths, or a table that exports an Arrow stream.
    reader : {"read_parquet", "read_csv", "arrow"}
    columns : tuple of str
        Of numbers.
    group : str or None
    threads : int
    memory_limit : str or None
        What duckdb may use, as "2GB".
    """

    data: Any
    reader: str
    columns: tuple[str, ...]
    group: str | None
    threads: int
    memory_limit: str | None

    @property
    def name(self) -> str:
        """What messages call it."""
        return "the Arrow table" if self.reader == "arrow" else ", ".join(self.data)

    @property
    def can_be_read_again(self) -> bool:
        """Whether more than one pass is possible."""
        return self.reader != "arrow" or not hasattr(self.data, "read_next_batch")

    def batches(self) -> Iterator[tuple[Array, Indices, list[str]]]:
        """Values, shape (n, p), NaN where missing; each row's group, and the groups' labels.

        Raises
        ------
        DataError
            For infinite values and missing groups.
        """
        chosen = [f"CAST({_quoted(name)} AS DOUBLE)" for name in self.columns]
        if self.group is not None:
            chosen.append(f"CAST({_quoted(self.group)} AS VARCHAR)")
        with self._opened() as (connection, table):
            query = connection.sql(f"SELECT {', '.join(chosen)} FROM {table}")
            with self._explained():
                for batch in query.to_arrow_reader(BATCH):
                    yield self._read(batch)

    def _read(self, batch: Any) -> tuple[Array, Indices, list[str]]:
        columns = batch.columns[: len(self.columns)]
        values = np.column_stack([column.to_numpy(zero_copy_only=False) for column in columns])
        infinite = np.isinf(values).any(axis=0)
        if infinite.any():
            where = self.columns[int(np.flatnonzero(infinite)[0])]
            raise DataError(f"column {where!r} of {self.name} has infinite values; recode them.")
        if self.group is None:
            return values, np.zeros(len(values), dtype=np.intp), [""]
        coded = batch.columns[-1].dictionary_encode()
        if coded.null_count:
            raise DataError(
                f"group column {self.group!r} of {self.name} has missing entries; drop those rows "
                "or give them a group."
            )
        labels = coded.dictionary.to_pylist()
        if len(labels) > _MOST_GROUPS:
            raise DataError(
                f"group column {self.group!r} of {self.name} has more than {_MOST_GROUPS} groups; "
                "is it the right column?"
            )
        return values, coded.indices.to_numpy().astype(np.intp), labels

    def answers(self) -> tuple[Array, ...]:
        """The different values of each column, ascending."""
        found = []
        with self._opened() as (connection, table), self._explained():
            for name in self.columns:
                column = f"CAST({_quoted(name)} AS DOUBLE)"
                query = f"SELECT DISTINCT {column} AS v FROM {table} WHERE v IS NOT NULL"
                rows = connection.sql(query).fetchnumpy()["v"]
                found.append(np.sort(np.asarray(rows, dtype=float)))
        return tuple(found)

    @contextmanager
    def _opened(self) -> Iterator[tuple[Any, str]]:
        import duckdb

        settings: dict[str, Any] = {"threads": self.threads, "preserve_insertion_order": True}
        if self.memory_limit is not None:
            settings["memory_limit"] = self.memory_limit
        try:
            connection = duckdb.connect(config=settings)
        except duckdb.Error as error:
            raise OptionError(f"memory_limit={self.memory_limit!r}: {_first(error)}") from None
        try:
            if self.reader == "arrow":
                connection.register("tpn_sem_source", self.data)
                yield connection, "tpn_sem_source"
            else:
                paths = ", ".join("'" + path.replace("'", "''") + "'" for path in self.data)
                yield connection, f"{self.reader}([{paths}])"
        finally:
            connection.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Errors of the reader in the words of this library."""
        import duckdb

        try:
            yield
        except (duckdb.Error, OSError) as error:  # the latter out of a stream under way
            lines = [line for line in str(error).splitlines() if line.strip()]
            raise DataError(f"{self.name} cannot be read: {'; '.join(lines[:3])}") from None

    def described(self) -> dict[str, str]:
        """Types of all columns, by name."""
        with self._opened() as (connection, table), self._explained():
            rows = connection.sql(f"DESCRIBE SELECT * FROM {table}").fetchall()
        return {str(row[0]): str(row[1]) for row in rows}


def open_source(
    data: Any,
    reader: str,
    columns: Sequence[str] | None,
    group: str | None,
    threads: int,
    memory_limit: str | None,
) -> Source:
    """A source whose columns are there and hold numbers; all of these if none are named.

    Raises
    ------
    NotAvailableError
        Without duckdb and pyarrow.
    DataError
        Where it cannot be read, or a column is missing or holds no numbers.
    """
    try:
        import duckdb  # noqa: F401
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise NotAvailableError(
            'large data need duckdb and pyarrow: pip install "tpn_sem[streams]"'
        ) from error
    if isinstance(threads, bool) or not isinstance(threads, int) or threads < 1:
        raise OptionError(f"threads={threads!r}: give a whole number above 0.")
    if reader == "arrow":
        if not hasattr(data, "__arrow_c_stream__"):
            raise DataError(f"{type(data).__name__} is no Arrow table: it exports no Arrow stream.")
    else:
        if not isinstance(data, str | Path | Sequence):
            raise DataError(f"a file is named by a text or a Path, not {type(data).__name__}.")
        data = [_named(path) for path in ([data] if isinstance(data, str | Path) else data)]
        if not data:
            raise DataError("no file is named.")
    whole = Source(data, reader, (), group, threads, memory_limit)
    types = whole.described()
    asked = [columns] if isinstance(columns, str) else columns
    numbers = [name for name, kind in types.items() if kind.startswith(_NUMBERS)]
    if asked is None:
        asked = [name for name in types if name != group]
    names = tuple(str(name) for name in asked)
    for name in (*names, *([] if group is None else [group])):
        if name not in types:
            raise DataError(f"column {name!r} is not in {whole.name}{nearest(name, types) or '.'}")
    for name in names:
        if name not in numbers:
            raise DataError(
                f"column {name!r} of {whole.name} holds {types[name]}, no numbers: recode it, or "
                "name the others by columns=."
            )
    if len(set(names)) < len(names) or not names:
        raise DataError("columns= names a column twice, or none.")
    return Source(data, reader, names, group, threads, memory_limit)


def _named(path: str | Path) -> str:
    """A file, a pattern of files, a folder or an address; "~" is the user's home."""
    return str(path) if "://" in str(path) else str(named_path(path))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _first(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
