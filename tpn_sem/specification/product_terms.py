"""Products of variables in a model text: which there are, and what cannot be one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from ..language import Modifiers, Product, Relation, Statements, unique

Members = tuple[str, ...]


def product_members(statements: Statements) -> dict[str, Members]:
    """The variables of each product that something is regressed on, by the product's name."""
    found = [one.rhs for one in statements.relations if isinstance(one.rhs, Product)]
    return {str(name): name.parts for name in found}


def has_products(statements: Statements) -> bool:
    """Whether anything is regressed on a product."""
    return statements.has_products


@lru_cache(maxsize=128)
def with_one_spelling(statements: Statements) -> Statements:
    """The statements with each product written as where it stands first, after checks.

    Raises
    ------
    ModelError
        Where a product stands elsewhere than right of ``~``, or in its own explanation.
    """
    if not any(isinstance(word, Product) for one in statements.relations for word in one[:3]):
        return statements
    names: dict[Members, Product] = {}
    relations = []
    for relation in statements.relations:
        _check_place(statements, relation)
        if isinstance(relation.rhs, Product):
            first = names.setdefault(tuple(sorted(relation.rhs.parts)), relation.rhs)
            relation = relation._replace(rhs=first)
        relations.append(relation)
    spelt = replace(statements, relations=tuple(relations))
    _check_loops(spelt)
    return spelt


def _check_place(statements: Statements, relation: Relation) -> None:
    """A product explains; it is not measured, explained, or related otherwise."""
    word = next((one for one in (relation.lhs, relation.rhs) if isinstance(one, Product)), None)
    if word is None or (word is relation.rhs and relation.operator == "~"):
        return
    written = {"=~": "has no indicators of its own", "~~": "has no covariances of its own"}
    why = written.get(relation.operator, "is not explained")
    raise statements.error(
        f"the product {word} {why}: it follows from {_listed(word.parts)}",
        relation.position,
        len(relation.lhs),
        f"products stand right of '~', as {_example(statements, word)} ~ {word}",
    )


def _example(statements: Statements, word: Product) -> str:
    outcomes = [one.lhs for one in statements.relations if one.operator == "~"]
    return next((name for name in outcomes if name not in word.parts), "Y")


def _listed(names: Iterable[str]) -> str:
    return " and ".join(unique(names))


def _check_loops(statements: Statements) -> None:
    """An outcome must not stand in a product that it depends on, nor lead to one of its factors."""
    causes: dict[str, set[str]] = {}
    for relation in statements.relations:
        if relation.operator == "~":
            own = relation.rhs.parts if isinstance(relation.rhs, Product) else (relation.rhs,)
            causes.setdefault(relation.lhs, set()).update(own)
    for relation in statements.relations:
        if not isinstance(relation.rhs, Product):
            continue
        for part in relation.rhs.parts:
            if part == relation.lhs:
                raise statements.error(
                    f"{relation.lhs!r} cannot be explained by a product with itself "
                    f"({relation.rhs})",
                    relation.position,
                    len(relation.lhs),
                )
            if relation.lhs in ancestors(causes, part):
                raise statements.error(
                    f"{relation.rhs} stands in a loop: {part!r} depends on {relation.lhs!r}, which "
                    f"depends on {relation.rhs}",
                    relation.position,
                    len(relation.lhs),
                )


def causes_of(statements: Statements) -> dict[str, set[str]]:
    """What each dependent variable is regressed on, products by their own names."""
    causes: dict[str, set[str]] = {}
    for relation in statements.relations:
        if relation.operator == "~":
            causes.setdefault(relation.lhs, set()).add(str(relation.rhs))
    return causes


def ancestors(causes: dict[str, set[str]], name: str) -> set[str]:
    """All that a variable depends on, directly or through others."""
    found: set[str] = set()
    waiting = list(causes.get(name, ()))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += causes.get(one, ())
    return found


@lru_cache(maxsize=64)
def with_observed_products(statements: Statements) -> tuple[Statements, tuple[Members, ...]]:
    """Products of observed variables as variables of their own, and what they multiply."""
    latent = {one.lhs for one in statements.relations if one.operator in ("=~", "<~")}
    found: dict[str, Members] = {}
    relations = []
    for relation in statements.relations:
        name = relation.rhs
        if isinstance(name, Product) and not latent & set(name.parts):
            found[":".join(name.parts)] = name.parts
            relation = relation._replace(rhs=":".join(name.parts))
        relations.append(relation)
    if not found:
        return statements, ()
    return replace(statements, relations=tuple(relations)), tuple(found.values())


def without_products(statements: Statements) -> Statements:
    """The relations with products' coefficients zero; without definitions and constraints."""
    zero = Modifiers(fixed=(0.0,))
    relations = tuple(
        one._replace(modifiers=zero) if isinstance(one.rhs, Product) else one
        for one in statements.relations
    )
    return replace(statements, relations=relations, definitions=(), constraints=())


def check_members(
    statements: Statements, latent: Iterable[str], columns: Iterable[str] | None
) -> None:
    """Refuse products of what is neither a factor nor a column of the data.

    Raises
    ------
    ModelError
    """
    known = set(latent) | set(columns or ())
    for relation in statements.relations:
        if not isinstance(relation.rhs, Product):
            continue
        for part in relation.rhs.parts:
            if part not in known and columns is not None:
                raise statements.error(
                    f"{part!r} of the product {relation.rhs} is neither a factor of the model nor "
                    "a column of the data",
                    relation.position,
                    len(relation.lhs),
                )
