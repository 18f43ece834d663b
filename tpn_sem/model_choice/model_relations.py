"""Which models are equivalent, and which are nested in which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import combinations

from ..estimation import Estimation
from ..model_fit.comparison import Nesting, nesting, prove_equivalence

NUMERICAL = "numerical (Bentler & Satorra, 2010)"
_SAME = 1e-4  # of chi-square: what two searches of one minimum may differ by
Pair = tuple[str, str]


@dataclass(frozen=True, eq=False)
class ModelRelations:
    """How models of the same variables stand to each other.

    Attributes
    ----------
    classes : tuple of tuple of str
        Equivalent models together, in the order of degrees of freedom; the first of each stands
        for it.
    proofs : dict of (str, str) to str
        Of every two equivalent models, in the order given: the rule, or that it was found
        numerically.
    nested : frozenset of (str, str)
        Restricted and general, of those that stand for a class.
    undecided : frozenset of (str, str)
        Pairs of which it could not be found out.
    """

    classes: tuple[tuple[str, ...], ...]
    proofs: dict[Pair, str]
    nested: frozenset[Pair]
    undecided: frozenset[Pair]

    def class_of(self, name: str) -> tuple[str, ...]:
        """The class that a model is in."""
        return next(members for members in self.classes if name in members)

    def first_of(self, name: str) -> str:
        """The model that stands for the class of another."""
        return self.class_of(name)[0]

    def above(self, name: str) -> list[str]:
        """Firsts of the classes in which a model is nested."""
        own = self.first_of(name)
        return [members[0] for members in self.classes if (own, members[0]) in self.nested]

    def is_nested(self, restricted: str, general: str) -> bool:
        """Whether the class of one is nested in that of the other."""
        return (self.first_of(restricted), self.first_of(general)) in self.nested

    def among(self, names: Collection[str]) -> ModelRelations:
        """The same of some of the models."""
        kept = [tuple(name for name in members if name in names) for members in self.classes]
        stands = {old[0]: new[0] for old, new in zip(self.classes, kept, strict=True) if new}
        return ModelRelations(
            tuple(members for members in kept if members),
            {pair: proof for pair, proof in self.proofs.items() if set(pair) <= set(names)},
            _renamed(self.nested, stands),
            _renamed(self.undecided, stands),
        )


def _renamed(pairs: frozenset[Pair], stands: Mapping[str, str]) -> frozenset[Pair]:
    """Pairs of those that stand for classes, by who stands for them now."""
    return frozenset(
        (stands[one], stands[other]) for one, other in pairs if one in stands and other in stands
    )


def model_relations(models: Mapping[str, Estimation]) -> ModelRelations:
    """Find equivalences and nestings of converged models of the same data.

    A model that fits better than another is not nested in it, and what is nested in a nested
    model is nested; the others are asked numerically (`nesting`).
    """
    classes = _classes(models)
    proofs = {
        (first, second): _proof(models[first], models[second])
        for first, second in combinations(models, 2)
        if any(first in members and second in members for members in classes)
    }
    firsts = [members[0] for members in classes]
    nested: set[Pair] = set()
    not_nested: set[Pair] = set()
    undecided: set[Pair] = set()
    for restricted, general in _nearest_first(models, firsts):
        found = _known(models, restricted, general, nested, not_nested)
        found = found or nesting(models[restricted], models[general])
        if found is Nesting.NESTED:
            nested.add((restricted, general))
        elif found is Nesting.UNKNOWN:
            undecided.add((restricted, general))
        else:
            not_nested.add((restricted, general))
    return ModelRelations(tuple(classes), proofs, frozenset(nested), frozenset(undecided))


def _classes(models: Mapping[str, Estimation]) -> list[tuple[str, ...]]:
    """Equivalent models together."""
    classes: list[list[str]] = []
    for name, model in models.items():
        own = next((one for one in classes if _is_equivalent(models[one[0]], model)), None)
        if own is None:
            classes.append([name])
        else:
            own.append(name)
    ordered = sorted(classes, key=lambda members: models[members[0]].degrees_of_freedom)
    return [tuple(members) for members in ordered]


def _is_equivalent(one: Estimation, other: Estimation) -> bool:
    if one.degrees_of_freedom != other.degrees_of_freedom or not _is_as_good(one, other):
        return False
    if not _is_as_good(other, one):
        return False
    return _rule(one, other) is not None or nesting(one, other) is Nesting.EQUIVALENT


def _rule(one: Estimation, other: Estimation) -> str | None:
    """The rule of graphs by which two models are equivalent; none is asked of equated ones."""
    if one.specification.restrictions.equalities or other.specification.restrictions.equalities:
        return None
    return prove_equivalence(one.specification.table, other.specification.table)


def _proof(one: Estimation, other: Estimation) -> str:
    return _rule(one, other) or NUMERICAL


def _is_as_good(one: Estimation, other: Estimation) -> bool:
    """Whether the first fits no worse than the second."""
    return one.distance <= other.distance + _SAME * max(1.0, abs(other.distance) * 1e-2)


def _nearest_first(models: Mapping[str, Estimation], firsts: list[str]) -> list[Pair]:
    """Restricted and general, the smallest difference of degrees of freedom first."""
    df = {name: models[name].degrees_of_freedom for name in firsts}
    pairs = [(one, other) for one in firsts for other in firsts if df[one] > df[other]]
    return sorted(pairs, key=lambda pair: df[pair[0]] - df[pair[1]])


def _known(
    models: Mapping[str, Estimation],
    restricted: str,
    general: str,
    nested: set[Pair],
    not_nested: set[Pair],
) -> Nesting | None:
    """What follows from the fits, and from what is known of other pairs."""
    if not _is_as_good(models[general], models[restricted]):
        return Nesting.NOT_NESTED
    for one, between in nested:
        if one == restricted and (between, general) in nested:
            return Nesting.NESTED
        if between == restricted and (one, general) in not_nested:
            return Nesting.NOT_NESTED
    return None
