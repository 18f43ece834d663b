"""The codebook of interviews: codes, and the themes that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from ..errors import DataError, nearest
from .text_tables import TextTable


@dataclass(frozen=True)
class Theme:
    """A theme of the interviews.

    Attributes
    ----------
    name : str
    codes : tuple of str
    """

    name: str
    codes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class ThemeCodebook:
    """Codes in their order.

    Attributes
    ----------
    theme_of : dict of str to str
        The theme of each code.
    descriptions : dict of str to str
        Of codes; "" where there is none.
    """

    theme_of: Mapping[str, str]
    descriptions: Mapping[str, str]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes."""
        return tuple(self.theme_of)

    @property
    def themes(self) -> tuple[Theme, ...]:
        """Themes in the order of their first codes."""
        names = dict.fromkeys(self.theme_of.values())
        return tuple(
            Theme(name, tuple(code for code in self.theme_of if self.theme_of[code] == name))
            for name in names
        )

    def table(self) -> pd.DataFrame:
        """A row per code: code, theme, description."""
        return pd.DataFrame(
            {
                "code": list(self.theme_of),
                "theme": list(self.theme_of.values()),
                "description": [self.descriptions[code] for code in self.theme_of],
            }
        )

    def code(self, text: str, where: str) -> str:
        """A code that is in the codebook.

        Raises
        ------
        DataError
        """
        if text not in self.theme_of:
            raise DataError(f"{where}: the codebook has no code {text!r}{_advice(text, self)}")
        return text

    def theme(self, text: str, where: str) -> str:
        """A theme by its name, or by that of its only code.

        Raises
        ------
        DataError
        """
        names = {theme.name: theme for theme in self.themes}
        if text in names:
            return text
        if text not in self.theme_of:
            raise DataError(
                f"{where}: the codebook has no theme or code {text!r}{_advice(text, self, names)}"
            )
        theme = names[self.theme_of[text]]
        if len(theme.codes) > 1:
            raise DataError(
                f"{where}: {text!r} is one of {len(theme.codes)} codes of the theme "
                f"{theme.name!r}: name the theme, or make the code a theme of its own."
            )
        return theme.name


def _advice(text: str, codebook: ThemeCodebook, themes: Mapping[str, Theme] | None = None) -> str:
    known = [*codebook.codes, *(themes or ())]
    near = nearest(text, known)
    return near or f": add it, or take one of {', '.join(known)}."


def read_codebook(table: TextTable) -> ThemeCodebook:
    """Codes with their themes; a code without one is a theme by itself.

    Raises
    ------
    DataError
        For an empty code, one that stands twice, and a theme that is called as a code of another.
    """
    theme_of: dict[str, str] = {}
    descriptions: dict[str, str] = {}
    rows: dict[str, int] = {}
    cells = (table.column(name) for name in ("code", "theme", "description"))
    for place, (code, theme, description) in enumerate(zip(*cells, strict=True)):
        if not code:
            raise DataError(f"{table.where(place, 'code')}: the code is empty: name it.")
        if code in rows:
            raise DataError(
                f"{table.where(place, 'code')}: {code!r} stands in row "
                f"{table.rows[rows[code]]}, too: leave one out."
            )
        rows[code] = place
        theme_of[code] = theme or code
        descriptions[code] = description
    for code, theme in theme_of.items():
        if theme != code and theme_of.get(theme, theme) != theme:
            raise DataError(
                f"{table.where(rows[code], 'theme')}: {theme!r} is the name of a code of the theme "
                f"{theme_of[theme]!r}: give the theme another name."
            )
    return ThemeCodebook(theme_of, descriptions)
