"""Names of variables in a model of two levels: those between clusters bear a mark.

``y`` within clusters and ``y`` between them are two variables of one model. Everything above the
language knows them by their names; tables show the plain name beside the level.
"""

from __future__ import annotations

from collections.abc import Iterable

from .statements import BETWEEN, Product, Relation

_TIMES = "\u2009×\u2009"  # of a covariate and its random slope; no heading has thin spaces there
LEVELS = (1, 2)
_WORDS = {"1": 1, "within": 1, "2": 2, "between": 2}


def level_of(name: str) -> int:
    """1 of a variable within clusters, or of one where there are no levels; 2 between clusters."""
    return 2 if name.endswith(BETWEEN) else 1


def plain_name(name: str) -> str:
    """The name without its level, as the data have it."""
    return name.removesuffix(BETWEEN)


def at_level(name: str, level: int) -> str:
    """The name of the same variable at a level."""
    plain = plain_name(name)
    return f"{plain}{BETWEEN}" if plain and level == 2 else plain


def carrier_of(covariate: str, slope: str) -> str:
    """The variable within clusters that carries the effects of a random slope of a covariate."""
    return f"{covariate}{_TIMES}{slope}"


def carried(name: str) -> tuple[str, str] | None:
    """The covariate and the slope that a variable carries; None of an ordinary variable."""
    covariate, times, slope = name.partition(_TIMES)
    return (covariate, slope) if times else None


def is_marked(name: str) -> bool:
    """Whether a name is one that only levels give."""
    return name.endswith(BETWEEN) or _TIMES in name


def has_levels(names: Iterable[str]) -> bool:
    """Whether some of the names are of variables between clusters."""
    return any(level_of(name) == 2 for name in names)


def level_number(label: str, seen: list[str]) -> int | None:
    """The level that a ``level:`` block means; None where that cannot be told.

    By number or by the words within and between; other labels count in their order, the first
    one within clusters.
    """
    if label.lower() in _WORDS:
        return _WORDS[label.lower()]
    others = [one for one in seen if one.lower() not in _WORDS]
    if label not in others:
        others.append(label)
    place = others.index(label) + 1
    return place if place in LEVELS and len(others) == len({*seen, label}) else None


def relation_at(relation: Relation, level: int) -> Relation:
    """A statement as it stands in a block of a level."""
    if level != 2:
        return relation
    rhs = relation.rhs
    if isinstance(rhs, Product):
        rhs = Product(*(at_level(part, level) for part in rhs.parts))
    elif relation.operator not in ("|", "~1"):
        rhs = at_level(rhs, level)
    return relation._replace(lhs=at_level(relation.lhs, level), rhs=rhs)
