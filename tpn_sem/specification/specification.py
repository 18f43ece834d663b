"""The specification of a model: parameter table, RAM patterns, restrictions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations

import numpy as np

from ..language import Relation, Statements
from ..numerics import Indices
from .constraints import Restrictions, build_restrictions
from .options import ModelOptions
from .parameter_table import Categories, Parameter, ParameterTable, build_table
from .ram_matrices import Pattern, build_patterns
from .roles import Roles, find_roles


@dataclass(frozen=True, eq=False)
class Specification:
    """A model for a number of groups, ready to be fitted."""

    statements: Statements
    options: ModelOptions
    table: ParameterTable
    patterns: tuple[Pattern, ...]
    restrictions: Restrictions

    @property
    def roles(self) -> Roles:
        """The variables by role."""
        return self.table.roles

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of the observed variables, in the order of the matrices."""
        return self.roles.observed

    @property
    def means(self) -> bool:
        """Whether the model has a mean structure."""
        return self.table.mean_structure

    @cached_property
    def fixed_exogenous(self) -> Indices:
        """Places of the observed variables whose moments are taken from the sample."""
        fixed = {row.lhs for row in self.table.rows if row.exogenous}
        places = [place for place, name in enumerate(self.observed) if name in fixed]
        return np.array(places, dtype=np.intp)

    @cached_property
    def free_places(self) -> Indices:
        """Places of the free parameters in the table, in their order."""
        places = [place for place, row in enumerate(self.table.rows) if row.free >= 0]
        return np.array(places, dtype=np.intp)

    @property
    def categories(self) -> Categories:
        """Names of the ordinal variables and how many categories they have."""
        return self.table.categories

    @property
    def modelled(self) -> tuple[str, ...]:
        """Names of the observed variables that the model is not conditional on."""
        return self.observed[: len(self.observed) - self.table.n_given]

    @cached_property
    def statistics(self) -> tuple[str, ...]:
        """Names of the statistics of one group where some variables are ordinal, in their order."""
        counts, names = dict(self.categories), self.modelled
        continuous = [name for name in names if name not in counts]
        found = [f"{name}|t{k + 1}" for name in names for k in range(counts.get(name, 1) - 1)]
        found += [f"{name}~1" for name in continuous]
        found += [f"{name}~{x}" for name in names for x in self.observed[len(names) :]]
        found += [f"{name}~~{name}" for name in continuous]
        return (*found, *(f"{one}~~{other}" for one, other in combinations(names, 2)))

    @property
    def n_moments(self) -> int:
        """Number of sample moments that the model has to explain, over all groups."""
        if self.table.n_given:
            return self.n_all_moments
        return self.n_all_moments - self._count_moments(len(self.fixed_exogenous))

    @cached_property
    def n_group_moments(self) -> int:
        """Number of sample moments of one group, those taken from the sample included."""
        responses = self.patterns[0].responses
        if responses is not None:
            return responses.layout.size
        p = len(self.observed)
        return p * (p + 1) // 2 + (p if self.means else 0)

    @property
    def n_all_moments(self) -> int:
        """Number of sample moments, those taken from the sample included, over all groups."""
        return self.n_group_moments * self.table.n_groups

    def _count_moments(self, p: int) -> int:
        moments = p * (p + 1) // 2 + (p if self.means else 0)
        return moments * self.table.n_groups


@lru_cache(maxsize=64)
def specify(
    statements: Statements,
    options: ModelOptions,
    group_labels: tuple[str, ...],
    has_means: bool,
    categories: Categories = (),
) -> Specification:
    """Build the specification of a model; the same model for the same groups is built once.

    Raises
    ------
    ModelError, NotEstimatedError, OptionError
    """
    roles = find_roles(statements)
    check_responses(statements, options, dict(categories))
    table = build_table(statements, roles, options, group_labels, has_means, categories)
    _check_factors(statements, table)
    restrictions = build_restrictions(statements, table, options.bounds == "pos_var")
    return Specification(statements, options, table, build_patterns(table), restrictions)


def check_responses(
    statements: Statements, options: ModelOptions, categories: dict[str, int]
) -> None:
    """Thresholds and scales belong to ordinal variables, and to their parameterization."""
    delta = options.parameterization != "theta"
    for relation in statements.relations:
        problem = ""
        if relation.operator in ("|", "~*~") and relation.lhs not in categories:
            what = "thresholds" if relation.operator == "|" else "a scale (~*~)"
            problem = f"{relation.lhs!r} has {what}, but ordered= does not name it"
        elif relation.operator == "|":
            count = categories[relation.lhs] - 1
            known = [f"t{cut}" for cut in range(1, count + 1)]
            if relation.rhs not in known:
                problem = f"{relation.lhs!r} has the thresholds {', '.join(known)} in these data"
        elif relation.operator == "~*~" and not delta and _is_free(relation):
            problem = "scales (~*~) follow from the rest with parameterization='theta'; drop them"
        elif (
            relation.operator == "~~"
            and relation.lhs == relation.rhs
            and relation.lhs in categories
            and delta
            and _is_free(relation)
        ):
            problem = (
                "residual variances of ordinal variables follow from the rest with "
                "parameterization='delta'; take 'theta'"
            )
        if problem:
            raise statements.error(problem, relation.position, len(relation.lhs))


def _is_free(relation: Relation) -> bool:
    """Whether a statement leaves its parameter free in some group."""
    fixed = relation.modifiers.fixed
    return not fixed or any(value != value for value in fixed)


def _check_factors(statements: Statements, table: ParameterTable) -> None:
    """A variable that is measured by itself, or regressed on itself, is a slip of the pen."""
    for relation in statements.relations:
        if relation.operator in ("=~", "~") and relation.lhs == relation.rhs:
            raise statements.error(
                f"{relation.lhs!r} cannot explain itself", relation.position, len(relation.lhs)
            )


def name_of(row: Parameter, group_labels: tuple[str, ...]) -> str:
    """What a coefficient is called: its label, or its name with the group's place.

    As in lavaan, the first group's names bear no mark and the second group's end in ``.g2``.
    """
    if row.label:
        return row.label
    return row.name if row.group == 0 else f"{row.name}.g{row.group + 1}"
