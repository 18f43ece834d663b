"""What models with and without method say of each path together, in one table and in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..drawing import format_below_one, format_estimate, p_phrase, with_minus
from .method_fitting import IMPROPER, FittedMethod
from .method_models import BASELINE, PHRASES
from .method_path_tables import arrow

HOLDS, DEPENDS, NOTHING, UNSTABLE = "holds", "depends", "nothing to explain", "only with method"
CANNOT_TELL = "cannot tell"
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True)
class _Told:
    """One path in one group: its rows by model."""

    path: str
    group: str
    rows: pd.DataFrame
    alpha: float

    @property
    def name(self) -> str:
        return f"{arrow(self.path)} in {self.group}" if self.group else arrow(self.path)

    @property
    def noun(self) -> str:
        return "correlation" if "~~" in self.path else "path"

    @property
    def others(self) -> pd.DataFrame:
        return self.rows.drop(index=BASELINE)

    def keeps(self, rows: pd.DataFrame) -> pd.Series:
        """Whether it is significant, on the side that it has without method."""
        first = self.rows.loc[BASELINE, "standardized"]
        return (rows["p_value"] < self.alpha) & (rows["standardized"] * first > 0.0)

    @property
    def verdict(self) -> str:
        if self.others.empty:
            return CANNOT_TELL
        kept = self.keeps(self.others)
        if self.rows.loc[BASELINE, "p_value"] < self.alpha:
            return HOLDS if kept.all() else DEPENDS
        return UNSTABLE if (self.others["p_value"] < self.alpha).any() else NOTHING


def verdict_table(paths: pd.DataFrame, alpha: float) -> pd.DataFrame:
    """A row per path and group: without method, the range with it, and the verdict."""
    rows = {}
    for told in _each(paths, alpha):
        others = told.others
        sizes = others["change"].abs()
        most = sizes.idxmax() if len(others) else ""
        rows[told.path, told.group] = {
            "standardized": told.rows.loc[BASELINE, "standardized"],
            "p_value": told.rows.loc[BASELINE, "p_value"],
            "models": len(others),
            "lowest": others["standardized"].min(),
            "highest": others["standardized"].max(),
            "largest_change": others.loc[most, "change"] if most else np.nan,
            "percent": others.loc[most, "percent"] if most else np.nan,
            "by_model": most,
            "significant_in": int((others["p_value"] < alpha).sum()),
            "verdict": told.verdict,
        }
    table = pd.DataFrame(list(rows.values()))
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["path", "group"])
    return table


def _each(paths: pd.DataFrame, alpha: float) -> Iterator[_Told]:
    for (path, group), rows in paths.groupby(level=["path", "group"], sort=False):
        yield _Told(str(path), str(group), rows.droplevel(["path", "group"]), alpha)


def path_sentences(paths: pd.DataFrame, alpha: float) -> Iterator[str]:
    """A sentence a path: how it changes, and whether it stays significant."""
    for told in _each(paths, alpha):
        if told.others.empty:
            yield (
                f"{told.name}: cannot tell. No model with method has a proper solution: that "
                "shows neither that method is there nor that it is not."
            )
            continue
        yield f"{_change(told)}; {_significance(told)}."


def _change(told: _Told) -> str:
    first = told.rows.loc[BASELINE]
    most = told.others["change"].abs().idxmax()
    row = told.others.loc[most]
    percent = f" ({_percent(row['percent'])})" if np.isfinite(row["percent"]) else ""
    before, after = (format_estimate(one["standardized"]) for one in (first, row))
    moves = f"stays at {before}" if before == after else f"goes from {before} to {after}{percent}"
    return f"Under {PHRASES[str(most)]} the standardised {told.noun} {told.name} {moves}"


def _significance(told: _Told) -> str:
    k = len(told.others)
    models = f"all {k} models" if k > 1 else "the one model"
    verdict = told.verdict
    if verdict == HOLDS:
        return f"it stays significant in {models} with a proper solution"
    if verdict == NOTHING:
        return f"it is not significant, with method ({models}) or without"
    if verdict == UNSTABLE:
        return "it is significant only with method in the model: do not build on it"
    lost = told.others[~told.keeps(told.others)]
    names = "; ".join(f"{name}: {p_phrase(row['p_value'])}" for name, row in lost.iterrows())
    moved = (lost["change"].abs() > told.rows.loc[BASELINE, "standardized_se"]).any()
    why = "" if moved else ", where it moves by less than its standard error and is less sure"
    return f"it is not significant in {len(lost)} of {k} models ({names}){why}"


def correlation_text(value: float) -> str:
    """Two decimals without the zero before them."""
    return with_minus(format_below_one(float(value), 2))


def _percent(value: float) -> str:
    sign = "+" if value >= 0.0 else _MINUS
    return f"{sign}{abs(value):.0f}%"


def left_out(fitted: Sequence[FittedMethod]) -> Iterator[str]:
    """Models that are not in the verdict, and why."""
    for one in fitted:
        if one.proper is not None:
            continue
        added = ""
        if one.state == IMPROPER and f"{one.model.factor}~~{one.model.factor}" in one.reason:
            added = " The data point to no common variance of that kind."
        reason = one.reason.split(". ")[0].removesuffix(".")
        yield f"{one.model.name}: {one.state}, and not in the verdict: {reason}.{added}"
