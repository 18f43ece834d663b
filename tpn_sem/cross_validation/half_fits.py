"""One division into halves: factors explored in each, and confirmed in the other."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from ..errors import NotAvailableError, TpnSemWarning, attempted
from ..exploratory_factors import ExploratoryFactors, efa
from ..fit import Fit, overview
from ..model import Model
from ..numerics import Array, Mask
from ..redraws import place_of
from ..rotation import Criterion, TwoSteps
from .factor_congruence import brought_to, congruence
from .held_out_units import HeldOutUnits
from .loading_patterns import Cutoff, LoadingPattern, suggested_pattern

RULES = {"cfi": 0.95, "rmsea": 0.06, "srmr": 0.08}  # Hu & Bentler (1999)
MEASURES = ("df", "cfi", "rmsea", "srmr")
HALVES = ("A", "B")


@dataclass(frozen=True, eq=False)
class ExplorationPlan:
    """How each half is explored and confirmed.

    Attributes
    ----------
    items, factors : tuple of str
    target : array, shape (p, k)
        Loadings of the whole sample, which those of halves are ordered and signed by.
    rotation : str, Criterion or TwoSteps
    rotation_args : mapping or None
    cutoff : float or "largest"
    options : mapping
        As of `Model.fit`.
    """

    items: tuple[str, ...]
    factors: tuple[str, ...]
    target: Array
    rotation: str | Criterion | TwoSteps
    rotation_args: Mapping[str, Any] | None
    cutoff: Cutoff
    options: Mapping[str, Any]

    def explore(self, frame: pd.DataFrame) -> ExploratoryFactors:
        """Rotated factors of a part of the rows."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            return efa(
                frame,
                len(self.factors),
                self.rotation,
                items=self.items,
                rotation_args=self.rotation_args,
                **self.options,
            )

    def pattern(self, loadings: Array) -> LoadingPattern:
        """What loadings suggest."""
        return suggested_pattern(loadings, self.items, self.factors, self.cutoff)

    def confirm(self, pattern: LoadingPattern, frame: pd.DataFrame) -> Fit:
        """The pattern fitted to other rows.

        Raises
        ------
        NotAvailableError
            Where no factor has two salient items.
        """
        if not pattern.text:
            raise NotAvailableError("no factor has two salient items: there is no model to fit")
        options = dict(self.options)
        if not isinstance(options.get("ordered", True), bool):
            inside = {item for item, kept in zip(self.items, pattern.kept, strict=True) if kept}
            options["ordered"] = [name for name in options["ordered"] if name in inside]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpnSemWarning)
            return Model(pattern.text, "cfa").fit(frame, std_lv=True, **options)


@dataclass(frozen=True, eq=False)
class Half:
    """Factors of one half, and what became of them in the other.

    Attributes
    ----------
    n_rows : int
    loadings : array, shape (p, k), or None
        None where exploration failed: `reason` says why.
    pattern : LoadingPattern or None
    explored, confirmed : dict of str to float
        Measures of fit here, and of the pattern in the other half; empty where there is none.
    confirmed_fit : Fit or None
        Kept for the first division only.
    reason : str
        Why there is no confirmation, or empty.
    """

    n_rows: int
    loadings: Array | None = None
    pattern: LoadingPattern | None = None
    explored: Mapping[str, float] = field(default_factory=dict)
    confirmed: Mapping[str, float] = field(default_factory=dict)
    confirmed_fit: Fit | None = None
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Division:
    """Both halves.

    Attributes
    ----------
    in_second : bool array, shape (n,)
    halves : tuple of two Half
    congruence : array, shape (k,)
        Of the loadings of both; NaN where one has none.
    """

    in_second: Mask
    halves: tuple[Half, Half]
    congruence: Array


@dataclass(frozen=True, eq=False)
class DivisionTask:
    """Divides rows, and explores and confirms; can be sent to a worker."""

    plan: ExplorationPlan
    frame: pd.DataFrame
    units: HeldOutUnits
    swap: bool

    def __call__(self, generator: np.random.Generator, count: int) -> Division:
        """One division."""
        in_second = half_of_rows(self.units, generator)
        used = self.units.rows
        frames = [self.frame.loc[used & ~in_second], self.frame.loc[used & in_second]]
        keep = place_of(generator) == 0
        first = self._half(frames[0], frames[1], keep, confirms=True)
        second = self._half(frames[1], frames[0], keep, confirms=self.swap)
        alike = np.full(len(self.plan.factors), np.nan)
        if first.loadings is not None and second.loadings is not None:
            alike = congruence(first.loadings, second.loadings)
        return Division(in_second, (first, second), alike)

    def _half(self, own: pd.DataFrame, other: pd.DataFrame, keep: bool, confirms: bool) -> Half:
        explored = attempted(self.plan.explore, own)
        if isinstance(explored, str):
            return Half(len(own), reason=f"exploration failed: {explored}")
        loadings = brought_to(explored.solution.loadings, self.plan.target)
        pattern = self.plan.pattern(loadings)
        measures = measures_of(explored.fit)
        half = Half(len(own), loadings, pattern, measures)
        if not confirms:
            return half
        fit = attempted(self.plan.confirm, pattern, other)
        if isinstance(fit, str):
            return Half(len(own), loadings, pattern, measures, reason=fit)
        reason = "" if fit.converged else "the confirmatory fit did not converge"
        kept = fit if keep else None
        return Half(len(own), loadings, pattern, measures, measures_of(fit), kept, reason)


def measures_of(fit: Fit) -> dict[str, float]:
    """Chi-square and p-value of the test to believe, measures of fit, and whether it is proper.

    Robust measures where the fit has them, else scaled ones, else plain ones.
    """
    if not fit.converged:
        return {}
    known = fit.measures
    found = {name: _best(known, name) for name in MEASURES}
    test = overview(fit, [])
    return {
        "chisq": float(test["chisq"]),
        "pvalue": float(test["pvalue"]),
        **found,
        "improper": float(not fit.admissible),
    }


def _best(measures: pd.Series, name: str) -> float:
    for word in (f"{name}_robust", f"{name}_scaled", name):
        if word in measures and np.isfinite(measures[word]):
            return float(measures[word])
    return float("nan")


def fits_by_rules(measures: Mapping[str, float]) -> bool:
    """Whether a proper solution has CFI from .95, RMSEA up to .06 and SRMR up to .08."""
    if not measures or measures["improper"]:
        return False
    return (
        measures["cfi"] >= RULES["cfi"]
        and measures["rmsea"] <= RULES["rmsea"]
        and measures["srmr"] <= RULES["srmr"]
    )


def half_of_rows(units: HeldOutUnits, generator: np.random.Generator) -> Mask:
    """Whether each row is in the second half, shape (n,).

    Units come in random order, each into the half that has fewer rows so far, and never into both.
    """
    sizes = np.bincount(units.of_rows[units.rows], minlength=len(units))
    second, totals = np.zeros(len(units), dtype=bool), [0, 0]
    for unit in generator.permutation(len(units)).tolist():
        half = int(totals[1] < totals[0])
        second[unit] = bool(half)
        totals[half] += int(sizes[unit])
    return np.asarray(np.where(units.rows, second[units.of_rows], False))
