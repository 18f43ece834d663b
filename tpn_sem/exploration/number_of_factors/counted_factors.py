"""What the rules say of the number of factors, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ...arguments import checked
from ...drawing import Drawing, Shown, Table, draw_scree, format_below_one, p_phrase
from ...errors import choose
from .sampling_adequacy import Sphericity, grade


@dataclass(frozen=True, eq=False, repr=False)
class NumberOfFactors(Shown):
    """Every rule's answer.

    Attributes
    ----------
    items : tuple of str
    correlations : {"pearson", "polychoric", "fiml"}
    n_rows : int
        Rows with an answer that counts.
    table : DataFrame
        A row per rule: n_factors (whole numbers; missing where it has no answer), counted (whether
        the verdict listens to it), why (what decided, or why there is no answer), source.
    eigenvalues : DataFrame
        A row per component: eigenvalue, its mean and reference (a quantile) without factors,
        empirical_kaiser; reduced, reduced_mean, reduced_reference: the same with squared multiple
        correlations on the diagonal.
    criteria : DataFrame
        A row per number of factors, a column per rule that has a criterion of its own.
    kmo : float
        Sampling adequacy (Kaiser & Rice, 1974).
    sampling_adequacy : Series
        The same of each item.
    bartlett : Sphericity
        Bartlett's (1951) test that nothing correlates: chisq, df, p_value.
    suggested : tuple of int
        Numbers that counted rules say, those of most rules first.
    verdict : str
        Whether they agree, in a sentence.
    notes : tuple of str
        What must be known before the numbers are used.
    """

    items: tuple[str, ...]
    correlations: str
    n_rows: int
    table: pd.DataFrame
    eigenvalues: pd.DataFrame
    criteria: pd.DataFrame
    kmo: float
    sampling_adequacy: pd.Series
    bartlett: Sphericity
    suggested: tuple[int, ...]
    verdict: str
    notes: tuple[str, ...]

    @checked
    def plot(self, eigenvalues: str = "components") -> Drawing:
        """A scree plot: eigenvalues beside those of data without factors.

        Parameters
        ----------
        eigenvalues : {"components", "reduced"}
            Of the correlations, or with squared multiple correlations on the diagonal.
        """
        choose("eigenvalues", eigenvalues, ("components", "reduced"))
        return draw_scree(self.eigenvalues, eigenvalues == "reduced", self.verdict)

    def _views(self) -> list[str | Table]:
        shown = self.table[["n_factors", "counted", "why"]]
        return [self.verdict, *self.notes, Table(shown, "Number of factors"), self._adequacy()]

    def _adequacy(self) -> str:
        weakest = self.sampling_adequacy.idxmin()
        lowest = format_below_one(self.sampling_adequacy[weakest], 2)
        test = self.bartlett
        return (
            f"Sampling adequacy (KMO) {format_below_one(self.kmo, 2)}, {grade(self.kmo)} (Kaiser, "
            f"1974); lowest is {weakest} with {lowest}. Bartlett's test that nothing correlates: "
            f"χ²({test.df}) = {test.chisq:.1f}, {p_phrase(test.p_value)}."
        )
