"""The exploratory step of the study: how many factors, and which items go together."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..drawing import Shown, Table, format_below_one
from ..errors import NotAvailableError, TpnSemError, TpnSemWarning
from ..exploration import explore
from ..exploration.number_of_factors import NumberOfFactors, number_of_factors
from ..exploratory_factors import ExploratoryFactors, efa

SEED = 2020


@dataclass(frozen=True, eq=False, repr=False)
class Exploration(Shown):
    """The exploratory step.

    Attributes
    ----------
    counted : NumberOfFactors or None
        What each rule says of the number of factors, in complete rows; None where there are too
        few of them.
    factors : ExploratoryFactors or None
        As many factors as the instrument has constructs, rotated by geomin; fitted as the variants
        are, but that standard errors are not corrected for few schools.
    note : str
        What computed the loadings and whether another program finds the same, or why there are
        none.
    """

    counted: NumberOfFactors | None
    factors: ExploratoryFactors | None
    note: str

    def _views(self) -> Iterable[str | Table]:
        yield self.note
        yield from () if self.counted is None else self.counted._views()
        yield from () if self.factors is None else self.factors._views()

    @property
    def eigenvalues(self) -> pd.DataFrame:
        """Of parallel analysis; empty where it could not be done."""
        return pd.DataFrame() if self.counted is None else self.counted.eigenvalues

    @property
    def n_factors(self) -> int:
        """How many parallel analysis suggests; 0 for none."""
        if self.counted is None:
            return 0
        found = self.counted.table.at["parallel", "n_factors"]
        return 0 if pd.isna(found) else int(found)

    @property
    def loadings(self) -> pd.DataFrame:
        """Rotated loadings; empty where there are none."""
        return pd.DataFrame() if self.factors is None else self.factors.loadings


def explore_items(
    data: pd.DataFrame,
    items: list[str],
    complete: np.ndarray,
    n_constructs: int,
    options: Mapping[str, Any],
) -> Exploration:
    """How many factors by each rule, and as many factors as there are constructs."""
    whole = data.loc[complete, items]
    reasons = []
    counted: NumberOfFactors | None = None
    factors: ExploratoryFactors | None = None
    kept = {name: value for name, value in options.items() if name != "se"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        try:
            counted = number_of_factors(whole, seed=SEED)
        except TpnSemError as error:
            reasons.append(f"the number of factors is not explored: {error}")
        try:
            factors = efa(data, n_constructs, items=items, **kept)
        except TpnSemError as error:
            reasons.append(f"no exploratory loadings: {error}")
    if factors is not None:
        reasons.append(f"geomin. {_second_opinion(factors.loadings, whole)}")
    return Exploration(counted, factors, " ".join(reasons))


def _second_opinion(loadings: pd.DataFrame, whole: pd.DataFrame) -> str:
    """How alike factor_analyzer's loadings of complete rows are (Tucker's congruence)."""
    if loadings.shape[1] < 2 or len(whole) <= whole.shape[1]:
        return ""
    try:
        other = explore(whole, loadings.shape[1])
    except NotAvailableError as error:
        return f"No second opinion: {error}"
    one, two = (np.asarray(table, dtype=float) for table in (loadings, other))
    sizes = np.linalg.norm(one, axis=0)[:, None] * np.linalg.norm(two, axis=0)
    alike = np.abs(one.T @ two / sizes).max(axis=1).min()
    return (
        f"{other.attrs['engine']} (minres, oblimin, complete rows) finds factors whose congruence "
        f"with these is {format_below_one(alike, 2)} or more."
    )


def exploration_note(found: Exploration) -> list[str]:
    """Why there was no exploratory step, if there was none."""
    return [found.note] if found.counted is None or found.factors is None else []
