"""Populations that a model text writes down: every path has a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import ModelError, NotEstimatedError, OptionError
from ..estimation.implied import Implied, imply
from ..language import Statements, carried, plain_name, write_relation
from ..numerics import Array, is_positive_definite
from ..specification import (
    COVARIANCE,
    Roles,
    Specification,
    find_roles,
    name_of,
    read_options,
    specify,
)
from .population import check_normal

Shares = Sequence[float] | Mapping[str, Sequence[float]]


@dataclass(frozen=True, eq=False)
class WrittenPopulation:
    """A model all of whose parameters have values.

    Attributes
    ----------
    specification : Specification
    labels : tuple of str
        Of the groups.
    parameters : array, shape (n_free,)
        Values of what the text leaves to be completed.
    implied : tuple of Implied
    cuts : mapping of variable to array
        Of two levels: cumulative shares of the answers of ordinal variables.
    """

    specification: Specification
    labels: tuple[str, ...]
    parameters: Array
    implied: tuple[Implied, ...]
    cuts: Mapping[str, Array] = field(default_factory=dict)

    @property
    def defined(self) -> dict[str, float]:
        """Values of the defined parameters."""
        restrictions = self.specification.restrictions
        values, _ = restrictions.defined(self.parameters)
        return dict(zip(restrictions.definitions, values.tolist(), strict=True))


def write_population(
    statements: Statements,
    defaults: str,
    labels: tuple[str, ...] = ("",),
    shares: Shares | None = None,
    options: Mapping[str, Any] | None = None,
) -> WrittenPopulation:
    """Read a model text as a population.

    Parameters
    ----------
    statements : Statements
    defaults : str
        As of `Model`.
    labels : tuple of str
        Of the groups.
    shares : sequence of float, or mapping of variable to these, optional
        Shares of the categories of all observed variables, or of those named.
    options : mapping, optional
        As of `Model.fit`, for how the text is to be read.

    Raises
    ------
    ModelError
        Where a path or a threshold has no number, or the numbers leave no variance.
    """
    roles = find_roles(statements)
    check_normal(roles)
    levels = statements.has_levels
    wanted = _read_shares(shares, tuple(dict.fromkeys(map(plain_name, roles.observed))))
    categories = () if levels else _categories(statements, roles, wanted)
    given: dict[str, Any] = {"fixed_x": False, **(options or {})}
    if levels:
        _check_levels(statements)
        given.setdefault("cluster", "cluster")
    if categories:
        given = {"ordered": [name for name, _ in categories], "conditional_x": False, **given}
    else:
        given["mean_structure"] = True
    read = read_options(defaults, given, levels)
    specification = specify(statements, read.model, labels, True, categories, levels=True)
    cuts = {name: np.cumsum(part)[:-1] for name, part in wanted.items()}
    parameters, unknown = _values(specification, cuts, labels)
    parameters[unknown] = 0.0
    _complete(specification, parameters, unknown, labels)
    if not levels:
        _cut(specification, parameters, cuts)
    _check_constraints(specification, parameters)
    implied = _imply(specification, parameters)
    return WrittenPopulation(specification, labels, parameters, implied, cuts if levels else {})


def _check_levels(statements: Statements) -> None:
    """What populations of two levels cannot be written with.

    Raises
    ------
    NotEstimatedError
    """
    if any(one.operator == "|" for one in statements.relations):
        raise NotEstimatedError(
            "thresholds of two levels are not written: give shares= of the answers, or draw from a "
            "fit."
        )
    if any(carried(name) for one in statements.relations for name in (one.lhs, str(one.rhs))):
        raise NotEstimatedError(
            "random slopes multiply covariates, which a text does not have: draw from a fit."
        )


def _read_shares(shares: Shares | None, observed: tuple[str, ...]) -> dict[str, Array]:
    """Shares of the categories by variable, checked."""
    if shares is None:
        return {}
    given: object = shares
    if isinstance(given, str) or not isinstance(given, Mapping | Sequence | np.ndarray):
        raise OptionError(f"shares={shares!r}: give the shares of the answers, as (.2, .5, .3).")
    each = shares if isinstance(shares, Mapping) else dict.fromkeys(observed, shares)
    found = {}
    for name, values in each.items():
        if name not in observed:
            raise OptionError(f"shares= names {name!r}, which is no observed variable.")
        try:
            part = np.asarray(values, dtype=float)
        except (TypeError, ValueError):
            part = np.zeros(0)
        if part.ndim != 1 or len(part) < 2 or (part <= 0.0).any() or abs(part.sum() - 1.0) > 1e-6:
            raise OptionError(
                f"shares= of {name!r} are {values!r}: give two positive numbers or more that sum "
                "to 1."
            )
        found[name] = part / part.sum()
    return found


def _categories(
    statements: Statements, roles: Roles, shares: Mapping[str, Array]
) -> tuple[tuple[str, int], ...]:
    """Ordinal variables and how many categories they have, by the text or by their shares."""
    counts = {name: len(part) for name, part in shares.items()}
    for relation in statements.relations:
        if relation.operator == "|" and relation.lhs not in shares:
            counts[relation.lhs] = max(counts.get(relation.lhs, 0), _cut_number(relation.rhs) + 1)
    return tuple((name, counts[name]) for name in roles.observed if name in counts)


def _cut_number(text: str) -> int:
    return int(text[1:]) if text[:1] == "t" and text[1:].isdigit() else 0


def _values(
    specification: Specification, cuts: Mapping[str, Array], labels: tuple[str, ...]
) -> tuple[Array, list[int]]:
    """Values of the free parameters, and which of them are variances to be completed."""
    values, unknown = np.array([row.start for row in specification.table.free_rows]), []
    for place, row in enumerate(specification.table.free_rows):
        if not np.isnan(values[place]):
            continue
        if row.operator in ("=~", "~") or (row.operator == "|" and row.lhs not in cuts):
            example = "-0.5" if row.operator == "|" else "0.5"
            raise ModelError(
                f"{name_of(row._replace(label=''), labels)} has no value: in a population write "
                f"it, as {row.lhs} {row.operator} {example}*{row.rhs}."
            )
        is_variance = row.operator == "~~" and row.lhs == row.rhs
        if is_variance and row.level == 2:
            name = plain_name(row.lhs)
            raise ModelError(
                f"the variance of {name!r} between clusters has no value: write it under level: 2, "
                f"as {name} ~~ 0.2*{name}; what is not written under level: 1 makes a variance of "
                "1 there."
            )
        values[place] = 1.0 if row.operator == "~*~" else 0.0
        if is_variance:
            unknown.append(place)
    return values, unknown


def _imply(specification: Specification, parameters: Array) -> tuple[Implied, ...]:
    found = []
    for pattern in specification.patterns:
        values = pattern.fixed.copy()
        values[pattern.free_cells] = parameters[pattern.places]
        found.append(imply(pattern, values))
    return tuple(found)


def _complete(
    specification: Specification, parameters: Array, unknown: list[int], labels: tuple[str, ...]
) -> None:
    """Choose variances that were not written such that their variables have variance one.

    With E = (I - A)^-1 the variances are linear in those of the disturbances: E squared, times
    these.
    """
    asked = set(unknown)
    for group, implied in enumerate(_imply(specification, parameters)):
        pattern = specification.patterns[group]
        wanted = [place in asked for place in pattern.places]
        cells = pattern.free_cells[wanted]
        cells = cells[pattern.kind[cells] == COVARIANCE]
        rows = pattern.row[cells]
        known = np.diag(implied.all_covariance)[rows]
        found = np.linalg.solve(implied.effects[np.ix_(rows, rows)] ** 2, 1.0 - known)
        parameters[pattern.free[cells]] = found
        if (found <= 0.0).any():
            place = int(np.argmin(found))
            name = specification.roles.all[rows[place]]
            where = f" in group {labels[group]!r}" if labels[group] else ""
            raise ModelError(
                f"what explains {name!r} has a variance of {1.0 - found[place]:.2f}{where}, so "
                f"that a total of 1 leaves none: write smaller numbers, or its own variance, as "
                f"{write_relation(name, '~~', name, ['1'])}."
            )
    for group, implied in enumerate(_imply(specification, parameters)):
        if not is_positive_definite(implied.covariance) or (_residuals(implied) < 0.0).any():
            where = f" in group {labels[group]!r}" if labels[group] else ""
            raise ModelError(
                f"the population{where} has no covariance matrix: some correlation is too high, or "
                "more than the whole variance is explained."
            )


def _residuals(implied: Implied) -> Array:
    """Residual variances, also those that follow from the scales of ordinal variables."""
    effects = np.linalg.inv(implied.effects)
    return np.asarray(np.diag(effects @ implied.all_covariance @ effects.T))


def _cut(specification: Specification, parameters: Array, cuts: Mapping[str, Array]) -> None:
    """Thresholds that give the shares asked for in the first group; the same in all groups."""
    from scipy.special import ndtri

    if not cuts:
        return
    first = _imply(specification, parameters)[0]
    observed = specification.observed
    for place, row in enumerate(specification.table.free_rows):
        if row.operator == "|" and row.lhs in cuts:
            variable = observed.index(row.lhs)
            deviation = np.sqrt(first.all_covariance[variable, variable])
            normal = ndtri(cuts[row.lhs][_cut_number(row.rhs) - 1])
            parameters[place] = first.all_mean[variable] + deviation * normal


def _check_constraints(specification: Specification, parameters: Array) -> None:
    """The numbers must obey what the text says of them."""
    restrictions = specification.restrictions
    if len(restrictions.linear):
        gap = restrictions.linear @ parameters - restrictions.totals
        if np.abs(gap).max() > 1e-8:
            raise ModelError(
                "the population's numbers contradict its constraints: parameters that share a "
                "label, or stand in an equation, have other values than these say."
            )
