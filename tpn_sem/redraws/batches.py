"""What replicates give: a row of numbers each, NaN where one failed, and why it failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import ConvergenceWarning, warn_user
from ..numerics import Array


@dataclass(frozen=True, eq=False)
class Batch:
    """Numbers of several replicates.

    Attributes
    ----------
    values : array, shape (r, k)
        NaN where a replicate failed.
    problems : tuple of str
        Why replicates failed, one for each that did.
    """

    values: Array
    problems: tuple[str, ...] = ()

    @property
    def reasons(self) -> pd.Series:
        """How many replicates failed, by reason, most frequent first."""
        return pd.Series(Counter(self.problems), dtype=int).sort_values(ascending=False)


def joined_batches(batches: Iterable[Batch]) -> Batch:
    """Several batches, one after the other."""
    parts = list(batches)
    return Batch(
        np.concatenate([part.values for part in parts]),
        tuple(problem for part in parts for problem in part.problems),
    )


def warn_of_failures(reasons: pd.Series, n: int, what: str) -> None:
    """Say how many of n failed, and why most of them did."""
    if len(reasons):
        said = "; ".join(f"{count} {reason}" for reason, count in reasons.head(3).items())
        warn_user(
            f"{reasons.sum()} of {n} {what} could not be fitted and are left out: {said}",
            ConvergenceWarning,
        )
