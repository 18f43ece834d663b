"""What all estimates that come in steps can be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import check_level, checked
from ..drawing import Shown, Table
from ..estimation import TwoStepEstimation
from ..results import FreeParameters, NamedRows, estimates_table, standardized_table, statements_of
from ..specification import Parameter


@dataclass(frozen=True, eq=False, repr=False)
class StepwiseFit(Shown, FreeParameters):
    """Estimates of a model that come in steps.

    Attributes
    ----------
    estimation : TwoStepEstimation
        The whole model at the estimates, with the covariance matrix of both steps.
    notes : tuple of str
        What must be known before the numbers are used.
    """

    estimation: TwoStepEstimation
    notes: tuple[str, ...]

    def _step(self, row: Parameter) -> str:
        """In which step a parameter was estimated."""
        raise NotImplementedError

    @property
    def n_observations(self) -> int:
        """Number of observations used, over all groups."""
        return self.estimation.n_observations

    @property
    def estimates(self) -> pd.DataFrame:
        """A row per parameter with 95% intervals, see `estimates_at`."""
        return self.estimates_at(0.95)

    @checked
    def estimates_at(self, level: float) -> pd.DataFrame:
        """A row per parameter, fixed and defined ones included, as `Fit.estimates` has them.

        Parameters
        ----------
        level : float
            Of the intervals.

        Returns
        -------
        DataFrame
            Columns lhs, op, rhs, group, label, free, step, estimate, se, z, p_value, ci_lower,
            ci_upper.
        """
        check_level(level)
        table = estimates_table(self.estimation, level)
        rows = self.estimation.specification.table.rows
        steps = [self._step(row) for row in rows]
        table.insert(6, "step", steps + [""] * (len(table) - len(steps)))
        return NamedRows.of(table)

    @checked
    def standardized(self, kind: str = "all", *, level: float = 0.95) -> pd.DataFrame:
        """Standardised estimates with delta-method standard errors; as `Fit.standardized`.

        Parameters
        ----------
        kind : {"all", "lv", "nox"}
            Standardise all variables; latent ones only; all but exogenous observed ones.
        level : float
            Of the intervals.
        """
        check_level(level)
        return NamedRows.of(standardized_table(self.estimation, kind, level))

    @property
    def _names(self) -> frozenset[str]:
        return self.estimation.specification.names

    def _shown_estimates(self, steps: Sequence[str], title: str) -> Table:
        """The free estimates of some steps."""
        table = self.estimates
        kept = table["step"].isin(steps) & (table["free"] | (table["op"] == ":="))
        columns = ["estimate", "se", "z", "p_value", "ci_lower", "ci_upper"]
        names = np.array(statements_of(table), dtype=object)[kept.to_numpy()]
        return Table(pd.DataFrame(table.loc[kept, columns]).set_axis(names, axis=0), title)
