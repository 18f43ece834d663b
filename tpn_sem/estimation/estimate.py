"""Estimation of a model: solution, standard errors, warnings."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from ..data import (
    Data,
    OrdinalItems,
    Samples,
    as_frame,
    group_labels,
    has_means,
    read_ordinal,
    read_samples,
)
from ..errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    DataWarning,
    IdentificationWarning,
    ModelError,
)
from ..language import Statements
from ..numerics import Array, correlation, is_positive_definite, keep_memory
from ..specification import (
    EstimationOptions,
    Options,
    Specification,
    find_roles,
    name_of,
    specify,
    with_auxiliary,
)
from .discrepancy import Discrepancy, check_takes, find_discrepancy
from .identification import check_identification
from .implied import ImpliedResponses
from .minimum import Minimum
from .objective import Objective
from .optimisation import minimise, minimise_constrained
from .standard_errors import cluster_note, information, parameter_covariance
from .start_values import start_values

_NO_RESIDUAL = 1e-5  # share of a latent response's variance
_LITTLE_RESIDUAL = 1e-2  # the same where the optimiser was still on its way
_SOME_RESIDUAL = 0.01  # a residual variance that is not itself going to zero


@dataclass(frozen=True, eq=False)
class Estimation(Minimum):
    """A specification, the samples it was fitted to, the solution, and how sure it is."""

    @cached_property
    def remarks(self) -> tuple[tuple[type[Warning], str], ...]:
        """What must be said aloud of the solution, and the warnings that say it."""
        return tuple(_remarks(self))

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything a reader must know before using the numbers."""
        return self.samples.notes + tuple(note for _, note in self.remarks)

    @cached_property
    def information(self) -> Array:
        """Information of one observation in the free parameters, shape (n_free, n_free)."""
        return information(self)

    @cached_property
    def is_identified(self) -> bool:
        """Whether the information is positive definite at the solution."""
        reduced = self.tangent.T @ self.information @ self.tangent
        diagonal = np.diag(reduced)
        if not (np.all(np.isfinite(reduced)) and np.all(diagonal > 0.0)):
            return False
        scaled = correlation(reduced)
        scaled[np.diag_indices_from(scaled)] -= 1e-10
        return is_positive_definite(scaled)

    @cached_property
    def covariance(self) -> Array:
        """Covariance matrix of the free parameters' estimates, shape (n_free, n_free).

        NaN where the information is not positive definite, nothing converged, or no standard
        errors were asked for.
        """
        wanted = self.options.se != "none"
        if not (wanted and self.converged and self.is_identified):
            return np.full(self.information.shape, np.nan)
        return parameter_covariance(self, self.information)


def estimate(statements: Statements, options: Options, data: Data) -> Estimation:
    """Fit a model to data.

    Raises
    ------
    TpnSemError
        For whatever keeps the model from being fitted; nothing half-done is returned.
    """
    keep_memory()
    discrepancy = find_discrepancy(options.estimation.estimator, options.data.missing)
    statements = with_auxiliary(statements, options.model.auxiliary)
    frame = as_frame(data)
    labels = group_labels(frame, options.data.group, options.data.group_label)
    items = OrdinalItems()
    if options.data.ordered:
        items = read_ordinal(frame, find_roles(statements), options.data, labels)
    specification = specify(statements, options.model, labels, has_means(frame), items.categories)
    check_identification(specification, labels)
    _check_latent_names(specification, frame)
    samples = read_samples(frame, specification, labels, options.data, items)
    return solve(specification, samples, discrepancy, options.estimation)


def estimate_again(estimation: Estimation, statements: Statements, options: Options) -> Estimation:
    """Fit another model of the same variables to the samples of a fit, without reading data again.

    What was said of the data is not said again.

    Raises
    ------
    ModelError
        Where the model has other variables, or means that the samples lack.
    """
    samples, before = estimation.samples, estimation.specification
    statements = with_auxiliary(statements, options.model.auxiliary)
    has = samples.groups[0].mean is not None or bool(before.categories)
    new = specify(statements, options.model, samples.labels, has, before.categories)
    names = [[one.observed for one in both.patterns] for both in (new, before)]
    if names[0] != names[1] or new.means != before.means:
        raise ModelError(
            "the models are to be fitted to the same samples, but differ in their observed "
            "variables, in the order of these or in having means; fit each to the data."
        )
    check_identification(new, samples.labels)
    again = solve_unseen(new, samples, estimation.discrepancy, options.estimation)
    for kind, note in again.remarks:
        if kind is not DataWarning:
            warnings.warn(note, kind, stacklevel=3)
    return again


