"""What a model says is independent given what: of factors and items, and of observed variables.

Pearl (2009); Thoemmes, Rosseel & Textor (2018). A claim that involves factors cannot be tested by
a partial correlation, as factors are not observed; it is a parameter that the model leaves out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ..equations import GenericStructure
from ..numerics import Array
from ..specification import COVARIANCE, PATH

ITEMS, LOADING, VARIABLE, STRUCTURE = (
    "items given their factors",
    "item and other factor",
    "item and observed variable given its factor",
    "structure",
)
_LARGEST = 2  # of sets of observed variables that are searched beside the parents


@dataclass(frozen=True)
class LeftOut:
    """A parameter that a model leaves out, and what that says.

    Attributes
    ----------
    kind : str
    one, other : int
        Places of the variables that are independent.
    given : tuple of int
    cell : tuple of int
        Kind, row and column of the parameter that would undo it.
    operator : str
        "=~", "~" or "~~".
    """

    kind: str
    one: int
    other: int
    given: tuple[int, ...]
    cell: tuple[int, int, int]
    operator: str


@dataclass(frozen=True)
class ObservedClaim:
    """Two observed variables without a partial correlation given others."""

    one: int
    other: int
    given: tuple[int, ...]


def left_out(structure: GenericStructure) -> list[LeftOut]:
    """Parameters whose absence is a claim of independence that involves factors."""
    n = structure.pattern.n_observed
    found = []
    for one, other in combinations(range(structure.pattern.n_variables), 2):
        if _are_adjacent(structure, one, other) or structure.are_correlated(one, other):
            continue
        measured = [_is_measured(structure, place) for place in (one, other)]
        if one < n and other < n and not any(measured):
            continue  # observed claims
        if all(measured) and other < n:
            found.append(_claim(structure, ITEMS, one, other, COVARIANCE))
        elif measured[0] and not structure.is_ancestor(one, other):
            kind = LOADING if other >= n else VARIABLE
            found.append(_claim(structure, kind, one, other, PATH))
        elif measured[1] and other < n and not structure.is_ancestor(other, one):
            found.append(_claim(structure, VARIABLE, other, one, PATH))
        elif not any(measured):
            found.append(_structural(structure, one, other))
    return found


def _is_measured(structure: GenericStructure, place: int) -> bool:
    """Whether a variable is an item: observed, and explained by a factor."""
    n = structure.pattern.n_observed
    return place < n and any(parent >= n for parent in structure.parents[place])


def _are_adjacent(structure: GenericStructure, one: int, other: int) -> bool:
    return one in structure.parents[other] or other in structure.parents[one]


def _claim(structure: GenericStructure, kind: str, one: int, other: int, cell: int) -> LeftOut:
    """A claim about an item: the parameter is a covariance, or a path to the item."""
    given = structure.parents[one]
    if cell == COVARIANCE:
        given = tuple(dict.fromkeys((*given, *structure.parents[other])))
        return LeftOut(kind, one, other, given, (COVARIANCE, other, one), "~~")
    operator = "=~" if other >= structure.pattern.n_observed else "~"
    return LeftOut(kind, one, other, given, (PATH, one, other), operator)


def _structural(structure: GenericStructure, one: int, other: int) -> LeftOut:
    """A claim about factors or outcomes: a path to the later, or a covariance of the two."""
    if structure.is_ancestor(one, other):
        one, other = other, one
    if structure.is_ancestor(other, one):
        return LeftOut(STRUCTURE, one, other, structure.parents[one], (PATH, one, other), "~")
    given = tuple(dict.fromkeys((*structure.parents[one], *structure.parents[other])))
    return LeftOut(STRUCTURE, one, other, given, (COVARIANCE, other, one), "~~")


def observed_claims(structure: GenericStructure) -> list[ObservedClaim]:
    """Pairs of observed variables that are independent given the fewest others that do.

    All sets of up to two observed variables are tried, and the observed causes of both.
    """
    p = len(structure.pattern.modelled)
    covariance = structure.covariance[:, :p, :p]
    found: dict[tuple[int, int], tuple[int, ...]] = {}
    sets = [given for size in range(_LARGEST + 1) for given in combinations(range(p), size)]
    for one, other in combinations(range(p), 2):
        parents = {*structure.parents[one], *structure.parents[other]} - {one, other}
        if len(parents) > _LARGEST and all(parent < p for parent in parents):
            sets.append(tuple(sorted(parents)))
    for given in dict.fromkeys(sets):
        zero = _independent_given(covariance, given)
        for one, other in zip(*np.nonzero(np.triu(zero, 1)), strict=True):
            if one not in given and other not in given:
                found.setdefault((int(one), int(other)), given)
    return [ObservedClaim(*pair, given) for pair, given in sorted(found.items())]


def _independent_given(covariance: Array, given: tuple[int, ...]) -> Array:
    """Which pairs have no partial covariance given some variables, shape (p, p)."""
    left, sizes = covariance, np.abs(covariance)
    if given:
        chosen = list(given)
        across = covariance[:, :, chosen]
        among = covariance[:, chosen][:, :, chosen]
        explained = across @ np.linalg.solve(among, np.swapaxes(across, -1, -2))
        left, sizes = covariance - explained, np.abs(covariance) + np.abs(explained)
    return np.asarray((np.abs(left) <= 1e-9 * sizes).all(axis=0))
