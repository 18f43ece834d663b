"""A model text of one group, written for several: every label becomes one a group."""

from __future__ import annotations

import re

from .statements import Modifiers, Relation, Statements, unique

_WORD = re.compile(r"[A-Za-z_.][A-Za-z0-9_.]*")


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
    lines = [_line(relation, n_groups) for relation in statements.relations]
    for group in range(n_groups):
        lines += [
            f"{_of(item.name, group)} := {_renamed(item.text, names, group)}"
            for item in statements.definitions
        ]
        lines += [
            f"{_renamed(item.text[0], names, group)} {item.operator} "
            f"{_renamed(item.text[1], names, group)}"
            for item in statements.constraints
        ]
    return "\n".join(lines)


def _of(name: str, group: int) -> str:
    return f"{name}.g{group + 1}"


def _renamed(text: str, names: set[str], group: int) -> str:
    def one(found: re.Match[str]) -> str:
        word = found.group()
        return _of(word, group) if word in names else word

    return _WORD.sub(one, text)


def _line(relation: Relation, n_groups: int) -> str:
    operator, target = (
        ("~", "1") if relation.operator == "~1" else (relation.operator, relation.rhs)
    )
    terms = [f"{text}*{target}" for text in _modifiers(relation.modifiers, n_groups)] or [target]
    return f"{relation.lhs} {operator} {' + '.join(terms)}"


def _modifiers(modifiers: Modifiers, n_groups: int) -> list[str]:
    texts = []
    if modifiers.fixed:
        texts.append(
            _vector(["NA" if value != value else repr(value) for value in modifiers.fixed])
        )
    if len(modifiers.label) == 1 and modifiers.label[0]:
        texts.append(_vector([_of(modifiers.label[0], group) for group in range(n_groups)]))
    elif any(modifiers.label):
        texts.append(_vector([label or "NA" for label in modifiers.label]))
    for name in ("start", "lower", "upper"):
        values = getattr(modifiers, name)
        if values:
            texts.append(f"{name}({_vector([repr(value) for value in values])})")
    if any(modifiers.equal):
        texts.append(f"equal({', '.join(repr(name) for name in modifiers.equal)})")
    return texts


def _vector(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"c({', '.join(items)})"
