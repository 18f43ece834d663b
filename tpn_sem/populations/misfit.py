"""Populations in which a model is wrong by a given amount.

Cudeck & Browne (1992): residuals are added to the implied moments such that the model's parameters
cannot take them up, so that the model still has the same best parameters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..errors import ModelError, NotAvailableError
from ..estimation import Minimum
from ..estimation.standard_errors import moment_matrices as moments
from ..language import Relation, Statements
from ..numerics import Array, Indices, is_positive_definite
from ..specification import fill
from .population import Population, populations_of

_TRIES = 50


@dataclass(frozen=True, eq=False)
class RandomMisfit:
    """Residual correlations in random directions that the model cannot take up.

    Attributes
    ----------
    minimum : Minimum
    size : float
        Their root mean square over all pairs of variables that the model explains.
    """

    minimum: Minimum
    size: float

    def draw(self, generator: np.random.Generator) -> tuple[Population, ...]:
        """Populations with these residuals, a group each.

        Raises
        ------
        ModelError
            Where covariance matrices with so large residuals are not to be had.
        """
        for _ in range(_TRIES):
            residuals = generator.standard_normal(len(self._taken_up))
            residuals -= self._taken_up @ (self._taken_up.T @ residuals)
            residuals *= self.size / np.sqrt(np.mean(residuals**2))
            populations = self._changed(residuals)
            if all(is_positive_definite(p.covariance_given_predictors) for p in populations):
                return populations
        raise ModelError(
            f"residual correlations of {self.size:g} leave no covariance matrix: ask for less."
        )

    def _changed(self, residuals: Array) -> tuple[Population, ...]:
        changed, start = [], 0
        for population, (free, _, _) in zip(self._own, self._places, strict=True):
            rows, columns = np.tril_indices(len(free), -1)
            part = residuals[start : start + len(rows)]
            start += len(rows)
            deviations = np.sqrt(np.diag(population.covariance_given_predictors))
            covariance = population.covariance.copy()
            extra = part * deviations[rows] * deviations[columns]
            covariance[free[rows], free[columns]] += extra
            covariance[free[columns], free[rows]] += extra
            changed.append(replace(population, covariance=covariance))
        return tuple(changed)

    @cached_property
    def _own(self) -> tuple[Population, ...]:
        return populations_of(self.minimum)

    @cached_property
    def _places(self) -> list[tuple[Indices, Indices, Array]]:
        """By group: variables that are explained; where pairs stand among moments; their scale."""
        found = []
        groups = moments.moment_columns(self.minimum)
        for population, pattern, columns in zip(
            self._own, self.minimum.specification.patterns, groups, strict=True
        ):
            free = np.setdiff1d(np.arange(len(population.mean)), population.given)
            rows, others = np.tril_indices(len(free), -1)
            rows, others = free[rows], free[others]
            deviations = np.sqrt(np.diag(population.covariance))
            if pattern.responses is None:
                p = len(population.mean)
                place = np.zeros((p, p), dtype=np.intp)
                low, high = np.triu_indices(p)
                place[high, low] = np.arange(len(low))
                offset = p if self.minimum.specification.means else 0
                where = columns[0] + offset + place[rows, others]
            else:
                layout = pattern.responses.layout
                place = np.zeros((layout.n_variables, layout.n_variables), dtype=np.intp)
                first, second = layout.pairs
                place[second, first] = np.arange(len(first))
                where = columns[0] + layout.blocks["covariances"].start + place[rows, others]
                deviations = deviations.copy()
                deviations[layout.ordinal] = 1.0
            found.append((free, where, deviations[rows] * deviations[others]))
        return found

    @cached_property
    def _taken_up(self) -> Array:
        """Orthonormal basis of what the model would take up of residuals, shape (k, q)."""
        where = np.concatenate([places for _, places, _ in self._places])
        scale = np.concatenate([scales for _, _, scales in self._places])
        pull = moments.expected_weight(self.minimum)[where] @ moments.jacobian(self.minimum)
        left, values, _ = np.linalg.svd(scale[:, None] * pull, full_matrices=False)
        basis = left[:, values > 1e-9 * values[0]]
        if basis.shape[1] >= len(where):
            raise NotAvailableError("the model has no degrees of freedom: it cannot be wrong.")
        return np.asarray(basis)


def added_paths(minimum: Minimum, statements: Statements) -> tuple[Population, ...]:
    """Populations with paths and covariances that the model lacks, by their standardised values.

    The variances of all variables stay as they were.

    Raises
    ------
    ModelError
        Where a value is missing, a variable is unknown, or no variance is left.
    """
    changed = []
    for group, population in enumerate(populations_of(minimum)):
        pattern, implied = minimum.specification.patterns[group], minimum.implied[group]
        place = {name: index for index, name in enumerate(pattern.names)}
        paths, disturbances, _ = fill(pattern, implied.values)
        variances = np.diag(implied.all_covariance)
        for relation in statements.relations:
            value = _value(statements, relation, place)
            one, other = place[relation.lhs], place[relation.rhs]
            if relation.operator == "~~":
                extra = value * np.sqrt(disturbances[one, one] * disturbances[other, other])
                disturbances[one, other] += extra
                disturbances[other, one] += extra
            else:
                target, source = (other, one) if relation.operator == "=~" else (one, other)
                paths[target, source] += value * np.sqrt(variances[target] / variances[source])
        covariance = _with_variances(paths, disturbances, variances)
        n = implied.n_observed
        if covariance is None or not is_positive_definite(covariance[:n, :n]):
            raise ModelError(f"{statements.text.strip()!r} leaves no variance: ask for less.")
        changed.append(replace(population, covariance=covariance[:n, :n]))
    return tuple(changed)


def _value(statements: Statements, relation: Relation, place: Mapping[str, int]) -> float:
    fixed = relation.modifiers.fixed
    if relation.operator not in ("=~", "~", "~~") or len(fixed) != 1 or np.isnan(fixed[0]):
        raise statements.error(
            "a misfit is a path or a covariance with its standardised value, as KS =~ 0.3*kr3",
            relation.position,
        )
    for name in (relation.lhs, relation.rhs):
        if name not in place:
            raise statements.error(f"{name!r} is not in the model", relation.position)
    return fixed[0]


def _with_variances(paths: Array, disturbances: Array, variances: Array) -> Array | None:
    """Covariances of all variables with the variances wanted; None where these cannot be."""
    effects = np.linalg.inv(np.eye(len(paths)) - paths)
    between = disturbances - np.diag(np.diag(disturbances))
    known = np.einsum("ij,jk,ik->i", effects, between, effects)
    own = np.linalg.solve(effects**2, variances - known)
    if (own < -1e-9).any():
        return None
    return np.asarray(effects @ (between + np.diag(own)) @ effects.T)
