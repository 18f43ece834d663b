"""The answers of a survey as arrays, read from a data frame: items, groups, schools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ...arguments import read_skipped
from ...data import as_frame, column_place, group_labels, numeric_columns, skipped_answers
from ...errors import DataError, OptionError, nearest
from ...numerics import Array, Indices, Mask

Skipped = tuple[tuple[str, tuple[float, ...] | str], ...]


@dataclass(frozen=True, eq=False)
class SurveyAnswers:
    """Answers to p items in n rows.

    Attributes
    ----------
    frame : DataFrame
        As given, with the names of its columns as texts.
    names : tuple of str
        The items.
    values : array, shape (n, p)
        NaN where an answer is missing or was skipped by design.
    skipped : bool array, shape (n, p)
    labels : tuple of str
        Of the groups; one group has the label "".
    members : int array, shape (n,)
        The group of each row.
    schools : int array, shape (n,), or None
        The school of each row, -1 where that is missing.
    school_labels : tuple
    constructs : dict of str to tuple of str
        Empty where the items were given without.
    """

    frame: pd.DataFrame
    names: tuple[str, ...]
    values: Array
    skipped: Mask
    labels: tuple[str, ...]
    members: Indices
    schools: Indices | None
    school_labels: tuple[object, ...]
    constructs: dict[str, tuple[str, ...]]

    def by_group(self, used: Mask | None = None) -> Iterator[tuple[str, Indices]]:
        """Each group's label and the places of its rows, or of those that are used."""
        for place, label in enumerate(self.labels):
            inside = self.members == place
            yield label, np.flatnonzero(inside if used is None else inside & used)

    def stacked(self, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
        """Tables of the groups, one above the other; that of the only group as it is."""
        if self.labels == ("",):
            return tables[""]
        return pd.concat(dict(tables), names=["group"])


def read_answers(
    data: Any,
    items: Sequence[str] | Mapping[str, Sequence[str]] | None,
    group: str | None,
    school: str | None,
    skipped: Any,
) -> SurveyAnswers:
    """Read the answers; see `describe` for the arguments.

    Raises
    ------
    DataError, OptionError
        Naming the column or the option that cannot serve.
    """
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise DataError("a survey is described from rows of data; sample moments have none.")
    frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
    marks = read_skipped(skipped)
    constructs = _constructs(items)
    names = _names(frame, items, constructs, group, school, marks)
    values = numeric_columns(frame, names)
    mask = skipped_answers(frame, names, marks)
    labels = group_labels(frame, group)
    members = np.zeros(len(frame), dtype=np.intp)
    if group is not None:
        members = np.asarray(pd.factorize(frame[group])[0], dtype=np.intp)
    schools, school_labels = _schools(frame, school)
    return SurveyAnswers(
        frame,
        names,
        np.where(mask, np.nan, values),
        mask,
        labels,
        members,
        schools,
        school_labels,
        constructs,
    )


def _constructs(
    items: Sequence[str] | Mapping[str, Sequence[str]] | None,
) -> dict[str, tuple[str, ...]]:
    if not isinstance(items, Mapping):
        return {}
    if not items:
        raise OptionError("items= is an empty dict: give constructs and the items of each.")
    found = {construct: tuple(own) for construct, own in items.items()}
    for construct, own in found.items():
        if not own:
            raise OptionError(f"items=: construct {construct!r} has no items.")
        _refuse_twice(own, f" of construct {construct!r}")
    return found


def _names(
    frame: pd.DataFrame,
    items: Sequence[str] | Mapping[str, Sequence[str]] | None,
    constructs: dict[str, tuple[str, ...]],
    group: str | None,
    school: str | None,
    marks: Skipped,
) -> tuple[str, ...]:
    """The items, each once, in the order given."""
    apart = {"group": group, "school": school}
    if items is None:
        others = {*apart.values(), *(mark for _, mark in marks if isinstance(mark, str))}
        columns = frame.select_dtypes("number", exclude="timedelta").columns
        names = tuple(name for name in columns if name not in others)
        if not names:
            raise DataError("there is no column of numbers to describe: name the items.")
        return names
    if constructs:
        return _apart(tuple(dict.fromkeys(i for own in constructs.values() for i in own)), apart)
    names = tuple(items)
    if not names:
        raise OptionError("items= is empty: name the items, or leave it out for all of them.")
    _refuse_twice(names, "")
    return _apart(names, apart)


def _refuse_twice(names: tuple[str, ...], where: str) -> None:
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise OptionError(f"items={where}: {twice[0]!r} is named twice.")


def _apart(names: tuple[str, ...], columns: dict[str, str | None]) -> tuple[str, ...]:
    """The items, none of which may be the column of groups or schools."""
    for option, column in columns.items():
        if column is not None and column in names:
            raise OptionError(
                f"{column!r} is among the items and is {option}= too: leave it out of one of them."
            )
    return names


def _schools(frame: pd.DataFrame, school: str | None) -> tuple[Indices | None, tuple[object, ...]]:
    if school is None:
        return None, ()
    column = frame.iloc[:, column_place(frame, school, "school column")]
    codes, labels = pd.factorize(column)
    if not len(labels):
        raise DataError(f"school column {school!r} has no entries: leave school= out.")
    return np.asarray(codes, dtype=np.intp), tuple(labels)


def read_titles(titles: Mapping[str, str] | None, names: tuple[str, ...]) -> dict[str, str]:
    """What plots call the items.

    Raises
    ------
    OptionError
        For a name that is no item.
    """
    given = dict(titles or {})
    for name in given:
        if name not in names:
            raise OptionError(f"names= has {name!r}, which is no item{nearest(name, names) or '.'}")
    return {name: given.get(name, name) for name in names}
