"""Checks that plots share: what can be plotted, and reasons why something can't."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ..errors import DataError, NotAvailableError, OptionError, choose
from ..fit import Fit
from ..numerics import Mask

_MOST_ANSWERS = 11


def require_fitted(fit: Fit, what: str) -> None:
    """Refuse numbers that are no estimates.

    Raises
    ------
    NotAvailableError
    """
    if not fit.converged:
        raise NotAvailableError(
            f"{what}: the fit did not converge, or was not fitted: there is nothing to plot."
        )


def one_group(fit: Fit, group: str | None, what: str) -> str:
    """The group to plot, "" where there is one.

    Raises
    ------
    OptionError
        Where there are several and none is chosen, or it is not known.
    """
    labels = fit.group_labels
    if group is not None:
        return choose("group", group, labels)
    if labels:
        raise OptionError(f"{what} shows one group: give group=, one of {', '.join(labels)}.")
    return ""


def answers_of(
    data: pd.DataFrame, items: Sequence[str] | None, group: str | None
) -> tuple[pd.DataFrame, pd.Series]:
    """Answers as numbers, and the group of each row ("" where none was asked for).

    Raises
    ------
    DataError
        Where a column is missing or holds no numbers, or no answer is left.
    """
    columns = [str(name) for name in data.columns]
    table = data.set_axis(columns, axis=1)
    numbers = [name for name in columns if pd.api.types.is_numeric_dtype(table[name].dtype)]
    chosen = list(items) if items is not None else [name for name in numbers if name != group]
    for name in [*chosen, *([group] if group is not None else [])]:
        if columns.count(name) != 1:
            choose("items" if name != group else "group", name, columns)
            raise DataError(f"column {name!r} appears {columns.count(name)} times.")
    if not chosen or not len(table):
        raise DataError("there are no answers to plot.")
    answers = table[chosen].apply(pd.to_numeric, errors="coerce").astype(float)
    answers = answers.replace([np.inf, -np.inf], np.nan)
    for name in chosen:
        if answers[name].isna().all():
            raise DataError(f"column {name!r} holds no numbers.")
    labels = table[group].astype("string") if group is not None else pd.Series("", table.index)
    return answers, labels


def few_answers(answers: pd.DataFrame) -> list[float]:
    """The answers that occur, if they are few.

    Raises
    ------
    DataError
    """
    values = sorted(set(np.unique(answers.to_numpy()[np.isfinite(answers.to_numpy())])))
    if len(values) > _MOST_ANSWERS:
        raise DataError(
            f"{len(values)} different answers: this plot is for items with at most "
            f"{_MOST_ANSWERS}. ts.plots.item_distributions takes any numbers."
        )
    if values == [float(int(v)) for v in values] and values[-1] - values[0] < _MOST_ANSWERS:
        return [float(v) for v in range(int(values[0]), int(values[-1]) + 1)]
    return [float(v) for v in values]


def groups_of(labels: pd.Series) -> list[str]:
    """The groups in sorted order.

    Raises
    ------
    DataError
        Where there is none, or more than plots can tell apart.
    """
    found = sorted(str(label) for label in labels.dropna().unique())
    if not found or len(found) > 7:
        raise DataError(f"group= has {len(found)} groups; plots tell apart one to seven.")
    return found


def rows_of(labels: pd.Series, group: str) -> Mask:
    """Which rows are a group's."""
    return np.asarray((labels == group).fillna(False).to_numpy(dtype=bool))


def check_labels(labels: Mapping[str, str] | None, known: Sequence[str]) -> dict[str, str]:
    """Titles by name.

    Raises
    ------
    OptionError
        Where a name is none of those that are shown.
    """
    for name in labels or {}:
        choose("labels", name, known)
    return dict(labels or {})
