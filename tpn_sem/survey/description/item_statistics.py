"""Each item's distribution, and how far schools differ in it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ...data import CompleteMoments, Rows, intraclass_correlation
from ...numerics import Array, Indices, Mask
from .survey_answers import SurveyAnswers

_FEWEST = {"sd": 2, "skewness": 3, "kurtosis": 4}  # answers that a statistic needs
_ICC = ("icc", "average_size", "design_effect")


def item_table(answers: SurveyAnswers, used: Mask) -> tuple[pd.DataFrame, list[str]]:
    """A row per item (and group), and why numbers are missing.

    Parameters
    ----------
    answers : SurveyAnswers
    used : bool array, shape (n,)
        Rows that statistics are of; missing and skipped answers are counted in all rows.
    """
    ends = _ends(answers.values[used])
    tables, notes = {}, []
    for label, everyone in answers.by_group():
        rows = everyone[used[everyone]]
        values = answers.values[rows]
        skipped = answers.skipped[everyone]
        table = pd.DataFrame(
            _distribution(values, ends), index=pd.Index(answers.names, name="item")
        )
        table.insert(1, "missing", (np.isnan(answers.values[everyone]) & ~skipped).sum(axis=0))
        table.insert(2, "skipped", skipped.sum(axis=0))
        where = f" in group {label!r}" if label else ""
        notes += _reasons(table, where)
        if answers.schools is not None:
            table[list(_ICC)], more = _intraclass(answers, values, answers.schools[rows], table)
            notes += [f"{reason}{where}." for reason in more]
        tables[label] = table
    return answers.stacked(tables), notes


def _ends(values: Array) -> Array:
    """The lowest and the highest answer to each item in all groups, shape (2, p)."""
    return np.array(
        [np.fmin.reduce(values, axis=0, initial=np.nan), np.fmax.reduce(values, 0, initial=np.nan)]
    )


def _distribution(values: Array, ends: Array) -> dict[str, Array]:
    """Number of answers, mean, sd, adjusted skewness and kurtosis, ends and shares there."""
    columns = [
        _of_column(column[~np.isnan(column)], ends[:, j]) for j, column in enumerate(values.T)
    ]
    words = ("n", "mean", "sd", "skewness", "kurtosis", "min", "max", "floor", "ceiling")
    found = dict(zip(words, np.array(columns).T, strict=True))
    found["n"] = found["n"].astype(np.intp)
    return found


def _of_column(given: Array, ends: Array) -> tuple[float, ...]:
    n = len(given)
    if n == 0:
        return (0.0, *[np.nan] * 8)
    low, high, mean = float(given.min()), float(given.max()), float(given.mean())
    shares = (given == ends[0]).sum() / n, (given == ends[1]).sum() / n
    if low == high:
        return (n, low, 0.0 if n > 1 else np.nan, np.nan, np.nan, low, high, *shares)
    gap = (given - mean) / (high - low)
    square = gap * gap
    second, third, fourth = square.mean(), (square * gap).mean(), (square * square).mean()
    sd = float(np.sqrt(second * n / (n - 1))) * (high - low)
    skewness = kurtosis = np.nan
    if n > 2:
        skewness = third / second**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    if n > 3:
        excess = fourth / second**2 - 3.0
        kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * excess + 6.0)
    return (n, mean, sd, skewness, kurtosis, low, high, *shares)


def _reasons(table: pd.DataFrame, where: str) -> list[str]:
    """Why some items lack statistics."""
    n, constant = table["n"], (table["min"] == table["max"]) & (table["n"] > 1)
    few = (n > 0) & (n < max(_FEWEST.values())) & ~constant
    needs = ", ".join(f"{word} {count}" for word, count in _FEWEST.items())
    told = (
        (n == 0, "no answer at all, hence no statistics"),
        (constant, "constant, hence no skewness and kurtosis"),
        (few, f"too few answers for all statistics (they need: {needs})"),
    )
    return [f"{listed(table.index[which])}{where}: {what}." for which, what in told if which.any()]


def listed(names: pd.Index | list[str]) -> str:
    """The first names, and how many more."""
    shown = ", ".join(map(str, names[:8]))
    return shown if len(names) <= 8 else f"{shown} and {len(names) - 8} more"


def _intraclass(
    answers: SurveyAnswers, values: Array, schools: Indices, table: pd.DataFrame
) -> tuple[Array, list[str]]:
    """ICC, average size and design effect of each item, shape (p, 3), and reasons of gaps."""
    inside = schools >= 0
    rows = Rows(values[inside], np.flatnonzero(inside), clusters=schools[inside])
    mean, variance = (table[word].to_numpy(dtype=float) for word in ("mean", "sd"))
    sample = CompleteMoments(
        label="",
        names=answers.names,
        n_observations=len(rows),
        covariance=np.diag(variance**2),
        mean=mean,
        known_rows=rows,
    )
    found = np.full((len(answers.names), len(_ICC)), np.nan)
    for place in np.flatnonzero(_vary(rows.values)):
        found[place] = intraclass_correlation(sample, int(place))
    without = [n for n, icc in zip(answers.names, found[:, 0], strict=True) if np.isnan(icc)]
    what = "no intraclass correlation, which needs answers that vary, two schools, one with two"
    notes = [f"{listed(without)}: {what}"] if without else []
    if not inside.all():
        notes.append(
            f"{int((~inside).sum())} rows without a school are left out of intraclass correlations"
        )
    return found, notes


def _vary(values: Array) -> Mask:
    low, high = _ends(values)
    return np.asarray(low < high)
