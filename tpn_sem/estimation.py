"""One fitted model as evidence: what was specified, seen, found and can be said of it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from .constrained import minimise_constrained, tangent
from .discrepancy import Discrepancy, find_discrepancy
from .errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    IdentificationWarning,
    ModelError,
)
from .identification import check_identification
from .implied import Directions, Implied
from .language.statements import Statements
from .linalg import Array, correlation, inverse_and_log_determinant, is_positive_definite
from .objective import Objective
from .optimise import Solution, minimise
from .options import Options
from .sample import Data, Samples, as_frame, group_labels, has_means, read_samples
from .specification import Specification, name_of, specify
from .starts import start_values


@dataclass(frozen=True, eq=False)
class Estimation:
    """A specification, the samples it was fitted to and the solution.

    Attributes
    ----------
    specification : Specification
    samples : Samples
    objective : Objective
    solution : Solution
    """

    specification: Specification
    samples: Samples
    objective: Objective
    solution: Solution

    @cached_property
    def remarks(self) -> tuple[tuple[type[Warning], str], ...]:
        """What must be said aloud of the solution, and the warnings that say it."""
        return tuple(_remarks(self))

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything a reader must know before using the numbers."""
        return self.samples.notes + tuple(note for _, note in self.remarks)

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

    @property
    def group_multipliers(self) -> tuple[int, ...]:
        """What each group's discrepancy counts: n, or n - 1 ("wishart")."""
        lost = int(self.specification.options.likelihood == "wishart")
        return tuple(sample.n_observations - lost for sample in self.samples.groups)

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
        return tangent(self.specification.restrictions, self.solution)

    @property
    def n_parameters(self) -> int:
        """Number of free parameters, less the equality constraints."""
        restrictions = self.specification.restrictions
        if not restrictions.equalities:
            return restrictions.reduction.n_reduced
        only_equal = replace(self.solution, active=())
        return int(tangent(restrictions, only_equal).shape[1])

    @property
    def degrees_of_freedom(self) -> int:
        """Number of moments less the number of parameters."""
        return self.specification.n_moments - self.n_parameters

    @property
    def chi_square(self) -> float:
        """The minimum of the discrepancy times the number of observations."""
        pairs = zip(self.group_multipliers, self.group_discrepancies, strict=True)
        value = sum(multiplier * discrepancy for multiplier, discrepancy in pairs)
        return 0.0 if self.degrees_of_freedom == 0 and abs(value) < 1e-7 else value

    @cached_property
    def information(self) -> Array:
        """Information of one observation in the free parameters, shape (n_free, n_free)."""
        if self.specification.options.information == "observed":
            return self.objective.observed_hessian(self.implied, self.directions)
        return self.objective.expected_hessian(self.implied, self.directions)

    @cached_property
    def _reduced_information(self) -> Array:
        return self.tangent.T @ self.information @ self.tangent

    @cached_property
    def is_identified(self) -> bool:
        """Whether the information is positive definite at the solution."""
        reduced = self._reduced_information
        diagonal = np.diag(reduced)
        if not (np.all(np.isfinite(reduced)) and np.all(diagonal > 0.0)):
            return False
        scaled = correlation(reduced)
        scaled[np.diag_indices_from(scaled)] -= 1e-10
        return is_positive_definite(scaled)

    @cached_property
    def covariance(self) -> Array:
        """Covariance matrix of the free parameters' estimates, shape (n_free, n_free).

        NaN where the information is not positive definite or nothing converged.
        """
        if not (self.converged and self.is_identified):
            return np.full(self.information.shape, np.nan)
        basis = self.tangent
        bread, _ = inverse_and_log_determinant(self._reduced_information)
        if not self.discrepancy.is_efficient:
            middle = self.objective.sandwich_middle(self.implied, self.directions)
            bread = bread @ (basis.T @ middle @ basis) @ bread
        return basis @ bread @ basis.T / self.multiplier


