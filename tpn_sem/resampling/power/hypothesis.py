"""Null hypotheses of a power analysis: a parameter, a restriction, a step, the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...errors import ModelError, NotAvailableError, OptionError, nearest
from ...language import freed, write_relation
from ...model import Model
from ...specification import STEPS, Parameter, Specification, read_options, specify, squeezed

FIT = "fit"


@dataclass(frozen=True)
class Hypothesis:
    """The models that a test compares.

    Attributes
    ----------
    model : Model
        What is fitted.
    options : dict
        As of `Model.fit`.
    parameter : str
        What its test is about, as `coef` names it, or a defined parameter; "" otherwise.
    restricted : Model or None
        What is compared with it: None for a test of the model itself.
    restricted_options : dict
    is_defined : bool
        Whether the parameter is a defined one.
    """

    model: Model
    options: dict[str, Any]
    parameter: str = ""
    restricted: Model | None = None
    restricted_options: Mapping[str, Any] | None = None
    is_defined: bool = False


def read_hypothesis(
    test: str | Model,
    population: Model | None,
    model: Model | str | None,
    labels: tuple[str, ...],
    options: dict[str, Any],
) -> Hypothesis:
    """Find the models that a test compares.

    Raises
    ------
    OptionError, ModelError
        Where the test names nothing that the model has.
    """
    if model is None and population is None:
        raise OptionError("model= is needed where the population is a fit.")
    if model is None:
        assert population is not None
        model = Model(freed(population.statements), population.defaults)
    elif isinstance(model, str):
        model = Model(model)
    if isinstance(test, Model):
        return Hypothesis(model, options, restricted=test, restricted_options=options)
    if not isinstance(test, str):
        raise OptionError(f"test= is a text or a Model, not {type(test).__name__}.")
    if test == FIT:
        return Hypothesis(model, options)
    if test in STEPS:
        return _step(test, model, labels, options)
    if "==" in test:
        return Hypothesis(model, options, restricted=model + test, restricted_options=options)
    return _parameter(test, model, labels, options)


def _step(test: str, model: Model, labels: tuple[str, ...], options: dict[str, Any]) -> Hypothesis:
    if len(labels) < 2:
        raise NotAvailableError(f"test={test!r} compares groups: give n= by group.")
    steps = list(STEPS)
    place = steps.index(test)
    if place == 0:
        raise OptionError("configural invariance is tested by test='fit'.")
    general = {**options, "group_equal": STEPS[steps[place - 1]]}
    restricted = {**options, "group_equal": STEPS[test]}
    return Hypothesis(model, general, restricted=model, restricted_options=restricted)


def _parameter(
    test: str, model: Model, labels: tuple[str, ...], options: dict[str, Any]
) -> Hypothesis:
    found = specified(model, labels, options)
    name = squeezed(test.replace("`", ""))
    if name in found.restrictions.definitions:
        return Hypothesis(model, options, name, is_defined=True)
    rows: dict[str, Parameter] = {}
    for row in found.table.free_rows:
        for known in row.spellings:
            if not known.startswith("."):
                rows.setdefault(squeezed(known), row)
    if name not in rows:
        near = nearest(name, [*found.restrictions.definitions, *rows])
        raise ModelError(
            f"test={test!r} is no parameter of the model{near or '.'} It may also "
            f"be an equation, a Model, 'fit', or a step of invariance ({', '.join(STEPS)})."
        )
    row = rows[name]
    if row.operator == "~~" and row.lhs == row.rhs:
        raise NotAvailableError(f"{test} is a variance: that it is zero is no regular hypothesis.")
    if model.statements.has_levels:
        label = row.label if not row.label.startswith(".") else ""
        return Hypothesis(model, options, label or name)
    if row.label and not row.label.startswith("."):
        return Hypothesis(model, options, row.label, model + f"{row.label} == 0", options)
    zero = "0" if len(labels) == 1 else _zero_in(row.group, len(labels))
    line = write_relation(row.lhs, row.operator, row.rhs, [zero])
    return Hypothesis(model, options, name, model + line, options)


def _zero_in(group: int, count: int) -> str:
    values = ["0" if place == group else "NA" for place in range(count)]
    return f"c({', '.join(values)})"


_OF_ROWS = (
    *("group", "cluster", "ordered", "parameterization", "missing"),
    *("estimator", "se", "test", "information"),
)


def without_rows(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """Options that say what the model is, without those of how rows are dealt with."""
    return {name: value for name, value in (options or {}).items() if name not in _OF_ROWS}


def specified(model: Model, labels: tuple[str, ...], options: Mapping[str, Any]) -> Specification:
    """The specification of a model of continuous variables, before any data."""
    given, levels = without_rows(options), model.statements.has_levels
    if levels:
        given["cluster"] = (options or {}).get("cluster", "cluster")
    read = read_options(model.defaults, given, levels)
    return specify(model.statements, read.model, labels, True, levels=True)
