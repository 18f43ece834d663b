"""What a model text says, a row a sentence, for notebooks."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ..drawing import Table
from ..language import PHANTOM, Relation, Statements, level_of, plain_name

_VERBS = {
    "=~": "is measured by",
    "<~": "is made of",
    "~": "is explained by",
    "~~": "covaries with",
    "~1": "has an intercept",
    "|": "has the thresholds",
    "~*~": "has a scale",
    PHANTOM: "is a factor without items",
}


def model_table(statements: Statements) -> Table:
    """Factors, paths, covariances, definitions and constraints, in the order of the text."""
    frame = pd.DataFrame(_rows(statements), columns=["block", "variable", "does", "what"])
    if not frame["block"].any():
        frame = frame.drop(columns="block")
    return Table(frame, "Model", index=False)


def _rows(statements: Statements) -> Iterator[tuple[str, str, str, str]]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in statements.relations:
        block = _block(statements, one)
        verb = _VERBS[one.operator]
        if one.operator == "~~" and one.lhs == one.rhs:
            verb = "has a variance"
        terms = found.setdefault((block, plain_name(one.lhs), verb), [])
        terms += _term(one)
    for (block, name, verb), terms in found.items():
        yield block, name, verb, ", ".join(terms)
    for item in statements.definitions:
        yield "", item.name, "is", item.text
    for line in statements.constraints:
        yield "", line.text[0], line.operator, line.text[1]


def _block(statements: Statements, one: Relation) -> str:
    """The group's block and the level that a statement stands in."""
    group = [f"group {one.block.label}"] if one.block is not None else []
    level = [f"level {level_of(one.lhs)}"] if statements.has_levels else []
    return ", ".join([*group, *level])


def _term(one: Relation) -> list[str]:
    """What stands right of the operator, with its labels and fixed values; none of a variance."""
    marks = [label for label in one.modifiers.label if label]
    marks += [f"{value:g}" for value in one.modifiers.fixed if value == value]
    name = "" if one.rhs == one.lhs else plain_name(one.rhs).replace(":", " × ")
    if not marks:
        return [name] if name else []
    return [f"{name} ({', '.join(marks)})".strip()]
