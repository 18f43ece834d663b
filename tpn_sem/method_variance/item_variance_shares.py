"""Of what an item's variance consists: what it measures, method, and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..specification import fill

PARTS = ("trait", "method", "error")


def item_shares(models: Mapping[str, tuple[Estimation, str]], items: Sequence[str]) -> pd.DataFrame:
    """A row per model, group and item: trait, method, error, which add up to 1.

    Parameters
    ----------
    models : mapping of names to estimations and their method factors
    """
    rows = [
        {"model": name, "group": label, "item": item, **parts}
        for name, (found, factor) in models.items()
        for group, label in enumerate(found.samples.labels)
        for item, parts in _of_items(found, group, factor, items)
    ]
    columns = ["model", "group", "item"]
    return pd.DataFrame(rows, columns=[*columns, *PARTS]).set_index(columns)


def mean_shares(shares: pd.DataFrame) -> pd.DataFrame:
    """A row per model and group: mean shares, and the smallest and largest one of method."""
    by = shares.groupby(level=["model", "group"], sort=False)
    table = by[list(PARTS)].mean()
    table["least_method"], table["most_method"] = by["method"].min(), by["method"].max()
    return table


def _of_items(
    found: Estimation, group: int, factor: str, items: Sequence[str]
) -> Iterator[tuple[str, dict[str, float]]]:
    pattern, implied = found.specification.patterns[group], found.implied[group]
    total = np.asarray(implied.all_covariance)
    place = pattern.names.index(factor)
    rest = np.diag(fill(pattern, implied.values)[1])
    for item in items:
        at = pattern.names.index(item)
        # The method factor is uncorrelated with all others: its part is that of its covariance.
        method = float(total[at, place] ** 2 / total[place, place])
        error, variance = float(rest[at]), float(total[at, at])
        trait = variance - method - error
        values = np.array([trait, method, error]) / variance
        yield item, dict(zip(PARTS, values.tolist(), strict=True))
