"""Convergent and discriminant validity of the constructs of a fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from ..arguments import checked
from ..drawing import Shown, Table
from ..errors import NotAvailableError, OptionError
from ..estimation import Estimation
from ..fit import Fit, read_fit
from .discriminant_tests import CUTOFFS, first_order
from .factor_correlations import factor_correlations
from .htmt_intervals import cheapest_interval, htmt_ratios
from .intervals_of_coefficients import read_interval
from .measured_constructs import Construct, constructs_of
from .missing_coefficients import parts_of
from .reliability_notes import reversed_items
from .validity_tables import (
    ave_table,
    classed,
    correlation_tests,
    fornell_larcker_squares,
    ratio_pairs,
    square_tables,
)
from .verdict_table import verdict_table


@dataclass(frozen=True, eq=False, repr=False)
class Validity(Shown):
    """Whether items go together, and constructs apart.

    Square tables have a row and a column per construct, in groups under a first index level.

    Attributes
    ----------
    ave : DataFrame
        A row per (group and) construct: ave, ave_lower, ave_upper, composite, weakest_item,
        weakest_loading (standardised), reason (why numbers are missing).
    htmt, htmt2 : DataFrame
        Square, 1 on the diagonal; NaN where constructs share items.
    htmt_intervals : DataFrame
        A row per group and pair: both ratios with their intervals.
    fornell_larcker : DataFrame
        Square: roots of AVE on the diagonal, correlations of factors beside it.
    correlations : DataFrame
        A row per group and pair of factors: correlation, se, ci_lower, ci_upper, and the classes by
        interval, chi-square and CFI of Ronkko & Cho (2022): ci_class, chisq_class, cfi_class.
    tests : DataFrame
        A row per group, pair and cut-off: the model with the correlation fixed there, chisq_diff,
        df_diff, p_value, cfi_drop; whether the correlation is below it in size, below_by_interval,
        below_by_chisq and below_by_cfi (None where not known); reason.
    verdicts : DataFrame
        A row per rule: group, construct_1, construct_2 ("" for convergent validity), rule,
        supported (None where it cannot be applied), verdict (a sentence).
    notes : tuple of str
        What must be known before any of it is used.
    """

    ave: pd.DataFrame
    htmt: pd.DataFrame
    htmt2: pd.DataFrame
    htmt_intervals: pd.DataFrame
    fornell_larcker: pd.DataFrame
    correlations: pd.DataFrame
    tests: pd.DataFrame
    verdicts: pd.DataFrame
    notes: tuple[str, ...]

    def _text(self) -> str:
        return "\n".join(self.sentences)

    @property
    def sentences(self) -> list[str]:
        """Notes, what the first rules say, and whatever any rule does not support."""
        first = self.verdicts["rule"].isin(("ave", "ci_cfa"))
        against = self.verdicts["supported"].eq(False)  # and not None
        return [*self.notes, *self.verdicts["verdict"][first | against]]

    def _views(self) -> list[str | Table]:
        return [
            *self.sentences,
            Table(self.ave, "Average variance extracted"),
            Table(
                self.fornell_larcker,
                "Roots of AVE, and correlations of factors",
                formats="correlation",
            ),
            Table(self.htmt, "HTMT", formats="correlation"),
        ]


@checked
def validity(
    fit: Fit,
    *,
    interval: str | None = None,
    n_draws: int | None = None,
    seed: int | None = None,
    level: float = 0.95,
    cutoffs: Sequence[float] = CUTOFFS,
) -> Validity:
    """Judge convergent and discriminant validity in each group.

    Parameters
    ----------
    fit : Fit
        A model with factors.
    interval : {"bootstrap", "delta"}, optional
        Of HTMT and HTMT2. "bootstrap": percentiles over resampled rows, or clusters. "delta": of
        the ratio's logarithm. By default the bootstrap for complete continuous rows, where it is
        fast, or where `n_draws` or `seed` are given; else the delta method.
    n_draws : int, optional
        Of the bootstrap; 1000 if not given.
    seed : int, optional
        Of the bootstrap.
    level : float
        Of all intervals.
    cutoffs : sequence of float
        Correlations that models are tested with, each above 0 and up to 1; none to leave these
        tests out. The classes by chi-square and CFI need 1, .9 and .8.

    Returns
    -------
    Validity

    Raises
    ------
    NotAvailableError
        Where the fit did not converge, has no factors, or cannot be resampled.
    OptionError
        For cut-offs that are no correlations, and options without effect.
    """
    found = read_fit(fit, "validity")
    groups = [constructs_of(found, group) for group in range(len(found.samples.groups))]
    _refuse_given(found)
    drawn = n_draws is not None or seed is not None
    chosen = interval or ("bootstrap" if drawn else cheapest_interval(found))
    draws = read_interval(chosen, n_draws, seed, level)
    ave = ave_table(fit, groups, level)
    correlations = factor_correlations(found, groups, level)
    tests = correlation_tests(found, groups, correlations, _read_cutoffs(cutoffs))
    correlations = classed(correlations, tests)
    own = [first_order(found, constructs) for constructs in groups]
    ratios = htmt_ratios(found, own, chosen, draws, seed, level)
    pairs = ratio_pairs(found, own, ratios)
    verdicts = verdict_table(ave, correlations, pairs)
    several = list(found.samples.labels) != [""]
    return Validity(
        ave if several else ave.droplevel("group"),
        square_tables(found, own, [one["htmt"].values for one in ratios]),
        square_tables(found, own, [one["htmt2"].values for one in ratios]),
        pairs,
        square_tables(found, own, fornell_larcker_squares(found, own, ave, correlations)),
        correlations,
        tests,
        verdicts,
        tuple(_notes(found, groups)),
    )


def _refuse_given(found: Estimation) -> None:
    """Items need correlations of their own."""
    if any(pattern.n_given for pattern in found.specification.patterns):
        raise NotAvailableError(
            "validity: items are modelled given predictors, so that their own correlations are not "
            "known: fit with conditional_x=False."
        )


def _read_cutoffs(cutoffs: Sequence[float]) -> tuple[float, ...]:
    for value in cutoffs:
        if not 0.0 < value <= 1.0:
            raise OptionError(f"cutoffs: {value!r} is no correlation above 0 and up to 1.")
    return tuple(sorted({float(value) for value in cutoffs}, reverse=True))


def _notes(found: Estimation, groups: Sequence[Sequence[Construct]]) -> list[str]:
    notes = []
    for group, (label, own) in enumerate(zip(found.samples.labels, groups, strict=True)):
        for construct in own:
            name = f"{construct.name} in {label}" if label else construct.name
            if construct.problem:
                notes.append(f"{name}: {construct.problem}.")
                continue
            weak = reversed_items(construct, parts_of(found, group, construct).loadings)
            if weak:
                notes.append(
                    f"{name}: {', '.join(weak)} and the other items load with opposite signs. HTMT "
                    "takes correlations without their signs; reverse these items all the same."
                )
    return notes
