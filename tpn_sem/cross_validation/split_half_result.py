"""What halves say of factors."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..drawing import Shown, Table


@dataclass(frozen=True, eq=False, repr=False)
class SplitHalf(Shown):
    """Factors explored in one half of the rows, and confirmed in the other.

    Factors of halves have the names, the order and the signs of those of the whole sample.

    Attributes
    ----------
    table : DataFrame
        Of the first division, a row per half and model: explored (the half), model ("exploratory"
        there, "confirmatory" in the other half), n_rows, chisq, df, pvalue, cfi, rmsea, srmr,
        improper, fits (by the rules), reason.
    congruence : DataFrame
        A row per factor: congruence of both halves in the first division, word ("equal" from .95,
        "fair" from .85, else "not similar"), and median, lowest and share_equal over all divisions.
    loadings : DataFrame
        Of the first division: a row per item, columns (half, factor).
    salience : DataFrame
        Items x factors: share of the explored halves of all divisions in which an item is salient.
    divisions : DataFrame
        A row per division and explored half: repeat, explored, n_rows, cfi, rmsea, srmr, improper,
        fits, same_pattern (whether both halves suggest the same), as_whole (whether it is the whole
        sample's), congruence (the lowest), reason.
    texts : tuple of str
        The models that the halves of the first division suggest.
    whole_text : str
        What the whole sample suggests.
    fit_share, same_share : float
        Shares of the confirmations that fit by the rules, and of the divisions in which both halves
        suggest the same pattern.
    halves : Series
        The half of each row in the first division, "A" or "B"; "" where it is not used.
    units : str
        What was kept together: "row", or a column.
    verdicts, notes : tuple of str
    """

    table: pd.DataFrame
    congruence: pd.DataFrame
    loadings: pd.DataFrame
    salience: pd.DataFrame
    divisions: pd.DataFrame
    texts: tuple[str, ...]
    whole_text: str
    fit_share: float
    same_share: float
    halves: pd.Series
    units: str
    verdicts: tuple[str, ...]
    notes: tuple[str, ...]

    def _views(self) -> list[str | Table]:
        views: list[str | Table] = [*self.verdicts]
        shown = self.table.drop(columns="reason")
        views += [Table(shown, "Both fits, first division", index=False)]
        views += [Table(self.congruence, "Congruence of both halves")]
        views += [Table(self.salience, "How often items are salient", digits=2)]
        return [*views, *self.notes]
