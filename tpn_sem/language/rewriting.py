"""Model text written from statements: without its numbers, or for several groups."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from .levels import level_of, plain_name
from .statements import PHANTOM, Modifiers, Product, Relation, Statements, unique
from .tokens import is_plain_name

_WRITTEN = {"~1": ("~", "1"), PHANTOM: ("=~", "0")}
_WORD = re.compile(r"[A-Za-z_.][A-Za-z0-9_.]*")


def quoted(name: str) -> str:
    """A name as a model text has it: between backticks where it is no word."""
    if isinstance(name, Product):
        return ":".join(map(quoted, name.parts))
    return name if is_plain_name(name) else f"`{name}`"


def write_relation(
    lhs: str, operator: str, rhs: str, modifiers: Iterable[str] = (), block: str = ""
) -> str:
    """One statement as text, a term for each modifier: ``f =~ NA*x1 + start(2)*x1``.

    A factor of an exploratory block has its name before it: ``efa("b")*f =~ x1``.
    """
    operator, target = _WRITTEN.get(operator, (operator, quoted(rhs)))
    terms = [f"{modifier}*{target}" for modifier in modifiers] or [target]
    turning = f'efa("{block}")*' if block else ""
    return f"{turning}{quoted(lhs)} {operator} {' + '.join(terms)}"


def write_vector(items: list[str]) -> str:
    """One value as it is, a value for each group as ``c(a, b)``."""
    return items[0] if len(items) == 1 else f"c({', '.join(items)})"


def write_restrictions(statements: Statements) -> list[str]:
    """The lines of definitions and constraints, as they were written."""
    return [f"{item.name} := {item.text}" for item in statements.definitions] + [
        f"{item.text[0]} {item.operator} {item.text[1]}" for item in statements.constraints
    ]


def freed(statements: Statements) -> str:
    """The text in which parameters with a number are free; zeros stay, and labels too."""

    def once(relation: Relation) -> str | None:
        place = relation.block, level_of(relation.lhs)
        plain = relation._replace(lhs=plain_name(relation.lhs), rhs=_plain(relation.rhs))
        line = _write(plain, _without_numbers(plain.modifiers))
        if (place, line) in seen:
            return None
        seen.add((place, line))
        return line

    seen: set[object] = set()
    lines = _in_blocks(statements, once, statements.has_levels)
    return "\n".join([*lines, *dict.fromkeys(write_restrictions(statements))])


def grouped(statements: Statements, n_groups: int) -> str:
    """The text in which labels hold within each group, not across groups.

    A label a becomes ``c(a.g1, a.g2)``; definitions and constraints are written once a group.
    Other modifiers stay as they are, for all groups.
    """
    labels = unique(
        label
        for relation in statements.relations
        if len(relation.modifiers.label) == 1
        for label in relation.modifiers.label
        if label
    )
    names = {*labels, *(item.name for item in statements.definitions)}
    lines = [_write(item, _by_group(item.modifiers, n_groups)) for item in statements.relations]
    for group in range(n_groups):
        lines += [_renamed(line, names, group) for line in write_restrictions(statements)]
    return "\n".join(lines)


def without_variables(statements: Statements, left_out: Collection[str]) -> str:
    """The text without every statement that names one of the variables; modifiers stay."""

    def kept(relation: Relation) -> str | None:
        if relation.lhs in left_out or relation.rhs in left_out:
            return None
        return _write(relation, _as_given(relation.modifiers))

    return "\n".join([*_in_blocks(statements, kept), *write_restrictions(statements)])


def _plain(name: str) -> str:
    return name if isinstance(name, Product) else plain_name(name)


def _in_blocks(
    statements: Statements, write: Callable[[Relation], str | None], levels: bool = False
) -> Iterator[str]:
    """Relations as they are written, those of None left out, under the heads of their blocks.

    With `levels`, those of the two levels have their heads too.
    """
    block, level = None, 0
    for relation in statements.relations:
        if relation.block != block and relation.block is not None:
            block, level = relation.block, 0
            yield f"{block.kind}: {block.label}"
        if levels and level_of(relation.lhs) != level:
            level = level_of(relation.lhs)
            yield f"level: {level}"
        line = write(relation)
        if line is not None:
            yield line


def _write(relation: Relation, modifiers: list[str]) -> str:
    block = "".join(relation.modifiers.efa[:1])
    return write_relation(relation.lhs, relation.operator, relation.rhs, modifiers, block)


def _without_numbers(modifiers: Modifiers) -> list[str]:
    texts = []
    if any(value == 0.0 for value in modifiers.fixed):
        texts.append(write_vector(["0" if value == 0.0 else "NA" for value in modifiers.fixed]))
    return texts + _labels(modifiers.label) + _equalities(modifiers)


def _by_group(modifiers: Modifiers, n_groups: int) -> list[str]:
    labels = modifiers.label
    if len(labels) == 1 and labels[0]:
        labels = tuple(_of(labels[0], group) for group in range(n_groups))
    return _as_given(replace(modifiers, label=labels))


def _as_given(modifiers: Modifiers) -> list[str]:
    texts = []
    if modifiers.fixed:
        values = ["NA" if value != value else repr(value) for value in modifiers.fixed]
        texts.append(write_vector(values))
    texts += _labels(modifiers.label)
    for name in ("start", "lower", "upper"):
        values = [repr(value) for value in getattr(modifiers, name)]
        if values:
            texts.append(f"{name}({write_vector(values)})")
    return texts + _equalities(modifiers)


def _labels(labels: tuple[str, ...]) -> list[str]:
    return [write_vector([label or "NA" for label in labels])] if any(labels) else []


def _equalities(modifiers: Modifiers) -> list[str]:
    if not any(modifiers.equal):
        return []
    return [f"equal({', '.join(repr(name) for name in modifiers.equal)})"]


def _of(name: str, group: int) -> str:
    return f"{name}.g{group + 1}"


def _renamed(text: str, names: set[str], group: int) -> str:
    def one(found: re.Match[str]) -> str:
        word = found.group()
        return _of(word, group) if word in names else word

    return _WORD.sub(one, text)
