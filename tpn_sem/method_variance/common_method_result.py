"""What was found of common method."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ..arguments import checked
from ..drawing import Shown, Table
from ..errors import choose
from ..fit import Fit
from ..fresh_property import fresh_property


@dataclass(frozen=True, eq=False, repr=False)
class CommonMethod(Shown):
    """A substantive model beside models in which a method acts on its items.

    Attributes
    ----------
    sentences : tuple of str
        The verdict in words, a sentence a path; then what the method's share is.
    notes : tuple of str
        What must be known before any of it is used; models that are not in the verdict.
    fits : dict of str to Fit
        Every model that was fitted, by name, whatever its solution is.
    alpha : float
    """

    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    fits: dict[str, Fit]
    alpha: float
    known_tables: dict[str, pd.DataFrame]

    @fresh_property
    def verdicts(self) -> pd.DataFrame:
        """A row per path and group: standardized and p_value without method, lowest and highest
        with it, largest_change, percent, by_model, significant_in (of models), verdict ("holds",
        "depends", "nothing to explain", "only with method" or "cannot tell").
        """
        return self.known_tables["verdicts"]

    @fresh_property
    def paths(self) -> pd.DataFrame:
        """A row per path, group and model with a proper solution: estimate, se, p_value,
        standardized, standardized_se, standardized_p, change and percent (of standardized).
        """
        return self.known_tables["paths"]

    @fresh_property
    def models(self) -> pd.DataFrame:
        """A row per model: chisq, df, p_value, cfi, rmsea, srmr, bic; chisq_diff, df_diff and
        p_diff from the model without method; edge, as in `ModelChoice.nested_pairs`: "edge" where
        a variance cannot be below zero and p_diff is of a mixture of chi-squares, "parameters
        vanish" where there is no test; state and reason.
        """
        return self.known_tables["models"]

    @fresh_property
    def shares(self) -> pd.DataFrame:
        """A row per model and group: mean shares of item variance (trait, method, error), and the
        least and the most that method has of an item.
        """
        return self.known_tables["shares"]

    @fresh_property
    def items(self) -> pd.DataFrame:
        """A row per model, group and item: trait, method, error, which add up to 1."""
        return self.known_tables["items"]

    @fresh_property
    def reliability(self) -> pd.DataFrame:
        """A row per model, group and construct: composite reliability as total, its substantive and
        method parts, method_percent of the total, and without_method.
        """
        return self.known_tables["reliability"]

    @fresh_property
    def single_factor(self) -> pd.DataFrame:
        """A row per group: first and second eigenvalue, and the first one's share (Harman)."""
        return self.known_tables["single_factor"]

    @fresh_property
    def partial(self) -> pd.DataFrame:
        """A row per group and pair of scales: correlation, r_marker, adjusted, t, df, p_value,
        ci_lower, ci_upper (r_marker as known), disattenuated, boot_lower, boot_upper.
        """
        return self.known_tables["partial"]

    @fresh_property
    def marker_steps(self) -> pd.DataFrame:
        """A row per step with a marker: fit, state, reason. Empty without."""
        return self.known_tables["marker_steps"]

    @fresh_property
    def marker_tests(self) -> pd.DataFrame:
        """A row per comparison of steps: asks, chisq_diff, df_diff, p_value, reason."""
        return self.known_tables["marker_tests"]

    @fresh_property
    def marker_correlations(self) -> pd.DataFrame:
        """A row per pair of constructs and group, a column per step."""
        return self.known_tables["marker_correlations"]

    @checked
    def fit(self, model: str) -> Fit:
        """The fit of one model or step by name."""
        return self.fits[choose("model", model, self.fits)]

    def _text(self) -> str:
        return "\n".join([*self.sentences, *self.notes])

    def _views(self) -> list[str | Table]:
        shown = [Table(self.verdicts, "Paths"), Table(self.models, "Models")]
        shown += [Table(self.shares, "Shares of item variance")] if len(self.shares) else []
        shown += [Table(self.marker_tests, "Marker")] if len(self.marker_tests) else []
        return [*self.sentences, *self.notes, *shown]
