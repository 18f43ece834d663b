"""Missing data described: by variable, by pair of variables, by pattern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked, read_skipped
from ..data import Data, as_frame, group_labels, numeric_columns, skipped_answers
from ..drawing import Drawing, Shown, Table, draw_patterns
from ..errors import DataError
from ..numerics import Array, Mask


@dataclass(frozen=True, eq=False, repr=False)
class MissingData(Shown):
    """Which answers are there, which are missing and which were skipped by design.

    Attributes
    ----------
    variables : DataFrame
        A row per group and variable: answered, missing, skipped (counts), share_answered.
    coverage : DataFrame
        Share of the rows that have both of two variables, p x p; groups stacked.
    patterns : DataFrame
        A row per group and pattern, most frequent first: a column per variable ("x" answered,
        "." missing, "s" skipped), count and share of the group's rows.
    """

    variables: pd.DataFrame
    coverage: pd.DataFrame
    patterns: pd.DataFrame

    @checked
    def plot(self, most: int = 30) -> Drawing:
        """The most frequent patterns as a chart, a row each; shows in notebooks, ``save``s."""
        return draw_patterns(self.patterns, most)

    def _views(self) -> list[str | Table]:
        more = f"{len(self.patterns)} patterns; see .patterns, .coverage and .plot()"
        return [Table(self.variables), more]


@checked
def missing_data(
    data: Data,
    variables: Sequence[str] | None = None,
    *,
    group: str | None = None,
    skipped: Any = None,
) -> MissingData:
    """Count what is missing, before any model.

    Parameters
    ----------
    data : DataFrame, or what converts to one
    variables : sequence of str, optional
        By default all columns of numbers but the group's.
    group : str, optional
        Column whose groups are counted apart.
    skipped : float or dict, optional
        What stands for an answer that was skipped by design, as in `Model.fit`.

    Returns
    -------
    MissingData

    Raises
    ------
    DataError
        For columns that are not there or hold no numbers.
    """
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise DataError("missing answers are counted in rows of data; sample moments have none.")
    names = tuple(map(str, variables)) if variables is not None else _numeric(frame, group)
    if not names:
        raise DataError("there is no column of numbers to look at.")
    values = numeric_columns(frame, names)
    marks = _marks(values, skipped_answers(frame, names, read_skipped(skipped)))
    labels = group_labels(frame, group)
    texts = np.array([""] * len(frame)) if group is None else frame[group].astype(str).to_numpy()
    parts = {label: marks[texts == label] for label in labels}
    return MissingData(
        _stacked({label: _by_variable(part, names) for label, part in parts.items()}),
        _stacked({label: _coverage(part, names) for label, part in parts.items()}),
        _stacked({label: _patterns(part, names) for label, part in parts.items()}),
    )


def _numeric(frame: pd.DataFrame, group: str | None) -> tuple[str, ...]:
    columns = frame.select_dtypes("number").columns
    return tuple(str(name) for name in columns if name != group)


def _marks(values: Array, skipped: Mask) -> Any:
    """One letter an answer: x there, . missing, s skipped; shape (n, p)."""
    return np.where(skipped, "s", np.where(np.isnan(values), ".", "x"))


def _by_variable(marks: Any, names: tuple[str, ...]) -> pd.DataFrame:
    counts = {
        word: (marks == mark).sum(axis=0)
        for word, mark in (("answered", "x"), ("missing", "."), ("skipped", "s"))
    }
    table = pd.DataFrame(counts, index=pd.Index(names, name="variable"))
    table["share_answered"] = table["answered"] / len(marks)
    return table


def _coverage(marks: Any, names: tuple[str, ...]) -> pd.DataFrame:
    there = (marks == "x").astype(float)
    return pd.DataFrame(there.T @ there / len(marks), index=list(names), columns=list(names))


def _patterns(marks: Any, names: tuple[str, ...]) -> pd.DataFrame:
    found, counts = np.unique(marks, axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    table = pd.DataFrame(found[order], columns=list(names))
    table["count"] = counts[order]
    table["share"] = counts[order] / len(marks)
    return table


def _stacked(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    if len(tables) == 1:
        return next(iter(tables.values()))
    return pd.concat(tables, names=["group"])
