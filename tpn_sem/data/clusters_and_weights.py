"""Columns that say something about rows: clusters, weights, and answers skipped by design."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from ..errors import DataError, OptionError
from ..numerics import Array, Indices, Mask
from ..specification import DataOptions
from .frames import column_place, numeric_columns


def read_clusters(frame: pd.DataFrame, name: str) -> tuple[Indices, tuple[object, ...]]:
    """The cluster of each row, numbered from 0, shape (n,), and the clusters' labels.

    Raises
    ------
    DataError
        Where the column is not there or has missing entries, or there is one cluster.
    """
    column = frame.iloc[:, column_place(frame, name, "cluster column")]
    if column.isna().any():
        raise DataError(
            f"cluster column {name!r} has {int(column.isna().sum())} missing entries: drop those "
            "rows or say which cluster they belong to."
        )
    numbers, labels = pd.factorize(column)
    if len(labels) < 2:
        raise DataError(f"cluster column {name!r} has one cluster: nothing varies between them.")
    return np.asarray(numbers, dtype=np.intp), tuple(labels)


def read_weights(frame: pd.DataFrame, name: str, what: str) -> Array:
    """Weights of the rows, shape (n,), none of them missing or negative.

    Raises
    ------
    DataError
        Where the column is not there, or holds anything but numbers from 0.
    """
    values = numeric_columns(frame, (name,))[:, 0]
    missing, negative = np.isnan(values), values < 0.0
    for wrong, how in ((missing, "missing"), (negative, "negative")):
        if wrong.any():
            raise DataError(
                f"{what} column {name!r} has {int(wrong.sum())} {how} entries, first in row "
                f"{int(np.flatnonzero(wrong)[0])}; every row needs a weight from 0."
            )
    if not values.any():
        raise DataError(f"{what} column {name!r} is zero in every row.")
    return values


def normalised(weights: Array, members: Indices, how: str) -> Array:
    """Sampling weights on the scale of the sample size.

    Parameters
    ----------
    weights : array, shape (n,)
    members : int array, shape (n,)
        The group of each row, -1 where it is not used.
    how : {"total", "group", "none"}
        Weights add up to the number of rows over all groups, in each group, or as they are.
    """
    used = members >= 0
    scaled = np.where(used, weights, 0.0)
    if how == "total":
        return np.asarray(scaled * (used.sum() / scaled.sum()))
    if how == "group":
        for group in range(members.max() + 1):
            inside = members == group
            scaled[inside] *= inside.sum() / scaled[inside].sum()
    return scaled


def skipped_answers(
    frame: pd.DataFrame, names: tuple[str, ...], values: Array, skipped: Any
) -> Mask:
    """Which answers were skipped by design, shape (n, p).

    Parameters
    ----------
    skipped : float, or tuple of pairs (item, code or column)
        A code that stands for it in every item; or for some items a code, or the name of a
        column that is true where the item was skipped.
    """
    if skipped is None:
        return np.zeros(values.shape, dtype=bool)
    if not isinstance(skipped, tuple):
        return np.asarray(values == float(skipped))
    mask = np.zeros(values.shape, dtype=bool)
    for item, mark in skipped:
        if item not in names:
            raise OptionError(f"skipped= names {item!r}, which is no variable of the model.")
        place = names.index(item)
        if isinstance(mark, str):
            flags = numeric_columns(frame, (mark,))[:, 0]
            if np.isnan(flags).any():
                raise DataError(
                    f"column {mark!r}, which says what was skipped, has missing entries."
                )
            mask[:, place] = flags != 0.0
        else:
            mask[:, place] = values[:, place] == mark
    return mask


def row_weights(frame: pd.DataFrame, options: DataOptions) -> tuple[Array | None, Array | None]:
    """Sampling weights and frequency weights of all rows, as the options name them."""
    sampling, repeats = options.sampling_weights, options.frequency_weights
    if sampling is not None and repeats is not None:
        raise OptionError("give sampling_weights= or frequency_weights=, not both.")
    if sampling is not None:
        return read_weights(frame, sampling, "sampling weights"), None
    if repeats is None:
        return None, None
    counts = read_weights(frame, repeats, "frequency weights")
    if not np.allclose(counts, np.rint(counts)):
        raise DataError(f"frequency weights column {repeats!r} must hold whole numbers.")
    return None, counts
