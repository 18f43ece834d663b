"""How results show their tables: as text, and as HTML in notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from .number_formats import decimals


@dataclass(frozen=True, eq=False)
class View:
    """A table as it is shown.

    Attributes
    ----------
    table : DataFrame
    title : str
        Above it, if any.
    index : bool
        Whether its index is shown.
    digits : int
        Decimals of its numbers.
    """

    table: pd.DataFrame
    title: str = ""
    index: bool = True
    digits: int = 3

    def __str__(self) -> str:
        shown = str(self.table.to_string(index=self.index, float_format=decimals(self.digits)))
        return f"{self.title}\n{shown}" if self.title else shown

    def html(self) -> str:
        """A heading and the table."""
        shown = str(self.table.to_html(index=self.index, float_format=decimals(self.digits)))
        return f"<h4>{html.escape(self.title)}</h4>{shown}" if self.title else shown


class Shown:
    """A result that notebooks show: `_views` are its sentences and tables, in order."""

    def _views(self) -> Iterable[str | View]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return "\n".join(
            part.html() if isinstance(part, View) else f"<p>{html.escape(part)}</p>"
            for part in self._views()
        )
