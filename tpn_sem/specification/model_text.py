"""A parameter table as the model text that says all of it, defaults included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from math import isfinite, isnan

from ..language import (
    PHANTOM,
    Statements,
    is_plain_name,
    unique,
    write_relation,
    write_restrictions,
    write_vector,
)
from .parameter import Key, Parameter
from .parameter_table import ParameterTable

_KINDS = {"|": "{lhs}.{rhs}", "~": "{lhs}.on.{rhs}", "=~": "{lhs}.{rhs}"}


def table_text(table: ParameterTable, statements: Statements) -> str:
    """Text that gives the table again with ``defaults="none"``, a line a parameter.

    Moments of exogenous variables and what follows from other parameters are left to the defaults.
    Labels that the library gave itself become names such as ``npc2.intercept``.

    Parameters
    ----------
    table : ParameterTable
    statements : Statements
        What the table was made of; its definitions and constraints are kept.
    """
    names = _readable_labels(table.rows)
    if table.has_common_variables:
        lines = _lines(table.rows, table, range(table.n_groups), names)
    else:  # groups with variables of their own have a block each
        lines = []
        for group in range(table.n_groups):
            rows = [row for row in table.rows if row.group == group]
            lines += [f"group: {group + 1}", *_lines(rows, table, [group], names)]
    phantoms = unique(one.lhs for one in statements.relations if one.operator == PHANTOM)
    lines = [write_relation(name, PHANTOM, "") for name in phantoms] + lines
    return "\n".join(lines + write_restrictions(statements))


def _lines(
    rows: Iterable[Parameter], table: ParameterTable, groups: Sequence[int], names: dict[str, str]
) -> list[str]:
    """A line a parameter, for some groups together."""
    by_key: dict[Key, list[Parameter]] = {}
    for row in rows:
        exogenous = table.group_roles[row.group].exogenous
        if row.follows:
            continue
        if row.written or not {row.lhs, row.rhs or row.lhs}.issubset(exogenous):
            by_key.setdefault(row.key, []).append(row)
    turning = {factor: block.name for block in table.blocks for factor in block.factors}
    return [_line(own, groups, names, turning) for own in by_key.values()]


def _readable_labels(rows: Iterable[Parameter]) -> dict[str, str]:
    """A name for each label that the library gave, different from those that users gave."""
    labels = {row.label: row for row in reversed(list(rows)) if row.label}
    taken = {label for label in labels if not label.startswith(".")}
    names: dict[str, str] = {}
    for label, row in labels.items():
        if not label.startswith("."):
            continue
        name = _described(row)
        while name in taken:
            name += "_"
        taken.add(name)
        names[label] = name
    return names


def _described(row: Parameter) -> str:
    """A name made of the names of its variables, in which nothing needs backticks."""
    name = re.sub(r"[^\w.]+", "_", _joined(row))
    return name if is_plain_name(name) else f"_{name}"


def _joined(row: Parameter) -> str:
    if row.operator == "~1":
        return f"{row.lhs}.intercept"
    if row.operator == "~*~":
        return f"{row.lhs}.scale"
    if row.is_variance:
        return f"{row.lhs}.variance"
    pattern = _KINDS.get(row.operator, "{lhs}.with.{rhs}")
    return pattern.format(lhs=row.lhs, rhs=row.rhs)


def _line(
    rows: list[Parameter], groups: Sequence[int], names: dict[str, str], turning: dict[str, str]
) -> str:
    """One parameter in all groups, with its fixed values, labels, starts and bounds."""
    first = rows[0]
    by_group = {row.group: row for row in rows}
    ordered = [by_group.get(group) for group in groups]
    modifiers = [write_vector([_value(row) for row in ordered])]
    labels = ["" if row is None else names.get(row.label, row.label) for row in ordered]
    if any(labels):
        own = [label or f"{_described(first)}.g{place + 1}" for place, label in enumerate(labels)]
        modifiers.append(write_vector(own))
    for name, values in (
        ("start", [row.start if row else float("nan") for row in ordered]),
        ("lower", [row.lower if row else float("-inf") for row in ordered]),
        ("upper", [row.upper if row else float("inf") for row in ordered]),
    ):
        if any(isfinite(value) for value in values):
            modifiers.append(f"{name}({write_vector([_number(value) for value in values])})")
    block = turning.get(first.lhs, "") if first.operator == "=~" else ""
    if block:
        modifiers = modifiers[1:]  # they are free anyway, and cannot be fixed
    return write_relation(first.lhs, first.operator, first.rhs, modifiers, block)


def _value(row: Parameter | None) -> str:
    """A fixed value, ``NA`` where free; a parameter that a group lacks is zero there."""
    if row is None:
        return "0"
    return "NA" if row.free >= 0 or isnan(row.fixed) else _number(row.fixed)


def _number(value: float) -> str:
    if not isfinite(value):
        return "NA"
    return f"{value:.0f}" if value == round(value) else repr(float(value))
