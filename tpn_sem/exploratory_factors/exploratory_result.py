"""What an exploratory factor analysis found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..arguments import check_range, checked
from ..drawing import Shown, Table
from ..errors import NotAvailableError
from ..fit import Fit
from ..fresh_property import fresh_property
from ..numerics import Array
from ..results import RotationReport
from ..rotation import Turning
from .aligned_bootstrap import RotatedBootstrap, bootstrap_rotated
from .rotated_inference import rotated_estimates
from .rotated_solution import RotatedSolution

SALIENT = 0.3
"""Loadings from which on they are set off."""

_MEASURES = ("df", "cfi", "tli", "rmsea", "rmsea_ci_lower", "rmsea_ci_upper", "srmr", "bic")


@dataclass(frozen=True, eq=False, repr=False)
class ExploratoryFactors(Shown):
    """Rotated factors of standardised items.

    A column is reflected so that its loadings have a positive sum, and columns stand in the order
    of their items (or of the variance that they explain), where the criterion leaves them free.

    Attributes
    ----------
    items, factors : tuple of str
    solution : RotatedSolution
        The numbers behind the tables.
    turning : Turning
        How loadings were to be rotated.
    fitted : Fit or None
        The unrotated factors; None after principal axis factoring. `fit` is what to read.
    notes : tuple of str
        What must be known before the numbers are used.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    solution: RotatedSolution
    turning: Turning
    fitted: Fit | None
    notes: tuple[str, ...]

    @property
    def fit(self) -> Fit:
        """The fit of the unrotated factors.

        Raises
        ------
        NotAvailableError
            After principal axis factoring.
        """
        if self.fitted is None:
            raise NotAvailableError(
                "principal axis factoring fits no model: it has no standard errors, no test and no "
                "fit measures. Take estimator='minres', whose loadings are nearly the same."
            )
        return self.fitted

    @property
    def rotation(self) -> RotationReport:
        """The criterion, and the minima that the starts found."""
        return self.solution.report

    @property
    def measures(self) -> pd.Series:
        """All fit measures, as `Fit.measures`; no rotation changes them."""
        return self.fit.measures

    # Tables --------------------------------------------------------------------------------------

    @fresh_property
    def loadings(self) -> pd.DataFrame:
        """Rotated loadings (the pattern), items x factors."""
        return self._by_item(self.solution.loadings)

    @fresh_property
    def factor_correlations(self) -> pd.DataFrame:
        """Correlations of the factors."""
        names = list(self.factors)
        return pd.DataFrame(self.solution.correlations, index=names, columns=names)

    @fresh_property
    def structure(self) -> pd.DataFrame:
        """Correlations of items and factors, items x factors."""
        return self._by_item(self.solution.structure)

    @fresh_property
    def communalities(self) -> pd.Series:
        """Share of each item's variance that the factors explain."""
        values = (self.solution.loadings * self.solution.structure).sum(axis=1)
        return pd.Series(values, index=self._rows, name="communality")

    @fresh_property
    def variance_explained(self) -> pd.DataFrame:
        """A row per factor: sum_of_squares, share of all variance, cumulative, share_of_common.

        With correlated factors a factor's part is the sum of its loadings times its correlations
        with the items; the parts add up to the sum of the communalities.
        """
        sums = (self.solution.loadings * self.solution.structure).sum(axis=0)
        share = sums / len(self.items)
        columns = {
            "sum_of_squares": sums,
            "share": share,
            "cumulative": share.cumsum(),
            "share_of_common": sums / sums.sum(),
        }
        return pd.DataFrame(columns, index=pd.Index(self.factors, name="factor"))

    @fresh_property
    def estimates(self) -> pd.DataFrame:
        """A row per loading and per correlation of factors, with errors by the delta method.

        Columns lhs, op, rhs, estimate, se, z, p_value, ci_lower, ci_upper (95%).
        """
        return rotated_estimates(self.fit.estimation, self.solution, self.items, self.factors)

    @fresh_property
    def standard_errors(self) -> pd.DataFrame:
        """Of the rotated loadings, items x factors."""
        table = self.estimates.query("op == '=~'")
        return self._by_item(table["se"].to_numpy().reshape(len(self.items), -1))

    @fresh_property
    def correlation_standard_errors(self) -> pd.DataFrame:
        """Of the correlations of the factors; zero on the diagonal, and where fixed."""
        names = list(self.factors)
        found = pd.DataFrame(0.0, index=names, columns=names)
        for row in self.estimates.query("op == '~~'").itertuples():
            found.loc[row.lhs, row.rhs] = found.loc[row.rhs, row.lhs] = row.se
        return found

    # More ----------------------------------------------------------------------------------------

    @checked
    def factor_scores(
        self, method: str | None = None, data: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Scores of the rotated factors, a row per row of the data.

        Parameters
        ----------
        method : {"regression", "Bartlett", "EBM"}, optional
            As `Fit.factor_scores`.
        data : DataFrame, optional
            Other rows with the same items.
        """
        if method == "Bartlett" and self.solution.scores.shape[0] != len(self.factors):
            raise NotAvailableError(
                "Bartlett scores need as many factors as were fitted; Schmid and Leiman's are one "
                "more: take method='regression'."
            )
        found = self.fit.factor_scores(method=method, data=data)
        values = found.to_numpy() @ self.solution.scores
        return pd.DataFrame(values, index=found.index, columns=list(self.factors))

    @checked
    def bootstrap(self, n: int = 1000, *, seed: int | None = None) -> RotatedBootstrap:
        """Refit to resampled rows, or clusters, rotate each, and match its factors to these.

        Parameters
        ----------
        n : int
            Number of replicates.
        seed : int, optional
        """
        check_range("n", n, 2, 10_000_000)
        return bootstrap_rotated(
            self.fit, self.solution, self.turning, self.items, self.factors, n, seed
        )

    @property
    def _rows(self) -> pd.Index:
        return pd.Index(self.items, name="item")

    def _by_item(self, values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=self._rows, columns=list(self.factors))

    def _views(self) -> list[str | Table]:
        table = self.loadings.assign(communality=self.communalities)
        kinds = {**dict.fromkeys(self.factors, "loading"), "communality": "correlation"}
        said = f"{SALIENT:.2f}"
        note = f"In bold, as text with *: {said} and more in absolute value."
        loadings = Table(table, "Loadings", formats=kinds, salient=SALIENT, notes=[note])
        views: list[str | Table] = [self._head(), *self.notes, loadings]
        if not np.allclose(self.solution.correlations, np.eye(len(self.factors))):
            views.append(
                Table(
                    self.factor_correlations, "Correlations of the factors", formats="correlation"
                )
            )
        views.append(Table(self.variance_explained, "Variance explained"))
        if self.fitted is not None and self.fitted.converged:
            known = [name for name in _MEASURES if name in self.measures]
            views.append(Table(self.measures[known].to_frame("value").T, "Fit", index=False))
        return views

    def _head(self) -> str:
        how = "principal axis factoring"
        if self.fitted is not None:
            how = self.fitted.estimation.discrepancy.name
        return (
            f"{len(self.factors)} factors of {len(self.items)} items by {how}; {self.rotation.name}"
        )
