"""What cross-validation found."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..drawing import Shown, Table


@dataclass(frozen=True, eq=False, repr=False)
class CrossValidation(Shown):
    """Models judged on rows that they were not fitted to.

    Attributes
    ----------
    table : DataFrame
        A row per model, the smallest deviance first: deviance (mean -2 log-likelihood of a held-out
        row, joint over all observed variables; of pairs of answers where items are ordinal),
        difference (from the smallest), se (of the difference, over rows or schools), cvi (mean
        cross-validation index of the folds that have one), times_best (share of the folds), n_folds
        (that it has), n_failed, n_improper, verdict (beside the smallest), reason (why there are no
        numbers).
    comparisons : DataFrame
        A row per pair, the smaller deviance first: first, second, difference, se, df, ci_lower,
        ci_upper, verdict ("predicts better", "can't tell", "cannot be told apart by any data").
    folds : DataFrame
        A row per repeat, fold and model: n_rows, deviance, cvi, improper, compared (whether all
        ranked models have this fold), reason, cvi_reason.
    rows : DataFrame
        A row per row of the data, a column per model: mean deviance over the repeats; NaN where it
        was not judged.
    single_sample : DataFrame
        A row per model, from the fit to all rows: npar, df, aic, bic, ecvi with its 90% interval,
        reason.
    units : str
        What was held out: "row", or the name of a column.
    level : float
        Of intervals and verdicts.
    verdicts : tuple of str
        What the data tell, in words.
    notes : tuple of str
        What must be known before any of it is used.
    """

    table: pd.DataFrame
    comparisons: pd.DataFrame
    folds: pd.DataFrame
    rows: pd.DataFrame
    single_sample: pd.DataFrame
    units: str
    level: float
    verdicts: tuple[str, ...]
    notes: tuple[str, ...]

    def _views(self) -> list[str | Table]:
        shown = [
            *("deviance", "difference", "se", "cvi", "times_best", "n_folds", "n_failed"),
            "verdict",
        ]
        views: list[str | Table] = [*self.verdicts, Table(self.table[shown], "Held-out rows")]
        criteria = self.single_sample.drop(columns="reason")
        return [*views, Table(criteria, "From the fit to all rows"), *self.notes]
