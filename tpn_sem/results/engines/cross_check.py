"""Two engines side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...drawing import Shown, Table
from ...errors import NotAvailableError, choose
from ...estimation import Estimation
from ...model_fit.indices import Evidence
from ...specification import key
from .engine import Engine, EngineResult
from .semopy import Semopy

SHIPPED: dict[str, Engine] = {"semopy": Semopy()}


@dataclass(frozen=True, eq=False, repr=False)
class CrossCheck(Shown):
    """A model fitted twice.

    Attributes
    ----------
    engine, version : str
    table : DataFrame
        Columns lhs, op, rhs, estimate, other_estimate, difference, se, other_se of the free
        parameters; empty where the engine cannot fit the model.
    fit : DataFrame
        Chi-square and degrees of freedom of both.
    missing : tuple of str
        What the model needs that the engine lacks or gets wrong.
    """

    engine: str
    version: str
    table: pd.DataFrame
    fit: pd.DataFrame
    missing: tuple[str, ...]

    @property
    def possible(self) -> bool:
        """Whether the other engine can fit the model."""
        return not self.missing

    @property
    def largest_difference(self) -> float:
        """Largest difference of two estimates, in standard errors; NaN where impossible."""
        if not self.possible:
            return float("nan")
        return float((self.table["difference"] / self.table["se"]).abs().max())

    def _text(self) -> str:
        if not self.possible:
            return f"{self.engine} cannot fit this model: it lacks {'; '.join(self.missing)}."
        return (
            f"tpn_sem and {self.engine} {self.version}: the largest difference of an estimate is "
            f"{self.largest_difference:.2g} standard errors.\n{Table(self.fit, digits=4)}\n"
            f"{Table(self.table, index=False, digits=4)}"
        )


def cross_check(
    estimation: Estimation, estimates: pd.DataFrame, evidence: Evidence, engine: str | Engine
) -> CrossCheck:
    """Fit the same model through another engine; see `Fit.cross_check`."""
    other = SHIPPED[choose("engine", engine, SHIPPED)] if isinstance(engine, str) else engine
    if not estimation.converged:
        raise NotAvailableError("the fit did not converge: there is nothing to check.")
    missing = other.limits(estimation)
    if missing:
        return CrossCheck(other.name, "", pd.DataFrame(), pd.DataFrame(), tuple(missing))
    result = other.fit(estimation)
    return CrossCheck(
        other.name, result.version, _side_by_side(estimates, result), _fits(evidence, result), ()
    )


def _fits(evidence: Evidence, result: EngineResult) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "tpn_sem": [evidence.chi_square, float(evidence.degrees_of_freedom)],
            "other": [result.chi_square, result.degrees_of_freedom],
        },
        index=pd.Index(["chisq", "df"], name="measure"),
    )


def _side_by_side(estimates: pd.DataFrame, result: EngineResult) -> pd.DataFrame:
    theirs = {}
    for row in result.estimates.itertuples():
        theirs[key(row.lhs, row.op, row.rhs)] = (row.estimate, row.se)
    rows = []
    for row in estimates[estimates["free"]].itertuples():
        place = key(row.lhs, row.op, row.rhs)
        if row.op == "=~" and place not in theirs:
            place = (row.rhs, "~", row.lhs)
        other, error = theirs.get(place, (np.nan, np.nan))
        rows.append((row.lhs, row.op, row.rhs, row.estimate, other, row.se, error))
    columns = ["lhs", "op", "rhs", "estimate", "other_estimate", "se", "other_se"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(5, "difference", table["other_estimate"] - table["estimate"])
    return table
