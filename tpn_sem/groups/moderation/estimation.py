"""A moderated model fitted to rows: the solution, how sure it is, and what must be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ...errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    IdentificationError,
    IdentificationWarning,
    warn_user,
)
from ...estimation import Objective, start_values
from ...estimation.discrepancy import find_discrepancy
from ...estimation.optimisation import Solution
from ...numerics import Array, correlation, is_positive_definite
from ...specification import COVARIANCE, EstimationOptions, Specification
from .casewise_likelihood import Likelihood, locate, maximise
from .covariate_patterns import find_units
from .design import Design
from .moderated_rows import ModeratedRows

_SINGULAR = 1e-10  # eigenvalue of the scaled information


@dataclass(frozen=True, eq=False)
class ModeratedEstimation:
    """A design, the rows it was fitted to, the solution, and how sure it is."""

    design: Design
    names: tuple[str, ...]
    rows: ModeratedRows
    likelihood: Likelihood
    solution: Solution

    @property
    def specification(self) -> Specification:
        """The model."""
        return self.design.specification

    @property
    def parameters(self) -> Array:
        """Baseline parameters without constraints, then coefficients, shape (q,)."""
        return self.solution.parameters

    @property
    def converged(self) -> bool:
        """Whether a maximum was reached."""
        return bool(self.solution.converged)

    @property
    def log_likelihood(self) -> float:
        """Of all rows."""
        return -float(self.solution.value) * self.likelihood.n_rows

    @cached_property
    def information(self) -> Array:
        """Observed information of all rows, shape (q, q)."""
        return self.likelihood.n_rows * self.likelihood.observed_information(self.parameters)

    @cached_property
    def is_identified(self) -> bool:
        """Whether the information is positive definite at the solution."""
        return is_definite(self.information)

    @cached_property
    def score_products(self) -> Array:
        """Outer products of the clusters' scores, C / (C - 1) times, shape (q, q)."""
        rows = self.rows
        units = find_units(rows.answers, rows.moderators, rows.clusters)
        scores = Likelihood(self.design, units).unit_gradients(self.parameters)
        assert rows.clusters is not None
        _, member = np.unique(rows.clusters, return_inverse=True)
        sums = np.zeros((rows.n_clusters, self.design.size))
        np.add.at(sums, member.reshape(-1)[units.first], scores)
        return np.asarray(sums.T @ sums * (rows.n_clusters / (rows.n_clusters - 1)))

    @cached_property
    def covariance(self) -> Array:
        """Covariance matrix of the estimates, shape (q, q); NaN where there is none."""
        if not (self.converged and self.is_identified):
            return np.full(self.information.shape, np.nan)
        inverse = np.asarray(np.linalg.inv(self.information))
        if self.rows.clusters is None:
            return inverse
        return np.asarray(inverse @ self.score_products @ inverse)

    @property
    def scaling(self) -> float:
        """With clusters, the mean eigenvalue of the scores' products over the information."""
        inflated = np.linalg.solve(self.information, self.score_products)
        return float(np.trace(inflated)) / self.design.size

    @cached_property
    def coefficients(self) -> tuple[tuple[tuple[str, str, str], str], ...]:
        """What is moderated, and the moderator's name, a coefficient each."""
        rows = self.specification.table.rows
        return tuple((rows[place].key, self.names[number]) for place, number in self.design.terms)

    @cached_property
    def remarks(self) -> tuple[tuple[type[Warning], str], ...]:
        """What must be said aloud of the solution, and the warnings that say it."""
        if not self.converged:
            note = (
                f"the optimiser did not converge in {self.solution.iterations} iterations: the "
                "estimates are not a solution and have no standard errors. Moderate less, centre "
                "and rescale the moderators, or raise max_iterations."
            )
            return ((ConvergenceWarning, note),)
        notes: list[tuple[type[Warning], str]] = [
            (AdmissibilityWarning, note) for note in _improper(self)
        ]
        if not self.is_identified:
            note = (
                "the information matrix is singular at the estimates: some parameters are not "
                "identified by these data, and there are no standard errors."
            )
            notes.append((IdentificationWarning, note))
        return tuple(notes)


