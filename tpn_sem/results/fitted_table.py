"""The parameter table of a fit: the model with its estimates, to be edited and fitted again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..estimation import Estimation
from ..specification import parameter_frame, with_lines
from .estimates import estimates_table
from .shown_levels import with_levels


def fitted_table(estimation: Estimation) -> pd.DataFrame:
    """See `Fit.parameter_table`."""
    specification = estimation.specification
    table = with_lines(parameter_frame(specification.table, specification.statements))
    found = estimates_table(estimation)[["estimate", "se"]].to_numpy()
    count = len(specification.table.rows)
    has_value = (table.index < count) | (table["op"] == ":=")
    numbers = np.full((len(table), 2), np.nan)
    numbers[has_value] = found
    return with_levels(table.assign(estimate=numbers[:, 0], se=numbers[:, 1]))
