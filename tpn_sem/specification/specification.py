"""The specification of a model: parameter table, RAM patterns, restrictions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np

from ..errors import NotEstimatedError, OptionError
from ..language import Relation, Statements, plain_name
from ..numerics import Indices
from .composite_rows import check_composites
from .constraints import Restrictions, build_restrictions
from .correlation_rows import check_correlation, standardised_names
from .options import ModelOptions
from .parameter import Parameter
from .parameter_sets import PARAMETER_SETS
from .parameter_table import Categories, ParameterTable, build_table
from .ram_matrices import Pattern, build_patterns
from .read_rotations import block_rotations
from .roles import Roles, find_roles
from .rotated_blocks import rotated_blocks


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
        """Names of the observed variables of all groups; each pattern has its group's own."""
        return self.roles.observed

    @property
    def names(self) -> frozenset[str]:
        """Names of all variables, observed and latent."""
        return frozenset({*self.roles.observed, *self.roles.latent})

    @property
    def means(self) -> bool:
        """Whether the model has a mean structure."""
        return self.table.mean_structure

    @cached_property
    def free_places(self) -> Indices:
        """Places of the free parameters in the table, in their order."""
        places = [place for place, row in enumerate(self.table.rows) if row.free >= 0]
        return np.array(places, dtype=np.intp)

    @property
    def has_levels(self) -> bool:
        """Whether the model has a level within clusters and one between them."""
        return self.statements.has_levels

    @property
    def categories(self) -> Categories:
        """Names of the ordinal variables and how many categories they have."""
        return self.table.categories

    @property
    def has_own_variables(self) -> bool:
        """Whether groups differ in their variables."""
        return not self.table.has_common_variables

    @property
    def common_latent(self) -> tuple[str, ...]:
        """Latent variables that all groups have."""
        return tuple(
            name for name in self.roles.latent if all(name in one.latent for one in self.patterns)
        )

    @property
    def n_moments(self) -> int:
        """Number of sample moments that the model has to explain, over all groups."""
        taken = sum(pattern.n_taken_moments(self.means) for pattern in self.patterns)
        return self.n_all_moments - taken

    @property
    def n_all_moments(self) -> int:
        """Number of sample moments, those taken from the sample included, over all groups."""
        return sum(pattern.n_moments(self.means) for pattern in self.patterns)

    @cached_property
    def moment_places(self) -> tuple[Indices, ...]:
        """Where the moments of each group stand among those of all."""
        sizes = [pattern.n_moments(self.means) for pattern in self.patterns]
        ends = np.cumsum([0, *sizes])
        return tuple(np.arange(start, end) for start, end in pairwise(ends))


def unrotated(specification: Specification, pivots: Sequence[list[int]]) -> Specification:
    """The same model with exploratory blocks identified by zeros.

    Parameters
    ----------
    pivots : sequence of list of int
        For each of the rotations, see `RotatedBlock.zeros`.
    """
    restrictions = specification.restrictions
    zeros = [one.zeros(own) for one, own in zip(restrictions.rotations, pivots, strict=True)]
    held = restrictions.with_zeros(np.concatenate(zeros))
    return replace(specification, restrictions=held)


def specify(
    statements: Statements,
    options: ModelOptions,
    group_labels: tuple[str, ...],
    has_means: bool,
    categories: Categories = (),
    levels: bool = False,
) -> Specification:
    """Build the specification of a model; the same model for the same groups is built once.

    Parameters
    ----------
    levels : bool
        Whether the caller knows models of two levels, which are refused otherwise.

    Raises
    ------
    ModelError, NotEstimatedError, OptionError
    """
    if statements.has_levels and not levels:
        raise NotEstimatedError(
            "this knows models of one level, and the model has level: blocks: leave these out; "
            "with cluster= errors and tests allow for clusters."
        )
    if statements.instruments:
        one = statements.instruments[0]
        raise NotEstimatedError(
            str(
                statements.error(
                    f"instruments of {one.lhs!r} (|~) are for estimates equation by equation",
                    one.position,
                    len(one.lhs),
                    "take ts.two_stage_least_squares, or leave the line out",
                )
            )
        )
    return _specify(statements, options, group_labels, has_means, categories)


