"""Columns that say something about rows: clusters, weights, and answers skipped by design."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..errors import DataError, OptionError
from ..numerics import Array, Indices, Mask
from ..specification import DataOptions
from .frames import column_place, numeric_columns


def read_clusters(
    frame: pd.DataFrame, name: str, used: Mask
) -> tuple[Indices, tuple[object, ...], list[str]]:
    """The cluster of each row that is used, numbered from 0.

    Parameters
    ----------
    frame : DataFrame
    name : str
    used : bool array, shape (n,)

    Returns
    -------
    numbers : int array, shape (n,)
        -1 for rows that are not used.
    labels : tuple
        Of the clusters that have a used row.
    notes : list of str

    Raises
    ------
    DataError
        Where the column is not there, has missing entries, or there is one cluster.
    """
    column = frame.iloc[:, column_place(frame, name, "cluster column")][used]
    if column.isna().any():
        raise DataError(
            f"cluster column {name!r} has {int(column.isna().sum())} missing entries: drop those "
            "rows or say which cluster they belong to."
        )
    column, notes = _alike(column, name)
    codes, labels = pd.factorize(column)
    if len(labels) < 2:
        raise DataError(f"cluster column {name!r} has one cluster: nothing varies between them.")
    numbers = np.full(len(frame), -1, dtype=np.intp)
    numbers[used] = codes
    return numbers, tuple(labels), notes


def _alike(column: pd.Series, name: str) -> tuple[pd.Series, list[str]]:
    """Labels as text where numbers and texts are mixed, so that 1 and "1" are one cluster."""
    if column.dtype != object:
        return column, []
    is_text = column.map(lambda value: isinstance(value, str))
    if is_text.all() or not is_text.any():
        return column, []
    texts = column.map(lambda value: f"{value:g}" if isinstance(value, float) else str(value))
    both = set(texts[is_text]) & set(texts[~is_text])
    if not both:
        return texts, []
    shown = sorted(both)[0]
    return texts, [
        f"cluster column {name!r} mixes numbers and texts: {shown} and {shown!r} are taken as one "
        "cluster."
    ]


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
    frame: pd.DataFrame,
    names: tuple[str, ...],
    skipped: tuple[tuple[str, tuple[float, ...] | str], ...],
) -> Mask:
    """Which answers were skipped by design, shape (n, p), by the codes as the data have them.

    Parameters
    ----------
    frame : DataFrame
    names : tuple of str
    skipped : tuple of pairs (item, codes or column)
        As `arguments.read_skipped` gives them; an empty item stands for all of them.
    """
    mask = np.zeros((len(frame), len(names)), dtype=bool)
    for item, mark in skipped:
        if item and item not in names:
            raise OptionError(f"skipped= names {item!r}, which is no variable of the model.")
        for place in [names.index(item)] if item else range(len(names)):
            mask[:, place] |= _is_skipped(frame, names[place], mark)
    return mask


def _is_skipped(frame: pd.DataFrame, name: str, mark: tuple[float, ...] | str) -> Mask:
    if isinstance(mark, str):
        flags = numeric_columns(frame, (mark,))[:, 0]
        if np.isnan(flags).any():
            raise DataError(f"column {mark!r}, which says what was skipped, has missing entries.")
        return np.asarray(flags != 0.0)
    column = frame.iloc[:, column_place(frame, name)]
    return np.asarray(pd.to_numeric(column.astype(object), errors="coerce").isin(mark))


def without_skipped(
    frame: pd.DataFrame,
    names: tuple[str, ...],
    skipped: tuple[tuple[str, tuple[float, ...] | str], ...],
) -> tuple[pd.DataFrame, list[str]]:
    """The frame with skipped answers missing, and a note on how many each item has."""
    if not skipped:
        return frame, []
    mask = skipped_answers(frame, names, skipped)
    counts = mask.sum(axis=0)
    if not counts.any():
        return frame, ["no answer was skipped by design: skipped= names codes that do not occur."]
    changed = frame.copy()
    for place in np.flatnonzero(counts):
        column = column_place(frame, names[place])
        changed.isetitem(column, frame.iloc[:, column].mask(mask[:, place]))
    listing = ", ".join(f"{names[place]} {counts[place]}" for place in np.flatnonzero(counts))
    return changed, [f"answers skipped by design, apart from missing ones: {listing}."]


def row_weights(frame: pd.DataFrame, options: DataOptions) -> tuple[Array | None, Array | None]:
    """Sampling weights and frequency weights of all rows, as the options name them."""
    sampling, repeats = options.sampling_weights, options.frequency_weights
    if sampling is not None and repeats is not None:
        raise OptionError("give sampling_weights= or frequency_weights=, not both.")
    if sampling is not None:
        weights = read_weights(frame, sampling, "sampling weights")
        if options.ordered and not weights.all():
            raise DataError(
                f"sampling weights column {sampling!r} is zero in {int((weights == 0.0).sum())} "
                f"rows, first in row {int(np.argmin(weights))}: with ordered= every row counts. "
                "Leave these rows out of the data."
            )
        return weights, None
    if repeats is None:
        return None, None
    counts = read_weights(frame, repeats, "frequency weights")
    if not np.allclose(counts, np.rint(counts)):
        raise DataError(f"frequency weights column {repeats!r} must hold whole numbers.")
    return None, counts
