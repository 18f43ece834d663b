"""What equations by instrumental variables say."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..drawing import Table
from ..specification import Parameter
from .stepwise_fit import StepwiseFit

EQUATIONS, REST = "equations", "variances"


@dataclass(frozen=True, eq=False, repr=False)
class TwoStageLeastSquares(StepwiseFit):
    """A model whose equations were each estimated by two-stage least squares.

    Made by `two_stage_least_squares`.

    Attributes
    ----------
    estimation : TwoStepEstimation
        The whole model at the estimates.
    notes : tuple of str
        What must be known before the numbers are used.
    equations : DataFrame
        A row per group and equation: group, variable, predictors, outcome and scaling (the
        observed variables that stand for them), instruments, n_instruments, chosen ("model" or
        "given"), chisq, df, p_value (Sargan's test, or the robust one), p_adjusted (Holm),
        first_stage_f.
    """

    equations: pd.DataFrame

    def _step(self, row: Parameter) -> str:
        return EQUATIONS if row.operator in ("=~", "~") else REST

    def _views(self) -> list[str | Table]:
        shown: list[str | Table] = [
            f"Two-stage least squares, {self.n_observations} observations",
            *(f"! {note}" for note in self.notes),
        ]
        columns = ["variable", "predictors", "instruments", "chisq", "df", "p_value", "p_adjusted"]
        if self.equations["group"].any():
            columns.insert(0, "group")
        shown.append(Table(self.equations[columns], "Equations", index=False))
        shown.append(self._shown_estimates([EQUATIONS, ""], "Coefficients"))
        shown.append(self._shown_estimates([REST], "Variances and covariances"))
        return shown
