"""Exploratory blocks: factors on which all items of a block load, known up to their rotation.

Asparouhov & Muthen (2009). The text says them as ``efa("b")*f1 + efa("b")*f2 =~ x1 + x2 + x3``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ..language import Modifiers, Relation, Statements, unique


@dataclass(frozen=True)
class ExploratoryBlock:
    """Factors that turn together.

    Attributes
    ----------
    name : str
    factors, items : tuple of str
        In the order of the text.
    """

    name: str
    factors: tuple[str, ...]
    items: tuple[str, ...]


def find_blocks(statements: Statements) -> tuple[ExploratoryBlock, ...]:
    """The exploratory blocks of a model, in the order of the text.

    Raises
    ------
    ModelError
        Where the factors of a block are not measured alike.
    """
    measured = [relation for relation in statements.relations if relation.operator == "=~"]
    for relation in statements.relations:
        if relation.modifiers.efa and relation.operator != "=~":
            raise _error(statements, relation, "efa() belongs to loadings (=~)", "leave it out")
    marked = [relation for relation in measured if relation.modifiers.efa]
    names = unique(relation.modifiers.efa[0] for relation in marked)
    return tuple(_block(statements, name, measured, marked) for name in names)


def block_factors(blocks: Iterable[ExploratoryBlock]) -> frozenset[str]:
    """The factors of all blocks."""
    return frozenset(factor for block in blocks for factor in block.factors)


def _block(
    statements: Statements, name: str, measured: list[Relation], marked: list[Relation]
) -> ExploratoryBlock:
    own = [relation for relation in marked if relation.modifiers.efa == (name,)]
    factors = unique(relation.lhs for relation in own)
    items = unique(relation.rhs for relation in own)
    latent = {relation.lhs for relation in measured}
    for relation in marked:
        if len(set(relation.modifiers.efa)) > 1:
            advice = "write efa('b') with one name"
            raise _error(statements, relation, "a factor belongs to one block", advice)
    for relation in measured:
        if relation.lhs not in factors:
            continue
        if relation.modifiers.efa != (name,):
            raise _error(
                statements,
                relation,
                f"{relation.lhs!r} is of block {name!r}, but not all its loadings are",
                f"begin each of its lines with efa({name!r})*",
            )
        if replace(relation.modifiers, efa=(), start=(), label=()) != Modifiers():
            advice = "write it as a bare name; a target rotation draws loadings to values"
            problem = f"the loadings of block {name!r} turn, and cannot be fixed or bounded"
            raise _error(statements, relation, problem, advice)
        if relation.rhs in latent:
            problem = f"{relation.rhs!r} is a factor: the items of a block are observed"
            raise _error(statements, relation, problem, "")
    _check_alike(statements, name, own, factors, items)
    return ExploratoryBlock(name, tuple(factors), tuple(items))


def _check_alike(
    statements: Statements, name: str, own: list[Relation], factors: list[str], items: list[str]
) -> None:
    """All items load on all factors of a block, and its factors do not explain each other."""
    pairs = {(relation.lhs, relation.rhs) for relation in own}
    for relation in own:
        lacking = [factor for factor in factors if (factor, relation.rhs) not in pairs]
        if lacking:
            raise _error(
                statements,
                relation,
                f"{relation.rhs!r} loads on {relation.lhs!r} but not on {lacking[0]!r}, of the "
                f"same block {name!r}",
                "all items of a block load on all its factors",
            )
    if len(items) <= len(factors):
        problem = f"block {name!r} has {len(factors)} factors of {len(items)} items"
        raise _error(statements, own[0], problem, "take fewer factors")
    for relation in statements.relations:
        if relation.operator == "~" and {relation.lhs, relation.rhs} <= set(factors):
            problem = f"{relation.lhs!r} and {relation.rhs!r} turn together in block {name!r}"
            raise _error(statements, relation, problem, "let them covary (~~), as they do anyway")


def _error(statements: Statements, relation: Relation, problem: str, advice: str) -> Exception:
    return statements.error(problem, relation.position, len(relation.lhs), advice)
