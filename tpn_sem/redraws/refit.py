"""A model fitted anew to data like those it was fitted to, from its estimates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..data import Samples
from ..errors import NotAvailableError, attempted
from ..estimation import Estimation, Objective
from ..estimation.optimisation import Solution, minimise_near, search_minimum
from ..numerics import Array, inverse, is_positive_definite
from ..specification import Specification
from .batches import Batch, joined_batches

_NOT_CONVERGED = "did not converge"


Statistic = Callable[[Estimation], Array]


@dataclass(frozen=True, eq=False)
class Refitter:
    """Fits a model to data sets that resemble the one it was fitted to.

    Attributes
    ----------
    estimation : Estimation
    statistic : callable or None
        What to ask of each refit, shape (k,); its parameters where None.
    """

    estimation: Estimation
    statistic: Statistic | None = None

    @property
    def specification(self) -> Specification:
        """What is fitted."""
        return self.estimation.specification

    @cached_property
    def own(self) -> Array:
        """What the fit itself says, shape (k,)."""
        return self._statistic_of(self.estimation)

    def fit(self, drawn: Samples | str) -> Batch:
        """Fit a stack of moments, or one data set with its rows.

        The values are its parameters and defined parameters, or what was asked for in their
        place, and chi-square in a last column, shape (r, k + 1).
        """
        if not isinstance(drawn, str) and self.fits_stacks and drawn.groups[0].covariance.ndim > 2:
            found = attempted(self._stacked, drawn)
            if isinstance(found, Batch):
                return found
            drawn_alone = [drawn.part(place) for place in range(_depth(drawn))]
            return joined_batches([self._refit_of(self._alone(one)) for one in drawn_alone])
        return joined_batches([self._refit_of(found) for found in self.estimations(drawn)])

    @property
    def fits_stacks(self) -> bool:
        """Whether all that is asked of data sets can be had of a stack of them."""
        return self.statistic is None and self.specification.restrictions.is_smooth

    def estimations(self, drawn: Samples | str) -> Iterator[Estimation | str]:
        """What each data set gives: an estimation that converged, or why there is none."""
        if isinstance(drawn, str):
            yield drawn
        elif drawn.groups[0].covariance.ndim == 2:
            yield self._alone(drawn)
        elif not self.specification.restrictions.is_smooth:
            for place in range(_depth(drawn)):
                yield self._alone(drawn.part(place))
        else:
            objective = self._objective(drawn)
            found = attempted(self._solve_stack, objective, _depth(drawn))
            if isinstance(found, str):
                yield from (self._alone(drawn.part(place)) for place in range(_depth(drawn)))
                return
            for place in range(_depth(drawn)):
                one = objective.part(place)
                solution = Solution(
                    found.parameters[place],
                    found.value[place],
                    found.converged[place],
                    found.iterations,
                )
                if solution.converged:
                    yield Estimation(one, solution, self.estimation.options)
                else:
                    yield _NOT_CONVERGED

    def _objective(self, samples: Samples) -> Objective:
        return Objective(self.specification, samples, self.estimation.discrepancy)

    def _alone(self, samples: Samples) -> Estimation | str:
        return attempted(self._solved, samples)

    def _solved(self, samples: Samples) -> Estimation:
        objective = self._objective(samples)
        solution = self.solve(objective)
        if not solution.converged:
            raise NotAvailableError(_NOT_CONVERGED)
        return Estimation(objective, solution, self.estimation.options)

    def solve(self, objective: Objective) -> Solution:
        """The minimum, from the estimates."""
        most = self.estimation.options.max_iterations
        return search_minimum(objective, self.estimation.parameters, most)

    def _refit_of(self, found: Estimation | str) -> Batch:
        """What is asked of one estimation."""
        if isinstance(found, str):
            return self._failed(found)
        values = attempted(self._statistic_of, found)
        if isinstance(values, str):
            return self._failed(values)
        if np.isnan(values).any():
            return self._failed("what was asked for is not a number (NaN)")
        return Batch(np.append(values, found.chi_square)[None])

    def _failed(self, problem: str) -> Batch:
        return Batch(np.full((1, len(self.own) + 1), np.nan), (problem,))

    def _statistic_of(self, estimation: Estimation) -> Array:
        if self.statistic is not None:
            return self.statistic(estimation)
        return self._with_defined(estimation.parameters[None])[0]

    def _with_defined(self, parameters: Array) -> Array:
        """Free parameters followed by the defined ones, shape (r, k)."""
        restrictions = self.specification.restrictions
        if not restrictions.definitions:
            return parameters
        rows = [np.concatenate([row, restrictions.defined(row)[0]]) for row in parameters]
        return np.array(rows)

    @cached_property
    def _inverse_hessian(self) -> Array | None:
        """At the estimates; None where it is not positive definite."""
        found = self.estimation
        hessian = found.objective.observed_hessian(found.implied, found.directions)
        reduced = self.specification.restrictions.reduction.pull_hessian(hessian)
        return inverse(reduced) if is_positive_definite(reduced) else None

    def _stacked(self, samples: Samples) -> Batch:
        objective = self._objective(samples)
        found = self._solve_stack(objective, _depth(samples))
        chi_square = self._chi_square(objective, found.parameters)
        converged = found.converged
        values = np.column_stack([self._with_defined(found.parameters), chi_square])
        return Batch(
            np.where(converged[:, None], values, np.nan),
            (_NOT_CONVERGED,) * int((~converged).sum()),
        )

    def _solve_stack(self, objective: Objective, depth: int) -> Solution:
        """Minima of a stack; problems that are not near the data's are solved alone."""
        parameters = np.tile(self.estimation.parameters, (depth, 1))
        value, converged = np.full(depth, np.nan), np.zeros(depth, dtype=bool)
        iterations = 0
        if self._inverse_hessian is not None:
            near = minimise_near(objective, parameters, self._inverse_hessian)
            parameters, value, converged = near.parameters, near.value, near.converged
            iterations = near.iterations
        for place in np.flatnonzero(~converged):
            solution = self.solve(objective.part(int(place)))
            parameters[place], value[place] = solution.parameters, solution.value
            converged[place] = solution.converged
        return Solution(parameters, value, converged, iterations)

    def _chi_square(self, objective: Objective, parameters: Array) -> Array:
        lost = int(self.estimation.samples.options.divides_by_n_less_1)
        samples, implied = objective.samples.groups, objective.imply(parameters)
        total: Array = np.zeros(len(parameters))
        for sample, moments in zip(samples, implied, strict=True):
            total += (sample.counts - lost) * self.estimation.discrepancy.value(sample, moments)
        return total


def _depth(samples: Samples) -> int:
    return len(samples.groups[0].covariance)
