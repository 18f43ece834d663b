"""Data frames and what converts to one: columns as numbers, group labels."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, OptionError, nearest
from ..numerics import Array
from .sample_moments import SampleMoments

Data = Any  # a pandas DataFrame, what converts to one, SampleMoments, or several of the latter


def group_labels(data: Data, group: str | None, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Labels of the groups in the order of the data, or those wanted, in their order.

    One group has the label ``""``.
    """
    found = _group_labels(data, group)
    unknown = [label for label in wanted if label not in found]
    if unknown or len(set(wanted)) < len(wanted):
        advice = nearest(unknown[0], found) if unknown else ""
        what = f"{unknown[0]!r} is no group of the data{advice}" if unknown else "a group twice"
        raise OptionError(f"group_label: {what}; the groups are {', '.join(map(repr, found))}.")
    return wanted or found


def _group_labels(data: Data, group: str | None) -> tuple[str, ...]:
    if isinstance(data, SampleMoments):
        return ("",)
    if isinstance(data, Mapping):
        return tuple(str(label) for label in data)
    if isinstance(data, (list, tuple)):
        return tuple(f"group {place + 1}" for place in range(len(data)))
    if group is None:
        return ("",)
    if list(data.columns).count(group) != 1:
        column_place(data, group, "group column")
    column = data[group]
    if column.isna().any():
        raise DataError(
            f"group column {group!r} has {int(column.isna().sum())} missing entries; "
            "drop those rows or give them a group."
        )
    labels = tuple(str(label) for label in column.drop_duplicates())
    if len(set(labels)) < column.nunique():
        raise DataError(f"two groups of column {group!r} have the same label as text.")
    if len(labels) > 100:
        raise DataError(f"group column {group!r} has {len(labels)} groups; is it the right column?")
    return labels


def as_frame(data: Data) -> Data:
    """The data as a pandas DataFrame, unless they are sample moments."""
    if isinstance(data, (pd.DataFrame, SampleMoments)) or (
        isinstance(data, (list, tuple, Mapping)) and data and _all_moments(data)
    ):
        frame = data
    elif isinstance(data, pd.Series):
        raise DataError("data must be a DataFrame or SampleMoments, not Series: one column is one.")
    elif hasattr(data, "__dataframe__") or hasattr(data, "__arrow_c_stream__"):
        frame = _exchange(data)
    else:
        raise DataError(
            "data must be a DataFrame or SampleMoments (or a list or dict of the latter, one a "
            f"group), not {type(data).__name__}. Rows of several groups go into one DataFrame, "
            "with group= the column that tells them apart."
        )
    if isinstance(frame, pd.DataFrame) and len(frame) == 0:
        raise DataError("the data frame is empty: it has no rows.")
    if isinstance(frame, pd.DataFrame) and _is_covariance(frame):
        raise DataError(
            "the data frame is a symmetric matrix with the same names in rows and columns: give "
            "a covariance matrix as SampleMoments(covariance, mean, n_observations)."
        )
    return frame


def _is_covariance(frame: pd.DataFrame) -> bool:
    """Whether a table looks like a covariance matrix rather than rows."""
    if frame.shape[0] != frame.shape[1] or list(frame.index) != list(frame.columns):
        return False
    values = frame.to_numpy()
    return values.dtype.kind == "f" and np.allclose(values, values.T)


def _exchange(data: Data) -> pd.DataFrame:
    """A foreign table by the dataframe interchange protocol, or as an Arrow stream."""
    try:
        if hasattr(data, "__dataframe__"):
            with warnings.catch_warnings():  # pandas announces that it will prefer Arrow
                warnings.simplefilter("ignore")
                return pd.api.interchange.from_dataframe(data)
        return pd.DataFrame.from_arrow(data)
    except (ImportError, AttributeError) as error:
        raise DataError(
            f"a table of type {type(data).__name__} cannot be read without pyarrow: install it, or "
            "convert the table to a pandas DataFrame first."
        ) from error


def _all_moments(data: Sequence[object] | Mapping[object, object]) -> bool:
    values = data.values() if isinstance(data, Mapping) else data
    return all(isinstance(item, SampleMoments) for item in values)


_LARGEST = 1e70


def numeric_columns(frame: pd.DataFrame, names: tuple[str, ...]) -> Array:
    """The named columns as numbers, shape (n, p), missing answers as NaN."""
    if frame.columns.is_unique and all(name in frame.columns for name in names):
        chosen = frame.take([frame.columns.get_loc(name) for name in names], axis=1)
    else:
        chosen = frame.iloc[:, [column_place(frame, name) for name in names]]
    if all(is_plain(dtype) for dtype in chosen.dtypes):
        values = chosen.to_numpy(dtype=float)
    else:
        columns = (chosen.iloc[:, place] for place in range(len(names)))
        values = np.column_stack([_numbers(c, n) for c, n in zip(columns, names, strict=True)])
    if np.isinf(values).any():
        where = int(np.flatnonzero(np.isinf(values).any(axis=0))[0])
        raise DataError(f"column {names[where]!r} has infinite values; recode them as missing.")
    check_size(values, names)
    return values


