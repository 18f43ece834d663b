"""SpecificationCurve: what a user holds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ..arguments import checked
from ..drawing import (
    Drawing,
    Shown,
    SortedCurve,
    Table,
    draw_specification_curves,
    on_screens,
)
from ..errors import NotAvailableError, OptionError, choose
from ..fit import Fit
from ..fresh_property import fresh_property
from .curve_fits import fitted
from .curve_summary import ALPHA
from .curve_table import counted
from .specifications import Specifications

_MOST_PANELS = 4


@dataclass(frozen=True, eq=False, repr=False)
class SpecificationCurve(Shown):
    """Estimates of the same paths under all combinations of choices.

    Attributes
    ----------
    table : DataFrame
        A row per specification and path: specification (from 1), one column for each choice, path,
        estimate, se, p_value, ci_lower, ci_upper (95%), n, state and reason. States: "fitted"
        (counts); "improper" and "not converged" (do not count); "refused" (why it could not be
        fitted); "not asked" (why the combination, or the path in that model, has no meaning).
    summary : DataFrame
        A row per path: specifications, counted, improper, not_converged, refused, not_asked;
        median, mad, min, max, q25, q75, iqr of what counts; dominant (sign); share_dominant;
        share_significant (of the dominant sign with p < .05).
    decomposition : DataFrame
        A row per path and choice, and one for the rest: levels; eta_squared (share of the sum of
        squares); variance and share (as crossed random effects, REML); balanced (whether every
        combination counts).
    joint_test : DataFrame or None
        A row per path and statistic (median, share_dominant, share_significant, mean_z): observed,
        p_value, flips, units, specifications. None without ``permutations=``.
    choices : dict of str to tuple of str
        What was chosen from.
    standardized : bool
    unit : str
        What is independent: "row", or the column of clusters.
    sentences, notes : tuple of str
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    decomposition: pd.DataFrame
    joint_test: pd.DataFrame | None
    choices: dict[str, tuple[str, ...]]
    standardized: bool
    unit: str
    sentences: tuple[str, ...]
    notes: tuple[str, ...]
    specifications: Specifications = field(repr=False)

    @property
    def paths(self) -> tuple[str, ...]:
        """What the paths are called."""
        return tuple(self.summary.index)

    @checked
    def fit(self, specification: int) -> Fit:
        """The fit of one specification, by its number in the table, made anew.

        Raises
        ------
        OptionError
            Where there is no such specification.
        NotAvailableError
            Where it was not asked: the message says why.
        TpnSemError
            Where it was refused, as when it was first fitted.
        """
        if not 1 <= specification <= len(self.specifications):
            raise OptionError(
                f"specification={specification}: there are 1 to {len(self.specifications)}."
            )
        own = self.table[self.table["specification"] == specification]
        if (own["state"] == "not asked").all() and (own["n"] == 0).all():
            raise NotAvailableError(
                f"specification {specification} was not asked: {own['reason'].iloc[0]}"
            )
        return fitted(self.specifications, specification - 1)

    @checked
    def plot(self, path: str | None = None) -> Drawing:
        """Estimates with intervals, smallest first, above what was chosen in each.

        Parameters
        ----------
        path : str, optional
            As `paths` has it; the first four side by side if not given.

        Raises
        ------
        NotAvailableError
            Where no specification counts.
        """
        names = list(self.paths) if path is None else [choose("path", path, self.paths)]
        curves = [one for one in map(self._sorted, names) if one is not None][:_MOST_PANELS]
        if not curves:
            raise NotAvailableError(
                f"no specification of {' and '.join(names)} counts: table['reason'] says why."
            )
        up = "standardised estimate" if self.standardized else "estimate"
        said = (
            f"Specification curve of {', '.join(curve.title for curve in curves)}: "
            f"{len(curves[0].estimates)} estimates with 95% intervals, sorted, above the choices."
        )
        return draw_specification_curves(curves, self._varied, up, said)

    @fresh_property
    def figure(self) -> Drawing:
        """The drawing of the first four paths."""
        return self.plot()

    @property
    def _varied(self) -> dict[str, tuple[str, ...]]:
        """Choices with several levels."""
        return {name: levels for name, levels in self.choices.items() if len(levels) > 1}

    def _sorted(self, path: str) -> SortedCurve | None:
        good = counted(self.table[self.table["path"] == path])
        if good.empty:
            return None
        good = good.sort_values(["estimate", "specification"])
        verdicts = np.where(good["p_value"] < ALPHA, np.sign(good["estimate"]), 0.0)
        members = {
            name: np.array([levels.index(label) for label in good[name]], dtype=np.intp)
            for name, levels in self._varied.items()
        }
        estimates, lower, upper = good[["estimate", "ci_lower", "ci_upper"]].to_numpy().T
        return SortedCurve(path, estimates, lower, upper, verdicts.astype(np.intp), members)

    def _text(self) -> str:
        return "\n".join([*self.sentences, *(f"Note: {note}" for note in self.notes)])

    def _views(self) -> list[str | Table]:
        views: list[str | Table] = [*self.sentences, *(f"Note: {note}" for note in self.notes)]
        views.append(Table(self.summary, "Paths"))
        views.append(Table(self.decomposition, "What the choices account for", index=False))
        if self.joint_test is not None:
            views.append(Table(self.joint_test, "Joint test", index=False))
        return views

    @checked
    def to_html(self, *, language: str | None = None) -> str:
        """The curve, then what is said of it, as notebooks show it."""
        drawn = on_screens(self.figure.svg) if self.summary["counted"].any() else ""
        return f"{drawn}\n{super().to_html(language=language)}"
