"""Names under which statsmodels has what a fit has, for code and hands that know these."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ..arguments import check_level, checked
from .estimates import estimates_table
from .free_parameters import FreeParameters
from .predicted_outcomes import observed_outcomes, predicted_outcomes

if TYPE_CHECKING:
    from ..estimation import Estimation


class FamiliarNames(FreeParameters):
    """statsmodels' names of results; each is one of the library's own.

    A class that has them gives `estimation`, `measures` and `n_observations`.
    """

    if TYPE_CHECKING:
        estimation: Estimation

        measures: Any
        n_observations: Any

    @property
    def params(self) -> pd.Series:
        """Free parameters, as `coef`."""
        return self.coef

    @property
    def bse(self) -> pd.Series:
        """Standard errors of the free parameters."""
        return pd.Series(np.sqrt(np.diag(self.vcov)), index=self.coef.index, name="se")

    @property
    def tvalues(self) -> pd.Series:
        """Free parameters over their standard errors."""
        return (self.coef / self.bse.to_numpy()).rename("z")

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided p-values of the free parameters against zero.

        With errors for few clusters those of Student's t, as in `estimates`.
        """
        found = estimates_table(self.estimation)["p_value"]
        places = self.estimation.specification.free_places
        return pd.Series(found.to_numpy()[places], index=self.coef.index, name="p_value")

    @checked
    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Confidence intervals of the free parameters.

        Parameters
        ----------
        level : float
            Probability that an interval covers, .95 for 95%; statsmodels' ``alpha`` is 1 - level.

        Returns
        -------
        DataFrame
            Columns ci_lower and ci_upper, a row per free parameter, as `coef`.
        """
        check_level(level)
        found = estimates_table(self.estimation, level)
        places = self.estimation.specification.free_places
        return found.iloc[places][["ci_lower", "ci_upper"]].set_axis(self.coef.index, axis=0)

    @checked
    def cov_params(self) -> pd.DataFrame:
        """Covariance matrix of the free parameters' estimates, as `vcov`."""
        return self.vcov

    @property
    def nobs(self) -> int:
        """Number of observations."""
        return self.n_observations

    @property
    def aic(self) -> float:
        """Akaike's criterion; NaN without a likelihood."""
        return float(self.measures["aic"])

    @property
    def bic(self) -> float:
        """Schwarz' criterion; NaN without a likelihood."""
        return float(self.measures["bic"])

    @property
    def llf(self) -> float:
        """Log-likelihood; NaN where there is none."""
        return float(self.measures["logl"])

    @property
    def df_resid(self) -> float:
        """Degrees of freedom of the model."""
        return float(self.measures["df"])

    @property
    def df_model(self) -> int:
        """Number of free parameters, less those that constraints take."""
        return int(self.measures["npar"])

    @checked
    def predict(
        self,
        data: pd.DataFrame | None = None,
        *,
        outcomes: list[str] | None = None,
        predictors: list[str] | None = None,
    ) -> pd.DataFrame:
        """Means of observed outcomes given observed predictors, through the model.

        The model's implied moments give the regression, so that what it restricts is used. Factor
        scores are another matter: see `factor_scores`. de Rooij et al. (2023).

        Parameters
        ----------
        data : DataFrame, optional
            New rows with the predictors (and the group); those of the fit if not given.
        outcomes : list of str, optional
            What is predicted; if not given, all observed variables that are no predictors.
        predictors : list of str, optional
            From what; if not given, the exogenous variables, or all that are no outcomes. A row
            that lacks some is predicted from those that it has, and one that lacks all is NaN.

        Returns
        -------
        DataFrame
            A row per row of the data, a column per outcome.

        Raises
        ------
        NotAvailableError
            For ordinal items, levels, products of factors, or without predictors.
        OptionError, DataError
        """
        return predicted_outcomes(self.estimation, data, outcomes, predictors)

    @property
    def fittedvalues(self) -> pd.DataFrame:
        """Outcomes of the rows of the fit as its predictors predict them, see `predict`."""
        return predicted_outcomes(self.estimation)

    @property
    def resid(self) -> pd.DataFrame:
        """Outcomes of the rows of the fit less `fittedvalues`."""
        fitted = self.fittedvalues
        return observed_outcomes(self.estimation, list(fitted.columns)) - fitted
