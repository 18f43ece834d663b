"""A latent product as a factor that products of items measure.

Marsh, Wen & Hau (2004); Lin, Wen, Marsh & Lin (2010); Little, Bovaird & Widaman (2006).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import combinations, combinations_with_replacement, product

from ..errors import ModelError, OptionError
from ..language import Modifiers, Product, Relation, Statements, unique
from .product_terms import Members, product_members
from .roles import Roles, find_roles

ItemProduct = tuple[str, ...]  # the items, or columns, that one product column multiplies


def item_product_name(items: Sequence[str]) -> str:
    """What the column of a product of items is called: ``x1:z1``."""
    return ":".join(items)


@lru_cache(maxsize=64)
def with_product_indicators(
    statements: Statements, pairs: str
) -> tuple[Statements, tuple[tuple[str, tuple[ItemProduct, ...]], ...]]:
    """The statements with each product measured, and the items that each product multiplies.

    Residuals of two product columns covary where the columns share an item.

    Parameters
    ----------
    statements : Statements
        With one spelling for each product.
    pairs : {"all", "matched"}
        Every item of one factor with every item of the other; or the first with the first, the
        second with the second and so on.

    Raises
    ------
    ModelError
        Where a factor has no observed items, or matched pairs are not to be had.
    """
    roles = find_roles(statements)
    members = product_members(statements)
    columns: dict[str, tuple[ItemProduct, ...]] = {}
    relations = [_as_factor(one) for one in statements.relations]
    for name, parts in members.items():
        lists = [_items(statements, roles, part, name) for part in parts]
        found = tuple(_all(parts, lists) if pairs == "all" else _matched(name, parts, lists))
        columns[name] = found
        relations += [_relation(name, "=~", item_product_name(items)) for items in found]
    alone = {item for own in roles.indicators.values() if len(own) == 1 for item in own}
    erring = set(roles.items) - alone  # whose errors columns share; what has none shares none
    told = [
        (item_product_name(items), erring & set(items)) for own in columns.values() for items in own
    ]
    for (one, items), (other, others) in combinations(told, 2):
        if items & others:
            relations.append(_relation(one, "~~", other))
    written = replace(statements, relations=tuple(relations))
    return written, tuple(columns.items())


def _as_factor(relation: Relation) -> Relation:
    """A product as an ordinary variable that bears its name."""
    if not isinstance(relation.rhs, Product):
        return relation
    return relation._replace(rhs=str.__str__(relation.rhs))


def _relation(lhs: str, operator: str, rhs: str) -> Relation:
    return Relation(lhs, operator, rhs, Modifiers(), 0)


def _items(statements: Statements, roles: Roles, part: str, name: str) -> tuple[str, ...]:
    """The observed items of a factor; a column stands for itself."""
    if part not in roles.latent:
        return (part,)
    items = tuple(item for item in roles.indicators.get(part, ()) if item not in roles.latent)
    if not items:
        raise ModelError(
            f"the product {name} has a factor ({part}) without observed items, so that there is "
            "nothing to multiply: take products='lms'."
        )
    return items


def _all(parts: Members, lists: list[tuple[str, ...]]) -> Iterator[ItemProduct]:
    """Every combination, the first factor's items changing fastest; squares once each."""
    if len(parts) == 2 and parts[0] == parts[1]:
        pairs = combinations_with_replacement(range(len(lists[0])), 2)
        yield from ((lists[0][j], lists[0][i]) for i, j in pairs)
        return
    seen: set[tuple[str, ...]] = set()
    for items in product(*reversed(lists)):
        chosen = tuple(reversed(items))
        if tuple(sorted(chosen)) not in seen:
            seen.add(tuple(sorted(chosen)))
            yield chosen


def _matched(name: str, parts: Members, lists: list[tuple[str, ...]]) -> Iterator[ItemProduct]:
    """Items in their order; the last ones of a longer list are left out, a column is repeated."""
    lengths = {len(items) for part, items in zip(parts, lists, strict=True) if len(items) > 1}
    count = min(lengths, default=1)
    if count < 2 and len(lengths) > 0:
        raise OptionError(f"product_pairs='matched' finds one pair only for {name}: take 'all'.")
    for place in range(count):
        yield tuple(items[place] if len(items) > 1 else items[0] for items in lists)


def parts_of(name: str, variables: Sequence[str]) -> Members:
    """The variables that a product is made of; none where it is no product of these."""
    if ":" not in name:
        return ()
    parts = tuple(name.split(":"))
    return parts if all(part in variables for part in unique(parts)) else ()