def fit_rows(
    design: Design, names: tuple[str, ...], rows: ModeratedRows, options: EstimationOptions
) -> ModeratedEstimation:
    """Fit a design to rows; what has to be said of the solution is issued as warnings.

    Raises
    ------
    IdentificationError, StartValueError
    """
    specification = design.specification
    likelihood = Likelihood(design, find_units(rows.answers, rows.moderators))
    objective = Objective(
        specification, rows.samples, find_discrepancy("ML", rows.samples.options.missing)
    )
    baseline = specification.restrictions.reduction.project(
        start_values(objective, dict(options.start))
    )
    start = np.concatenate([baseline, np.zeros(len(design.cell))])
    _check_rank(likelihood, start, names)
    solution = maximise(likelihood, start, options.max_iterations)
    found = ModeratedEstimation(design, names, rows, likelihood, solution)
    for kind, note in found.remarks:
        warn_user(note, kind)
    return found


def is_definite(information: Array) -> bool:
    """Whether an information matrix is positive definite, whatever the parameters' units."""
    diagonal = np.diag(information)
    if not (np.isfinite(information).all() and (diagonal > 0.0).all()):
        return False
    return is_positive_definite(correlation(information) - _SINGULAR * np.eye(len(diagonal)))


def _check_rank(likelihood: Likelihood, start: Array, names: tuple[str, ...]) -> None:
    """Refuse parameters that cannot be told apart where coefficients are zero.

    What only products of coefficients could tell apart is refused too: nothing does where the
    items function alike.
    """
    information = likelihood.expected_information(start)
    if is_definite(information):
        return
    deviation = np.sqrt(np.maximum(np.diag(information), 1e-300))
    vectors = np.linalg.eigh(information / np.outer(deviation, deviation))[1]
    labels = _labels(likelihood.design, names)
    involved = [labels[i] for i in np.flatnonzero(np.abs(vectors[:, 0]) > 1e-3)]
    raise IdentificationError(
        "the moderated model is not identified: these cannot be told apart: "
        f"{', '.join(involved[:12])}{', ...' if len(involved) > 12 else ''}. Moderate fewer of "
        "them."
    )


def _labels(design: Design, names: tuple[str, ...]) -> list[str]:
    """What each parameter is called in messages."""
    rows = design.specification.table.rows
    labels = []
    for column in design.base.T:
        cell = int(np.argmax(np.abs(column)))
        labels.append(rows[design.pattern.table_rows[cell]].name)
    return labels + [f"{rows[place].name} by {names[number]}" for place, number in design.terms]


def _improper(estimation: ModeratedEstimation) -> list[str]:
    """Negative variances and factor covariance matrices that are not positive definite."""
    design, notes = estimation.design, []
    pattern, rows = design.pattern, estimation.specification.table.rows
    values = design.moderate(estimation.parameters, np.zeros((1, len(estimation.names)))).values[0]
    is_variance = (pattern.kind == COVARIANCE) & (pattern.row == pattern.column)
    negative = [
        rows[pattern.table_rows[cell]].name for cell in np.flatnonzero(is_variance & (values < 0.0))
    ]
    if negative:
        notes.append(
            f"negative variance estimates: {', '.join(negative)}. The solution is not admissible."
        )
    count = 0.0
    for units in estimation.likelihood.units.blocks():
        moments = locate(design, units, estimation.parameters).implied.all_covariance
        latent = moments[:, pattern.n_observed :, pattern.n_observed :]
        trace = np.trace(latent, axis1=-2, axis2=-1)
        count += units.counts[np.linalg.eigvalsh(latent)[:, 0] < -1e-8 * trace].sum()
    if count:
        notes.append(
            f"the covariance matrix of the factors is not positive definite for {count:.0f} of "
            f"{estimation.likelihood.n_rows:.0f} rows: a correlation is above 1 or below -1."
        )
    return notes
