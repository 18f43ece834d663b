"""Composites (``c <~ x1 + x2``): which variables may make one, and the rows that they add.

Henseler (2017); Schuberth (2023): a composite is a weighted sum of its items, whose covariances
with all other variables run through it. What its items share among themselves is not explained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from ..errors import NotEstimatedError, OptionError
from ..language import Product, Relation, Statements
from .options import ModelOptions
from .parameter import Key, Parameter, key
from .roles import Roles

WEIGHT = "<~"


def refuse_composites(roles: Roles, caller: str) -> None:
    """Refuse a model with composites where nothing knows what follows from their weights.

    Raises
    ------
    NotEstimatedError
    """
    if roles.composites:
        name = next(iter(roles.composites))
        raise NotEstimatedError(
            f"{caller} knows no composites, and {name!r} is one (<~): leave it out, or measure it "
            "(=~)."
        )


def check_composites(
    statements: Statements, roles: Roles, options: ModelOptions, ordered: Iterable[str] = ()
) -> None:
    """Refuse composites that no covariance matrix can tell, or that are not estimated yet.

    Raises
    ------
    ModelError, NotEstimatedError, OptionError
    """
    if not roles.composites:
        if options.composites_cov != "free":
            raise OptionError(
                "composites_cov= goes with composites (c <~ x1 + x2); there are none."
            )
        return
    items = {item: name for name, own in roles.composites.items() for item in own}
    answers = set(ordered)
    for relation in statements.relations:
        problem = _problem(relation, roles, items)
        if problem:
            raise statements.error(problem, relation.position, len(relation.lhs))
        if waits := _not_estimated(relation, roles, answers):
            pointer = statements.error(waits, relation.position, len(relation.lhs))
            raise NotEstimatedError(str(pointer))


def _problem(relation: Relation, roles: Roles, items: dict[str, str]) -> str:
    """What no composite can be, in words; empty where all is well."""
    lhs, operator, rhs = relation.lhs, relation.operator, relation.rhs
    if operator == WEIGHT:
        if items[rhs] != lhs:
            return f"{rhs!r} is an item of two composites, {lhs!r} and {items[rhs]!r}"
        if rhs == lhs:
            return f"{lhs!r} cannot be made of itself"
        return ""
    if operator == "=~" and lhs in roles.composites:
        return f"{lhs!r} is a composite (<~): it is made of its items, and measured by none (=~)"
    if operator == "=~" and rhs in items:
        return f"{rhs!r} is an item of the composite {items[rhs]!r} (<~), and measures no factor"
    if operator == "~":
        for name in (lhs, rhs):
            if name in items:
                return (
                    f"{name!r} is an item of the composite {items[name]!r}: paths lead to and from "
                    "the composite only"
                )
    fixed = relation.modifiers.fixed
    follows = lhs in roles.composites and (operator == "~1" or (operator == "~~" and lhs == rhs))
    if follows and any(value == value for value in fixed):
        return (
            f"the variance and mean of the composite {lhs!r} follow from its weights: fix a weight "
            f"({lhs} <~ 1*x) to give it a unit"
        )
    return ""


def _not_estimated(relation: Relation, roles: Roles, answers: set[str]) -> str:
    """What composites do not take yet, in words."""
    if relation.operator == WEIGHT and relation.rhs in roles.latent:
        return f"composites of latent variables ({relation.rhs}) are not estimated yet"
    if relation.operator == WEIGHT and answers:
        return "composites (<~) are not estimated yet in models with ordinal variables"
    if isinstance(relation.rhs, Product) and roles.products:
        return f"products ({relation.rhs}) are not estimated yet together with composites (<~)"
    return ""


def composite_rows(roles: Roles, free: bool, group: int) -> Iterator[Parameter]:
    """Moments of each composite's items, which no model restricts, and its own variance.

    Parameters
    ----------
    free : bool
        Whether the items' covariances are parameters, or taken from the sample.
    """
    for name, items in roles.composites.items():
        yield Parameter(name, "~~", name, group)
        for item in items:
            yield Parameter(item, "~~", item, group, exogenous=not free)
        for first, second in combinations(items, 2):
            yield Parameter(first, "~~", second, group, exogenous=not free)


def fix_first_weights(rows: dict[Key, Parameter], roles: Roles) -> None:
    """Give each composite the unit of its first item, where the text fixes no weight."""
    for name, items in roles.composites.items():
        own = [rows[key(name, WEIGHT, item)] for item in items]
        if all(row.is_free and row.free < 0 for row in own):
            rows[own[0].key] = own[0]._replace(fixed=1.0)


def let_follow(rows: dict[Key, Parameter], roles: Roles) -> None:
    """Mark variances and means of composites that the text writes as what they are."""
    for name in roles.composites:
        for place in (key(name, "~~", name), key(name, "~1", "")):
            if place in rows:
                rows[place] = rows[place]._replace(follows=True, free=-1)
