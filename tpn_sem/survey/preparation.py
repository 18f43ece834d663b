"""A survey's rows as models need them: short names, numbers, one direction, gaps as gaps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import column_place
from ..errors import DataError, nearest
from ..numerics import Mask
from .instrument import Instrument
from .scales import Scale

_TURNED = "turned_items"


@dataclass(frozen=True, eq=False)
class Prepared:
    """A survey prepared for its instrument.

    Attributes
    ----------
    data : DataFrame
        All columns; items under the names that models use.
    skipped : DataFrame of bool, shape (n, p)
        Which answers have a code for being skipped by design.
    not_applicable : DataFrame of bool, shape (n, p)
        Which have a code for no answer.
    """

    data: pd.DataFrame
    skipped: pd.DataFrame
    not_applicable: pd.DataFrame


@checked
def prepare(data: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """The survey as models need it.

    Items get their short names; texts of a scale become its points; codes for no answer and for
    answers skipped by design become missing; reversed items are turned. What was turned is noted in
    ``attrs["turned_items"]``, and not turned again, whatever instrument prepares it next.

    Raises
    ------
    DataError
        Where an item is not in the data.
    """
    return prepared(data, instrument).data


def prepared(data: pd.DataFrame, instrument: Instrument, keep_skipped: bool = False) -> Prepared:
    """The same, with what was missing and why; codes of skipped answers may be kept."""
    frame = _renamed(data, instrument)
    waiting = waiting_to_turn(data, instrument)
    found: dict[str, pd.Series] = {}
    skipped: dict[str, Mask] = {}
    absent: dict[str, Mask] = {}
    for item in instrument.all_items:
        column = coded(frame[item], instrument.scale.get(item))
        numbers = pd.to_numeric(column.astype(object), errors="coerce")
        skipped[item] = _is_code(numbers, instrument.skipped.get(item, ()))
        absent[item] = _is_code(numbers, instrument.not_applicable.get(item, ()))
        column = column.mask(absent[item] | (skipped[item] & (not keep_skipped)))
        found[item] = _turned(column, instrument.scale[item]) if item in waiting else column
    frame = frame.assign(**found)
    frame.attrs = {**data.attrs, _TURNED: [*data.attrs.get(_TURNED, []), *waiting]}
    masks = (pd.DataFrame(one, index=frame.index) for one in (skipped, absent))
    return Prepared(frame, *masks)


def waiting_to_turn(data: pd.DataFrame, instrument: Instrument) -> tuple[str, ...]:
    """Reversed items of the instrument that were not turned in these data yet."""
    turned = data.attrs.get(_TURNED, [])
    return tuple(item for item in instrument.reversed if item not in turned)


def _renamed(data: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
    """Items under their short names, where the data do not have these already."""
    names = [str(name) for name in data.columns]
    new: dict[int, str] = {}
    for short, column in instrument.columns.items():
        if column not in names and short in names:
            continue
        if column not in names:
            raise DataError(f"column {column!r} is not in the data{nearest(column, names) or '.'}")
        new[column_place(data, column)] = short
    clash = {name for place, name in enumerate(names) if place not in new} & set(new.values())
    if clash:
        raise DataError(
            f"the data have a column {min(clash)!r} beside the item that is called so: rename one, "
            "or give the item another short name (names=)."
        )
    return data.set_axis([new.get(place, name) for place, name in enumerate(names)], axis=1)


def coded(column: pd.Series, scale: Scale | None) -> pd.Series:
    """Texts of a scale as its points; a column of nothing but numbers then is one of numbers."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(object)
    if pd.api.types.is_numeric_dtype(column):
        return column
    points = column.map(scale.code) if scale is not None and scale.answers else column
    numbers = pd.to_numeric(points, errors="coerce")
    return numbers if (numbers.notna() == points.notna()).all() else points


def _is_code(numbers: pd.Series, codes: tuple[float, ...]) -> Mask:
    return np.asarray(numbers.isin(codes), dtype=bool)


def _turned(column: pd.Series, scale: Scale) -> pd.Series:
    """An item turned; what is outside its scale stays, so that a check can find it."""
    if not pd.api.types.is_numeric_dtype(column):
        return column
    inside = column.between(scale.low, scale.high)
    return column.mask(inside, scale.low + scale.high - column)
