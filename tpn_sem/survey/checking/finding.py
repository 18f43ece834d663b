"""A finding about a survey, and the repair that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...numerics import Indices, Mask

SEVERITIES = ("error", "warning", "note")
"""What makes numbers wrong; what probably does; what a reader should know."""


@dataclass(frozen=True, eq=False)
class Repair:
    """A change of the data that a finding suggests.

    Attributes
    ----------
    said : str
        What was done, for the log; ``{n}`` stands for the number of cells or rows.
    rows : int array
        Places of the rows that it changes.
    column : str
        Where it writes; empty where rows are left out.
    values : sequence
        What it writes, a value a row.
    """

    said: str
    rows: Indices
    column: str = ""
    values: Sequence[object] = ()

    def log(self, count: int) -> str:
        """What was done to so many cells or rows."""
        return self.said.replace("{n}", str(count))

    @property
    def leaves_out(self) -> bool:
        """Whether rows are left out."""
        return not self.column

    def write(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The data with new values in one column."""
        place = list(map(str, frame.columns)).index(self.column)
        own = frame.iloc[:, place]
        is_number = pd.api.types.is_numeric_dtype(own) and not isinstance(
            own.dtype, pd.api.extensions.ExtensionDtype
        )
        column = own.astype(float if is_number else object).to_numpy(copy=True)
        column[self.rows] = list(self.values)
        changed = frame.copy()
        changed.isetitem(place, tidied(pd.Series(column, index=frame.index)))
        return changed


def tidied(column: pd.Series) -> pd.Series:
    """A column of numbers where nothing but numbers is left in it."""
    if column.dtype != object:
        return column
    numbers = pd.to_numeric(column, errors="coerce")
    return numbers if (numbers.notna() == column.notna()).all() else column.infer_objects()


@dataclass(frozen=True, eq=False)
class Finding:
    """Something about a survey that a person should know.

    Attributes
    ----------
    kind : str
        As "stray code"; `SurveyCheck.apply` takes it.
    severity : {"error", "warning", "note"}
    column : str
        The column, or several; empty where it is about rows.
    what, what_to_do : str
    rows : int array
        Places of the rows that it concerns; empty where these are all.
    repair : Repair, optional
    """

    kind: str
    severity: str
    column: str
    what: str
    what_to_do: str
    rows: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))
    repair: Repair | None = None


def places(mask: Mask | pd.Series) -> Indices:
    """Places of the rows for which something holds."""
    return np.flatnonzero(np.asarray(mask, dtype=bool))


def listed(items: Sequence[object], most: int = 5) -> str:
    """The first of them, and how many more there are."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(map(str, items[:most])) + more


def counted(count: int, one: str, many: str = "") -> str:
    """A number and what it counts: "1 row", "3 rows"."""
    return f"{count} {one if count == 1 else many or one + 's'}"
