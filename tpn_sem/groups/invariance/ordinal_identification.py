"""What identifies a model of ordinal items at each step of a ladder.

A factor whose loading the model text fixes has the unit of that item, and free variances.

Wu & Estabrook (2016): nothing is fixed that the equal parameters identify. Factors have variance
one and mean zero in the first group; a latent response has intercept zero and residual variance
(or scale) one there. In later groups

==============  ================================================================
once equal      is free
==============  ================================================================
thresholds      the latent responses' intercepts and residual variances
loadings        variances of factors
intercepts      means of factors
residuals       nothing more: residual variances are one in all groups
==============  ================================================================

An item with two answers has one threshold, which tells nothing of both intercept and residual
variance: its residual variance stays one until loadings are equal. Equal thresholds of items with
two or three answers, and equal loadings of items with two, cannot contradict any data: such a step
is the one before it, written otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from math import isnan, nan

from ...specification import Key, Parameter, ParameterTable, parameter_set


@dataclass(frozen=True)
class _Step:
    """What is held equal at a step, and between which items."""

    equal: Collection[str]
    freed: Collection[Key]
    categories: dict[str, int]
    binary_factors: Collection[str]
    theta: bool
    freed_loadings: Collection[str]
    marked: Collection[str]

    def holds(self, name: str, row: Parameter) -> bool:
        """Whether a set is equal and the row is no exception to it."""
        return name in self.equal and row.key not in self.freed


def identified(
    table: ParameterTable, equal: Collection[str], freed: Collection[Key] = ()
) -> ParameterTable:
    """A table of unit factor variances with what a step holds equal, and what that identifies.

    Parameters
    ----------
    table : ParameterTable
        Of the configural model, with ``std_lv=True``.
    equal : collection of str
        Sets of parameters, as ``group_equal`` names them.
    freed : collection of keys
        Exceptions.
    """
    categories = dict(table.categories)
    binary = {
        factor
        for factor, items in table.roles.indicators.items()
        if all(categories.get(item) == 2 for item in items)
    }
    loadings = {item for _, operator, item in freed if operator == "=~"}
    theta = table.parameterization == "theta"
    marked = {row.lhs for row in table.rows if is_marker(row)}
    step = _Step(equal, freed, categories, binary, theta, loadings, marked)
    places = list(enumerate(table.rows))
    labels = {row.key: f".p{place + 1}." for place, row in reversed(places)}
    first = {row.key: row.group for row in reversed(table.rows)}
    rows = []
    for row in table.rows:
        is_later = row.group > first[row.key]
        fixed = row.fixed if row.written else _fixed(row, step, table, is_later)
        row = row._replace(fixed=fixed)
        name = parameter_set(row, table.roles)
        if row.is_free and not row.label and step.holds(name, row):
            row = row._replace(label=labels[row.key])
        rows.append(row)
    return replace(table, rows=_one_label(rows))


def _fixed(row: Parameter, step: _Step, table: ParameterTable, is_later: bool) -> float:
    """The value at which a row is fixed, NaN where it is free.

    `is_later` says that a group before has the parameter too, so that it can give the unit.
    """
    if row.is_variance and row.lhs in step.marked and "lv_variances" not in step.equal:
        return nan
    if not is_later or row.exogenous:
        return row.fixed
    ordinal = row.lhs in step.categories
    if row.operator == "~1" and ordinal:
        free = "thresholds" in step.equal and not step.holds("intercepts", row)
        return nan if free else 0.0
    if ordinal and (row.is_variance if step.theta else row.operator == "~*~"):
        return nan if _scale_is_free(row, step) else 1.0
    if row.lhs not in table.roles.latent:
        return row.fixed
    if row.operator == "~1" and (row.lhs not in table.roles.items or row.key in step.freed):
        return nan if "intercepts" in step.equal and "means" not in step.equal else row.fixed
    if row.is_variance:
        known = "intercepts" if row.lhs in step.binary_factors else "loadings"
        return nan if known in step.equal and "lv_variances" not in step.equal else row.fixed
    return row.fixed


def is_marker(row: Parameter) -> bool:
    """Whether the model text fixes a loading, so that the factor has the item's unit."""
    return row.operator == "=~" and row.written and not isnan(row.fixed) and row.fixed != 0.0


def _scale_is_free(row: Parameter, step: _Step) -> bool:
    """Whether a latent response's residual variance (or scale) is free in a later group."""
    if "thresholds" not in step.equal or step.holds("residuals", row):
        return False
    if step.categories[row.lhs] > 2:
        return True
    return "loadings" in step.equal and row.lhs not in step.freed_loadings


def _one_label(rows: list[Parameter]) -> tuple[Parameter, ...]:
    """Rows without the labels that nothing shares, numbered anew."""
    counts: dict[str, int] = {}
    for row in rows:
        if row.is_free:
            counts[row.label] = counts.get(row.label, 0) + 1
    result, count = [], 0
    for row in rows:
        alone = row.label.startswith(".") and counts.get(row.label, 0) < 2
        row = row._replace(label="" if alone else row.label)
        free = -1 if not isnan(row.fixed) or row.exogenous else count
        count += free >= 0
        result.append(row._replace(free=free))
    return tuple(result)
