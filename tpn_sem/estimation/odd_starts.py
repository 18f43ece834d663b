"""Start values of the user's that imply correlations beyond one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..language import plain_name
from ..specification import COVARIANCE
from .objective import Objective
from .start_values import given_starts, start_values


def odd_starts(objective: Objective, given: Mapping[str, float]) -> str:
    """What is said of covariances that begin beyond what their variances allow; empty if nothing.

    The search may find its way from there, but hardly where the user meant.

    Parameters
    ----------
    given : mapping of str to float
        Start values by name, beside those of the model text.
    """
    specification = objective.specification
    asked = ~np.isnan(given_starts(specification, given))
    if not asked.any():
        return ""
    pairs: dict[str, None] = {}
    values = [moments.values for moments in objective.imply(start_values(objective, given))]
    for own, pattern in zip(values, specification.patterns, strict=True):
        is_cell = pattern.kind == COVARIANCE
        variance = {
            int(row): cell
            for cell, row in enumerate(pattern.row)
            if is_cell[cell] and row == pattern.column[cell]
        }
        for cell in np.flatnonzero(is_cell & (pattern.row != pattern.column)):
            places = int(pattern.row[cell]), int(pattern.column[cell])
            cells = [int(cell), *(variance[one] for one in places if one in variance)]
            theirs = pattern.free[cells]
            if len(cells) < 3 or not asked[theirs[theirs >= 0]].any():
                continue
            size, limit = own[cells[0]] ** 2, own[cells[1]] * own[cells[2]]
            if size > limit > 0.0:
                pairs[" and ".join(plain_name(pattern.names[one]) for one in places)] = None
    if not pairs:
        return ""
    return (
        f"start values imply a correlation beyond one of {', '.join(list(pairs)[:5])}: move them "
        "closer to the data, or leave them out."
    )
