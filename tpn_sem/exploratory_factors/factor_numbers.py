"""Several numbers of factors side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from ..drawing import Shown, Table
from ..errors import NotAvailableError
from ..fit import overview
from .exploratory_result import ExploratoryFactors

_MEASURES = ("npar", "df", "cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr")
_CRITERIA = ("aic", "bic")


@dataclass(frozen=True, eq=False, repr=False)
class FactorNumbers(Shown):
    """Exploratory factor analyses with several numbers of factors.

    Attributes
    ----------
    solutions : dict of int to ExploratoryFactors
        Those that could be had; ``found[3]`` is the one with three factors.
    table : DataFrame
        A row per number of factors: chisq and pvalue (of the test to believe), df, cfi, tli, rmsea
        with its interval, srmr, aic, bic, minima (of the rotation), problem (why there is none).
    """

    solutions: Mapping[int, ExploratoryFactors]
    table: pd.DataFrame

    def __getitem__(self, n_factors: int) -> ExploratoryFactors:
        if n_factors not in self.solutions:
            known = ", ".join(map(str, self.solutions)) or "none"
            raise NotAvailableError(f"there is no solution with {n_factors} factors, but {known}.")
        return self.solutions[n_factors]

    def __iter__(self) -> Iterator[int]:
        return iter(self.solutions)

    def __len__(self) -> int:
        return len(self.solutions)

    def _views(self) -> list[str | Table]:
        notes = [
            f"{number} factors: {note}"
            for number, found in self.solutions.items()
            for note in found.notes
        ]
        return [Table(self.table, "Numbers of factors"), *dict.fromkeys(notes)]


def numbers_table(found: Mapping[int, ExploratoryFactors | str]) -> pd.DataFrame:
    """A row per number of factors, with measures or the reason why there are none."""
    rows = {}
    for number, one in found.items():
        rows[number] = {"problem": one} if isinstance(one, str) else _row(one)
    table = pd.DataFrame(list(rows.values()), index=list(rows))
    table.index.name = "factors"
    words = ["chisq", "pvalue", *_MEASURES, *_CRITERIA, "minima", "problem"]
    return table[[word for word in words if word in table]]


def _row(one: ExploratoryFactors) -> dict[str, object]:
    minima = {"minima": max(one.rotation.n_minima, 1), "problem": ""}
    if one.fitted is None:
        return minima
    fit = one.fitted
    known = [name for name in (*_MEASURES, *_CRITERIA) if name in fit.measures]
    problem = "" if fit.converged else "the fit did not converge"
    return {**overview(fit, known), **minima, "problem": problem}
