"""The mode of the posterior where a prior ties parameters of groups together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from ...errors import ModelError
from ...estimation import Estimation, Objective, SumOfSquares
from ...estimation.optimisation import minimise, minimise_constrained
from ...numerics import Array, Indices
from ...specification import (
    Parameter,
    ParameterTable,
    Specification,
    build_restrictions,
    parameter_set,
)


@dataclass(frozen=True, eq=False)
class Tied:
    """Parameters of all groups that a prior ties together.

    Attributes
    ----------
    rows : tuple of Parameter
        T rows of the first group.
    places : int array, shape (T, G)
        Places among the free parameters.
    deviations : array, shape (T, G, n_free)
        What makes deviations from the average over groups of the free parameters.
    scales : array, shape (T,)
        The items' deviations within groups, pooled; one for an item that is a factor.
    """

    rows: tuple[Parameter, ...]
    places: Indices
    deviations: Array
    scales: Array


@dataclass(frozen=True, eq=False)
class PosteriorMode(Estimation):
    """The maximum of the posterior density; its covariance matrix is Laplace's approximation.

    Attributes
    ----------
    tied : Tied
    """

    tied: Tied = field(kw_only=True)

    @cached_property
    def information(self) -> Array:
        """Second derivatives of the penalised objective, shape (n_free, n_free)."""
        return self.objective.observed_hessian(self.implied, self.directions)

    @property
    def log_prior(self) -> float:
        """Logarithm of the prior density of the deviations over its highest value."""
        penalties = [float(term.value(self.parameters)) for term in self.objective.penalties]
        return -self.samples.size * sum(penalties)


def posterior_mode(exact: Estimation, sets: Collection[str], variance: float) -> PosteriorMode:
    """Let what a fit holds equal over groups deviate, by a normal prior.

    Parameters
    ----------
    exact : Estimation
        Where the sets are equal over groups; its estimates are the start.
    sets : collection of str
        As ``group_equal`` names them.
    variance : float
        Of the deviations, in units of `Tied.scales` squared.

    Raises
    ------
    ModelError
        Where the model holds nothing equal that could deviate.

    Notes
    -----
    Identification of this model is not checked: without the prior it has none. It is identified
    with the prior where the exact model is. A direction in which neither the likelihood nor the
    penalty bends leaves all deviations as they are, so that the exact model has it too.
    """
    table = exact.specification.table
    keys = _tied_keys(table, sets)
    if not keys:
        raise ModelError(
            "the model has no loading or intercept that could deviate: all are fixed, labelled by "
            "the model or exempt. Free some of them in all groups."
        )
    specification = _released(exact.specification, {label for label, _ in keys})
    tied = _tied(exact, [rows for _, rows in keys])
    scaled = tied.deviations / (tied.scales * np.sqrt(variance * exact.samples.size))[:, None, None]
    penalty = SumOfSquares(scaled.reshape(-1, table.n_free))
    objective = Objective(specification, exact.samples, exact.discrepancy, (penalty,))
    smooth = specification.restrictions.is_smooth
    search = minimise if smooth else minimise_constrained
    solution = search(objective, exact.parameters, exact.options.max_iterations)
    return PosteriorMode(objective, solution, exact.options, tied=tied)


def _tied_keys(
    table: ParameterTable, sets: Collection[str]
) -> list[tuple[str, tuple[Parameter, ...]]]:
    """Labels that only make a parameter of the sets equal over groups, with its rows.

    Labels that users gave, and those that parameters of one group share, stay exact.
    """
    by_label: dict[str, list[Parameter]] = {}
    for row in table.rows:
        if row.label.startswith(".") and row.free >= 0:
            by_label.setdefault(row.label, []).append(row)
    return [
        (label, tuple(rows))
        for label, rows in by_label.items()
        if len(rows) == table.n_groups
        and len({row.key for row in rows}) == 1
        and parameter_set(rows[0], table.roles) in sets
    ]


def _released(specification: Specification, labels: set[str]) -> Specification:
    """The same model without some labels. Free parameters keep their places."""
    rows = tuple(
        row._replace(label="") if row.label in labels else row for row in specification.table.rows
    )
    table = replace(specification.table, rows=rows)
    bounds = specification.options.bounds
    restrictions = build_restrictions(specification.statements, table, bounds)
    return replace(specification, table=table, restrictions=restrictions)


def _tied(exact: Estimation, rows: list[tuple[Parameter, ...]]) -> Tied:
    places = np.array([[row.free for row in mates] for mates in rows])
    every, n_groups = np.eye(exact.specification.table.n_free)[places], places.shape[1]
    deviations = every - every.sum(axis=1, keepdims=True) / n_groups
    pairs = zip(exact.shares, exact.samples.groups, strict=True)
    pooled = np.sqrt(sum(share * np.diagonal(group.covariance) for share, group in pairs))
    spread = dict(zip(exact.specification.observed, pooled, strict=True))
    first = tuple(mates[0] for mates in rows)
    items = [row.rhs if row.operator == "=~" else row.lhs for row in first]
    return Tied(first, places, deviations, np.array([spread.get(item, 1.0) for item in items]))
