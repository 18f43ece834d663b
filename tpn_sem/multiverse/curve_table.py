"""The table of a curve: a row for every specification and path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .curve_fits import NUMBERS, Outcome
from .specifications import Specifications

STATES = ("fitted", "improper", "not converged", "refused", "not asked")


def curve_table(
    specifications: Specifications,
    outcomes: Mapping[int, Outcome],
    not_asked: Mapping[int, str],
    paths: Sequence[str],
) -> pd.DataFrame:
    """A row per specification and path.

    Columns specification (from 1), one for each choice, path, estimate, se, p_value, ci_lower,
    ci_upper, n, state, reason.
    """
    names = [choice.name for choice in specifications.choices]
    rows = []
    for number, levels in enumerate(specifications.levels):
        for path in paths:
            rows.append(
                {
                    "specification": number + 1,
                    **dict(zip(names, levels, strict=True)),
                    "path": path,
                    **_row(outcomes.get(number), not_asked.get(number, ""), path),
                }
            )
    return pd.DataFrame(rows)


def _row(outcome: Outcome | None, reason: str, path: str) -> dict[str, object]:
    """Numbers, state and reason."""
    nothing: dict[str, object] = dict.fromkeys(NUMBERS, np.nan)
    if outcome is None:
        return {**nothing, "n": 0, "state": "not asked", "reason": reason}
    own = {"n": outcome.n, "state": outcome.state, "reason": outcome.reason}
    if path in outcome.numbers:
        numbers = outcome.numbers[path]
        if outcome.state == "fitted" and not numbers["se"] > 0.0:
            own |= {"state": "not asked", "reason": "the path is fixed, or has no standard error"}
        return {**numbers, **own}
    if outcome.state in ("fitted", "improper"):
        own |= {"state": "not asked", "reason": f"the model has no path {path}"}
    return {**nothing, **own}


def counted(table: pd.DataFrame) -> pd.DataFrame:
    """The rows that count: proper solutions that have the path."""
    return table[table["state"] == "fitted"]
