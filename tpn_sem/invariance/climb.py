"""Fits of one model with more and less held equal over groups, from data read once."""

from __future__ import annotations

from dataclasses import replace

from ..errors import DataError, OptionError
from ..estimation import Estimation, estimate, estimate_again
from ..frame import Data, group_labels
from ..language import Statements, parse
from ..model import Model
from ..options import Options
from ..parameters import keys_of
from ..specification import specify
from ..table_text import table_text
from .ordinal_steps import identified

_MOST_GROUPS = 20


class Climb:
    """Fits a model with sets of its parameters held equal; data are read once.

    With `unit_variances` factors have variance one in the first group, so that no item is a marker
    that could not be tested.
    """

    def __init__(
        self, statements: Statements, options: Options, data: Data, unit_variances: bool = False
    ):
        if options.ordered:
            options = replace(options, parameterization=options.parameterization or "theta")
        if options.ordered or (unit_variances and not options.effect_coding):
            options = replace(options, std_lv=True)
        self.partial = options.group_partial
        self.statements, self.data = statements, data
        self.options = replace(options, group_partial=())
        self._first: Estimation | None = None

    def fit(self, equal: tuple[str, ...], freed: tuple[str, ...] = ()) -> Estimation:
        """The model with the sets equal over groups, but for what is freed (as "f =~ x1")."""
        if not self.options.ordered:
            options = replace(self.options, group_equal=equal, group_partial=freed)
            return self._estimate(self.statements, options)
        first = self._first or self._estimate(self.statements, self.options)
        if not equal:
            return first
        statements = parse(ordinal_text(first, self.statements, self.options, equal, freed))
        return self._estimate(statements, replace(self.options, defaults="none"))

    def _estimate(self, statements: Statements, options: Options) -> Estimation:
        if self._first is None:
            self._first = estimate(statements, options, self.data)
            return self._first
        return estimate_again(self._first, statements, options)


def ordinal_text(
    first: Estimation,
    statements: Statements,
    options: Options,
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


def written_model(found: Estimation) -> Model:
    """A fitted model as text that states all of it."""
    specification = found.specification
    if specification.options.defaults == "none" and not specification.options.group_equal:
        return Model(specification.statements.text, "none")
    return Model(table_text(specification.table, specification.statements), "none")


def check_groups(data: Data, options: Options) -> None:
    """There must be between two and twenty groups."""
    labels = group_labels(data, options.group, options.group_label)
    if len(labels) < 2:
        what = "there is one group" if options.group is None else "its column has one value"
        raise DataError(f"invariance compares groups, but {what}: name their column with group=.")
    if len(labels) > _MOST_GROUPS:
        raise DataError(
            f"group column {options.group!r} has {len(labels)} groups, more than {_MOST_GROUPS}: "
            "each would have parameters of its own. Join groups, or name some in group_label=."
        )
