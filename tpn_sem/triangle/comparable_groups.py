"""Groups that can be compared: those that answered, small ones joined."""

from __future__ import annotations

import pandas as pd

from ..survey import Instrument

_ROWS_PER_ITEM = 3  # of a group that stands by itself
OTHERS = "others"


def comparable_groups(
    data: pd.DataFrame, instrument: Instrument, group: str
) -> tuple[pd.DataFrame, list[str]]:
    """The rows that can be compared, and what was left out or joined.

    A group without any answer to some item tells nothing of it. Of three groups and more those that
    are small (fewer than three rows an item) are joined into one.
    """
    own = data[data[group].notna()]
    own.attrs = data.attrs
    items = list(instrument.all_items)
    answered = own.groupby(group, sort=False, observed=True)[items].count()
    silent = [name for name in answered.index if (answered.loc[name] == 0).any()]
    notes = []
    if silent and len(answered) - len(silent) >= 2:
        lacking = sorted(
            construct
            for construct, names in instrument.items.items()
            if (answered.loc[silent, list(names)] == 0).any(axis=None)
        )
        notes.append(
            f"{_told(own, group, silent)} without any answer to an item of {', '.join(lacking)}: "
            "left out where groups are compared."
        )
        own = _rows(own, ~own[group].isin(silent))
    sizes = own[group].value_counts()
    small = [name for name in sizes.index if sizes[name] < _ROWS_PER_ITEM * len(items)]
    if len(sizes) > 2 and len(small) > 1 and len(sizes) - len(small) + 1 >= 2:
        notes.append(
            f"{_told(own, group, small)} are too few to be compared by themselves: joined as "
            f"{OTHERS!r}."
        )
        joined = own[group].astype(object).where(~own[group].isin(small), OTHERS)
        attrs = own.attrs
        own = own.assign(**{group: joined})
        own.attrs = attrs
    return own, notes


def _rows(data: pd.DataFrame, which: pd.Series) -> pd.DataFrame:
    found = data[which]
    found.attrs = data.attrs
    return found


def _told(data: pd.DataFrame, group: str, names: list[object]) -> str:
    """Names of groups with their sizes, as "open platform (27)"."""
    counts = data[group].value_counts()
    return ", ".join(f"{name} ({counts[name]})" for name in names)
