"""Choices of the rows: subsets, careless answers left out, changes of the user's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import as_names
from ..data import column_place
from ..errors import DataError, OptionError, choose, nearest, of_users
from ..model import Model
from ..numerics import Mask
from ..sensitivity import flagged_rows
from ..specification import FitOptions
from ..survey import check
from .choices import Choice, Draft, NotAsked, Step, unchanged
from .model_choices import NONE, measurement

ALL = "all"
_FEWEST_ITEMS = 8
_MOST_CLASSES = 20
_FIXED = ("group", "cluster", "group_label")  # they say what rows of the table and units are
Subsets = str | Mapping[str, object]
OwnChoices = Mapping[str, Mapping[str, Callable[[pd.DataFrame], pd.DataFrame] | Mapping[str, Any]]]


def subsets_choice(given: Subsets | None, frame: pd.DataFrame) -> Choice | None:
    """Which rows: all of them, or each of the subsets.

    Raises
    ------
    OptionError, DataError
        For masks that do not fit the data, or choose no row or all of them.
    """
    if given is None or (not isinstance(given, str) and not given):
        return None
    masks = _classes(given, frame) if isinstance(given, str) else dict(given)
    levels: dict[str, Step] = {ALL: unchanged}
    for label, one in masks.items():
        if str(label) == ALL:
            raise OptionError(f"subsets: {ALL!r} is there anyway, all rows; rename that subset.")
        levels[str(label)] = _kept(_mask(str(label), one, frame), frame)
    return Choice("subset", levels, 1)


def _classes(name: str, frame: pd.DataFrame) -> dict[str, Mask]:
    column = frame.iloc[:, column_place(frame, name, "column of subsets")].astype(object)
    labels = sorted(column.dropna().unique(), key=str)
    if len(labels) > _MOST_CLASSES:
        raise DataError(
            f"subsets: column {name!r} has {len(labels)} classes; name those that you want, as "
            f"subsets={{'first': data[{name!r}] == ...}}."
        )
    return {str(label): (column == label).to_numpy() for label in labels}


def _mask(label: str, given: object, frame: pd.DataFrame) -> Mask:
    found: Any = given
    if callable(given):
        found = of_users("subsets", given, frame)
    elif isinstance(given, str):
        found = frame.iloc[:, column_place(frame, given, "column of subsets")]
    values = np.asarray(found)
    if values.shape != (len(frame),):
        raise OptionError(
            f"subsets: {label!r} is true or false for each of the {len(frame)} rows of the data, "
            f"not {type(given).__name__} of shape {values.shape}."
        )
    if values.dtype != bool:
        if pd.isna(values).any() or not np.isin(values, (0, 1)).all():
            raise OptionError(f"subsets: {label!r} is true or false for each row: fill gaps in.")
        values = values.astype(bool)
    if values.all() or not values.any():
        raise DataError(
            f"subsets: {label!r} has {'all rows' if values.all() else 'no row'}: leave it out."
        )
    return values


def _kept(mask: Mask, frame: pd.DataFrame) -> Step:
    return partial(_with_rows, frozenset(frame.index[mask].tolist()))


def _with_rows(places: frozenset[int], draft: Draft) -> Draft:
    return replace(draft, frame=draft.frame[draft.frame.index.isin(places)])


def careless_choice(
    given: str | Sequence[str],
    raw: pd.DataFrame,
    instrument: object,
    models: Mapping[str, Model],
) -> Choice | None:
    """Which rows that a check calls odd are left out: none, or those of each flag.

    Raises
    ------
    OptionError
        For a flag that is not known.
    DataError
        With fewer than eight items, for which there are no flags.
    """
    wanted = as_names("careless", given)
    if not wanted:
        return None
    survey = check(raw, _questionnaire(models) if instrument is None else instrument)  # type: ignore[arg-type]
    if survey.n_items < _FEWEST_ITEMS:
        raise DataError(
            f"careless: {survey.n_items} items tell nothing of careless answers: eight or more "
            "are needed."
        )
    flags = flagged_rows(survey)
    levels: dict[str, Step] = {NONE: unchanged}
    for name in wanted:
        flagged = flags[choose("careless", name, flags.columns)].to_numpy()
        levels[name] = _kept(~flagged, raw) if flagged.any() else partial(_nothing_flagged, name)
    return Choice("careless_left_out", levels, 1)


def _nothing_flagged(name: str, draft: Draft) -> Draft:
    raise NotAsked(f"no row is flagged ({name}): it would be the same as leaving none out")


def _questionnaire(models: Mapping[str, Model]) -> dict[str, list[str]]:
    """Constructs and items of the model that has most of both."""
    found = [measurement(model.statements) for model in models.values()]
    most = max(found, key=lambda one: (len({i for own in one.values() for i in own}), len(one)))
    seen: set[str] = set()
    constructs: dict[str, list[str]] = {}
    for factor, items in most.items():
        new = [item for item in items if item not in seen]
        seen.update(new)
        if new:
            constructs[factor] = new
    if not constructs:
        raise DataError("careless: the models have no items whose answers could be looked at.")
    return constructs


def own_choices(given: OwnChoices | None, taken: Sequence[str]) -> list[Choice]:
    """Choices that the user adds: functions of the data, or options of the fit.

    Raises
    ------
    OptionError
        For a name that is taken, a choice without levels, and an unknown option.
    """
    found: list[Choice] = []
    for name, levels in (given or {}).items():
        if name in taken:
            raise OptionError(f"choices: {name!r} is the name of another column; rename it.")
        if not levels:
            raise OptionError(f"choices: {name!r} has no levels: give a dict from names to them.")
        for label, level in levels.items():
            if not callable(level):
                check_options(f"choices: {name!r}, {label!r}", level)
        data = {str(k): partial(_changed, name, v) for k, v in levels.items() if callable(v)}
        options = {
            str(k): partial(_with_options, dict(v)) for k, v in levels.items() if not callable(v)
        }
        if data and any(dict(v) for v in levels.values() if not callable(v)):
            raise OptionError(
                f"choices: {name!r} has functions of the data and options: make two choices of it, "
                "or take {} for the level at which nothing is done."
            )
        steps = {str(k): {**data, **options}[str(k)] for k in levels}
        found.append(Choice(name, steps, 0 if data else 4))
    return found


def check_options(where: str, options: Mapping[str, Any]) -> None:
    """Refuse options that no fit has, or that a choice must not change.

    Raises
    ------
    OptionError
    """
    known = FitOptions.__annotations__
    for name in options:
        if name not in known:
            advice = nearest(str(name), known) or "."
            raise OptionError(f"{where}: unknown option {name!r}{advice}")
        if name in _FIXED:
            raise OptionError(f"{where}: {name}= is the same for all specifications: give it once.")


def _with_options(options: Mapping[str, Any], draft: Draft) -> Draft:
    return draft.with_options(options)


def _changed(name: str, change: Callable[[pd.DataFrame], pd.DataFrame], draft: Draft) -> Draft:
    frame = of_users(f"choices[{name!r}]", change, draft.frame.copy())
    if not isinstance(frame, pd.DataFrame):
        raise OptionError(
            f"choices: {name!r} gives a DataFrame from a DataFrame, not {type(frame).__name__}."
        )
    if not frame.index.is_unique or not frame.index.isin(draft.frame.index).all():
        raise OptionError(
            f"choices: {name!r} has changed the index of the data: rows may be left out and "
            "columns changed, but each row keeps its label."
        )
    return replace(draft, frame=frame)
