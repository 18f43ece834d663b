"""What reports are made of: sections, and the parts that stand in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ...arguments import checked
from ...errors import OptionError
from ..drawing import Drawing
from ..tables import Table

_KEY = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Heading:
    """A heading within a section."""

    text: str


@dataclass(frozen=True)
class Note:
    """A paragraph that is set off.

    Attributes
    ----------
    text : str
    kind : {"warning", "error", "verdict"}
        What must be known before the numbers are used; what forbids to use them; what they say.
    """

    text: str
    kind: Literal["warning", "error", "verdict"] = "warning"


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: Sequence[str]


@dataclass(frozen=True)
class Code:
    """Text that stands as it was typed, such as that of a model."""

    text: str


@dataclass(frozen=True)
class Figure:
    """A drawing with its caption; the drawing's description is its alternative text.

    Attributes
    ----------
    drawing : Drawing
    caption : str
    name : str
        Of its file, without an ending.
    """

    drawing: Drawing
    caption: str
    name: str


@dataclass(frozen=True)
class References:
    """A table whose rows refer to sections.

    A last column says the number and heading of the section, as a link; or that the report leaves
    the section out.

    Attributes
    ----------
    table : Table
    sections : sequence of str
        Key of a section for each row; "" for none.
    heading : str
        Of the column.
    """

    table: Table
    sections: Sequence[str]
    heading: str = "Where"

    def __post_init__(self) -> None:
        if len(self.sections) != len(self.table.table):
            raise OptionError(
                f"sections= has {len(self.sections)} keys for {len(self.table.table)} rows: one a "
                "row, '' for none."
            )


@dataclass(frozen=True)
class Fold:
    """Parts that a page folds away under a summary; documents show them."""

    summary: str
    parts: Sequence[ReportPart]


ReportPart = str | Heading | Note | Bullets | Code | Figure | Fold | References | Table
"""A text by itself is a paragraph."""

_KINDS = (str, Heading, Note, Bullets, Code, Figure, Fold, References, Table)


@checked
@dataclass(frozen=True)
class Section:
    """A section of a report.

    Parameters
    ----------
    key : str
        Its name in options, links and JSON: small letters, digits, "_" and "-".
    heading : str
    parts : sequence of str, Heading, Note, Bullets, Code, Figure, Fold, References or Table
        In order; a text by itself is a paragraph.

    Raises
    ------
    OptionError
        For a key that no link can have, and parts that are none.
    """

    key: str
    heading: str
    parts: Sequence[ReportPart] = field(default=())

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise OptionError(
                f"key={self.key!r} is no key of a section: small letters, digits, '_' and '-', "
                "beginning with a letter."
            )
        for place, part in enumerate(_all_parts(self.parts), start=1):
            if not isinstance(part, _KINDS):
                raise OptionError(
                    f"section {self.key!r}, part {place} is a {type(part).__name__}: parts are "
                    f"{', '.join(kind.__name__ for kind in _KINDS)}."
                )

    def walk(self) -> Iterator[ReportPart]:
        """All parts in order, those in folds, too."""
        yield from _all_parts(self.parts)


def _all_parts(parts: Sequence[ReportPart]) -> Iterator[ReportPart]:
    for part in parts:
        yield part
        if isinstance(part, Fold):
            yield from _all_parts(part.parts)
