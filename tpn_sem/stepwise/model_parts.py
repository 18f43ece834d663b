"""A model taken apart: blocks of factors that are measured together, and the structure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import nan

import numpy as np

from ..arguments import as_names
from ..errors import ModelError, OptionError, nearest
from ..language import names, parse
from ..numerics import Mask
from ..specification import (
    Categories,
    ModelOptions,
    Parameter,
    Specification,
    find_roles,
    specify,
    table_text,
)


@dataclass(frozen=True, eq=False)
class ModelParts:
    """Blocks of measurement, and a structure among factors and other observed variables.

    Attributes
    ----------
    specification : Specification
        The whole model.
    blocks : tuple of tuple of str
        Factors that are measured together.
    """

    specification: Specification
    blocks: tuple[tuple[str, ...], ...]

    @property
    def rows(self) -> tuple[Parameter, ...]:
        """The parameter table."""
        return self.specification.table.rows

    @cached_property
    def items(self) -> frozenset[str]:
        """All indicators."""
        return frozenset(self.specification.roles.items)

    @property
    def has_others(self) -> bool:
        """Whether observed variables that are no items are part of the structure."""
        return bool(set(self.specification.observed) - self.items)

    @cached_property
    def is_measurement(self) -> Mask:
        """Which free parameters belong to the measurement, shape (n_free,)."""
        free = self.specification.table.free_rows
        return np.array([_measures(row, self.items) for row in free], dtype=bool)

    def measurement(self, block: Sequence[str], labels: tuple[str, ...]) -> Specification:
        """The model of a block: its factors covary freely."""
        indicators = self.specification.roles.indicators
        items = {item for factor in block for item in indicators[factor]}
        kept = [
            row
            for row in self.rows
            if (row.operator == "=~" and row.lhs in block)
            or (row.operator != "=~" and row.lhs in items)
        ]
        for group in range(self.specification.table.n_groups):
            kept += _among_factors(block, group)
            kept += self._given(block, group)
            kept += [
                row._replace(label="")
                for row in self.rows
                if row.group == group and row.operator == "~1" and row.lhs in block
            ]
        return self._specified(kept, labels, self.specification.categories)

    def _given(self, block: Sequence[str], group: int) -> list[Parameter]:
        """Regressions of factors on predictors that all is conditional on, and their moments."""
        if not self.specification.patterns[group].n_given:
            return []
        given = self.specification.roles.exogenous
        moments = [row for row in self.rows if row.group == group and row.exogenous]
        slopes = [Parameter(factor, "~", name, group, free=0) for factor in block for name in given]
        return [*slopes, *moments]

    def structure(self, labels: tuple[str, ...]) -> Specification:
        """The model of the factors as if they were observed, with other observed variables.

        Exogenous factors covary with exogenous observed variables, whose moments are free here. So
        are means of factors that defaults fix, as intercepts of items belong to the measurement.
        """
        roles = self.specification.roles
        outside = {*roles.exogenous_latent, *roles.exogenous}
        kept = [
            row._replace(fixed=nan, free=0, exogenous=False)
            if row.exogenous or _is_fixed_mean(row, roles.latent)
            else row
            for row in self.rows
            if not _measures(row, self.items)
        ]
        among = [row for row in kept if {row.lhs, row.rhs or row.lhs} <= outside]
        explain = {row.rhs for row in kept if row.operator == "~"}
        plain = all(row.free >= 0 and not row.label for row in among)
        if plain and outside <= explain:  # as defaults have it
            return self._specified([row for row in kept if row not in among], labels)
        known = {(row.group, row.key) for row in kept}
        for group in range(self.specification.table.n_groups):
            kept += [
                row
                for factor in roles.exogenous_latent
                for name in roles.exogenous
                if (group, (row := Parameter(factor, "~~", name, group, free=0)).key) not in known
            ]
        return self._specified([row._replace(written=True) for row in kept], labels)

    def with_factor_means(self, labels: tuple[str, ...]) -> Specification:
        """The whole model with means of factors free that defaults fix, as its steps have them.

        With intercepts of items that belong to factors of mean zero, it says what both steps say;
        the whole model itself then is wrong about means that observed variables explain.
        """
        whole = self.specification
        factors = {row.lhs for row in self.rows if _is_fixed_mean(row, whole.roles.latent)}
        lines = "\n".join(f"{factor} ~ NA*1" for factor in sorted(factors))
        relations = (*whole.statements.relations, *parse(lines).relations) if factors else ()
        if not relations:
            return whole
        statements = replace(whole.statements, relations=relations)
        return specify(statements, whole.options, labels, whole.means, whole.categories)

    def _specified(
        self, rows: list[Parameter], labels: tuple[str, ...], categories: Categories = ()
    ) -> Specification:
        whole = self.specification
        own = {row.label for row in rows if row.label}
        constraints = tuple(
            one
            for one in whole.statements.constraints
            if {*names(one.left), *names(one.right)} <= own
        )
        statements = replace(
            whole.statements, relations=(), definitions=(), constraints=constraints
        )
        text = table_text(replace(whole.table, rows=tuple(rows)), statements)
        given = bool(categories) and bool(whole.patterns[0].n_given)
        options = ModelOptions(
            "none",
            mean_structure=whole.means,
            fixed_x=given,
            conditional_x=given or None,
            parameterization=whole.options.parameterization if categories else None,
        )
        part = parse(text)
        inside = set(find_roles(part).observed)
        there = tuple(one for one in categories if one[0] in inside)
        return specify(part, options, labels, whole.means, there)


def _is_fixed_mean(row: Parameter, factors: Sequence[str]) -> bool:
    return row.operator == "~1" and row.lhs in factors and row.free < 0 and not row.written


def _measures(row: Parameter, items: frozenset[str]) -> bool:
    return row.operator == "=~" or row.lhs in items


def _among_factors(block: Sequence[str], group: int) -> list[Parameter]:
    """Free variances and covariances."""
    return [
        Parameter(one, "~~", other, group, free=0)
        for place, one in enumerate(block)
        for other in block[place:]
    ]


def model_parts(
    specification: Specification, wanted: Sequence[str | Sequence[str]] | None
) -> ModelParts:
    """Take a model apart.

    Parameters
    ----------
    specification : Specification
    wanted : list of str or of lists of str, optional
        Factors that are to be measured together; the others are measured each by itself. Factors
        that share items, labels or covariances of residuals always are together.

    Raises
    ------
    ModelError, OptionError
    """
    _check_parts(specification)
    factors = list(specification.roles.indicators)
    ties = [*_ties(specification), *_read_blocks(wanted or (), factors)]
    return ModelParts(specification, _connected(factors, ties))


def _read_blocks(
    wanted: Sequence[str | Sequence[str]], factors: Sequence[str]
) -> list[tuple[str, ...]]:
    """Factors that are to be measured together.

    Raises
    ------
    OptionError
    """
    blocks = [as_names("blocks", block) for block in wanted]
    given: set[str] = set()
    for name in (name for block in blocks for name in block):
        if name not in factors:
            raise OptionError(
                f"blocks= names {name!r}, which is no factor with items"
                f"{nearest(name, factors) or '.'} Factors are {', '.join(factors)}."
            )
        if name in given:
            raise OptionError(
                f"blocks= names {name!r} twice: a factor is measured in one block. Name it once, "
                "beside all that it is to be measured with."
            )
        given.add(name)
    if () in blocks:
        raise OptionError("blocks= has an empty block: name its factors, or leave it out.")
    return blocks


def _connected(
    factors: Sequence[str], ties: Iterable[Sequence[str]]
) -> tuple[tuple[str, ...], ...]:
    """Classes of factors that are tied, in the order of the model."""
    member = {factor: place for place, factor in enumerate(factors)}
    for together in ties:
        places = {member[name] for name in together}
        low = min(places, default=0)
        member = {name: low if place in places else place for name, place in member.items()}
    classes: dict[int, list[str]] = {}
    for name, place in member.items():
        classes.setdefault(place, []).append(name)
    return tuple(map(tuple, classes.values()))


def _ties(specification: Specification) -> Iterable[list[str]]:
    """Factors that share items, covariances of items' residuals, or constraints of loadings."""
    indicators = specification.roles.indicators
    of_item: dict[str, list[str]] = {}
    for factor, items in indicators.items():
        for item in items:
            of_item.setdefault(item, []).append(factor)
    yield from of_item.values()
    for row in specification.table.rows:
        if row.operator == "~~" and row.lhs in of_item and row.lhs != row.rhs and row.fixed != 0.0:
            yield of_item[row.lhs] + of_item[row.rhs]
    free = specification.table.free_rows
    for line in specification.restrictions.linear:
        rows = [free[place] for place in np.flatnonzero(line)]
        tied = [of_item.get(row.rhs if row.operator == "=~" else row.lhs, []) for row in rows]
        if all(tied):
            yield [factor for some in tied for factor in some]