def estimate(statements: Statements, options: Options, data: Data) -> Estimation:
    """Fit a model to data.

    Raises
    ------
    TpnSemError
        For whatever keeps the model from being fitted; nothing half-done is returned.
    """
    discrepancy = find_discrepancy(options.estimator)
    frame = as_frame(data)
    labels = group_labels(frame, options.group, options.group_label)
    specification = specify(statements, options, labels, has_means(frame))
    check_identification(specification, labels)
    _check_latent_names(specification, frame)
    samples = read_samples(
        frame,
        specification.observed,
        options.group,
        labels,
        specification.means,
        options.likelihood,
    )
    return solve(specification, samples, discrepancy)


def _check_latent_names(specification: Specification, frame: Data) -> None:
    """A latent variable must not bear the name of a column: one of the two is a slip."""
    columns = frame.columns if isinstance(frame, pd.DataFrame) else ()
    for name in specification.roles.latent:
        if name in columns:
            raise ModelError(
                f"the latent variable {name!r} is also a column of the data; rename one of them."
            )


def solve(specification: Specification, samples: Samples, discrepancy: Discrepancy) -> Estimation:
    """Fit a specification to samples."""
    options = specification.options
    objective = Objective(specification, samples, discrepancy)
    start = start_values(objective)
    if specification.restrictions.is_smooth:
        solution = minimise(objective, start, options.max_iterations)
    else:
        solution = minimise_constrained(objective, start, options.max_iterations)
    found = Estimation(specification, samples, objective, solution)
    for kind, note in found.remarks:
        warnings.warn(note, kind, stacklevel=4)
    return found


def _remarks(found: Estimation) -> list[tuple[type[Warning], str]]:
    """What must be said aloud of a solution."""
    if not found.converged:
        note = (
            f"the optimiser did not converge in {found.solution.iterations} iterations: the "
            "estimates are not a solution and have no standard errors. Simplify the model, give "
            "start values or raise max_iterations."
        )
        return [(ConvergenceWarning, note)]
    notes: list[tuple[type[Warning], str]] = []
    notes += [(AdmissibilityWarning, note) for note in _improper(found)]
    values, _ = found.specification.restrictions.defined(found.parameters)
    undefined = [
        name
        for name, value in zip(found.specification.restrictions.definitions, values, strict=True)
        if not np.isfinite(value)
    ]
    if undefined:
        note = f"defined parameters without a value at the estimates: {', '.join(undefined)}."
        notes.append((AdmissibilityWarning, note))
    if not found.is_identified:
        note = (
            "the information matrix is singular at the estimates: some parameters are not "
            "identified by these data, and there are no standard errors."
        )
        notes.append((IdentificationWarning, note))
    if found.solution.active:
        note = (
            f"{len(found.solution.active)} inequality constraint(s) hold with equality: standard "
            "errors treat them as fixed, and the chi-square test is conservative."
        )
        notes.append((AdmissibilityWarning, note))
    return notes


def _improper(found: Estimation) -> list[str]:
    """Negative variances and latent covariance matrices that are not positive definite."""
    table = found.specification.table
    negative = [
        name_of(row, found.samples.labels)
        for row in table.free_rows
        if row.is_variance and found.parameters[row.free] < -1e-10
    ]
    notes = []
    if negative:
        notes.append(
            f"negative variance estimates: {', '.join(negative)}. The solution is not admissible."
        )
    n = len(found.specification.observed)
    for label, moments in zip(found.samples.labels, found.implied, strict=True):
        latent = moments.all_covariance[n:, n:]
        if len(latent) and np.linalg.eigvalsh(latent)[0] < -1e-8 * np.trace(latent):
            where = f" in group {label!r}" if label else ""
            notes.append(
                f"the covariance matrix of the latent variables is not positive definite{where}: "
                "a correlation is above 1 or a variance negative."
            )
    return notes
