"""What a format of files is, and what its reader takes and gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from .decisions import Decisions


@dataclass(frozen=True)
class FileContent:
    """A file's bytes.

    Attributes
    ----------
    path : Path
        The file.
    data : bytes
        What is to be read: the file's bytes, or those of the one file packed in it.
    suffix : str
        Last part of the name, lower case, with its point.
    sha256 : str
        Digest of the file itself, in hex.
    is_unpacked : bool
        Whether `data` came out of a compressed file.
    """

    path: Path
    data: bytes
    suffix: str
    sha256: str
    is_unpacked: bool = False

    @property
    def name(self) -> str:
        """The file's name in messages."""
        return repr(str(self.path))


@dataclass(frozen=True)
class ReadingOptions:
    """What a user asked for; None stands for "recognise it"."""

    encoding: str | None = None
    separator: str | None = None
    decimal: str | None = None
    sheet: str | int | None = None
    header: int = 1
    missing: tuple[str | float, ...] = ()
    labels: bool | tuple[str, ...] = False
    user_missing: str = "missing"


@dataclass
class TableRead:
    """What a reader gives.

    Attributes
    ----------
    frame : DataFrame
        Columns with the file's own names.
    facts : dict
        encoding, separator, decimal and sheet, as far as the format has them.
    headings : dict of str to str
        Column to the longer text that describes it.
    value_labels : dict of str to dict
        Column to its codes, as texts, to their labels.
    user_missing : dict of str to dict
        Column to its codes that mean "no answer", as texts, to numbers of rows.
    rows : sequence of int
        Where each row stands in the file, from 1; empty where rows are numbered as they come.
    """

    frame: pd.DataFrame
    facts: dict[str, Any] = field(default_factory=dict)
    headings: dict[str, str] = field(default_factory=dict)
    value_labels: dict[str, dict[str, str]] = field(default_factory=dict)
    user_missing: dict[str, dict[str, int]] = field(default_factory=dict)
    rows: Sequence[int] = ()


@dataclass(frozen=True)
class FileFormat:
    """A format: how its files are known, which options act on them, who reads them.

    Attributes
    ----------
    name : str
        As messages name it.
    suffixes : tuple of str
        Usual endings of names, with their points.
    options : frozenset of str
        Options of `read_survey` that have an effect, besides those that always have.
    recognises : callable
        Whether bytes are of this format.
    read : callable
        From content, options and decisions to a table.
    """

    name: str
    suffixes: tuple[str, ...]
    options: frozenset[str]
    recognises: Callable[[bytes], bool]
    read: Callable[[FileContent, ReadingOptions, Decisions], TableRead]
