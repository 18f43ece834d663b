"""Factors explored in one half of the rows and confirmed in the other."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import check_range, checked, read_seed
from ..data import Data, as_frame
from ..drawing import format_below_one
from ..errors import ConvergenceWarning, NotAvailableError, OptionError, TpnSemWarning, warn_user
from ..exploratory_factors import ExploratoryFactors, efa
from ..redraws import replicate
from ..rotation import Criterion, TwoSteps
from .half_fits import HALVES, RULES, Division, DivisionTask, ExplorationPlan
from .held_out_units import HeldOutUnits, units_of, used_rows
from .loading_patterns import Cutoff, read_cutoff
from .split_half_result import SplitHalf
from .split_half_tables import (
    congruence_table,
    division_table,
    fit_table,
    half_verdicts,
    has_same_pattern,
    loading_table,
    salience_table,
)


@checked
def split_half(
    data: Data,
    n_factors: int,
    *,
    items: Sequence[str] | None = None,
    rotation: str | Criterion | TwoSteps = "geomin",
    rotation_args: Mapping[str, Any] | None = None,
    cutoff: Cutoff = 0.3,
    by: str | None = None,
    repeats: int = 1,
    swap: bool = True,
    seed: int = 0,
    workers: int | None = None,
    progress: bool | None = None,
    **options: Any,
) -> SplitHalf:
    """Explore factors in one half, and confirm in the other what they suggest.

    Parameters
    ----------
    data : DataFrame, or what converts to one
    n_factors : int
    items : sequence of str, optional
        As of `tpn_sem.efa`.
    rotation, rotation_args
        As of `tpn_sem.efa`.
    cutoff : float or "largest"
        From what size on a loading is salient; or each item is on the factor that it loads on most.
    by : str, optional
        A column, such as the school: its classes are never divided. If not given, the column that
        `cluster` names, where it does.
    repeats : int
        Divisions at random.
    swap : bool
        Whether what the second half suggests is confirmed in the first, too.
    seed : int
        Of the divisions.
    workers, progress
        As for `tpn_sem.bootstrap`; a replicate is a division.
    **options
        As of `Model.fit`, for both fits: estimator, missing, ordered, cluster, ...

    Returns
    -------
    SplitHalf

    Raises
    ------
    NotAvailableError
        For sample moments; where the whole sample has no solution, or no half has.
    OptionError, DataError, IdentificationError

    Notes
    -----
    Confirmatory models have the salient loadings only and factors with variance one. "Fits" means a
    proper solution with CFI from .95, RMSEA up to .06 and SRMR up to .08 (Hu & Bentler, 1999).
    """
    read_cutoff(cutoff)
    check_range("repeats", repeats, 1, 100_000)
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise NotAvailableError("halves are of rows, and sample moments have none: give rows.")
    _refuse_minres(options)
    whole = _whole(frame, n_factors, rotation, rotation_args, items, options)
    plan = ExplorationPlan(
        *(whole.items, whole.factors, whole.solution.loadings, rotation),
        *(rotation_args, cutoff, options),
    )
    used = used_rows(whole.fit.estimation)
    units = units_of(frame, by if by is not None else options.get("cluster"), used)
    if len(units) < 2:
        raise NotAvailableError(f"there is one {units.word}: no halves.")
    task = DivisionTask(plan, frame, units, swap)
    done = replicate(
        task,
        repeats,
        seed=read_seed(seed),
        workers=workers,
        progress=progress,
        title="divisions",
    )
    done.warn("divisions")
    return _result(list(done.parts), plan, units, frame.index, swap, whole)


def _refuse_minres(options: Mapping[str, Any]) -> None:
    named = str(options.get("estimator", "")).lower()
    if named in ("minres", "pa", "principal_axis"):
        raise OptionError(
            f"estimator={options['estimator']!r} has no confirmatory counterpart: take 'ULSM' "
            "(least squares), or 'ML'."
        )


def _whole(
    frame: pd.DataFrame,
    n_factors: int,
    rotation: str | Criterion | TwoSteps,
    rotation_args: Mapping[str, Any] | None,
    items: Sequence[str] | None,
    options: Mapping[str, Any],
) -> ExploratoryFactors:
    """Factors of all rows, which give those of halves their names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpnSemWarning)
        return efa(frame, n_factors, rotation, items=items, rotation_args=rotation_args, **options)


def _result(
    divisions: list[Division],
    plan: ExplorationPlan,
    units: HeldOutUnits,
    index: pd.Index,
    swap: bool,
    whole: ExploratoryFactors,
) -> SplitHalf:
    reasons = [half.reason for one in divisions for half in one.halves if half.reason]
    if all(half.loadings is None for one in divisions for half in one.halves):
        raise NotAvailableError(
            f"no half has a solution: {pd.Series(reasons).value_counts().index[0]}. Take fewer "
            "factors, or halves that are larger."
        )
    table = division_table(divisions, plan, swap)
    lost = int((table["reason"] != "").sum())
    if lost:
        warn_user(
            f"{lost} of {len(table)} patterns could not be confirmed: {reasons[0]}.",
            ConvergenceWarning,
        )
    first = divisions[0]
    letters = np.where(units.rows, np.where(first.in_second, *HALVES[::-1]), "")
    return SplitHalf(
        fit_table(first, swap),
        congruence_table(divisions, plan),
        loading_table(first, plan),
        salience_table(divisions, plan),
        table,
        tuple(half.pattern.text if half.pattern else "" for half in first.halves),
        plan.pattern(plan.target).text,
        float(table["fits"].mean()),
        float(np.mean([has_same_pattern(one) for one in divisions])),
        pd.Series(letters, index=index, name="half"),
        units.word,
        tuple(half_verdicts(divisions, table, plan)),
        tuple(_notes(first, plan, units, whole)),
    )


def _notes(
    first: Division, plan: ExplorationPlan, units: HeldOutUnits, whole: ExploratoryFactors
) -> Iterator[str]:
    rules = "CFI from {cfi}, RMSEA up to {rmsea}, SRMR up to {srmr}".format(
        **{name: format_below_one(limit, 2) for name, limit in RULES.items()}
    )
    yield (
        f'"fits" means a proper solution with {rules}; the numbers of one division depend on '
        "chance: divide twenty times or more to see how much."
    )
    if units.word != "row":
        yield f"{len(units)} {units.word}s are in one half each, and never in both."
    for name, half in zip(HALVES, first.halves, strict=True):
        if half.pattern is not None:
            yield from (f"half {name}: {note}" for note in half.pattern.notes)
        if half.explored.get("improper"):
            yield f"half {name}: the exploratory solution is improper (a Heywood case)."
        if half.confirmed.get("improper"):
            yield f"pattern of half {name}: its confirmatory solution is improper."
    yield from (f"all rows: {note}" for note in whole.notes)
