"""What a structure fitted after its measurement says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..drawing import Table, p_phrase
from ..errors import NotAvailableError
from ..fit import Fit
from ..fresh_property import fresh_property
from ..model_fit.tests import FitTest
from ..specification import Parameter
from .stepwise_fit import StepwiseFit

MEASUREMENT, STRUCTURE = "measurement", "structure"
_MEASURES = {
    "chisq": "chisq_scaled",
    "df": "df_scaled",
    "pvalue": "pvalue_scaled",
    "cfi": "cfi_robust",
    "rmsea": "rmsea_robust",
    "srmr": "srmr",
}


@dataclass(frozen=True, eq=False, repr=False)
class StructuralAfterMeasurement(StepwiseFit):
    """A structural model fitted after its measurement models.

    Made by `structural_after_measurement`.

    Attributes
    ----------
    estimation : TwoStepEstimation
        The whole model at the estimates, with the covariance matrix of both steps.
    notes : tuple of str
        What must be known before the numbers are used.
    method : {"local", "global"}
    measurement : dict of str to Fit
        The fit of each block, by the names of its factors.
    structural : Fit or None
        Of "local": the fit to the estimated moments of the factors, as if these were observed. Its
        errors and tests take these as known.
    latent_covariance : DataFrame
        Estimated covariances of factors and other variables of the structure, (k, k), stacked by
        group, from the measurement models alone.
    latent_means : DataFrame or None
        A row per group; None without a mean structure.
    test : FitTest or None
        Of "local": the chi-square of the structure corrected for the measurement, whose moments
        of factors are estimates (`scaling_factor` is what it was divided by).
    """

    method: str
    measurement: dict[str, Fit]
    structural: Fit | None
    latent_covariance: pd.DataFrame
    latent_means: pd.DataFrame | None
    test: FitTest | None

    def _step(self, row: Parameter) -> str:
        items = self.estimation.specification.roles.items
        return MEASUREMENT if row.operator == "=~" or row.lhs in items else STRUCTURE

    @fresh_property
    def measurement_fits(self) -> pd.DataFrame:
        """A row per block: factors, n_items, chisq, df, pvalue, cfi, rmsea, srmr.

        Corrected ones where the block's test is a corrected one, as with ordinal items.
        """
        rows = {}
        for name, fit in self.measurement.items():
            found = fit.measures
            corrected = bool(np.isfinite(found.get("chisq_scaled", np.nan)))
            names = _MEASURES.values() if corrected else _MEASURES
            values = dict(zip(_MEASURES, found[list(names)], strict=True))
            rows[name] = {"n_items": len(fit.estimation.specification.roles.items), **values}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("factors")

    @property
    def measures(self) -> pd.Series:
        """Fit measures of the structural part, given the measurement models.

        They take the factors' moments as observed, which they are not: chi-square and what
        follows from it are too large, see `test` for the corrected one.

        Raises
        ------
        NotAvailableError
            Of "global", which has no test of the structure alone.
        """
        if self.structural is None:
            raise NotAvailableError(
                "method='global' has no test of the structure alone: take method='local', or "
                "sem for a test of the whole model."
            )
        return self.structural.measures

    def _views(self) -> list[str | Table]:
        shown: list[str | Table] = [
            f"Structural after measurement ({self.method}), {self.n_observations} observations"
        ]
        shown += [f"! {note}" for note in self.notes]
        shown.append(Table(self.measurement_fits, "Measurement"))
        if self.test is not None and not self.test.reason:
            shown.append(
                f"Test of the structure, corrected for the measurement: chi-square"
                f"({self.test.degrees_of_freedom:g}) = {self.test.statistic:.3f}, "
                f"{p_phrase(self.test.p_value)}."
            )
        elif self.test is not None:
            shown.append(f"No test of the structure: {self.test.reason}.")
        shown.append(self._shown_estimates([STRUCTURE, ""], "Structure"))
        return shown
