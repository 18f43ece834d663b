"""A model text with its numbers taken out: what to fit to data from a population."""

from __future__ import annotations

from .statements import Modifiers, Relation, Statements


def freed(statements: Statements) -> str:
    """The text in which parameters with a number are free; zeros stay, and labels too."""
    lines: list[str] = []
    block = None
    for relation in statements.relations:
        if relation.block != block and relation.block is not None:
            block = relation.block
            lines.append(f"{block.kind}: {block.label}")
        lines.append(_line(relation))
    lines += [f"{item.name} := {item.text}" for item in statements.definitions]
    lines += [f"{item.text[0]} {item.operator} {item.text[1]}" for item in statements.constraints]
    return "\n".join(dict.fromkeys(lines))


def _line(relation: Relation) -> str:
    intercept = relation.operator == "~1"
    operator, target = ("~", "1") if intercept else (relation.operator, relation.rhs)
    terms = [f"{text}*{target}" for text in _modifiers(relation.modifiers)] or [target]
    return f"{relation.lhs} {operator} {' + '.join(terms)}"


def _modifiers(modifiers: Modifiers) -> list[str]:
    """What is left to stand before the ``*``."""
    texts = []
    if any(value == 0.0 for value in modifiers.fixed):
        texts.append(_vector(["0" if value == 0.0 else "NA" for value in modifiers.fixed]))
    if any(modifiers.label):
        texts.append(_vector([label or "NA" for label in modifiers.label]))
    if any(modifiers.equal):
        texts.append(f"equal({', '.join(repr(name) for name in modifiers.equal)})")
    return texts


def _vector(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"c({', '.join(items)})"
