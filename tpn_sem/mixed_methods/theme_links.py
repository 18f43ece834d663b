"""Which theme speaks to which path, as a researcher links them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import DataError
from .text_tables import TextTable
from .theme_codebook import ThemeCodebook

_ARROWS = {"->": False, "→": False, "~": True, "<-": True, "←": True}  # whether outcomes come first
_SPLIT = re.compile(r"(->|→|<-|←|=~|~~|~)")
_QUOTES = "`\"' "


@dataclass(frozen=True)
class PathName:
    """A path by its variables; prints as "KSSE → KS".

    Attributes
    ----------
    predictor, outcome : str
    """

    predictor: str
    outcome: str

    def __str__(self) -> str:
        return f"{self.predictor} → {self.outcome}"


@dataclass(frozen=True)
class ThemeLink:
    """A theme and a path.

    Attributes
    ----------
    theme : str
    path : PathName
    note : str
        What is to be said of the link, "" for nothing.
    where : str
        Its place, for messages.
    """

    theme: str
    path: PathName
    note: str
    where: str


def read_path(text: str, where: str) -> PathName:
    """A path written as "KS ~ KSSE", "KSSE -> KS" or "KSSE → KS", with blanks or without.

    Raises
    ------
    DataError
        For any other text.
    """
    parts = [part.strip(_QUOTES) for part in _SPLIT.split(text)]
    if len(parts) == 3 and parts[1] in _ARROWS and parts[0] and parts[2]:
        left, arrow, right = parts
        return PathName(right, left) if _ARROWS[arrow] else PathName(left, right)
    advice = "write one path, as 'KSSE -> KS' or 'KS ~ KSSE'."
    if len(parts) > 3:
        advice = f"it names several: {advice.removesuffix('.')}, in a row for each."
    raise DataError(f"{where}: {text!r} is no path: {advice}")


def read_links(table: TextTable, codebook: ThemeCodebook) -> tuple[ThemeLink, ...]:
    """Links in their order.

    Raises
    ------
    DataError
        For themes that the codebook lacks, texts that are no path, and links that stand twice.
    """
    found: list[ThemeLink] = []
    rows: dict[tuple[str, PathName], int] = {}
    cells = (table.column(name) for name in ("theme", "path", "note"))
    for place, (theme, path, note) in enumerate(zip(*cells, strict=True)):
        for column, cell in (("theme", theme), ("path", path)):
            if not cell:
                raise DataError(
                    f"{table.where(place, column)}: it is empty. A theme without a path needs no "
                    "row: it is shown as silent."
                )
        name = codebook.theme(theme, table.where(place, "theme"))
        link = ThemeLink(
            name, read_path(path, table.where(place, "path")), note, table.where(place, "path")
        )
        earlier = rows.setdefault((link.theme, link.path), place)
        if earlier != place:
            raise DataError(
                f"{table.where(place)} repeats row {table.rows[earlier]} ({theme!r}, {path!r}): "
                "leave one out."
            )
        found.append(link)
    return tuple(found)