def check_size(values: Array, names: tuple[str, ...]) -> None:
    """Refuse numbers whose squares are beyond what a computer's numbers can be."""
    if not values.size:
        return
    largest = np.fmax.reduce(np.abs(values), axis=0, initial=0.0)
    odd = (largest > _LARGEST) | ((largest < 1.0 / _LARGEST) & (largest > 0.0))
    if odd.any():
        where = int(np.flatnonzero(odd)[0])
        raise DataError(
            f"column {names[where]!r} has values of the size {largest[where]:.1g}, whose squares "
            "a computer cannot hold: divide or multiply it by a power of ten."
        )


def column_place(frame: pd.DataFrame, name: str, what: str = "column") -> int:
    """Where the one column of that name stands."""
    if frame.columns.is_unique and name in frame.columns:
        return int(frame.columns.get_loc(name))
    columns = [str(column) for column in frame.columns]
    if columns.count(name) > 1:
        raise DataError(f"{what} {name!r} appears {columns.count(name)} times; rename one of them.")
    if name not in columns:
        raise DataError(f"{what} {name!r} is not in the data{nearest(name, columns) or '.'}")
    return columns.index(name)


def _numbers(column: pd.Series, name: str) -> Array:
    if is_plain(column.dtype):
        return np.asarray(column.to_numpy(), dtype=float)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _of_categories(column, name)
    try:
        if not _is_numeric(column):
            raise ValueError
        return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    except (ValueError, TypeError):
        texts = column[column.notna()]
        strange = texts[pd.to_numeric(texts.astype(object), errors="coerce").isna()]
        first = strange if len(strange) else texts
        where = f" in row {first.index[0]}" if len(first) else ""
        example = f", such as {str(first.iloc[0])!r}{where}" if len(first) else ""
        raise DataError(
            f"column {name!r} does not hold numbers but {column.dtype}{example}; "
            "code it as numbers first."
        ) from None


def _of_categories(column: pd.Series, name: str) -> Array:
    """Two unordered categories as 0 and 1."""
    if two := two_categories(column):
        values = column.map({two[0]: 0.0, two[1]: 1.0}).astype(float)
        return np.asarray(values.to_numpy(dtype=float))
    if column.dtype.ordered:
        raise DataError(
            f"column {name!r} is an ordered Categorical: name it in ordered=, as "
            f"ordered=[{name!r}], or code it as numbers."
        )
    values = column.cat.categories
    as_number = ", make it numbers with .astype(float)" * pd.api.types.is_numeric_dtype(values)
    raise DataError(
        f"column {name!r} has {len(values)} categories without an order: make columns of zeros and "
        f"ones of it with pandas.get_dummies(data, columns=[{name!r}], drop_first=True, "
        f"dtype=float){as_number}, or name it in group=."
    )


def two_categories(column: pd.Series) -> tuple[object, object] | None:
    """The categories that are taken as 0 and 1, of an unordered Categorical that has two."""
    if not isinstance(column.dtype, pd.CategoricalDtype) or column.dtype.ordered:
        return None
    used = [one for one in column.cat.categories if (column == one).any()]
    return (used[0], used[1]) if len(used) == 2 else None


def category_notes(frame: pd.DataFrame, names: Iterable[str]) -> list[str]:
    """Which columns of two categories were taken as numbers, and how."""
    notes = []
    for name in names:
        if name in frame.columns and isinstance(frame[name], pd.Series):
            two = two_categories(frame[name])
            if two is not None:
                notes.append(f"column {name!r} is taken as 0 for {two[0]!r} and 1 for {two[1]!r}.")
    return notes


def is_plain(dtype: object) -> bool:
    """Whether numpy itself holds the numbers."""
    return isinstance(dtype, np.dtype) and dtype.kind in "fiub"


def _is_numeric(column: pd.Series) -> bool:
    """Numbers by type, or mixed objects none of which is text; dates and categories are not."""
    if column.dtype == object:
        return not column.map(lambda value: isinstance(value, (str, bytes, complex))).any()
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column)


def moment_items(data: Data) -> list[SampleMoments]:
    """The sample moments, a group each."""
    if isinstance(data, SampleMoments):
        return [data]
    return list(data.values()) if isinstance(data, Mapping) else list(data)


def are_means_given(data: Data) -> bool:
    """Whether the data are moments that a user wrote down with their means."""
    if isinstance(data, pd.DataFrame) or not has_means(data):
        return False
    return not any(item.is_of_rows for item in moment_items(data))


def has_means(data: Data) -> bool:
    """Whether the data carry means."""
    if isinstance(data, pd.DataFrame):
        return True
    present = [item.mean is not None for item in moment_items(data)]
    if any(present) and not all(present):
        raise DataError("some of the sample moments have means and some have none; give all.")
    return all(present)