def _check_latent_names(specification: Specification, frame: Data) -> None:
    """A latent variable must not bear the name of a column: one of the two is a slip."""
    columns = frame.columns if isinstance(frame, pd.DataFrame) else ()
    for name in specification.roles.latent:
        if name in columns:
            raise ModelError(
                f"the latent variable {name!r} is also a column of the data; rename one of them."
            )


def solve(
    specification: Specification,
    samples: Samples,
    discrepancy: Discrepancy,
    options: EstimationOptions,
) -> Estimation:
    """Fit a specification to samples; what has to be said of it is issued as warnings."""
    found = solve_unseen(specification, samples, discrepancy, options)
    for kind, note in found.remarks:
        warnings.warn(note, kind, stacklevel=4)
    return found


def solve_unseen(
    specification: Specification,
    samples: Samples,
    discrepancy: Discrepancy,
    options: EstimationOptions,
) -> Estimation:
    """The same without warnings, for models that users do not see."""
    check_takes(discrepancy, samples)
    objective = Objective(specification, samples, discrepancy)
    start = start_values(objective, dict(options.start))
    if specification.restrictions.is_smooth:
        solution = minimise(objective, start, options.max_iterations)
    else:
        solution = minimise_constrained(objective, start, options.max_iterations)
    found = Estimation(objective, solution, options)
    if _runaways(found):
        return replace(found, solution=replace(solution, converged=np.asarray(False)))
    return found


def _remarks(estimation: Estimation) -> list[tuple[type[Warning], str]]:
    """What must be said aloud of a solution."""
    if runaways := _runaways(estimation):
        note = (
            f"what explains {', '.join(runaways)} runs off to infinity: its latent response would "
            "need a communality above 1 (a Heywood case), which parameterization='theta' cannot "
            "express. Nothing converged. Take 'delta' to see the negative residual variance, drop "
            "the item, or hold loadings equal."
        )
        return [(ConvergenceWarning, note)]
    if not estimation.converged:
        note = (
            f"the optimiser did not converge in {estimation.solution.iterations} iterations: the "
            "estimates are not a solution and have no standard errors. Simplify the model, give "
            "start values or raise max_iterations."
        )
        return [(ConvergenceWarning, note)]
    notes: list[tuple[type[Warning], str]] = []
    notes += [(AdmissibilityWarning, note) for note in _improper(estimation)]
    values, _ = estimation.specification.restrictions.defined(estimation.parameters)
    undefined = [
        name
        for name, value in zip(
            estimation.specification.restrictions.definitions, values, strict=True
        )
        if not np.isfinite(value)
    ]
    if undefined:
        note = f"defined parameters without a value at the estimates: {', '.join(undefined)}."
        notes.append((AdmissibilityWarning, note))
    if not estimation.is_identified:
        note = (
            "the information matrix is singular at the estimates: some parameters are not "
            "identified by these data, and there are no standard errors."
        )
        notes.append((IdentificationWarning, note))
    notes += [(DataWarning, note) for note in _cluster_notes(estimation)]
    if estimation.solution.active:
        note = (
            f"{len(estimation.solution.active)} inequality constraint(s) hold with equality: "
            "standard errors treat them as fixed, and the chi-square test is conservative."
        )
        notes.append((AdmissibilityWarning, note))
    return notes


def _cluster_notes(estimation: Estimation) -> list[str]:
    """What the number of clusters allows."""
    samples = estimation.samples
    count = len(samples.cluster_labels)
    if count == 0:
        return []
    notes = []
    if samples.crossed:
        names = ", ".join(repr(label) for label in samples.crossed[:5])
        notes.append(
            f"{len(samples.crossed)} clusters are in several groups ({names}): if the group is a "
            "property of clusters, correct these rows; else comparisons of groups are within them."
        )
    elif len(samples.groups) > 1:
        parts = ", ".join(f"{group.n_clusters} in {group.label!r}" for group in samples.groups)
        notes.append(
            f"the group is a property of clusters ({parts}): comparisons of groups rest on "
            f"{count} clusters, not on {samples.n_observations} rows."
        )
    ruled_out = (
        f". Joint tests of {estimation.cluster_degrees_of_freedom} and more parameters are ruled "
        "out, "
        f"and {_verdict(estimation)}. Single standard errors remain usable{_best(estimation)}"
    )
    few = cluster_note(count, estimation.n_parameters, ruled_out, _best(estimation))
    return notes if few is None else [*notes, few]


