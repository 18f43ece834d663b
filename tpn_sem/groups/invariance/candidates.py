"""Candidates for partial invariance: the equalities that a step added."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from ...estimation import Minimum
from ...language import write_relation
from ...numerics import Indices
from ...specification import Key, Parameter, parameter_set


@dataclass(frozen=True)
class Candidate:
    """A parameter that is equal in all groups.

    Attributes
    ----------
    parameter : Parameter
        Its row of the first group.
    set_name : str
        As ``group_equal`` names the set that it belongs to.
    item : str
    factors : tuple of str
        Those that the item measures.
    """

    parameter: Parameter
    set_name: str
    item: str
    factors: tuple[str, ...]

    @property
    def text(self) -> str:
        """As ``group_partial`` takes it."""
        row = self.parameter
        return write_relation(row.lhs, row.operator, row.rhs)


def equal_parameters(minimum: Minimum, sets: Collection[str]) -> list[Candidate]:
    """Parameters of the given sets that the model holds equal, and that data could contradict.

    Not among them are loadings of exploratory blocks, which turn together, loadings of items with
    two answers, whose residual variance takes up what they lose, and thresholds of items that would
    keep fewer than two equal ones.
    """
    table = minimum.specification.table
    counts = dict(minimum.specification.categories)
    first = [row for row in table.rows if row.group == 0]
    turning = {factor for block in table.blocks for factor in block.factors}
    result = []
    for row in first:
        name = parameter_set(row, table.roles)
        if row.operator == "~1" and row.lhs in table.roles.measured_factors:
            name = "intercepts"
        if name not in sets or row.exogenous or not is_equal(minimum, row):
            continue
        if row.operator == "=~" and row.lhs in turning:
            continue
        item = row.rhs if row.operator == "=~" else row.lhs
        if name == "loadings" and counts.get(item) == 2:
            continue
        if name == "thresholds" and _equal_thresholds(minimum, first, item) <= 2:
            continue
        factors = tuple(f for f, items in table.roles.indicators.items() if item in items)
        if name == "loadings":
            factors = (row.lhs,)
        result.append(Candidate(row, name, item, factors))
    return result


def _equal_thresholds(minimum: Minimum, rows: Iterable[Parameter], item: str) -> int:
    return sum(row.operator == "|" and row.lhs == item and is_equal(minimum, row) for row in rows)


def is_equal(minimum: Minimum, row: Parameter) -> bool:
    """Whether a parameter has one label in all groups, or what has none there has one value.

    The latter are ordinal items' intercepts and residual variances, and intercepts of factors that
    are indicators of others. Labels of users, markers and other numbers that users or the defaults
    fix are not given up.
    """
    mates = [other for other in minimum.specification.table.rows if other.key == row.key]
    if len(mates) < minimum.specification.table.n_groups:
        return False
    categories = dict(minimum.specification.categories)
    if all(mate.free >= 0 for mate in mates):
        ours = row.label.startswith(".") or bool(categories)  # ordinal steps are written as text
        return bool(row.label) and ours and len({mate.label for mate in mates}) == 1
    ordinal = row.lhs in categories
    intercept = row.operator == "~1"
    claims = (ordinal and (intercept or row.is_variance)) or (
        intercept and row.lhs in minimum.specification.roles.measured_factors
    )
    return claims and all(mate.free < 0 for mate in mates)


def constraint_rows(minimum: Minimum, wanted: Key) -> Indices:
    """Places of the linear constraints that hold a parameter equal over groups."""
    linear = minimum.specification.restrictions.linear
    own = np.array([row.key == wanted for row in minimum.specification.table.free_rows])
    return np.flatnonzero((linear != 0.0).any(axis=1) & ~(linear[:, ~own] != 0.0).any(axis=1))


def remaining(candidates: Iterable[Candidate], freed: Collection[str], given_up: Candidate) -> int:
    """Invariant items that some factor of a candidate keeps in its set once it is given up."""
    others = [
        item for item in candidates if item.set_name == given_up.set_name and item.text not in freed
    ]
    kept = [
        {item.item for item in others if factor in item.factors} - {given_up.item}
        for factor in given_up.factors
    ]
    return min((len(items) for items in kept), default=0)