@lru_cache(maxsize=64)
def _specify(
    statements: Statements,
    options: ModelOptions,
    group_labels: tuple[str, ...],
    has_means: bool,
    categories: Categories,
) -> Specification:
    roles = find_roles(statements)
    check_responses(statements, options, dict(categories))
    check_composites(statements, roles, options, dict(categories))
    check_correlation(statements, roles, options, dict(categories))
    table = build_table(statements, roles, options, group_labels, has_means, categories)
    _check_factors(statements, table)
    restrictions = build_restrictions(statements, table, options.bounds)
    rotations = rotated_blocks(table, block_rotations(options))
    restrictions = replace(restrictions, rotations=rotations)
    return Specification(statements, options, table, build_patterns(table), restrictions)


def check_responses(
    statements: Statements, options: ModelOptions, categories: dict[str, int]
) -> None:
    """Thresholds and scales belong to ordinal variables, and to their parameterization."""
    delta = options.parameterization != "theta"
    if categories and delta:
        _check_residual_options(options, set(find_roles(statements).modelled) <= set(categories))
    within = {plain_name(name) for name in categories} - set(categories)
    standardised = standardised_names(find_roles(statements), options)
    for relation in statements.relations:
        problem = ""
        if relation.lhs in within:
            problem = _problem_within(relation)
        elif relation.operator == "~*~" and relation.lhs != relation.rhs:
            name = plain_name(relation.lhs)
            problem = f"a scale is of one variable, as {name} ~*~ {name}"
        elif relation.operator == "~*~" and relation.lhs in standardised:
            if any(value <= 0.0 for value in relation.modifiers.fixed):
                problem = f"the scale of {plain_name(relation.lhs)!r} is a deviation, above 0"
        elif relation.operator == "~*~" and options.correlation:
            problem = (
                f"{plain_name(relation.lhs)!r} has a scale (~*~), but correlation= does not "
                "standardise it"
            )
        elif relation.operator in ("|", "~*~") and relation.lhs not in categories:
            what = "thresholds" if relation.operator == "|" else "a scale (~*~)"
            problem = f"{plain_name(relation.lhs)!r} has {what}, but ordered= does not name it"
        elif relation.operator == "|":
            count = categories[relation.lhs] - 1
            known = [f"t{cut}" for cut in range(1, count + 1)]
            if relation.rhs not in known:
                name = plain_name(relation.lhs)
                problem = f"{name!r} has the thresholds {', '.join(known)} in these data"
        elif relation.operator == "~*~" and not delta and not _is_one(relation):
            problem = "scales (~*~) follow from the rest with parameterization='theta'; drop them"
        elif (
            relation.operator == "~~"
            and relation.lhs == relation.rhs
            and relation.lhs in categories
            and delta
            and not _is_one(relation)
        ):
            problem = (
                "residual variances of ordinal variables follow from the rest with "
                "parameterization='delta'; take 'theta'"
            )
        if problem:
            raise statements.error(problem, relation.position, len(plain_name(relation.lhs)))


def _problem_within(relation: Relation) -> str:
    """What an item's part within clusters cannot have."""
    name = plain_name(relation.lhs)
    if relation.operator == "|":
        return f"thresholds are between clusters: write those of {name!r} at 'level: 2'"
    if relation.operator == "~*~" and not _is_one(relation):
        return f"the scale of {name!r} follows from the rest; drop it"
    return ""


def _is_one(relation: Relation) -> bool:
    """Whether a statement fixes its parameter at 1, as lavaan's tables write what follows."""
    fixed = relation.modifiers.fixed
    return bool(fixed) and all(value == 1.0 for value in fixed)


def _check_residual_options(options: ModelOptions, all_ordinal: bool) -> None:
    """Options that would have no effect on residual variances that follow from the rest."""
    advice = (
        "is without effect on ordinal items with parameterization='delta', where residual "
        "variances follow from the rest: leave it out, or take 'theta'."
    )
    if options.bounds in ("pos_var", "pos_ov_var"):
        raise OptionError(f"bounds={options.bounds!r} {advice}")
    named = set(options.group_equal)
    if all_ordinal and "residuals" in named and not named.issuperset(PARAMETER_SETS):
        raise OptionError(f"group_equal='residuals' {advice}")


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
    return row.name_in(row.group)
