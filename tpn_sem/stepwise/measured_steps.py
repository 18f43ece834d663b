"""Both steps of a structure fitted after its measurement: each is computed once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ..errors import DataWarning, IdentificationError, NotAvailableError
from ..estimation import Estimation, TwoStepEstimation, check_identification, solve_unseen
from ..estimation.discrepancy import MaximumLikelihood
from ..estimation.standard_errors import moment_matrices
from ..model_fit.tests import FitTest
from ..numerics import Array
from ..specification import EstimationOptions
from .factor_moments import FactorMoments, factor_moments, group_parts
from .model_parts import ModelParts
from .moment_slopes import (
    factor_slopes,
    held_slopes,
    measurement_slopes,
    structure_slopes,
)
from .part_samples import part_of_samples, sample_of_factors
from .sample_statistics import robust_spread
from .structure_test import structure_test
from .two_step_errors import first_covariance, places_of, two_step_covariance

_ESTIMATED = (
    "moments of factors are estimates, which this fit takes as observed: its errors are too small "
    "and its chi-square is too large."
)


@dataclass(frozen=True, eq=False)
class MeasuredSteps:
    """Measurement, moments of factors and structure.

    Attributes
    ----------
    joint : Estimation
        The whole model with its samples, at start values.
    parts : ModelParts
    """

    joint: Estimation
    parts: ModelParts

    @property
    def options(self) -> EstimationOptions:
        """Of both steps."""
        return replace(self.joint.options, do_fit=True)

    @cached_property
    def measured(self) -> dict[tuple[str, ...], Estimation]:
        """The measurement model of each block."""
        found = {}
        samples = self.joint.samples
        for block in self.parts.blocks:
            own = self.parts.measurement(block, samples.labels)
            what = f"the measurement model of {', '.join(block)}"
            try:
                check_identification(own, samples.labels)
            except IdentificationError as error:
                raise IdentificationError(
                    f"{what} cannot stand alone: {error} Or name factors that are to be measured "
                    "together in blocks=."
                ) from error
            there = part_of_samples(samples, own)
            found[block] = solve_unseen(own, there, self.joint.discrepancy, self.options)
            require_convergence(found[block].converged, what)
        return found

    @cached_property
    def moments(self) -> list[FactorMoments]:
        """Of the factors, by group."""
        blocks = list(self.measured.values())
        implied = [one.implied for one in blocks]
        return [
            factor_moments(sample, self.names, group_parts(blocks, implied, group))
            for group, sample in enumerate(self.joint.samples.groups)
        ]

    @cached_property
    def structure(self) -> Estimation:
        """The structure fitted to the factors' moments."""
        samples = self.joint.samples
        own = self.parts.structure(samples.labels)
        groups = tuple(
            sample_of_factors(sample, self.names, one.covariance, one.mean)
            for sample, one in zip(samples.groups, self.moments, strict=True)
        )
        there = replace(
            samples,
            groups=groups,
            options=replace(samples.options, ordered=None, cluster=None, sampling_weights=None),
            notes=(_ESTIMATED,),
            n_dropped=0,
            cluster_labels=(),
            answers=(),
        )
        options = replace(self.options, information="expected", se="standard", test=("standard",))
        found = solve_unseen(own, there, MaximumLikelihood(), options)
        require_convergence(found.converged, "the structure")
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Variables of the structure, in its order."""
        return self.parts.structure(self.joint.samples.labels).observed

    @property
    def parameters(self) -> Array:
        """Those of the whole model, shape (n_free,)."""
        whole, measured = self.joint.specification, self.parts.is_measurement
        found = np.full(len(measured), np.nan)
        for part in self.measured.values():
            here, there = places_of(whole, part.specification, measured)
            found[here] = part.parameters[there]
        here, there = places_of(whole, self.structure.specification, ~measured)
        found[here] = self.structure.parameters[there]
        assert np.isfinite(found).all(), "a parameter belongs to no step"
        return found

    def covariance(self, whole: Estimation, method: str) -> Array:
        """Of the estimates of both steps; zeros where none was asked for."""
        measured = self.parts.is_measurement
        if self.options.se == "none":
            return np.zeros((len(measured), len(measured)))
        blocks = list(self.measured.values())
        if not self.is_robust:
            return self._normal_covariance(whole, method)
        slopes = measurement_slopes(whole, blocks, measured)
        if method == "local":
            slopes += structure_slopes(whole, self.structure, self.factor_slopes, measured)
        else:
            slopes += held_slopes(whole, slopes, measured)
        total = slopes @ self.spread @ slopes.T / whole.multiplier
        return np.asarray(0.5 * (total + total.T))

    def _normal_covariance(self, whole: Estimation, method: str) -> Array:
        """The same of normal data, from the information of all items about both steps."""
        measured, blocks = self.parts.is_measurement, list(self.measured.values())
        if method == "local" and whole.specification.means and self.parts.has_others:
            return self._with_factor_means(whole)
        first = first_covariance(whole.specification, blocks, measured)
        return two_step_covariance(whole, first, measured)

    def _with_factor_means(self, whole: Estimation) -> Array:
        """The same where the structure's means of factors are what they were estimated as.

        The whole model fixes them at zero, so that its slopes would be those of regressions
        without an intercept.
        """
        own = self.parts.with_factor_means(self.joint.samples.labels)
        everything = np.ones(own.table.n_free, dtype=bool)
        parameters = np.zeros(own.table.n_free)
        here, there = places_of(own, self.structure.specification, everything)
        parameters[here] = self.structure.parameters[there]
        here, there = places_of(own, whole.specification, everything)
        parameters[here] = whole.parameters[there]
        measured = np.zeros(own.table.n_free, dtype=bool)
        measured[here] = self.parts.is_measurement[there]
        objective = replace(whole.objective, specification=own)
        solution = replace(whole.solution, parameters=parameters, implied=None)
        found = TwoStepEstimation(objective, solution, whole.options)
        first = first_covariance(own, list(self.measured.values()), measured)
        covariance = two_step_covariance(found, first, measured)
        total = np.zeros((whole.specification.table.n_free,) * 2)
        total[np.ix_(there, there)] = covariance[np.ix_(here, here)]
        return total

    @property
    def is_robust(self) -> bool:
        """Whether errors and test rest on how the statistics vary, rather than on normality."""
        return self.options.se == "robust_sem"

    @cached_property
    def factor_slopes(self) -> Array:
        """How the factors' moments follow the items' statistics, shape (E, M)."""
        blocks = list(self.measured.values())
        return factor_slopes(self.joint, blocks, self.structure, self.moments)

    @cached_property
    def spread(self) -> Array:
        """Covariance matrix of the items' statistics, times n, shape (M, M)."""
        if self.is_robust:
            return robust_spread(self.joint)
        return moment_matrices.normal_sample_spread(self.joint)

    def test(self, whole: Estimation) -> FitTest:
        """Of the structure, corrected for the measurement."""
        slopes, spread = self.factor_slopes, self.spread
        return structure_test(whole, self.structure, self.moments, slopes, spread)

    def notes(self, whole: Estimation) -> list[str]:
        """What must be said of the steps."""
        notes = [
            f"measurement of {', '.join(block)}: {note}"
            for block, one in self.measured.items()
            for kind, note in one.remarks
            if kind is not DataWarning  # what is said of the rows, the whole says once
        ]
        said = {note for one in self.measured.values() for _, note in one.remarks}
        notes += [note for _, note in whole.remarks if note not in said]
        for label, one in zip(self.joint.samples.labels, self.moments, strict=True):
            if one.error_share < 1.0:
                where = f" in group {label!r}" if label else ""
                notes.append(
                    f"less than all measurement error was taken from the factors' covariances"
                    f"{where} ({one.error_share:.3f} of it), since more would have left none: the "
                    "items hardly measure the factors, or rows are few."
                )
        return notes


def require_convergence(converged: bool, what: str) -> None:
    """Refuse to go on from a step that has no solution.

    Raises
    ------
    NotAvailableError
    """
    if not converged:
        raise NotAvailableError(
            f"{what} did not converge, so that nothing can follow from it: fit it alone with sem, "
            "and see its notes."
        )
