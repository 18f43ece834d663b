"""A ladder of measurement invariance that was climbed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ...arguments import checked
from ...data import Data
from ...drawing import Shown, Table
from ...errors import NotAvailableError, choose
from ...fit import Fit, overview
from ...model import Model
from ...model_fit.comparison import default_method, has_other_statistic
from ...model_fit.tests import standard_test
from .equality_fits import written_model
from .judging import FAILS, FREE, HOLDS, START
from .partial import Exceptions, PartialSearch
from .stability import Stability, stability

_SHOWN = ("chisq", "df", "pvalue", "cfi", "rmsea", "srmr", "mfi", "aic", "bic")
Again = Callable[..., "InvarianceLadder"]


@dataclass(frozen=True, eq=False, repr=False)
class InvarianceLadder(Shown):
    """The steps of a ladder, each fitted, tested against the one before, and judged.

    Attributes
    ----------
    fits : dict of str to Fit
        By step, in their order.
    table : DataFrame
        A row per step: chisq, df, pvalue (of `Fit.test`, corrected as the estimator and clusters
        ask for), cfi, rmsea, srmr, mfi, aic, bic; chisq_diff, df_diff and p_diff from the step
        that `against` names, the last one that converged and was not replaced; delta_cfi,
        delta_rmsea, delta_srmr, delta_mfi (of the robust indices where the test is corrected and
        there are any); decision ("start", "holds", "fails", "cannot fail" where no data
        could contradict the step, "beyond" a step that failed, "undecided" where it could not be
        tested) and reason.
    rule : str
        The rule, which was chosen before.
    group : str
        The group column; "" where the data were sample moments.
    notes : tuple of str
        What must be known before the table is used.
    freed : tuple of str
        Exceptions: given in `group_partial`, or found by the search.
    searches : dict of str to Exceptions
        What was searched at each step that failed, and how.
    search : PartialSearch or None
    method : str or None
        How differences are tested, where it was asked for.
    """

    fits: dict[str, Fit]
    table: pd.DataFrame
    rule: str
    group: str
    notes: tuple[str, ...] = ()
    freed: tuple[str, ...] = ()
    searches: dict[str, Exceptions] = field(default_factory=dict)
    search: PartialSearch | None = None
    method: str | None = None
    _again: Again | None = None
    _data: Data = None

    @property
    def reached(self) -> str | None:
        """The last step that holds before one fails; None where not even the first does."""
        reached = None
        for step, decision in self.table["decision"].items():
            if decision in (START, HOLDS, FREE):
                reached = str(step)
            elif f"partial {step}" not in self.fits:
                break
        return reached

    @property
    def failed(self) -> str | None:
        """The first step that fails, if any does, and has no exceptions with which it holds."""
        for step in self.table.index[self.table["decision"] == FAILS]:
            if f"partial {step}" not in self.fits:
                return str(step)
        return None

    @checked
    def step(self, name: str) -> Fit:
        """The fit of a step by name; of steps with exceptions write "partial scalar".

        Raises
        ------
        OptionError
            For a step that the ladder does not have; names those that it has.
        """
        return self.fits[choose("step", name, self.fits)]

    @property
    def search_path(self) -> pd.DataFrame:
        """Every equality that was tested in search of exceptions, by step and round."""
        paths = {step: result.path for step, result in self.searches.items()}
        return pd.concat(paths, names=["step"]).droplevel(1) if paths else pd.DataFrame()

    @checked
    def again(self, data: Data, **changes: Any) -> InvarianceLadder:
        """The same ladder, searches included, of other data or with other options."""
        if self._again is None:
            raise NotAvailableError("the ladder does not know how it was made.")
        return self._again(data, **{"partial": self.search or False, **changes})

    @cached_property
    def models(self) -> dict[str, Model]:
        """Each step as model text that states everything, to be edited and refitted.

        As ``ladder.models["metric"].fit(data, group=...)``, with the options of the ladder.
        """
        return {step: written_model(fit.estimation) for step, fit in self.fits.items()}

    @checked
    def stability(
        self,
        n_bootstrap: int = 100,
        n_splits: int = 20,
        *,
        seed: int | None = None,
        workers: int | None = None,
        progress: bool | None = None,
    ) -> Stability:
        """Show what the search for exceptions costs, by repeating it on other data.

        Parameters
        ----------
        n_bootstrap : int
            Data sets drawn from the rows, or from whole clusters, within groups.
        n_splits : int
            Divisions into halves: exceptions found in one are tested in the other.
        seed, workers, progress
            As for `tpn_sem.bootstrap`.

        Raises
        ------
        NotAvailableError
            Where nothing was searched, or there are no rows.
        """
        if self.search is None:
            raise NotAvailableError("nothing was searched: climb with partial=True.")
        return stability(
            self.again,
            self._data,
            self,
            n_bootstrap=n_bootstrap,
            n_splits=n_splits,
            seed=seed,
            workers=workers,
            progress=progress,
        )

    def _text(self) -> str:
        shown = self.table.drop(columns=["reason", "against", "aic", "bic"], errors="ignore")
        return "\n".join([str(Table(shown)), *self._said()])

    def _views(self) -> list[str | Table]:
        detail = ["reason", "against", "aic", "bic"]
        shown = Table(self.table.drop(columns=detail, errors="ignore"), "Steps of invariance")
        kept = [name for name in detail if name in self.table]
        return [shown, *self._said(), Table(self.table[kept], "Reasons", detail=True)]

    def _said(self) -> list[str]:
        lines = [_tests(list(self.fits.values()), self.method), f"Rule: {self.rule}."]
        if self.failed:
            lines.append(f"{self.failed} fails: {self.table.loc[self.failed, 'reason']}.")
        if self.freed:
            lines.append(f"Differ between groups: {', '.join(self.freed)}.")
        for step, result in self.searches.items():
            lines += [f"Search at {step}: {result.note}."]
        if self.searches:
            lines.append("What the search costs, the ladder’s stability says.")
        return [*lines, *self.notes]


def _tests(fits: list[Fit], method: str | None) -> str:
    """What the columns of the table are."""
    fit = next((fit for fit in fits if fit.converged), None)
    if fit is None:
        return "No step converged."
    test, plain = fit.test(), standard_test(fit.estimation)
    if test.name == "peba":
        said = "chisq is the uncorrected one, its p-value pEBA's, with clusters as units"
    else:
        said = f"test of fit: {test.name}{f' of {test.scaled}' if test.scaled else ''}"
    parts = [said]
    if plain != "standard":
        parts.append(f"cfi and rmsea are of {plain}")
    elif test.name not in ("standard", "peba"):
        parts.append("cfi and rmsea are of the chi-square before its correction")
    if len(fits) > 1:
        differences = f"differences: {method or default_method(fit.estimation)}"
        other = has_other_statistic(fit.estimation)
        parts.append(differences + (", of the minima and not of these" if other else ""))
    robust = np.isfinite(fit.measures.get("cfi_robust", np.nan))
    if robust and not fit.estimation.samples.cluster_labels:
        parts.append("changes of CFI and RMSEA are of the robust indices where all steps have them")
    return f"Tests: {'; '.join(parts)}."


def ladder_table(fits: dict[str, Fit], rows: list[dict[str, object]]) -> pd.DataFrame:
    """The table of a ladder: measures of each step, and what became of it."""
    table = pd.DataFrame({step: overview(fit, _SHOWN) for step, fit in fits.items()}).T
    robust = [fit.measures.get("cfi_robust", np.nan) for fit in fits.values()]
    clustered = any(fit.estimation.samples.cluster_labels for fit in fits.values())
    if np.isfinite(robust).all() and not clustered:
        for name in ("cfi_robust", "rmsea_robust"):
            table[name] = [fit.measures[name] for fit in fits.values()]
    judged = pd.DataFrame(rows, index=table.index)
    if len(fits) > 1:
        table = table.join(judged)
    else:
        table = table.join(judged[["decision", "reason", "against"]])
    table.index.name = "step"
    return table
