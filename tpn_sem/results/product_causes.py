"""Products among the causes of a group: what their coefficients are standardised by."""

from __future__ import annotations

import numpy as np

from ..estimation import Estimation
from ..specification import PATH, Pattern, parts_of


def product_causes(estimation: Estimation, pattern: Pattern) -> dict[int, list[int]]:
    """Cells of coefficients of products, with the places of the variables that are multiplied.

    A product's coefficient is standardised by these and not by the product's own deviation, so
    that it is the change of a standardised slope by one deviation. Wen, Marsh & Hau (2010).
    """
    rows = estimation.specification.table.rows
    found = {}
    for cell in np.flatnonzero(pattern.kind == PATH):
        row = rows[pattern.table_rows[cell]]
        parts = parts_of(row.rhs, pattern.names) if row.operator == "~" else ()
        if parts:
            found[int(cell)] = [pattern.names.index(name) for name in parts]
    return found
