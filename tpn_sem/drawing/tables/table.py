"""Table: one content, in every form that articles and notebooks need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...arguments import check_range, checked
from ...errors import OptionError, choose
from ...languages import LANGUAGES, said, speaking, spoken
from ...writing import csv_text, write_whole
from .column_kinds import KINDS, clean, is_nothing, kind_of_column, write_value
from .forms import Forms
from .heading_words import words_of_column
from .parameter_words import with_words
from .plain_parts import text_of
from .written_table import Cell, Written

_STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
_STARS_NOTE = "* p < .05, ** p < .01, *** p < .001."


@checked
@dataclass(frozen=True, eq=False)
class Table(Forms):
    """A table that can be printed, shown in a notebook, and put into an article.

    As text its columns keep their names, which code asks for; in documents they have headings in
    words. Rows of parameters (columns lhs, op, rhs) are said in words (`words_of`). The look is
    that of the Publication Manual of the American Psychological Association (2020, ch. 7): rules
    above and below the headings and below the body, statistics in italics.

    Parameters
    ----------
    table : DataFrame
        Numbers as they are: they are rounded where they are shown.
    title : str
        Above it, if any.
    index : bool
        Whether the index is shown, which says what the rows are; numbers from 0 never are.
    digits : int
        Decimals of estimates.
    headings : mapping of column to str, optional
        Headings of your own.
    formats : str, or mapping of column to str, optional
        What a column holds: "estimate", "p" (".012" or "< .001"), "correlation" (and all else that
        cannot exceed one: no zero before the point), "loading", "count", "percent" (of shares),
        "statistic" (two decimals, as of chi-squares), "criterion" (one, as of BIC), "written"
        (texts of numbers, which stand on the right), "text". One for all columns of fractions, or
        by column; else told by names and values.
    units : mapping of column to str, optional
        Stand in brackets behind headings.
    notes : sequence of str
        Below it.
    marks : mapping of column to column, optional
        Significance marks: of which column's numbers, by the p-values of which column.
    salient : float, optional
        Absolute value from which numbers of columns with "loading" are set in bold, as text with
        an asterisk.
    foot : int
        How many last rows a rule sets off.
    detail : bool
        Whether notebooks fold it away.
    language : {"en", "ru", "kk"}
        What it is written in where its forms are asked for no other.

    Raises
    ------
    OptionError
        For columns that the table lacks, and formats that are unknown.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"estimate": [0.5], "p_value": [0.0001]}, index=["NPC variance"])
    >>> print(Table(frame, "Estimates"))
    Estimates
                  estimate  p_value
    NPC variance     0.500   < .001
    """

    table: pd.DataFrame
    title: str = ""
    index: bool = True
    digits: int = 3
    headings: Mapping[Any, str] = field(default_factory=dict)
    formats: Any = None
    units: Mapping[Any, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    marks: Mapping[Any, Any] = field(default_factory=dict)
    salient: float | None = None
    foot: int = 0
    detail: bool = False
    language: str = "en"

    def __post_init__(self) -> None:
        check_range("digits", self.digits, 0, 15)
        check_range("foot", self.foot, 0, max(len(self.table), 0))
        choose("language", self.language, LANGUAGES)
        known = [*map(str, self.table.columns), *map(str, self.table.index.names)]
        by_column = self.formats if isinstance(self.formats, Mapping) else {}
        given = {"headings": self.headings, "formats": by_column, "units": self.units}
        for option, names in (*given.items(), ("marks", [*self.marks, *self.marks.values()])):
            for name in names:
                choose(option, str(name), known)
        if self.formats is not None and not isinstance(self.formats, str | Mapping):
            raise OptionError("formats= is one of the kinds, or a dict from columns to kinds.")
        one = [self.formats] if isinstance(self.formats, str) else by_column.values()
        for kind in one:
            choose("formats", kind, KINDS)
        if isinstance(self.notes, str):
            raise OptionError("notes= is a list of sentences.")

    # Forms -------------------------------------------------------------------------------------

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return self.to_text()

    @property
    def _language(self) -> str:
        return self.language

    def _parts(self) -> list[str | Written]:
        return [self.written()]

    @checked
    def to_text(self, *, language: str | None = None) -> str:
        """Plain text that fits the terminal; where there is none, pandas' ``display.width``."""
        with speaking(language or self._language, self._names):
            return text_of(self.written(words=spoken() != "en"))

    @checked
    def to_csv(self, path: str | Path) -> None:
        """Write CSV with all digits; no text is a formula to a spreadsheet program.

        Raises
        ------
        OptionError
            Where it cannot be written.
        """
        shown = self.written(words=False)
        rows = [[cell.value for cell in row] for row in shown.body]
        frame = pd.DataFrame(rows, columns=pd.Index(shown.heads, dtype=object), dtype=object)
        write_whole(path, csv_text(frame, index=False))

    @checked
    def written(self, words: bool = True) -> Written:
        """What writers take: headings in words or names, and written cells."""
        frame = self._frame()
        stubs = frame.index.nlevels if self.index and not _is_numbered(frame.index) else 0
        names = [*frame.index.names][:stubs]
        columns = [frame.index.get_level_values(level).to_series() for level in range(stubs)]
        columns += [frame.iloc[:, place] for place in range(frame.shape[1])]
        names += list(frame.columns)
        kinds = [
            "text" if at < stubs else self._kind(names[at], columns[at]) for at in range(len(names))
        ]
        cells = [self._cells(*one) for one in zip(names, columns, kinds, strict=True)]
        body = tuple(zip(*cells, strict=True)) if cells else ()
        heads = tuple(self._heading(name, words) for name in names)
        notes = [clean(said(note)) for note in self.notes]
        notes += [_STARS_NOTE] if self.marks else []
        plain = tuple("" if name is None else clean(str(name)) for name in names)
        return Written(
            clean(said(self.title)),
            heads,
            tuple(kinds),
            body,
            self.foot,
            tuple(notes),
            stubs,
            self.detail,
            plain,
        )

    # Cells -------------------------------------------------------------------------------------

    def _frame(self) -> pd.DataFrame:
        """The table with rows in words; where these say all, they take the place of numbers."""
        plain = pd.DataFrame(self.table)
        plain.attrs = self.table.attrs
        frame = with_words(plain)
        numbered = isinstance(frame.index, pd.RangeIndex) or frame.index.dtype.kind == "i"
        if "parameter" in frame and "parameter" not in self.table and numbered and self.index:
            frame = frame.set_index("parameter")
        return frame

    def _heading(self, name: object, words: bool) -> str:
        if name is None:
            return ""
        own = {str(key): text for key, text in self.headings.items()}
        plain = ", ".join(filter(None, map(str, name))) if isinstance(name, tuple) else str(name)
        shown = own.get(str(name), words_of_column(name) if words else plain)
        text = clean(said(shown) if words else shown)
        unit = {str(key): unit for key, unit in self.units.items()}.get(str(name))
        return f"{text} ({clean(unit)})" if unit else text

    def _kind(self, name: object, column: pd.Series) -> str:
        texts = column.dtype == object and any(isinstance(value, str) for value in column)
        found = "text" if texts else kind_of_column(name, column.infer_objects())
        if isinstance(self.formats, Mapping):
            return {str(key): kind for key, kind in self.formats.items()}.get(str(name), found)
        return self.formats if self.formats and found in ("estimate", "correlation") else found

    def _cells(self, name: object, column: pd.Series, kind: str) -> list[Cell]:
        values = column.tolist()
        texts = [write_value(value, kind, self.digits) for value in values]
        strong = [False] * len(values)
        if self.salient is not None and kind == "loading":
            strong = [abs(value) >= self.salient for value in values]
        by = {str(key): other for key, other in self.marks.items()}.get(str(name))
        if by is not None:
            texts = [
                text + _stars(p) for text, p in zip(texts, self.table[by].tolist(), strict=True)
            ]
        return [Cell(*one) for one in zip(texts, map(_plain, values), strong, strict=True)]


def _is_numbered(index: pd.Index) -> bool:
    """Whether an index is the one that pandas makes, and says nothing."""
    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.name is None


def _stars(p_value: float) -> str:
    return next((stars for limit, stars in _STARS if p_value < limit), "")


def _plain(value: object) -> object:
    """A value that files can hold: texts on one line, and nothing where there is no number."""
    if is_nothing(value):
        return None
    return clean(value) if isinstance(value, str) else value