def _verdict(estimation: Estimation) -> str:
    """What becomes of the test of fit where clusters are fewer than parameters."""
    if estimation.specification.categories:
        return "corrected tests of fit have not been examined with ordinal items"
    return "the scaled test of fit rejects too often: take fit.test('peba')"


def _best(estimation: Estimation) -> str:
    """What is better than the plain sandwich, where it can be had."""
    if not estimation.discrepancy.is_likelihood:
        return "."
    return "; best with se='cluster_cr2'. See fit.clusters."


def _negative_residuals(estimation: Estimation) -> list[str]:
    """Residual variances that follow from the scales of ordinal variables, where negative."""
    names = []
    for label, pattern, implied in zip(
        estimation.samples.labels,
        estimation.specification.patterns,
        estimation.implied,
        strict=True,
    ):
        if pattern.responses is None or pattern.responses.parameterization == "theta":
            continue
        for cell in pattern.responses.residuals[implied.values[pattern.responses.residuals] < 0]:
            name = pattern.names[pattern.row[cell]]
            names.append(f"{name}~~{name}" + (f" in group {label!r}" if label else ""))
    return names


def _runaways(estimation: Estimation) -> list[str]:
    """Latent responses whose residual variance ("theta") is nothing beside what explains them."""
    names = []
    for label, pattern, implied in zip(
        estimation.samples.labels,
        estimation.specification.patterns,
        estimation.implied,
        strict=True,
    ):
        if not isinstance(implied, ImpliedResponses) or pattern.responses is None:
            continue
        if pattern.responses.parameterization == "delta":
            continue
        residuals = implied.values[pattern.responses.residuals]
        shares = residuals * implied.scale[pattern.responses.layout.ordinal] ** 2
        least = _NO_RESIDUAL if estimation.converged else _LITTLE_RESIDUAL
        gone = ~(shares > least) & (residuals > _SOME_RESIDUAL)
        for cell in pattern.responses.residuals[gone]:
            where = f" in group {label!r}" if label else ""
            names.append(f"{pattern.names[pattern.row[cell]]!r}{where}")
    return names


def _disordered_thresholds(estimation: Estimation) -> list[str]:
    """Thresholds that are not above the one before, as in 'x1|t2 < x1|t1'."""
    names = []
    for label, pattern, implied in zip(
        estimation.samples.labels,
        estimation.specification.patterns,
        estimation.implied,
        strict=True,
    ):
        if not isinstance(implied, ImpliedResponses):
            continue
        where = f" in group {label!r}" if label else ""
        for place, cuts in implied.cuts.items():
            name = pattern.names[place]
            for level in np.flatnonzero(np.diff(cuts) <= 0.0) + 1:
                names.append(f"{name}|t{level + 1} <= {name}|t{level}{where}")
    return names


def _improper(estimation: Estimation) -> list[str]:
    """Negative variances and latent covariance matrices that are not positive definite."""
    table = estimation.specification.table
    negative = [
        name_of(row._replace(label=""), estimation.samples.labels)
        for row in table.free_rows
        if row.is_variance and estimation.parameters[row.free] < -1e-10
    ]
    notes = []
    negative += _negative_residuals(estimation)
    if negative:
        notes.append(
            f"negative variance estimates: {', '.join(negative)}. The solution is not admissible."
        )
    if disordered := _disordered_thresholds(estimation):
        notes.append(
            f"thresholds are out of order: {', '.join(disordered)}. A category between them would "
            "have a negative probability: the solution is not admissible. Look for fixed values, "
            "equalities or start values that turn them round, or join categories."
        )
    for label, moments in zip(estimation.samples.labels, estimation.implied, strict=True):
        n = moments.n_observed
        latent = moments.all_covariance[n:, n:]
        if len(latent) and np.linalg.eigvalsh(latent)[0] < -1e-8 * np.trace(latent):
            where = f" in group {label!r}" if label else ""
            notes.append(
                f"the covariance matrix of the latent variables is not positive definite{where}: "
                "a correlation is above 1 or a variance negative."
            )
    return notes
