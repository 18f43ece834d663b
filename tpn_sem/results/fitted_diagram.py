"""The path diagram of a fit, or of the difference between two of its groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ..drawing import DiagramOptions, PathDiagram, draw_path_diagram
from ..errors import NotAvailableError, OptionError, choose
from ..estimation import Estimation
from .delta_method import inference
from .estimates import estimated_values, estimates_table, standardized_table, standardized_values
from .r_squared import r_squared


def fitted_diagram(
    estimation: Estimation,
    standardized: bool,
    difference: Sequence[str] | None,
    options: DiagramOptions,
) -> PathDiagram:
    """The diagram with what must be said first; see `Fit.path_diagram`."""
    scale = "Standardised" if standardized else "Unstandardised"
    if difference is None:
        table = (
            standardized_table(estimation, "all") if standardized else estimates_table(estimation)
        )
        note, shares = f"{scale} estimates.", r_squared(estimation)
    else:
        table = _differences(estimation, standardized, difference)
        more, less = difference
        note = (
            f"{scale} estimates of {more} less those of {less}, with 95% intervals: blue where "
            f"larger in {more}, orange where smaller."
        )
        is_drawn = table["op"].isin(["=~", "~", "~~"]) & (table["lhs"] != table["rhs"])
        if bool((table["held"] & is_drawn).any()):
            note += " = Held equal in both."
        shares = pd.Series(dtype=float)
    if not estimation.admissible:
        note = f"IMPROPER SOLUTION, not to be interpreted. {note}"
    if not estimation.converged:
        note = "THE FIT DID NOT CONVERGE: these numbers are no estimates."
    roles = estimation.specification.roles
    return draw_path_diagram(table, roles, shares, note, options)


def _differences(estimation: Estimation, standardized: bool, groups: Sequence[str]) -> pd.DataFrame:
    """A row per parameter that both groups have, and that is not fixed in both.

    Raises
    ------
    NotAvailableError
        Where there is one group.
    OptionError
        Where a group is not known, or both are the same.
    """
    labels = list(estimation.samples.labels)
    if len(labels) == 1:
        raise NotAvailableError(
            "difference= needs a fit of several groups: fit the model with group=."
        )
    places = [labels.index(choose("difference", label, labels)) for label in groups]
    if places[0] == places[1]:
        raise OptionError(f"difference={groups!r} names one group twice; give two.")
    if standardized:
        values, slopes = standardized_values(estimation, "all")
    else:
        values, slopes = estimated_values(estimation)
    rows = estimation.specification.table.rows
    at = [
        {(r.lhs, r.operator, r.rhs): place for place, r in enumerate(rows) if r.group == group}
        for group in places
    ]
    both = [key for key in at[0] if key in at[1]]
    one, other = ([side[key] for key in both] for side in at)
    numbers = inference(estimation, values[one] - values[other], slopes[one] - slopes[other])
    names = pd.DataFrame(both, columns=["lhs", "op", "rhs"])
    held = np.asarray(numbers["se"] == 0.0)
    marks = {"group": "", "label": "", "free": True, "difference": True, "held": held}
    fixed = np.array([max(rows[side[key]].free for side in at) < 0 for key in both])
    return names.assign(**marks, **numbers)[~(fixed & held)].reset_index(drop=True)
