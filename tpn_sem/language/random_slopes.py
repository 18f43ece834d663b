"""Random slopes: ``y ~ rv("s")*x`` within clusters makes s a variable between them."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import ModelError, ModelSyntaxError, NotEstimatedError
from .levels import at_level, carried, carrier_of, has_levels, level_of
from .statements import Modifiers, Relation

_HOW = "as 'y ~ rv(\"s\")*x' under 'level: 1', where s is a variable of 'level: 2'"


def with_random_slopes(text: str, relations: list[Relation]) -> list[Relation]:
    """Statements in which covariates with random slopes stand as carriers of these.

    A slope has a mean and a variance of its own, whether or not the text says so.

    Raises
    ------
    ModelError, NotEstimatedError
        For slopes that cannot be random, or twice.
    """
    found: dict[str, Relation] = {}
    changed = []
    for relation in relations:
        if not relation.modifiers.rv:
            changed.append(relation)
            continue
        slope = _checked(text, relation, relations)
        if slope in found:
            raise _error(text, relation, f"the random slope {slope!r} stands twice", "name each")
        found[slope] = relation
        carrier = carrier_of(relation.rhs, slope)
        changed.append(relation._replace(rhs=carrier, modifiers=Modifiers(fixed=(1.0,))))
    written = {one.lhs for one in relations if one.operator == "~1"}
    for slope, relation in found.items():
        name = at_level(slope, 2)
        if name not in written:
            changed.append(Relation(name, "~1", "", Modifiers(), relation.position, relation.block))
    return changed


def random_slopes(names: Iterable[str]) -> tuple[str, ...]:
    """The random slopes that some of the variables carry, as variables between clusters."""
    pairs = [carried(name) for name in names]
    return tuple(dict.fromkeys(at_level(pair[1], 2) for pair in pairs if pair))


def _checked(text: str, relation: Relation, relations: list[Relation]) -> str:
    """The name of a random slope."""
    name, covariate = relation.modifiers.rv[0], relation.rhs
    if relation.operator != "~" or not has_levels(one.lhs for one in relations):
        raise _error(text, relation, "rv() makes a regression within clusters random", _HOW)
    if level_of(relation.lhs) == 2:
        raise _error(text, relation, "rv() stands at 'level: 2', where nothing varies", _HOW)
    if len(relation.modifiers.rv) > 1 or relation.block is not None:
        raise _refused(text, relation, "random slopes in several groups are not estimated yet")
    if relation.modifiers != Modifiers(rv=relation.modifiers.rv):
        raise _error(
            text,
            relation,
            "a random slope has no other modifiers",
            "its mean is 's ~ 1' at level 2",
        )
    latent = {one.lhs for one in relations if one.operator == "=~"}
    explained = {one.rhs for one in relations if one.operator == "=~"}
    explained |= {one.lhs for one in relations if one.operator in ("~", "~~", "~1")}
    both = {side for one in relations for side in (one.lhs, one.rhs)}
    if covariate in latent | explained or at_level(covariate, 2) in both:
        kind = (
            "a latent variable"
            if covariate in latent
            else "a variable of both levels"
            if at_level(covariate, 2) in both
            else "a variable that the model explains"
        )
        raise _refused(
            text,
            relation,
            f"a random slope of {covariate!r}, {kind}, is not estimated yet: take an observed "
            "covariate that stands at 'level: 1' only, as its deviation from the cluster's mean",
        )
    if name in {side for one in relations for side in (one.lhs, one.rhs) if level_of(side) == 1}:
        raise _error(text, relation, f"{name!r} is also a variable within clusters", "rename one")
    return name


def _error(text: str, relation: Relation, problem: str, advice: str) -> ModelError:
    return ModelError(str(ModelSyntaxError(problem, text, relation.position, 1, advice)))


def _refused(text: str, relation: Relation, problem: str) -> NotEstimatedError:
    return NotEstimatedError(str(ModelSyntaxError(problem, text, relation.position, 1, "")))
