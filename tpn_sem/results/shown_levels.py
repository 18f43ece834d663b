"""Tables of a model of two levels: plain names, and the level beside them."""

from __future__ import annotations

import pandas as pd

from ..language import has_levels, level_of, plain_name

TITLES = {1: "Level 1, within clusters", 2: "Level 2, between clusters"}


def with_levels(table: pd.DataFrame) -> pd.DataFrame:
    """A table of parameters with plain names and a column ``level``; as it is without levels.

    Defined parameters are of no level: 0.
    """
    if not len(table) or not has_levels(table["lhs"]):
        return table
    named = table["op"] != ":="
    levels = table["lhs"].map(level_of).where(named, 0)
    shown = table.assign(
        lhs=table["lhs"].map(plain_name).where(named, table["lhs"]),
        rhs=table["rhs"].map(plain_name).where(named, table["rhs"]),
    )
    shown.insert(shown.columns.get_loc("rhs") + 1, "level", levels.astype(int))
    return shown


def effects_by_level(table: pd.DataFrame) -> pd.DataFrame:
    """A table of effects in the same way: none leads from a level to the other."""
    if not has_levels(table["from"]):
        return table
    shown = table.assign(
        **{side: table[side].map(plain_name) for side in ("from", "to")},
        through=[" → ".join(map(plain_name, text.split(" → "))) for text in table["through"]],
    )
    levels = table["from"].map(level_of)
    shown.insert(shown.columns.get_loc("through") + 1, "level", levels.astype(int))
    return shown


def matrix_by_level(table: pd.DataFrame) -> pd.DataFrame:
    """A matrix of variables, means in a last column, stacked by level; as it is without levels."""
    if not has_levels(table.index):
        return table
    parts = {}
    for level in TITLES:
        own = [name for name in table.index if level_of(name) == level]
        part = table.loc[own, own + [name for name in ("~1",) if name in table]]
        parts[level] = part.rename(index=plain_name, columns=plain_name)
    return pd.concat(parts, names=["level"])


def series_by_level(values: pd.Series) -> pd.Series:
    """Values of variables, with the level before the last index level; as it is without levels."""
    names = values.index.get_level_values(-1)
    if not has_levels(names):
        return values
    index = values.index.to_frame(index=False)
    last = index.columns[-1]
    index.insert(len(index.columns) - 1, "level", [level_of(name) for name in names])
    index[last] = [plain_name(name) for name in names]
    return values.set_axis(pd.MultiIndex.from_frame(index)).sort_index(
        level="level", sort_remaining=False, kind="stable"
    )
