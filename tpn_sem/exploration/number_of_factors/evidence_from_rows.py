"""Rows of answers, read and checked, become what rules look at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...arguments import as_names, check_range, read_seed
from ...data import Data, as_frame, numeric_columns
from ...errors import DataError, OptionError, choose
from ...extraction import most_factors
from ...numerics import Array
from .factor_evidence import FactorEvidence
from .kinds_of_correlation import correlations_of
from .null_eigenvalues import NullData
from .reduced_correlations import bent

_KINDS = ("pearson", "polychoric", "fiml")
_MOST = 10


def read_null(n_samples: int, quantile: float, how: str, seed: int, kind: str) -> NullData:
    """How data without factors are drawn.

    Raises
    ------
    OptionError
    """
    check_range("n_samples", n_samples, 20, 1_000_000)
    check_range("quantile", quantile, 0.5, 0.999)
    choose("null", how, ("permuted", "normal"))
    choose("correlations", kind, _KINDS)
    if how == "normal" and kind == "polychoric":
        raise OptionError(
            "null='normal' has no categories, which polychoric correlations need: leave it out, so "
            "that the items' own answers are shuffled."
        )
    return NullData(n_samples, quantile, how, read_seed(seed) or 0)


def gather(
    data: Data, items: Sequence[str] | None, kind: str, most: int | None, null: NullData
) -> tuple[FactorEvidence, tuple[str, ...]]:
    """The evidence of rows, and what must be known of it.

    Raises
    ------
    DataError, OptionError, NotAvailableError
    """
    frame = as_frame(data)
    if not isinstance(frame, pd.DataFrame):
        raise DataError("the number of factors is asked of rows of data; sample moments have none.")
    names = _names(frame, items)
    values, notes = _rows(numeric_columns(frame, names), kind)
    _check(values, names)
    found = correlations_of(values, names, kind)
    whole = bent(found) if kind == "polychoric" else found
    if whole is not found:
        notes = (
            *notes,
            "The polychoric correlations are not positive definite: eigenvalues below .001 were "
            "raised. Rows are few, or two items ask nearly the same.",
        )
    highest = _highest(most, len(names))
    return FactorEvidence(names, values, whole, kind, _pair_rows(values), highest, null), notes


def _names(frame: pd.DataFrame, items: Sequence[str] | None) -> tuple[str, ...]:
    if items is None:
        columns = frame.select_dtypes("number", exclude="timedelta").columns
        names = tuple(map(str, columns))
    else:
        names = as_names("items", list(items))
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise OptionError(f"items= names {repeated[0]!r} twice.")
    if len(names) < 3:
        raise DataError(
            f"the number of factors needs three items or more, not {len(names)}: two items have "
            "one correlation, which one factor explains."
        )
    return names


def _rows(values: Array, kind: str) -> tuple[Array, tuple[str, ...]]:
    """The rows that count, and how many do not."""
    missing = np.isnan(values)
    used = ~missing.any(axis=1) if kind == "pearson" else ~missing.all(axis=1)
    left = int((~used).sum())
    notes = []
    if kind == "pearson" and left:
        notes.append(
            f"{left} of {len(values)} rows have a missing answer and are left out; "
            "correlations='fiml' uses their other answers."
        )
    elif left:
        notes.append(f"{left} of {len(values)} rows have no answer and are left out.")
    if kind != "pearson" and missing[used].any():
        share = f"{missing[used].mean():.1%} of the answers are missing"
        how = {
            "polychoric": "each correlation comes from the rows that have both answers",
            "fiml": "correlations are of maximum likelihood, from all answers",
        }
        notes.append(f"{share}: {how[kind]}. Shuffled data have the same gaps.")
    return values[used], tuple(notes)


def _check(values: Array, names: tuple[str, ...]) -> None:
    n, p = values.shape
    if n == 0:
        raise DataError(
            "no row has answers to all items: take correlations='fiml', or fewer items."
        )
    low = np.fmin.reduce(values, axis=0)
    high = np.fmax.reduce(values, axis=0)
    constant = np.flatnonzero(~(low < high))
    if len(constant):
        raise DataError(
            f"item {names[constant[0]]!r} has one value, or none, in all {n} rows that count: it "
            "has no correlation with anything. Leave it out of items=."
        )
    if n <= p:
        raise DataError(
            f"{n} rows that count are too few for {p} items: correlations need more rows than "
            "items. Take fewer items, or correlations='fiml' where answers are missing."
        )
    _refuse_apart(values, names)


def _refuse_apart(values: Array, names: tuple[str, ...]) -> None:
    there = (~np.isnan(values)).astype(float)
    apart = np.argwhere(np.triu(there.T @ there == 0.0))
    if len(apart):
        first, second = (names[place] for place in apart[0])
        raise DataError(
            f"no row has an answer to both {first!r} and {second!r}: nothing tells how they go "
            "together. Leave one of them out of items=."
        )


def _highest(most: int | None, n_items: int) -> int:
    identified = most_factors(n_items)
    if most is None:
        return min(_MOST, identified)
    if not 1 <= most <= identified:
        raise OptionError(f"most={most}: {n_items} items tell from 1 to {identified} factors.")
    return most


def _pair_rows(values: Array) -> float:
    """Harmonic mean of the rows that pairs of items have."""
    there = (~np.isnan(values)).astype(float)
    together = there.T @ there
    apart = ~np.eye(len(together), dtype=bool)
    return float(1.0 / (1.0 / np.maximum(together[apart], 1.0)).mean())
