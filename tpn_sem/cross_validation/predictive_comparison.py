"""Differences of held-out deviances between models, their errors, and what may be said of them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

from ..drawing import listing
from ..errors import attempted
from ..estimation import Estimation
from ..model_fit.comparison import Nesting, nesting
from ..numerics import Array, student_quantile
from .held_out_units import HeldOutUnits

BETTER, CANNOT_TELL, EQUIVALENT = (
    "predicts better",
    "can't tell",
    "cannot be told apart by any data",
)
_TIE = 1e-6  # of a mean deviance, up to which models stay in the order given
_SAME = 1e-4  # of a row's deviance: what optimisers leave between equivalent models


def unit_mean(values: Array, counts: Array, units: HeldOutUnits) -> tuple[float, float, int]:
    """Mean of rows' values, its standard error by units, and its degrees of freedom.

    The mean is a ratio of two sums over units, rows' values and their number, and its error that of
    a ratio (Cochran, 1977, ch. 6); with rows as units, the usual error of a mean.

    Parameters
    ----------
    values : array, shape (n,)
        NaN where a row was not judged.
    counts : array, shape (n,)
        What each row counts.
    units : HeldOutUnits
    """
    known = ~np.isnan(values) & units.rows
    weights = np.where(known, counts, np.nan)
    sums, sizes = units.sums(values * weights), units.sums(weights)
    there = sizes > 0.0
    number, total = int(there.sum()), float(sizes.sum())
    mean = float(sums.sum() / total)
    if number < 2:
        return mean, float("nan"), 0
    left = (sums - mean * sizes)[there]
    error = np.sqrt(number / (number - 1.0) * float(left @ left)) / total
    return mean, float(error), number - 1


def comparisons(
    values: Mapping[str, Array],
    estimations: Mapping[str, Estimation],
    counts: Array,
    units: HeldOutUnits,
    level: float,
) -> pd.DataFrame:
    """A row per pair of models, the one with the smaller deviance first.

    Columns first, second, difference (of first less second: negative), se, df, ci_lower, ci_upper,
    verdict.
    """
    rows = []
    for pair in combinations(values, 2):
        mean, error, df = unit_mean(values[pair[0]] - values[pair[1]], counts, units)
        first, second = pair if mean <= _TIE else pair[::-1]
        difference = mean if mean <= _TIE else -mean
        same = bool(np.nanmax(np.abs(values[first] - values[second])) < _SAME)
        half = float(student_quantile(0.5 + level / 2.0, np.array(df))) * error if df else np.nan
        verdict = BETTER if abs(mean) >= half and not same else CANNOT_TELL
        if _are_equivalent(estimations[first], estimations[second]):
            verdict = EQUIVALENT
        rows.append(
            {
                "first": first,
                "second": second,
                "difference": difference,
                "se": error,
                "df": df,
                "ci_lower": difference - half,
                "ci_upper": difference + half,
                "verdict": verdict,
            }
        )
    columns = ["first", "second", "difference", "se", "df", "ci_lower", "ci_upper", "verdict"]
    return pd.DataFrame(rows, columns=columns)


def _are_equivalent(one: Estimation, other: Estimation) -> bool:
    """Whether no data can tell two models apart."""
    if one.degrees_of_freedom != other.degrees_of_freedom:
        return False
    return attempted(nesting, one, other) is Nesting.EQUIVALENT


def verdict_of(pairs: pd.DataFrame, first: str, second: str) -> str:
    """What may be said of the first beside the second."""
    for row in pairs.itertuples():
        if (row.first, row.second) == (first, second):
            return str(row.verdict)
        if (row.second, row.first) == (first, second):
            return "predicts worse" if row.verdict == BETTER else str(row.verdict)
    return ""


def sentences(pairs: pd.DataFrame, order: list[str]) -> list[str]:
    """What the data tell of models, which stand in the order of their deviances."""
    if len(order) < 2:
        return []
    best, others = order[0], order[1:]
    said = {name: verdict_of(pairs, best, name) for name in others}
    beaten = [name for name in others if said[name] == BETTER]
    same = [name for name in others if said[name] == EQUIVALENT]
    untold = [name for name in others if said[name] == CANNOT_TELL]
    found = []
    if beaten:
        found.append(f"{best} predicts better than {listing(beaten)}.")
    if untold:
        found.append(f"can't tell whether {best} predicts better than {listing(untold)}.")
    if same:
        found.append(f"{listing([best, *same])} cannot be told apart by any data.")
    return found
