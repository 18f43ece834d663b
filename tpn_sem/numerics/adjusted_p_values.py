"""P-values adjusted for how many tests there are."""

from __future__ import annotations

import numpy as np

from .linalg import Array

ADJUSTMENTS = ("holm", "fdr", "none")


def adjusted_p_values(p_values: Array, adjustment: str) -> Array:
    """P-values adjusted for their number, shape (k,); NaN are no tests and stay.

    Holm (1979) for the chance of any false alarm; Benjamini & Hochberg (1995) for the share of
    false alarms ("fdr").
    """
    result = np.array(p_values, dtype=float)
    known = np.flatnonzero(np.isfinite(result))
    count = len(known)
    if adjustment == "none" or count == 0:
        return result
    order = known[np.argsort(result[known], kind="stable")]
    ranked = result[order]
    if adjustment == "holm":
        raised = np.maximum.accumulate(ranked * (count - np.arange(count)))
    else:
        steps = ranked * count / (1.0 + np.arange(count))
        raised = np.minimum.accumulate(steps[::-1])[::-1]
    result[order] = np.minimum(raised, 1.0)
    return result
