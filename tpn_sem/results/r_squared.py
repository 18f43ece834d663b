"""R²: the share of variance that a model explains."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..language import carried, level_of

_ROUNDING = 1e-8


def r_squared(estimation: Estimation) -> pd.Series:
    """Share of explained variance of each variable that the model explains.

    Returns
    -------
    Series
        Indexed by variable, or by group and variable where there are several groups. NaN where
        the residual variance, or the explained one, is negative.
    """
    values: dict[tuple[str, str], float] = {}
    rows = estimation.specification.table.rows
    for group, label in enumerate(estimation.samples.labels):
        own = [row for row in rows if row.group == group]
        explained = [row.rhs for row in own if row.operator == "=~"]
        explained += [row.lhs for row in own if row.operator == "~"]
        pattern = estimation.specification.patterns[group]
        names = pattern.names
        cells = estimation.implied[group].values
        total = np.diagonal(estimation.implied[group].all_covariance)
        slopes = any(map(carried, names))  # with which variances within clusters differ
        for name in dict.fromkeys(explained):
            place = names.index(name)
            diagonal = (pattern.kind == 1) & (pattern.row == place) & (pattern.column == place)
            residual = float(cells[diagonal].sum())
            share = 1.0 - residual / total[place]
            varies = slopes and level_of(name) == 1
            is_share = not varies and residual >= 0.0 and total[place] > 0.0 and share > -_ROUNDING
            values[label, name] = share if is_share else float("nan")
    series = pd.Series(values, dtype=float)
    series.index = pd.MultiIndex.from_tuples(values, names=["group", "variable"])
    return series.droplevel("group") if len(estimation.samples.labels) == 1 else series
