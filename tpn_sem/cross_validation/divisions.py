"""Divisions of the rows into folds: at random, each unit for itself, or as a column says."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import pandas as pd

from ..arguments import read_seed
from ..data import column_place
from ..errors import DataError, OptionError
from ..numerics import Indices
from .held_out_units import HeldOutUnits, check_unsplit

LEAVE_ONE_OUT = "leave_one_out"
Folds: TypeAlias = int | str | pd.Series


def divide(
    frame: pd.DataFrame,
    units: HeldOutUnits,
    strata: Indices,
    folds: Folds,
    repeats: int,
    seed: int | None,
) -> Indices:
    """The fold of each row in each repeat; -1 where a row is not used, shape (repeats, n).

    Parameters
    ----------
    frame : DataFrame
    units : HeldOutUnits
        Held out as a whole.
    strata : int array, shape (n,)
        The group of each row: units of each are spread evenly over the folds.
    folds : int, str or Series
        A number; "leave_one_out"; or a column (or its name) that says which rows are held out
        together.
    repeats : int
        Divisions, where they are drawn at random.
    seed : int or None
        0 if None.

    Raises
    ------
    OptionError, DataError
        For numbers of folds that the data cannot have, and columns that do not serve.
    """
    if isinstance(folds, int):
        _check_number(folds, units)
        streams = np.random.SeedSequence(read_seed(seed) or 0).spawn(repeats)
        drawn = [_drawn(units, strata, folds, np.random.default_rng(one)) for one in streams]
        return np.stack([_by_row(units, one) for one in drawn])
    for name, given, default in (("repeats", repeats, 1), ("seed", seed, None)):
        if given != default:
            raise OptionError(
                f"{name}={given} has no effect here: these folds are not drawn at random. Give a "
                f"number of folds, or leave {name}= out."
            )
    if isinstance(folds, str) and folds == LEAVE_ONE_OUT:
        return _by_row(units, np.arange(len(units), dtype=np.intp))[None]
    return _of_column(frame, units, folds)[None]


def _check_number(folds: int, units: HeldOutUnits) -> None:
    if folds < 2:
        raise OptionError(
            f"folds={folds} leaves nothing to fit to: give 2 or more, or {LEAVE_ONE_OUT!r}."
        )
    if folds > len(units):
        raise OptionError(
            f"folds={folds}, but there are {len(units)} {units.word}s to hold out: give at most "
            f"{len(units)}, or {LEAVE_ONE_OUT!r}."
        )


def _drawn(
    units: HeldOutUnits, strata: Indices, folds: int, generator: np.random.Generator
) -> Indices:
    """The fold of each unit: dealt out in random order, stratum after stratum."""
    own = np.zeros(len(units), dtype=np.intp)
    inside = units.rows
    own[units.of_rows[inside]] = strata[inside]
    order = np.concatenate(
        [generator.permutation(np.flatnonzero(own == stratum)) for stratum in np.unique(own)]
    )
    found = np.empty(len(units), dtype=np.intp)
    found[order] = np.arange(len(units)) % folds
    return found


def _by_row(units: HeldOutUnits, fold_of_unit: Indices) -> Indices:
    return np.where(units.rows, fold_of_unit[units.of_rows], -1)


def _of_column(frame: pd.DataFrame, units: HeldOutUnits, folds: str | pd.Series) -> Indices:
    """Folds that a column of the data says, numbered in the order of its values."""
    if isinstance(folds, pd.Series):
        if not folds.index.equals(frame.index):
            raise OptionError("folds= has another index than the data: give a column of the data.")
        column = folds
    else:
        column = frame.iloc[:, column_place(frame, folds, "folds= column")]
    inside = units.rows
    if column[inside].isna().any():
        raise DataError("folds= is missing in rows that are used; give each row a fold.")
    codes, labels = pd.factorize(column[inside], sort=column.dtype != object)
    if len(labels) < 2:
        raise DataError("folds= puts all rows into one fold: nothing would be left to fit to.")
    found = np.full(len(frame), -1, dtype=np.intp)
    found[inside] = codes
    check_unsplit(units, found)
    return found
