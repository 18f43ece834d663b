"""The optimiser's solution and quantities derived from it: implied moments, chi-square, df."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from math import nan
from typing import Any, TypeVar

import numpy as np

from ..data import IncompleteMoments, Samples
from ..numerics import Array
from ..specification import (
    EstimationOptions,
    Reduction,
    Restrictions,
    Specification,
    name_of,
    sparse_null_space,
)
from .discrepancy import Discrepancy, FullInformation
from .exploratory import equation_slopes, even_basis
from .implied import Directions, Implied
from .objective import Objective
from .optimisation import Solution, tangent

_ROUNDING = 1e-6
NO_UNRESTRICTED = (
    "there are too few rows for unrestricted means and covariances, or slopes are random: nothing "
    "to test the model against"
)
Found = TypeVar("Found", bound="Minimum")
Result = TypeVar("Result")


def remembered(compute: Callable[[Found], Result]) -> Callable[[Found], Result]:
    """What is computed once for each minimum; not to be changed in place."""

    @wraps(compute)
    def once(found: Found) -> Result:
        if compute not in found.memory:
            found.memory[compute] = compute(found)
        result: Result = found.memory[compute]
        return result

    return once


@dataclass(frozen=True, eq=False)
class Minimum:
    """A specification, the samples it was fitted to and the solution.

    Attributes
    ----------
    objective : Objective
        What was minimised: it knows the specification, the samples and the discrepancy.
    solution : Solution
    options : EstimationOptions
    memory : dict
        What `remembered` functions gave for this minimum; a changed copy begins anew.
    """

    objective: Objective
    solution: Solution
    options: EstimationOptions = field(default_factory=EstimationOptions)
    memory: dict[Callable[..., object], Any] = field(default_factory=dict, init=False, repr=False)

    def __getstate__(self) -> dict[str, object]:
        """What is remembered is computed anew where a fit was sent to."""
        return {**self.__dict__, "memory": {}}

    @property
    def specification(self) -> Specification:
        """The model."""
        return self.objective.specification

    @property
    def samples(self) -> Samples:
        """The observed data, group by group."""
        return self.objective.samples

    @property
    def is_two_stage(self) -> bool:
        """Whether moments of incomplete rows were estimated first, and the model from these."""
        incomplete = any(isinstance(one, IncompleteMoments) for one in self.samples.groups)
        by_rows = isinstance(self.discrepancy, FullInformation) or self.discrepancy.untested
        return incomplete and not by_rows

    @property
    def discrepancy(self) -> Discrepancy:
        """The discrepancy function that was minimised."""
        return self.objective.discrepancy

    @property
    def parameters(self) -> Array:
        """The free parameters' estimates, shape (n_free,)."""
        return self.solution.parameters

    @property
    def converged(self) -> bool:
        """Whether a minimum was reached."""
        return bool(self.solution.converged)

    @property
    def n_observations(self) -> int:
        """Number of observations over all groups."""
        return self.samples.n_observations

    @cached_property
    def group_multipliers(self) -> tuple[float, ...]:
        """What each group's discrepancy counts: n, or n - 1 ("wishart")."""
        lost = max(self.discrepancy.lost, int(self.samples.options.divides_by_n_less_1))
        return tuple(sample.size - lost for sample in self.samples.groups)

    @property
    def shares(self) -> tuple[float, ...]:
        """Each group's share of all observations."""
        return tuple(sample.size / self.samples.size for sample in self.samples.groups)

    @property
    def multiplier(self) -> float:
        """Sum of the groups' multipliers."""
        return float(sum(self.group_multipliers))

    @cached_property
    def group_discrepancies(self) -> tuple[float, ...]:
        """The discrepancy of each group at the solution."""
        return tuple(
            float(self.discrepancy.value(sample, implied))
            for sample, implied in zip(self.samples.groups, self.implied, strict=True)
        )

    @property
    def names(self) -> list[str]:
        """Names of the free parameters."""
        labels = self.samples.labels
        return [name_of(row, labels) for row in self.specification.table.free_rows]

    @cached_property
    def implied(self) -> tuple[Implied, ...]:
        """Implied moments at the solution, a group each."""
        return self.solution.implied or self.objective.imply(self.parameters)

    @cached_property
    def directions(self) -> tuple[Directions, ...]:
        """Derivatives of the implied moments at the solution, a group each."""
        return self.objective.directions(self.implied)

    @cached_property
    def tangent(self) -> Array:
        """Basis of the directions that the constraints leave free, shape (n_free, n)."""
        return self._free_along(self.specification.restrictions, self.solution)

    def freed(self, linear: Array) -> Array:
        """Directions that are free where of all constraints only some linear ones hold.

        Rotations of exploratory blocks stay as they are, shape (n_free, n).

        Parameters
        ----------
        linear : array, shape (k, n_free)
            Rows of the linear constraints that hold.
        """
        basis = sparse_null_space(linear)
        held = Reduction(np.zeros(len(basis)), basis)
        restrictions = replace(self.specification.restrictions, reduction=held, equalities=())
        return self._free_along(restrictions, replace(self.solution, active=()))

    def _free_along(self, restrictions: Restrictions, solution: Solution) -> Array:
        slopes = equation_slopes(self.objective, self.parameters)
        basis = tangent(restrictions, solution, slopes)
        if not restrictions.rotations:
            return basis
        return even_basis(self.objective, self.parameters, basis)

    @property
    def n_parameters(self) -> int:
        """Number of free parameters, less the equality constraints."""
        restrictions = self.specification.restrictions
        if not restrictions.equalities:
            return restrictions.n_independent
        only_equal = replace(self.solution, active=())
        slopes = equation_slopes(self.objective, self.parameters)
        return int(tangent(restrictions, only_equal, slopes).shape[1])

    @cached_property
    def n_moments(self) -> int:
        """Number of moments that the data tell and the model has to explain."""
        unseen = sum(sample.n_unseen for sample in self.samples.groups)
        return self.specification.n_moments - unseen

    @property
    def degrees_of_freedom(self) -> int:
        """Number of moments less the number of parameters."""
        return self.n_moments - self.n_parameters

    @cached_property
    def has_unrestricted(self) -> bool:
        """Whether there is an unrestricted model to test this one against.

        There is none either where this one is better than what was taken for the best of all.
        """
        known = all(sample.has_unrestricted for sample in self.samples.groups)
        known = known and not self.discrepancy.untested
        return known and not self.distance < -_ROUNDING * max(1.0, self.n_observations / 1e3)

    @property
    def untested(self) -> str:
        """Why there is nothing to test the model against; empty where there is."""
        return "" if self.has_unrestricted else self.discrepancy.untested or NO_UNRESTRICTED

    @property
    def chi_square(self) -> float:
        """The minimum of the discrepancy times the number of observations.

        NaN where there is no unrestricted model.
        """
        return self.distance if self.has_unrestricted else nan

    @cached_property
    def distance(self) -> float:
        """The same where there is none as well: up to a constant of the samples."""
        pairs = zip(self.group_multipliers, self.group_discrepancies, strict=True)
        value = sum(multiplier * discrepancy for multiplier, discrepancy in pairs)
        return 0.0 if self.degrees_of_freedom == 0 and abs(value) < 1e-7 else value

    @property
    def cluster_degrees_of_freedom(self) -> int:
        """Clusters less groups that are properties of clusters: what comparisons rest on."""
        clusters = len(self.samples.cluster_labels)
        if self.samples.design is not None:
            return self.samples.design.n_units - len(self.samples.design.labels)
        return clusters - (1 if self.samples.crossed else len(self.samples.groups))