def _check_parts(specification: Specification) -> None:
    """Refuse models that have no measurement apart from a structure."""
    roles, items = specification.roles, set(specification.roles.items)
    problem = ""
    if not roles.indicators:
        problem = "needs factors that items measure; of observed variables, fit with sem"
    elif roles.measured_factors:
        problem = f"has factors of observed items only, and {roles.measured_factors[0]!r} is none"
    elif lost := sorted(set(roles.latent) - set(roles.indicators)):
        problem = f"has factors of observed items only, and nothing measures {lost[0]!r}"
    for row in specification.table.rows:
        crossing = row.operator in ("~", "~~") and (row.lhs in items) != (row.rhs in items)
        if (crossing and row.fixed != 0.0) or (row.operator == "~" and row.lhs in items):
            problem = f"keeps items out of the structure: '{row.lhs} {row.operator} {row.rhs}'"
    markers = {
        (row.lhs, row.group)
        for row in specification.table.rows
        if row.operator == "=~" and row.free < 0 and row.fixed != 0.0
    }
    for factor in roles.indicators:
        for group in range(specification.table.n_groups):
            if (factor, group) not in markers and not problem:
                problem = f"needs an item of {factor!r} with a fixed loading, which gives its unit"
    if problem:
        raise ModelError(f"structural_after_measurement {problem}.")
