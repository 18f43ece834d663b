"""Fit a structural model after its measurement models. Rosseel & Loh (2022)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import Data
from ..errors import (
    AdmissibilityWarning,
    IdentificationError,
    NotAvailableError,
    NotEstimatedError,
    choose,
    warn_user,
)
from ..estimation import (
    Estimation,
    TwoStepEstimation,
    check_identification,
    solve_held,
    solve_unseen,
)
from ..estimation.discrepancy import MaximumLikelihood
from ..estimation.optimisation import Solution
from ..fit import Fit
from ..model import Model
from ..model_fit.tests import FitTest
from ..numerics import Array
from .factor_moments import FactorMoments, factor_moments, group_parts
from .model_parts import ModelParts, model_parts
from .part_samples import part_of_samples, sample_of_factors
from .sam_fit import StructuralAfterMeasurement
from .stepwise_options import read_joint
from .structure_test import structure_test
from .two_step_errors import first_covariance, places_of, two_step_covariance

METHODS = ("local", "global")
_ALLOWED = (
    *("group", "group_label", "group_equal", "group_partial", "missing", "skipped"),
    *("mean_structure", "fixed_x", "orthogonal", "orthogonal_x", "orthogonal_y"),
    *("auto_cov_y", "auto_cov_lv_x", "int_ov_free", "int_lv_free", "marker_int_zero"),
    *("information", "se", "max_iterations"),
)
_MISSING = ("listwise", "fiml", "ml")
_CALLER = "structural_after_measurement"


@checked
def structural_after_measurement(
    model: str | Model,
    data: Data,
    *,
    method: str = "local",
    blocks: Sequence[str | Sequence[str]] | None = None,
    **options: Any,
) -> StructuralAfterMeasurement:
    """Fit the measurement of factors first, and the structure among them with it held.

    A wrong structure then cannot move loadings, and a wrong measurement model of one factor moves
    no other's (Rosseel & Loh, 2022). Maximum likelihood in both steps; standard errors take the
    first step's into account.

    Parameters
    ----------
    model : str or Model
        Factors measured by observed items, with a fixed loading each; other observed variables may
        be part of the structure.
    data : DataFrame, SampleMoments, or a list or dict of these
    method : {"local", "global"}
        "local" fits the structure to covariances of factors M (S - Theta) M'; "global" to all
        items, with the parameters of measurement held.
    blocks : list of str or of lists of str, optional
        Factors that are to be measured together, as ``[["dem60", "dem65"]]``; by default each by
        itself. Those that share items, labels or residual covariances of items always are together.
    **options
        Of `Model.fit`: group, group_label, group_equal, group_partial, missing ("listwise",
        "fiml"), skipped, mean_structure, fixed_x, orthogonal, orthogonal_x,
        orthogonal_y, auto_cov_y, auto_cov_lv_x, int_ov_free, int_lv_free, marker_int_zero,
        information, se ("standard": of two steps; "none"), max_iterations.

    Returns
    -------
    StructuralAfterMeasurement

    Raises
    ------
    OptionError
        For options that it has not.
    NotEstimatedError
        For ordinal items, levels, products, exploratory blocks; for "global" with means and
        observed variables in the structure.
    ModelError
        For models without measurement apart from a structure: factors of factors, items in
        regressions, factors without a fixed loading, constraints across steps.
    NotAvailableError
        Where a step did not converge.
    DataError, IdentificationError

    Warns
    -----
    TpnSemWarning
        Where a step has an improper solution.
    """
    choose("method", method, METHODS)
    if "missing" in options:
        choose("missing", options["missing"], _MISSING)
    joint = read_joint(_CALLER, model, data, options, _ALLOWED, {})
    parts = model_parts(joint.specification, blocks)
    if method == "global" and joint.specification.means and parts.has_others:
        raise NotEstimatedError(
            "method='global' holds intercepts of items as they are where factors have mean zero, "
            "which observed variables in the structure move: take method='local'."
        )
    steps = _Steps(joint, parts)
    local = steps.parameters
    solution = Solution(local, np.asarray(np.nan), np.asarray(True), 0)
    if method == "global":
        held = parts.is_measurement
        solution = solve_held(joint.objective, local, held, joint.options.max_iterations)
        _require(bool(solution.converged), "the structure")
    whole = TwoStepEstimation(joint.objective, replace(solution, implied=None), steps.options)
    whole = replace(whole, known_covariance=steps.covariance(whole))
    notes = steps.notes(whole)
    for note in notes:
        warn_user(note, AdmissibilityWarning)
    return StructuralAfterMeasurement(
        whole,
        (*joint.samples.notes, *notes),
        method,
        {", ".join(names): Fit(one) for names, one in steps.measured.items()},
        Fit(steps.structure) if method == "local" else None,
        _stacked(steps),
        _means(steps),
        steps.test(whole) if method == "local" else None,
    )


@dataclass(frozen=True, eq=False)
class _Steps:
    """Both steps, each computed once."""

    joint: Estimation
    parts: ModelParts

    @property
    def options(self) -> Any:
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
            _require(found[block].converged, what)
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
        there = replace(samples, groups=groups, notes=(), n_dropped=0)
        options = replace(self.options, information="expected")
        found = solve_unseen(own, there, MaximumLikelihood(), options)
        _require(found.converged, "the structure")
        return found

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Variables of the structure, in its order."""
        return self.parts.structure(self.joint.samples.labels).observed

    @property
    def parameters(self) -> Array:
        """Those of the whole model, shape (n_free,)."""
        whole, measured = self.joint.specification, self.parts.is_measurement
        found = np.zeros(len(measured))
        for part in self.measured.values():
            here, there = places_of(whole, part.specification, measured)
            found[here] = part.parameters[there]
        here, there = places_of(whole, self.structure.specification, ~measured)
        found[here] = self.structure.parameters[there]
        return found

    def covariance(self, whole: Estimation) -> Array:
        """Of the estimates of both steps; zeros where none was asked for."""
        measured = self.parts.is_measurement
        if self.options.se == "none":
            return np.zeros((len(measured), len(measured)))
        first = first_covariance(whole.specification, list(self.measured.values()), measured)
        return two_step_covariance(whole, first, measured)

    def test(self, whole: Estimation) -> FitTest:
        """Of the structure, corrected for the measurement."""
        blocks = list(self.measured.values())
        return structure_test(whole, blocks, self.structure, self.moments)

    def notes(self, whole: Estimation) -> list[str]:
        """What must be said of the steps."""
        notes = [
            f"measurement of {', '.join(block)}: {note}"
            for block, one in self.measured.items()
            for _, note in one.remarks
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


def _require(converged: bool, what: str) -> None:
    if not converged:
        raise NotAvailableError(
            f"{what} did not converge, so that nothing can follow from it: fit it alone with sem, "
            "and see its notes."
        )


def _stacked(steps: _Steps) -> pd.DataFrame:
    """Covariances of the factors, of groups under an index level of their own."""
    names = list(steps.names)
    tables = [pd.DataFrame(one.covariance, names, names) for one in steps.moments]
    labels = steps.joint.samples.labels
    return tables[0] if len(tables) == 1 else pd.concat(dict(zip(labels, tables, strict=True)))


def _means(steps: _Steps) -> pd.DataFrame | None:
    if steps.moments[0].mean is None:
        return None
    return pd.DataFrame(
        [one.mean for one in steps.moments], steps.joint.samples.labels, list(steps.names)
    )
