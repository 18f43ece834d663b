"""Verdicts on what numbers and interviews say together, as a person gives them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pandas as pd

from ..errors import DataError, nearest
from .text_tables import FileOptions, TextTable, cell_text, read_table
from .theme_codebook import ThemeCodebook
from .theme_links import PathName, read_path

VERDICTS = ("confirm", "expand", "discord", "silent")
"""Words of a verdict (Guetterman, Fetters & Creswell, 2015): the strands say the same; one tells
more than the other; they contradict each other; one of them says nothing."""

NOT_JUDGED = "not judged yet"
_PARTS = ("verdict", "note", "who")
GivenVerdicts: TypeAlias = str | Path | pd.DataFrame | Mapping[str, Any]


@dataclass(frozen=True)
class Verdict:
    """A person's verdict.

    Attributes
    ----------
    word : str
        One of `VERDICTS`.
    note, who : str
        Why, and who says so; "" where it was not said.
    path : PathName or None
        That it is about; None for every path of the theme.
    theme : str
        That it is about; "" for every theme of the path.
    where : str
        Its place, for messages.
    """

    word: str
    note: str
    who: str
    path: PathName | None
    theme: str
    where: str


def read_verdicts(given: GivenVerdicts | None, codebook: ThemeCodebook) -> tuple[Verdict, ...]:
    """Verdicts of a table, or of a dict from path or theme to verdict.

    Rows of a table whose verdict is empty are left out: they are not judged yet.

    Raises
    ------
    DataError
        For unknown words and themes, texts that are no path, and rows about nothing.
    """
    if given is None:
        return ()
    if isinstance(given, Mapping):
        return tuple(_of_dict(str(key), value, codebook) for key, value in given.items())
    optional = ["path", "theme", "note", "who"]
    table = read_table(given, "verdicts=", ["verdict"], optional, FileOptions())
    return tuple(_of_table(table, codebook))


def _of_dict(key: str, value: Any, codebook: ThemeCodebook) -> Verdict:
    where = f"verdicts=, {key!r}"
    word, note, who = _parts(value, where)
    names = [theme.name for theme in codebook.themes]
    is_theme = key in names or key in codebook.codes
    if is_theme:
        path, theme = None, codebook.theme(key, where)
    else:
        path, theme = _path_or_theme(key, names, where), ""
    return Verdict(_word(word, where), note, who, path, theme, where)


def _path_or_theme(key: str, names: list[str], where: str) -> PathName:
    try:
        return read_path(key, where)
    except DataError:
        near = nearest(key, names) or f". Themes are {', '.join(names)}."
        raise DataError(
            f"{where}: this is neither a path, as 'KSSE -> KS', nor a theme{near}"
        ) from None


def _parts(value: Any, where: str) -> tuple[str, str, str]:
    """Verdict, note and who, of a word, a tuple of up to three, or a dict."""
    if isinstance(value, Mapping):
        for key in value:
            if key not in _PARTS:
                advice = nearest(str(key), _PARTS) or f": it has {', '.join(_PARTS)}."
                raise DataError(f"{where}: a verdict has no {key!r}{advice}")
        cells = [cell_text(value.get(part)) for part in _PARTS]
    elif isinstance(value, tuple | list) and 1 <= len(value) <= len(_PARTS):
        cells = [*map(cell_text, value), "", ""]
    elif isinstance(value, str):
        cells = [value.strip(), "", ""]
    else:
        raise DataError(
            f"{where}: give a verdict ({', '.join(VERDICTS)}), or (verdict, note, who)."
        )
    return cells[0], cells[1], cells[2]


def _of_table(table: TextTable, codebook: ThemeCodebook) -> Iterable[Verdict]:
    if "path" not in table and "theme" not in table:
        raise DataError(f"{table.name} has no column 'path' and none 'theme': give one or both.")
    cells = (table.column(name) for name in ("path", "theme", *_PARTS))
    for place, (path, theme, word, note, who) in enumerate(zip(*cells, strict=True)):
        if not word:
            if note or who:
                raise DataError(
                    f"{table.where(place, 'verdict')}: it is empty, and the row has a note or who: "
                    f"write one of {', '.join(VERDICTS)}, or leave the row out."
                )
            continue
        if not path and not theme:
            raise DataError(f"{table.where(place)}: the verdict names neither a path nor a theme.")
        yield Verdict(
            _word(word, table.where(place, "verdict")),
            note,
            who,
            read_path(path, table.where(place, "path")) if path else None,
            codebook.theme(theme, table.where(place, "theme")) if theme else "",
            table.where(place),
        )


def _word(text: str, where: str) -> str:
    word = text.casefold()
    if word not in VERDICTS:
        near = nearest(word, VERDICTS) or "."
        raise DataError(
            f"{where}: {text!r} is no verdict{near} It is {', '.join(VERDICTS[:-1])} or silent; "
            f"leave what is {NOT_JUDGED} out."
        )
    return word
