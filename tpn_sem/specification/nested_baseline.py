"""A model without what relates its variables: the baseline that is nested in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..errors import OptionError
from ..language import Constraint, Statements, names
from .constraints import build_restrictions
from .options import EstimationOptions
from .parameter import Parameter
from .parameter_table import ParameterTable
from .ram_matrices import build_patterns
from .specification import Specification


def check_baseline_of_model(specification: Specification, how: EstimationOptions) -> None:
    """Refuse baselines that the model has not, and what has no effect on its own.

    Raises
    ------
    OptionError
    """
    if how.baseline_type == "nested" and specification.roles.composites:
        raise OptionError(
            "baseline_type='nested' is not available for composites (<~): leave it out."
        )
    if specification.options.mimic:
        return
    given = any(pattern.n_given for pattern in specification.patterns)
    if not (how.baseline_conditional_x_free_slopes or given):
        raise OptionError(
            "baseline_conditional_x_free_slopes= is without effect on a model without observed "
            "predictors: leave it out."
        )
    related = any(len(pattern.exogenous) > 1 for pattern in specification.patterns)
    if not (how.baseline_fixed_x_free_cov or related):
        raise OptionError(
            "baseline_fixed_x_free_cov= is without effect on a model without two observed "
            "predictors, which could covary: leave it out."
        )


def nested_baseline(specification: Specification) -> Specification:
    """The same model with loadings, paths, covariances and variances of factors at zero.

    What the model says of means, thresholds and variances of observed variables stays, and so do
    fixed numbers and what is equal (Widaman & Thompson, 2003). Auxiliary variables stay related.
    """
    kept = tuple(_numbered(_without_relations(specification)))
    table = replace(specification.table, rows=kept, sums=(), blocks=())
    statements = _with_free_constraints(specification.statements, table)
    restrictions = build_restrictions(statements, table)
    return Specification(
        statements, specification.options, table, build_patterns(table), restrictions
    )


def _without_relations(specification: Specification) -> Iterator[Parameter]:
    table, auxiliary = specification.table, set(specification.options.auxiliary)
    for row in table.rows:
        if row.free < 0 or {row.lhs, row.rhs} & auxiliary:
            yield row
        elif _relates(row, table):
            yield row._replace(free=-1, fixed=0.0, label="", lower=-_INFINITE, upper=_INFINITE)
        else:
            yield row._replace(lower=-_INFINITE, upper=_INFINITE)


_INFINITE = float("inf")


def _relates(row: Parameter, table: ParameterTable) -> bool:
    """Whether a free parameter relates two variables, or is how much a factor varies."""
    roles = table.group_roles[row.group]
    if row.operator == "~":
        return not (table.is_conditional and row.rhs in roles.exogenous)
    if row.operator == "~~":
        return row.lhs != row.rhs or row.lhs in roles.latent
    return row.operator == "=~"


def _numbered(rows: Iterator[Parameter]) -> Iterator[Parameter]:
    count = 0
    for row in rows:
        yield row._replace(free=count) if row.free >= 0 else row
        count += row.free >= 0


def _with_free_constraints(statements: Statements, table: ParameterTable) -> Statements:
    """The same with equalities of parameters that are still free, and nothing that is defined."""
    known = {row.label for row in table.rows if row.free >= 0 and row.label}

    def holds(one: Constraint) -> bool:
        used = [name.name for name in names(one.left) + names(one.right)]
        return one.operator == "==" and set(used) <= known

    kept = tuple(one for one in statements.constraints if holds(one))
    return replace(statements, constraints=kept, definitions=())
