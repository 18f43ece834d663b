"""Tables of a model of two levels: plain names, and the level beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..language import BETWEEN, carried, has_levels, level_of, plain_name

TITLES = {1: "Level 1, within clusters", 2: "Level 2, between clusters"}


def with_levels(table: pd.DataFrame) -> pd.DataFrame:
    """A table of parameters with plain names and a column ``level``; as it is without levels.

    Defined parameters are of no level: 0.
    """
    if not len(table) or not has_levels(table["lhs"]):
        return table
    table = _with_slopes(table)
    named = table["op"] != ":="
    levels = table["lhs"].map(level_of).where(named, 0)
    shown = table.assign(
        lhs=table["lhs"].map(plain_name).where(named, table["lhs"]),
        rhs=table["rhs"].map(plain_name).where(named, table["rhs"]),
    )
    shown.insert(shown.columns.get_loc("rhs") + 1, "level", levels.astype(int))
    return shown


def effects_with_levels(table: pd.DataFrame) -> pd.DataFrame:
    """Effects with plain names and a column ``level``; as they are without levels."""
    if not len(table) or not has_levels(table["to"]):
        return table
    shown = table.assign(level=table["to"].map(level_of))
    for name in ("from", "to"):
        shown[name] = table[name].map(plain_name)
    shown["through"] = table["through"].map(lambda path: str(path).replace(BETWEEN, ""))
    columns = list(table.columns)
    columns.insert(columns.index("group"), "level")
    shown = shown[columns]
    shown.attrs.update(table.attrs)
    return shown


def _with_slopes(table: pd.DataFrame) -> pd.DataFrame:
    """Regressions with a random slope under its label, without the variables that carry them.

    The slope stands at level 2; its place within clusters holds no number.
    """
    pairs = table["rhs"].map(carried)
    if not pairs.map(bool).any():
        return table
    is_path = table["op"] == "~"
    kept = ~(table["lhs"].map(carried).map(bool) | (pairs.map(bool) & ~is_path))
    table, pairs = table[kept].copy(), pairs[kept]
    random = pairs.map(bool)
    table.loc[random, "rhs"] = [pair[0] for pair in pairs[random]]
    if "label" in table:
        table.loc[random, "label"] = [pair[1] for pair in pairs[random]]
    numbers = table.select_dtypes("number").columns
    table.loc[random, numbers] = np.nan
    return table.reset_index(drop=True)


def matrix_by_level(table: pd.DataFrame) -> pd.DataFrame:
    """A matrix of variables, means in a last column, stacked by level; as it is without levels."""
    if not has_levels(table.index):
        return table
    parts = {}
    for level in TITLES:
        own = [name for name in table.index if level_of(name) == level and not carried(name)]
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
