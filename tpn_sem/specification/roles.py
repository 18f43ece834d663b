"""Roles of variables: observed, latent, exogenous, indicators, outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..errors import NotEstimatedError
from ..language import PHANTOM, Product, Relation, Statements, unique


@dataclass(frozen=True)
class Roles:
    """Variables by role, each in the order in which the model names them.

    Attributes
    ----------
    observed : tuple of str
        All observed variables: indicators, then other dependent ones, then exogenous ones.
    latent : tuple of str
    exogenous : tuple of str
        Observed predictors that nothing in the model explains (lavaan's ``ov.x``).
    exogenous_latent : tuple of str
        Latent variables that are neither regressed on anything nor indicators of others.
    outcomes : tuple of str
        Dependent variables that predict nothing, latent ones first.
    indicators : dict of str to tuple of str
        The indicators of each latent variable.
    products : tuple of str
        Latent products that nothing measures: last among the latent variables, without moments
        of their own.
    composites : dict of str to tuple of str
        The items that each composite is a weighted sum of; composites count as latent.
    """

    observed: tuple[str, ...]
    latent: tuple[str, ...]
    exogenous: tuple[str, ...]
    exogenous_latent: tuple[str, ...]
    outcomes: tuple[str, ...]
    indicators: dict[str, tuple[str, ...]]
    products: tuple[str, ...] = ()
    composites: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def modelled(self) -> tuple[str, ...]:
        """Observed variables that are not exogenous."""
        return tuple(name for name in self.observed if name not in self.exogenous)

    @cached_property
    def items(self) -> tuple[str, ...]:
        """All indicators, of whatever factor, factors included."""
        return tuple(unique(item for items in self.indicators.values() for item in items))

    @cached_property
    def composite_items(self) -> frozenset[str]:
        """Observed variables that composites are made of."""
        return frozenset(item for items in self.composites.values() for item in items)

    @cached_property
    def measured_factors(self) -> tuple[str, ...]:
        """Factors that are indicators of others."""
        return tuple(name for name in self.items if name in self.latent)

    @cached_property
    def single_items(self) -> frozenset[str]:
        """Indicators that are alone in measuring their factor and measure no other."""
        times = Counter(item for items in self.indicators.values() for item in items)
        alone = (items[0] for items in self.indicators.values() if len(items) == 1)
        return frozenset(item for item in alone if times[item] == 1)

    def in_order_of(self, others: Roles) -> Roles:
        """The same roles with variables in the order that other roles have them in."""
        place = {name: k for k, name in enumerate(others.all)}

        def ordered(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(sorted(names, key=place.__getitem__))

        inside = [name for name in self.observed if name not in self.exogenous]
        return replace(
            self,
            observed=ordered(tuple(inside)) + ordered(self.exogenous),
            latent=ordered(self.latent),
            exogenous=ordered(self.exogenous),
            products=ordered(self.products),
        )

    @property
    def all(self) -> tuple[str, ...]:
        """Observed, then latent variables: the order of the model's matrices."""
        return self.observed + self.latent


def find_roles(statements: Statements) -> Roles:
    """Sort the variables of a model into roles.

    Raises
    ------
    NotEstimatedError
        For what the language has but the library does not estimate yet, by name.
    ModelError
        Where a name is both an observed variable's and a latent one's role, or nothing is observed.
    """
    refuse_what_is_not_estimated(statements)
    relations = statements.relations
    measured = [relation for relation in relations if relation.operator == "=~"]
    regressions = [relation for relation in relations if relation.operator == "~"]
    latent = unique([one.lhs for one in relations if one.operator in ("=~", PHANTOM, "<~")])
    indicators = _items_of(measured)
    composites = _items_of([one for one in relations if one.operator == "<~"])
    weighed = unique(item for items in composites.values() for item in items)
    all_indicators = unique(item for items in indicators.values() for item in items)
    dependent = unique(relation.lhs for relation in regressions)
    causes = unique(relation.rhs for relation in regressions)
    products = [name for name in causes if isinstance(name, Product) and name not in latent]
    predictors = _predictors(causes, products)
    mentioned = _mentioned(relations)
    others = unique([*all_indicators, *weighed, *dependent, *predictors, *mentioned])
    explained = {*latent, *all_indicators, *weighed, *dependent, *mentioned}
    exogenous = [name for name in predictors if name not in explained]
    latent += products
    not_here = {*latent, *exogenous}
    observed = [name for name in others if name not in not_here] + exogenous
    if not observed:
        raise statements.error("the model has no observed variable", 0)
    outcomes = [
        name
        for name in [*latent, *observed]
        if name in dependent and name not in {*predictors, *all_indicators}
    ]
    return Roles(
        observed=tuple(observed),
        latent=tuple(latent),
        exogenous=tuple(exogenous),
        exogenous_latent=tuple(
            name for name in latent if name not in {*dependent, *all_indicators, *products}
        ),
        outcomes=tuple(outcomes),
        indicators=indicators,
        products=tuple(products),
        composites=composites,
    )


def _items_of(relations: Sequence[Relation]) -> dict[str, tuple[str, ...]]:
    """What stands right of each left side, in order."""
    return {
        name: tuple(unique(one.rhs for one in relations if one.lhs == name))
        for name in unique(one.lhs for one in relations)
    }


def _predictors(causes: Sequence[str], products: Sequence[str]) -> list[str]:
    """What explains others: single variables, and those that products are made of."""
    found: list[str] = []
    for name in causes:
        found += name.parts if isinstance(name, Product) and name in products else (name,)
    return unique(found)


def _mentioned(relations: Iterable[Relation]) -> list[str]:
    """Variables of (co)variances, intercepts and thresholds that the text writes itself."""
    found: list[str] = []
    for relation in relations:
        if relation.operator == "~~":
            found += [relation.lhs, relation.rhs]
        elif relation.operator in ("~1", "|", "~*~"):
            found.append(relation.lhs)
    return found


def refuse_what_is_not_estimated(statements: Statements) -> None:
    """Refuse by name what can be read but not estimated."""
    for relation in statements.relations:
        problem = ""
        if statements.has_levels and relation.operator == "<~":
            problem = "composites (<~) are not estimated yet together with level: blocks"
        if statements.has_levels and relation.modifiers.efa:
            problem = "exploratory blocks (efa) are not estimated yet together with level: blocks"
        if statements.has_levels and isinstance(relation.rhs, Product):
            problem = f"products ({relation.rhs}) are not estimated yet together with level: blocks"
        if problem:
            pointer = statements.error(problem, relation.position, len(relation.lhs))
            raise NotEstimatedError(str(pointer))
