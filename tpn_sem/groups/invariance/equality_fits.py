"""Fits of one model with more and less held equal over groups, from data read once."""

from __future__ import annotations

from ...data import Data, group_labels
from ...errors import DataError, ModelError, OptionError
from ...estimation import Estimation, estimate, estimate_again
from ...language import Statements, parse
from ...model import Model
from ...specification import (
    DataOptions,
    ModelOptions,
    Options,
    keys_of,
    shared_labels,
    specify,
    table_text,
)
from .ordinal_identification import identified

_MOST_GROUPS = 20


class Climb:
    """Fits a model with sets of its parameters held equal; data are read once.

    With `unit_variances` factors have variance one in the first group, so that no item is a marker
    that could not be tested; not so where the text itself fixes a loading, or gives one label to
    loadings of all groups.
    """

    def __init__(
        self, statements: Statements, options: Options, data: Data, unit_variances: bool = False
    ):
        ordinal = bool(options.data.ordered)
        if ordinal:
            options = options.changed(parameterization=options.model.parameterization or "theta")
        self.has_markers = bool(marker_items(statements))
        shared = [label for label, operator in shared_labels(statements) if operator == "=~"]
        if ordinal and shared:
            raise ModelError(
                f"label {shared[0]!r} holds a loading equal over groups in every step: drop it, or "
                f"write c({shared[0]}1, {shared[0]}2)*... with a label for each group."
            )
        free_units = not (options.model.effect_coding or self.has_markers or shared)
        if ordinal or (unit_variances and free_units):
            options = options.changed(std_lv=True)
        self.partial = options.model.group_partial
        self.notes = _label_notes(statements)
        self.statements, self.data = statements, data
        self.options = options.changed(group_partial=())
        self._first: Estimation | None = None

    def fit(self, equal: tuple[str, ...], freed: tuple[str, ...] = ()) -> Estimation:
        """The model with the sets equal over groups, but for what is freed (as "f =~ x1")."""
        if not self.options.data.ordered:
            options = self.options.changed(group_equal=equal, group_partial=freed)
            return self._estimate(self.statements, options)
        first = self._first or self._estimate(self.statements, self.options)
        if not equal and not self.has_markers:
            return first
        statements = parse(ordinal_text(first, self.statements, self.options.model, equal, freed))
        return self._estimate(statements, self.options.changed(defaults="none"))

    def _estimate(self, statements: Statements, options: Options) -> Estimation:
        if self._first is None:
            self._first = estimate(statements, options, self.data)
            self._check_partial(self._first)
            return self._first
        return estimate_again(self._first, statements, options)

    def _check_partial(self, estimation: Estimation) -> None:
        """What `group_partial` names must be there, and free where it is not held equal."""
        measured = estimation.specification.roles.items
        for text in self.partial:
            for wanted in keys_of(text):
                rows = [row for row in estimation.specification.table.rows if row.key == wanted]
                fixed = rows and all(row.free < 0 for row in rows)
                if fixed and not (wanted[1] == "~1" and wanted[0] in measured):
                    raise OptionError(
                        f"group_partial names {text!r}, which is fixed in all groups, so that "
                        "nothing can be freed: if it is the marker of its factor, take std_lv=True."
                    )


def _label_notes(statements: Statements) -> tuple[str, ...]:
    labels = dict.fromkeys(label for label, _ in shared_labels(statements))
    if not labels:
        return ()
    first = next(iter(labels))
    return (
        f"one label for all groups ({', '.join(labels)}) holds a parameter equal over groups in "
        f"every step, the first included; write c({first}1, {first}2)*... to let them differ.",
    )


def marker_items(statements: Statements) -> dict[str, str]:
    """Items whose loading the text fixes at a number other than zero, by factor."""
    return {
        relation.lhs: relation.rhs
        for relation in statements.relations
        if relation.operator == "=~"
        and any(value == value and value != 0.0 for value in relation.modifiers.fixed)
    }


def mixed_markers(statements: Statements) -> dict[str, str]:
    """The same of factors that have free loadings beside."""
    free = {
        relation.lhs
        for relation in statements.relations
        if relation.operator == "=~"
        and not any(value == value for value in relation.modifiers.fixed)
    }
    return {factor: item for factor, item in marker_items(statements).items() if factor in free}


def ordinal_text(
    first: Estimation,
    statements: Statements,
    options: ModelOptions,
    equal: tuple[str, ...],
    freed: tuple[str, ...] = (),
) -> str:
    """A step of ordinal items as model text that states what identifies it."""
    categories, labels = first.specification.categories, first.samples.labels
    table = specify(statements, options, labels, True, categories).table
    keys = {place for text in freed for place in keys_of(text)}
    unknown = keys - {row.key for row in table.rows}
    if unknown:
        names = ", ".join(" ".join(place).strip() for place in sorted(unknown))
        raise OptionError(f"group_partial names parameters that the model does not have: {names}.")
    return table_text(identified(table, equal, keys), statements)


def written_model(estimation: Estimation) -> Model:
    """A fitted model as text that states all of it."""
    specification = estimation.specification
    if specification.options.defaults == "none" and not specification.options.group_equal:
        return Model(specification.statements.text, "none")
    return Model(table_text(specification.table, specification.statements), "none")


def check_groups(data: Data, options: DataOptions) -> None:
    """There must be between two and twenty groups."""
    labels = group_labels(data, options.group, options.group_label)
    if len(labels) < 2:
        if options.group is None:
            problem = "there is one group: name the column of groups with group=."
        elif options.group_label:
            problem = f"group_label= names only {labels[0]!r}: name two groups or more."
        else:
            problem = f"column {options.group!r} has one value: {labels[0]!r}."
        raise DataError(f"invariance compares groups, but {problem}")
    if len(labels) > _MOST_GROUPS:
        raise DataError(
            f"group column {options.group!r} has {len(labels)} groups, more than {_MOST_GROUPS}: "
            "each would have parameters of its own. Join groups, or name some in group_label=."
        )
