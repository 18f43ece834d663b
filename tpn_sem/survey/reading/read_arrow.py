"""Parquet and Feather files, whose columns know their kind."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd

from ...errors import DataError
from ...optional_packages import optional
from .decisions import Decisions, quoted
from .file_format import FileContent, FileFormat, ReadingOptions, TableRead
from .headings import tidy_headings
from .labelled_tables import blanked
from .missing_words import MissingWords

_KEPT = ("headings", "value_labels", "user_missing")


def _reader(read: Callable[..., Any]) -> Callable[..., TableRead]:
    def reader(content: FileContent, options: ReadingOptions, decisions: Decisions) -> TableRead:
        optional("pyarrow")
        try:
            frame = read(io.BytesIO(content.data))
        except MemoryError:
            raise
        except Exception as error:  # pyarrow raises errors of several kinds
            raise DataError(
                f"{content.name} cannot be read ({str(error).splitlines()[0]}): it is damaged or "
                "incomplete. Copy or write it again."
            ) from None
        return _table(frame, content, options, decisions)

    return reader


def _table(
    frame: pd.DataFrame, content: FileContent, options: ReadingOptions, decisions: Decisions
) -> TableRead:
    if frame.shape[0] == 0 or frame.shape[1] == 0:
        raise DataError(f"{content.name} has no rows or no columns; give a file with data.")
    stored = {key: frame.attrs[key] for key in _KEPT if isinstance(frame.attrs.get(key), dict)}
    frame = _without_index(frame, decisions)
    frame.columns = pd.Index(tidy_headings([str(name) for name in frame.columns], decisions))
    words = MissingWords(options.missing, with_usual=False)
    frame = blanked(frame, words)
    words.tell(decisions)
    known = {
        key: {name: value for name, value in found.items() if name in frame}
        for key, found in stored.items()
    }
    return TableRead(
        frame,
        headings=known.get("headings", {}),
        value_labels=known.get("value_labels", {}),
        user_missing=known.get("user_missing", {}),
    )


def _without_index(frame: pd.DataFrame, decisions: Decisions) -> pd.DataFrame:
    """Named levels of the index as columns; others are left out."""
    named = [name for name in frame.index.names if name is not None]
    if named:
        decisions.say(f"index {quoted(named)} became a column")
        unnamed = [place for place, name in enumerate(frame.index.names) if name is None]
        return (frame.droplevel(unnamed) if unnamed else frame).reset_index()
    if not isinstance(frame.index, pd.RangeIndex):
        decisions.say("index without a name left out")
    return frame.reset_index(drop=True)


PARQUET = FileFormat(
    name="Parquet",
    suffixes=(".parquet", ".pq"),
    options=frozenset(),
    recognises=lambda data: data.startswith(b"PAR1"),
    read=_reader(pd.read_parquet),
)
"""Parquet, through pyarrow."""

FEATHER = FileFormat(
    name="Feather",
    suffixes=(".feather", ".arrow"),
    options=frozenset(),
    recognises=lambda data: data.startswith((b"ARROW1", b"FEA1")),
    read=_reader(pd.read_feather),
)
"""Feather, which is Arrow's own format, through pyarrow."""
