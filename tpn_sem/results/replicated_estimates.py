"""Tables of estimates whose errors and intervals come from bootstrap replicates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..numerics import two_sided
from ..redraws import BootstrapEstimation


def with_replicates(estimation: Estimation, table: pd.DataFrame, level: float) -> pd.DataFrame:
    """The same table with intervals of replicates, and errors of defined parameters by these.

    As it is where nothing was bootstrapped.
    """
    if not isinstance(estimation, BootstrapEstimation):
        return table
    replicates = estimation.replicates
    if replicates is None:
        return table
    ends = estimation.ends(level)
    defined = np.flatnonzero(table["op"] == ":=")
    rows = np.concatenate([estimation.specification.free_places, defined])
    changed = table.copy()
    changed.loc[rows, ["ci_lower", "ci_upper"]] = ends.to_numpy()
    errors = replicates.std().to_numpy()[-len(defined) or len(replicates.columns) :]
    if len(defined):
        changed.loc[defined, "se"] = errors
        changed.loc[defined, "z"] = changed.loc[defined, "estimate"] / errors
        changed.loc[defined, "p_value"] = two_sided(changed.loc[defined, "z"].to_numpy())
    return changed
