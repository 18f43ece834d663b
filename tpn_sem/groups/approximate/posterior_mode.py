"""A penalty on differences between groups: the objective of approximate invariance."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ...errors import ModelError
from ...estimation import Estimation, Objective
from ...estimation.implied import Directions, Implied
from ...estimation.optimisation import minimise, minimise_constrained
from ...numerics import Array, Indices, Mask
from ...specification import (
    Parameter,
    ParameterTable,
    Specification,
    build_restrictions,
    parameter_set,
)


@dataclass(frozen=True, eq=False)
class PenalisedObjective(Objective):
    """An objective plus half a sum of squares of linear functions of the free parameters.

    Attributes
    ----------
    penalty : array, shape (k, n_free)
        The linear functions, a row each. Squares of small differences are summed, and no quadratic
        form is, because the latter would lose the differences to rounding.
    """

    penalty: Array

    def part(self, keep: Mask | int) -> PenalisedObjective:
        """The objective of some problems of a stack."""
        return replace(self, samples=self.samples.part(keep))

    def penalised(self, implied: tuple[Implied, ...]) -> Array:
        """The linear functions at the parameters behind implied moments, shape (..., k)."""
        values = implied[0].values
        parameters = np.empty((*values.shape[:-1], self.specification.table.n_free))
        for pattern, moments in zip(self.specification.patterns, implied, strict=True):
            parameters[..., pattern.places] = moments.values[..., pattern.free_cells]
        return np.asarray(parameters @ self.penalty.T)

    def value(self, implied: tuple[Implied, ...]) -> Array:
        """The objective, shape (...); +inf where a covariance matrix is not positive definite."""
        return super().value(implied) + 0.5 * (self.penalised(implied) ** 2).sum(axis=-1)

    def gradient(self, implied: tuple[Implied, ...], directions: tuple[Directions, ...]) -> Array:
        """First derivatives, shape (..., n_free)."""
        return super().gradient(implied, directions) + self.penalised(implied) @ self.penalty

    def expected_hessian(
        self, implied: tuple[Implied, ...], directions: tuple[Directions, ...]
    ) -> Array:
        """Fisher information of one observation and the prior's share, (..., n_free, n_free)."""
        return super().expected_hessian(implied, directions) + self._curvature

    def observed_hessian(
        self, implied: tuple[Implied, ...], directions: tuple[Directions, ...]
    ) -> Array:
        """Exact second derivatives, shape (..., n_free, n_free)."""
        return super().observed_hessian(implied, directions) + self._curvature

    @cached_property
    def _curvature(self) -> Array:
        return np.asarray(self.penalty.T @ self.penalty)


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

    tied: Tied

    @cached_property
    def information(self) -> Array:
        """Second derivatives of the penalised objective, shape (n_free, n_free)."""
        return self.objective.observed_hessian(self.implied, self.directions)

    @property
    def log_prior(self) -> float:
        """Logarithm of the prior density of the deviations over its highest value."""
        assert isinstance(self.objective, PenalisedObjective)
        squares = self.objective.penalised(self.implied) ** 2
        return -0.5 * self.samples.size * float(squares.sum())


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
    objective = PenalisedObjective(
        specification, exact.samples, exact.discrepancy, scaled.reshape(-1, table.n_free)
    )
    smooth = specification.restrictions.is_smooth
    search = minimise if smooth else minimise_constrained
    solution = search(objective, exact.parameters, specification.options.max_iterations)
    return PosteriorMode(specification, exact.samples, objective, solution, tied)


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
    positive = specification.options.bounds == "pos_var"
    restrictions = build_restrictions(specification.statements, table, positive)
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
