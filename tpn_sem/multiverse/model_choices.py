"""Choices of the model: which one, items left out, covariates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol, runtime_checkable

import pandas as pd

from ..arguments import as_names
from ..data import column_place
from ..errors import DataError, OptionError, TpnSemError, nearest
from ..language import Statements, quoted, without_variables
from ..model import Model
from ..specification import OPTION_NAMES
from ..survey import Instrument
from .choices import Choice, Draft, NotAsked, Step, unchanged

NONE = "none"
_MOST_LABELS = 20
_FEWEST_ITEMS = 2


@runtime_checkable
class ModelVariant(Protocol):
    """What makes a model for an instrument, as a variant of the triangle does."""

    def model(self, instrument: Instrument) -> Model:
        """The model for an instrument."""

    def prepare(self, data: pd.DataFrame, instrument: Instrument) -> pd.DataFrame:
        """The data with the columns that the model needs."""


Models = str | Model | Mapping[str, str | Model | ModelVariant]


def read_models(
    given: Models, instrument: object
) -> tuple[dict[str, Model], dict[str, ModelVariant], dict[str, str]]:
    """Models by name, the variants among them, and why variants have no model.

    Raises
    ------
    OptionError
        Where there is none, or a variant has no instrument to be made for.
    """
    named = {"model": given} if isinstance(given, str | Model) else dict(given)
    if not named:
        raise OptionError("models= is empty: give a model text, or a dict from names to texts.")
    models: dict[str, Model] = {}
    variants: dict[str, ModelVariant] = {}
    lacking: dict[str, str] = {}
    for name, one in named.items():
        if isinstance(one, str | Model):
            models[str(name)] = one if isinstance(one, Model) else Model(one)
            continue
        if not isinstance(instrument, Instrument):
            raise OptionError(
                f"models: {name!r} is made for an instrument: give instrument=, as "
                "ts.triangle.bundled_instrument(data)."
            )
        variants[str(name)] = one
        try:
            models[str(name)] = one.model(instrument)
        except TpnSemError as error:
            lacking[str(name)] = str(error)
    if not models:
        raise OptionError(f"models: none can be made: {next(iter(lacking.values()))}")
    return models, variants, lacking


def model_choice(
    models: Mapping[str, Model],
    variants: Mapping[str, ModelVariant],
    lacking: Mapping[str, str],
    instrument: object,
) -> Choice:
    """Which model."""
    levels: dict[str, Step] = {}
    for name, model in models.items():
        levels[name] = partial(_with_model, model, variants.get(name), instrument)
    for name, reason in lacking.items():
        levels[name] = partial(_without_model, reason)
    return Choice("model", levels, 2)


def _with_model(
    model: Model, variant: ModelVariant | None, instrument: object, draft: Draft
) -> Draft:
    if variant is None:
        return replace(draft, model=model)
    assert isinstance(instrument, Instrument)
    return replace(draft, model=model, frame=variant.prepare(draft.frame, instrument))


def _without_model(reason: str, draft: Draft) -> Draft:
    raise NotAsked(reason)


def measurement(statements: Statements) -> dict[str, list[str]]:
    """Observed items by factor."""
    lines = [one for one in statements.relations if one.operator == "=~"]
    factors = {one.lhs for one in lines}
    found: dict[str, list[str]] = {}
    for one in lines:
        if one.rhs not in factors and one.rhs not in found.setdefault(one.lhs, []):
            found[one.lhs].append(one.rhs)
    return {factor: items for factor, items in found.items() if items}


def items_choice(
    given: Sequence[str | Sequence[str]], models: Mapping[str, Model]
) -> Choice | None:
    """Which items are left out: none, or each of the sets.

    Raises
    ------
    OptionError
        For an item that no model has.
    """
    if isinstance(given, str):
        given = [given]
    if not given:
        return None
    known = {
        item
        for model in models.values()
        for items in measurement(model.statements).values()
        for item in items
    }
    levels: dict[str, Step] = {NONE: unchanged}
    for one in given:
        items = as_names("leave_out_items", one)
        for item in items:
            if item not in known:
                advice = nearest(item, sorted(known)) or "."
                raise OptionError(f"leave_out_items: no model has the item {item!r}{advice}")
        _add(levels, "leave_out_items", " + ".join(items), partial(_without_items, items))
    return Choice("items_left_out", levels, 3)


def _add(levels: dict[str, Step], option: str, label: str, step: Step) -> None:
    if not label:
        raise OptionError(f"{option}: an entry is empty; that nothing is done is a level anyway.")
    if label in levels:
        raise OptionError(f"{option}: {label!r} is named twice.")
    levels[label] = step


def _without_items(items: tuple[str, ...], draft: Draft) -> Draft:
    factors = measurement(draft.model.statements)
    there = {item for own in factors.values() for item in own}
    absent = [item for item in items if item not in there]
    if absent:
        raise NotAsked(f"the model has no item {absent[0]}")
    for factor, own in factors.items():
        left = [item for item in own if item not in items]
        if len(left) < min(_FEWEST_ITEMS, len(own)):
            raise NotAsked(f"{factor} would have {len(left) or 'no'} item{'s' * (not left)} left")
    text = without_variables(draft.model.statements, items)
    return replace(draft, model=Model(text, draft.model.defaults))


def controls_choice(
    given: Sequence[str | Sequence[str]] | Mapping[str, str | Sequence[str]],
    frame: pd.DataFrame,
    models: Mapping[str, Model],
) -> tuple[Choice | None, pd.DataFrame]:
    """Which covariates: none, or each of the sets; and the data with their indicators.

    Raises
    ------
    OptionError, DataError
        For columns that are not there, are items, have one value, or very many labels.
    """
    if isinstance(given, str):
        given = [given]
    sets = given.items() if isinstance(given, Mapping) else [(None, one) for one in given]
    levels: dict[str, Step] = {NONE: unchanged}
    items = {
        item
        for model in models.values()
        for own in measurement(model.statements).values()
        for item in own
    }
    for label, one in sets:
        columns: list[str] = []
        names = as_names("controls", one)
        for name in names:
            if name in items:
                raise DataError(f"control {name!r} is an item: it cannot be a control, too.")
            frame, own_columns = control_columns(frame, name)
            columns += own_columns
        shown = " + ".join(names) if label is None else (str(label) if names else "")
        _add(levels, "controls", shown, partial(_with_controls, tuple(columns)))
    return (Choice("controls", levels, 3) if len(levels) > 1 else None), frame


def control_columns(frame: pd.DataFrame, name: str) -> tuple[pd.DataFrame, list[str]]:
    """A column of numbers as it is; one of texts as an indicator of each label but the first.

    The first is the most frequent one, of equally frequent ones that first by the alphabet. An
    indicator is called "gender: male".

    Raises
    ------
    DataError
    """
    column = frame.iloc[:, column_place(frame, name, "control")]
    if column.nunique() < 2:
        raise DataError(f"control {name!r} has one value: it explains nothing. Leave it out.")
    if pd.api.types.is_numeric_dtype(column):
        return frame, [name]
    counts = column.astype(str).where(column.notna()).value_counts()
    if len(counts) > _MOST_LABELS:
        raise DataError(
            f"control {name!r} has {len(counts)} labels, each of which would be a variable: put "
            "some together, or code it as a number."
        )
    labels = sorted(counts.index, key=lambda label: (-counts[label], label))
    new = {
        f"{name}: {label}": (column.astype(str) == label)
        .astype(float)
        .mask(column.isna().to_numpy())
        for label in labels[1:]
    }
    return frame.assign(**new), list(new)


def _with_controls(controls: tuple[str, ...], draft: Draft) -> Draft:
    statements = draft.model.statements
    there = {(one.lhs, one.rhs) for one in statements.relations if one.operator == "~"}
    lines = []
    for outcome in _controlled(statements):
        new = [name for name in controls if (outcome, name) not in there]
        if new:
            lines.append(f"{quoted(outcome)} ~ {' + '.join(map(quoted, new))}")
    if not lines:
        raise NotAsked("the model has these controls already")
    return replace(draft, model=draft.model + "\n".join([*lines, *_covariances(draft)]))


def _covariances(draft: Draft) -> list[str]:
    """Covariances that the model has without writing them, as those of its exogenous factors.

    What is regressed on controls is not exogenous, and would no longer have them.
    """
    own = {name: draft.options[name] for name in OPTION_NAMES["model"] if name in draft.options}
    group = draft.options.get("group")
    groups = 1 if group is None else int(draft.frame[group].nunique())
    table = draft.model.parameter_table(groups, **own)
    there = (table["op"] == "~~") & (table["lhs"] != table["rhs"]) & (table["free"] > 0)
    rows = table[there & ~table["written"] & ~table["exogenous"] & (table["group"] == 1)]
    return [f"{quoted(row.lhs)} ~~ {quoted(row.rhs)}" for row in rows.itertuples()]


def _controlled(statements: Statements) -> Iterable[str]:
    """Factors that items measure, but for one of all items; and observed outcomes."""
    factors = measurement(statements)
    everything = {item for items in factors.values() for item in items}
    own = [name for name, items in factors.items() if set(items) != everything or len(factors) == 1]
    latent = {one.lhs for one in statements.relations if one.operator == "=~"}
    outcomes = [
        one.lhs for one in statements.relations if one.operator == "~" and one.lhs not in latent
    ]
    return dict.fromkeys([*own, *outcomes])
