"""Rows of other data, coded as those that a model was fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import DataError
from ..numerics import Array
from ..specification import Specification
from .clusters_and_weights import without_skipped
from .frames import numeric_columns
from .ordinal_items import answers_of
from .rows import Rows
from .sample import Samples
from .samples_from_rows import columns_of, members_of


def new_rows(samples: Samples, specification: Specification, data: object) -> tuple[Rows, ...]:
    """Each group's rows of a data frame that need not be the one that the model was fitted to.

    Raises
    ------
    DataError
        Where a column is missing, no row is of a fitted group, or an item has an answer that did
        not occur in the fit.
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"data= takes a DataFrame, not {type(data).__name__}.")
    if not len(data):
        raise DataError("data= has no rows: there is nothing to score.")
    group = samples.options.group
    if group is not None and group not in data.columns:
        raise DataError(f"the fit has groups: data= needs the column {group!r}.")
    data, _ = without_skipped(data, specification.observed, samples.options.skipped)
    members, _ = members_of(data, group, samples.labels)
    if not (members >= 0).any():
        raise DataError(
            f"no row of data= is of a group of the fit ({', '.join(map(str, samples.labels))})."
        )
    values = _values(samples, specification, data)
    found = []
    for place, pattern in enumerate(specification.patterns):
        columns = columns_of(pattern, specification.observed)
        inside = np.flatnonzero(members == place)
        own = values[inside] if columns is None else values[np.ix_(inside, columns)]
        found.append(Rows(own, inside))
    return tuple(found)


def _values(samples: Samples, specification: Specification, data: pd.DataFrame) -> Array:
    known = dict(samples.answers)
    names = specification.observed
    numbers = tuple(name for name in names if name not in known)
    columns = dict(zip(numbers, numeric_columns(data, numbers).T, strict=True)) if numbers else {}
    for name, answers in known.items():
        columns[name] = _coded(data, name, dict(answers))
    return np.column_stack([columns[name] for name in names])


def _coded(data: pd.DataFrame, name: str, codes: dict[object, int]) -> Array:
    """Answers by the codes that they had in the fit, shape (n,)."""
    given, places = answers_of(data, name)
    strange = [answer for answer in given if answer not in codes]
    if strange:
        raise DataError(
            f"ordinal column {name!r} of data= has the answer {strange[0]!r}, which did not occur "
            f"in the fit; there were {', '.join(map(repr, codes))}."
        )
    target = np.array([codes[answer] for answer in given] or [0], dtype=float)
    there = ~np.isnan(places)
    found = np.full(len(places), np.nan)
    found[there] = target[places[there].astype(int)]
    return found
