"""What rows are called: as in the data's index, or by position where labels repeat."""

from __future__ import annotations

import pandas as pd

from ..data import Samples
from ..numerics import Indices


def row_labels(index: pd.Index | None, places: Indices) -> pd.Index:
    """Labels of rows at some places of the data, each its own.

    Parameters
    ----------
    index : Index or None
        Of all rows of the data.
    places : int array, shape (n,)

    Returns
    -------
    Index
        Where labels of the data repeat, a label does not say which row is meant: all rows are then
        called by their position, as "at position 16".
    """
    if index is None:
        return pd.Index(places)
    if index.is_unique:
        return index[places]
    return pd.Index([f"at position {place}" for place in places.tolist()], dtype=object)


def repeated_note(samples: Samples) -> list[str]:
    """That rows are called by their position, where they are."""
    index = samples.index
    if index is None or index.is_unique:
        return []
    first = index[index.duplicated()][0]
    return [
        f"labels of the data's index repeat ('{first}', for one): rows are called by their "
        "position in the data, counted from 0 as by data.iloc."
    ]
