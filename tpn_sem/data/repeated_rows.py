"""Rows that are exact copies of others in every column, as when a file is pasted twice."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..numerics import Array, Mask

_BLOCKS = 3
_FEWEST = 6  # columns that must be equal
_MORE_THAN_CHANCE = 1000.0  # times as many pairs as independent answers would give


def repeated_rows(frame: pd.DataFrame, values: Array) -> Mask:
    """Copies of an earlier row, beyond what chance explains; shape (n,).

    Parameters
    ----------
    frame : DataFrame
        All columns: a copy is one in each of them.
    values : array, shape (n, p)
        Some of its columns as numbers, by which most frames are cleared quickly. Rows that give
        one and the same answer to all of them are no copies.
    """
    none = np.zeros(len(frame), dtype=bool)
    if values.shape[1] < _FEWEST or not _some_equal(values):
        return none
    try:
        copies = frame.duplicated().to_numpy()
    except TypeError:  # a column of lists
        return none
    copies = copies & (np.fmax.reduce(values, axis=1) > np.fmin.reduce(values, axis=1))
    if copies.sum() <= _MORE_THAN_CHANCE * _pairs_by_chance(frame):
        return none
    if frame.index.has_duplicates and not _in_blocks(copies):
        return none  # rows drawn with replacement
    return np.asarray(copies)


def _in_blocks(copies: Mask) -> bool:
    """Whether copies stand together, as what was pasted does."""
    starts = int((copies[1:] & ~copies[:-1]).sum()) + int(copies[0])
    return starts <= _BLOCKS or starts < 0.1 * copies.sum()


def _some_equal(values: Array) -> bool:
    """Whether two rows are the same to the last bit."""
    data, step = np.ascontiguousarray(values).tobytes(), values.shape[1] * values.itemsize
    return len({data[at : at + step] for at in range(0, len(data), step)}) < len(values)


def _pairs_by_chance(frame: pd.DataFrame) -> float:
    """Expected number of equal pairs of rows, were columns independent."""
    n = len(frame)
    logarithm = np.log(max(n * (n - 1) / 2.0, 1.0))
    for place in range(frame.shape[1]):
        shares = frame.iloc[:, place].value_counts(normalize=True, dropna=False).to_numpy()
        logarithm += np.log((shares**2).sum())
    return float(np.exp(logarithm))


def repeated_note(copies: Mask) -> list[str]:
    """What is said of them in a fit."""
    count = int(copies.sum())
    if not count:
        return []
    return [
        f"{count} of {len(copies)} rows are copies of others in every column, as when a file is "
        "pasted twice: they count twice here. If they are, leave them out (drop_duplicates)."
    ]
