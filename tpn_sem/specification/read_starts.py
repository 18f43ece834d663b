"""Start values as users give them: by name, in order, or from another fit or its tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isinf, isnan

import numpy as np
import pandas as pd

from ..errors import OptionError

_VALUES = ("estimate", "est", "start", "ustart")
_FORMS = (
    "a dict from parameter names or labels to numbers, numbers in the order of the free "
    "parameters, another fit, or a table with columns lhs, op, rhs and estimate"
)


class OfAnotherFit(str):
    """The name of a parameter of another model, which this one need not have."""


def read_starts(given: object) -> tuple[tuple[str, float], ...]:
    """Pairs of a parameter, by name, by label or by place from 1, and its start value.

    Raises
    ------
    OptionError
    """
    if isinstance(given, Mapping):
        starts = _numbers(given.items())
        if any(isnan(value) for _, value in starts):
            raise OptionError("start= has a missing value; leave that parameter out.")
        return starts
    if isinstance(given, pd.DataFrame):
        return _of_another(_table_values(given))
    coefficients = given if isinstance(given, pd.Series) else getattr(given, "coef", None)
    if isinstance(coefficients, pd.Series):
        return _of_another(coefficients.items())
    if isinstance(given, Sequence | np.ndarray) and not isinstance(given, str):
        return _numbers((str(place), value) for place, value in enumerate(given, 1))
    if given in ("simple", "est"):
        raise OptionError(
            f"start={given!r} names start values of lavaan's: the search has its own, and tries "
            "others where these lead nowhere. Leave it out."
        )
    raise OptionError(f"start= is {_FORMS}, not {given!r:.60}.")


def _numbers(pairs: Iterable[tuple[object, object]]) -> tuple[tuple[str, float], ...]:
    try:
        found = tuple((str(name), float(value)) for name, value in pairs)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise OptionError(f"start= has a value that is no number: {error}.") from error
    endless = [name for name, value in found if isinf(value)]
    if endless:
        raise OptionError(f"start= has an infinite value for {endless[0]!r}: give a finite one.")
    return found


def _of_another(pairs: Iterable[tuple[object, object]]) -> tuple[tuple[str, float], ...]:
    found = [(OfAnotherFit(name), value) for name, value in _numbers(pairs) if value == value]
    return tuple(dict(reversed(found)).items())  # the first of several with one label


def _table_values(table: pd.DataFrame) -> Iterable[tuple[str, object]]:
    column = next((name for name in _VALUES if name in table.columns), None)
    if column is None or not {"lhs", "op", "rhs"}.issubset(table.columns):
        raise OptionError(f"start= is {_FORMS}.")
    places = _group_places(table)
    for place, (_, row) in zip(places, table.iterrows(), strict=True):
        mark = f".g{place}" if place > 1 else ""
        yield f"{row['lhs']}{row['op']}{row['rhs'] if row['op'] != '~1' else ''}{mark}", row[column]


def _group_places(table: pd.DataFrame) -> list[int]:
    """The place of each row's group from 1, in the order of the table."""
    if "group" not in table.columns:
        return [1] * len(table)
    labels = [one for one in dict.fromkeys(table["group"]) if one != ""]
    return [labels.index(one) + 1 if one in labels else 1 for one in table["group"]]
