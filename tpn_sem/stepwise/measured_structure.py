"""Fit a structural model after its measurement models. Rosseel & Loh (2022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import Data
from ..errors import (
    AdmissibilityWarning,
    NotEstimatedError,
    OptionError,
    choose,
    warn_user,
)
from ..estimation import Estimation, TwoStepEstimation, solve_held
from ..estimation.optimisation import Solution
from ..fit import Fit
from ..model import Model
from .measured_steps import MeasuredSteps, require_convergence
from .model_parts import model_parts
from .sam_fit import StructuralAfterMeasurement
from .stepwise_options import errors_of_dependent, read_joint, refuse_normal_errors

METHODS = ("local", "global")
_ALLOWED = (
    *("group", "group_label", "group_equal", "group_partial", "missing", "skipped"),
    *("mean_structure", "fixed_x", "orthogonal", "orthogonal_x", "orthogonal_y"),
    *("auto_cov_y", "auto_cov_lv_x", "int_ov_free", "int_lv_free", "marker_int_zero"),
    *("information", "se", "max_iterations", "cluster", "sampling_weights"),
    *("ordered", "estimator", "parameterization", "conditional_x", "empty_categories"),
    *("zero_add", "zero_keep_margins", "gamma_unbiased", "gamma_n_minus_one"),
)
_WORDS = {
    "missing": ("listwise", "fiml", "ml", "pairwise"),
    "information": ("expected", "observed"),
}
_ERRORS = ("standard", "robust_sem", "none")
_LEAST_SQUARES = ("WLSMV", "WLSM", "WLSMVS", "ULSMV", "ULSM", "ULSMVS", "DWLS", "ULS", "WLS")
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
    no other's (Rosseel & Loh, 2022). Maximum likelihood in both steps; of ordinal items weighted
    least squares in the first, of their latent responses. Standard errors take the first step's
    into account.

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
        "fiml"; of ordinal items "pairwise"), skipped, mean_structure, fixed_x, orthogonal,
        orthogonal_x, orthogonal_y, auto_cov_y, auto_cov_lv_x, int_ov_free, int_lv_free,
        marker_int_zero, cluster, sampling_weights, ordered, estimator ("WLSMV" and its kin, with
        ordered), parameterization, conditional_x, empty_categories, zero_add, zero_keep_margins,
        information, gamma_unbiased, gamma_n_minus_one, max_iterations; and
        se: "standard" rests on normality, "robust_sem" on how the items' moments or polychoric
        correlations vary (with ordered, cluster and sampling_weights always), "none".

    Returns
    -------
    StructuralAfterMeasurement

    Raises
    ------
    OptionError
        For options that it has not, and for group_equal="means".
    NotEstimatedError
        For levels, products, exploratory blocks; for ordinal variables of the structure; for
        robust errors with missing="fiml"; for "global" with means and observed variables in the
        structure.
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
    for name, known in _WORDS.items():
        if options.get(name) is not None:
            choose(name, options[name], known)
    _check_estimator(options)
    joint = read_joint(_CALLER, model, data, options, _ALLOWED, _defaults(options), _ERRORS)
    _check(joint, options)
    if "means" in joint.specification.options.group_equal:
        raise OptionError(
            "group_equal='means' would hold means of factors that the structure has free in each "
            "group: leave it out, and compare means by their estimates."
        )
    parts = model_parts(joint.specification, blocks)
    if method == "global" and joint.specification.means and parts.has_others:
        raise NotEstimatedError(
            "method='global' holds intercepts of items as they are where factors have mean zero, "
            "which observed variables in the structure move: take method='local'."
        )
    steps = MeasuredSteps(joint, parts)
    local = steps.parameters
    solution = Solution(local, np.asarray(np.nan), np.asarray(True), 0)
    if method == "global":
        held = parts.is_measurement
        solution = solve_held(joint.objective, local, held, joint.options.max_iterations)
        require_convergence(bool(solution.converged), "the structure")
    whole = TwoStepEstimation(joint.objective, replace(solution, implied=None), steps.options)
    whole = replace(whole, known_covariance=steps.covariance(whole, method))
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


def _defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Errors that ordinal items, clusters and weights need."""
    return {"se": "robust_sem"} if given.get("ordered") else errors_of_dependent(given)


def _check_estimator(given: Mapping[str, Any]) -> None:
    """Refuse estimators that the steps do not go with, before anything is fitted.

    Raises
    ------
    OptionError
    """
    wanted = given.get("estimator")
    known = _LEAST_SQUARES if given.get("ordered") else ("ML",)
    if wanted is not None and str(wanted).upper() not in known:
        listing = ", ".join(repr(one) for one in known)
        when = "with ordered=" if given.get("ordered") else "without ordered="
        raise OptionError(f"{_CALLER} takes estimator= {listing} {when}, not {wanted!r:.60}.")


def _check(joint: Estimation, given: Mapping[str, Any]) -> None:
    """Refuse what the steps have no errors or estimates of.

    Raises
    ------
    OptionError, NotEstimatedError
    """
    items = joint.specification.roles.items
    robust = joint.options.se == "robust_sem"
    others = [name for name, _ in joint.specification.categories if name not in items]
    if others:
        raise NotEstimatedError(
            f"{_CALLER} knows ordinal items of factors only, and {others[0]!r} is a variable of "
            "the structure: leave it out of ordered=, or fit with sem."
        )
    refuse_normal_errors(joint)
    if robust and given.get("information") is not None:
        raise OptionError("information= is without effect on robust errors: leave it out.")
    if robust and joint.samples.options.missing == "fiml":
        raise NotEstimatedError(
            "robust errors (se=, cluster=, sampling_weights=) are not estimated with "
            "missing='fiml': each step has maximum likelihood moments of its own. Leave missing= "
            "out, or fit with sem."
        )


def _stacked(steps: MeasuredSteps) -> pd.DataFrame:
    """Covariances of the factors, of groups under an index level of their own."""
    names = list(steps.names)
    tables = [pd.DataFrame(one.covariance, names, names) for one in steps.moments]
    labels = steps.joint.samples.labels
    return tables[0] if len(tables) == 1 else pd.concat(dict(zip(labels, tables, strict=True)))


def _means(steps: MeasuredSteps) -> pd.DataFrame | None:
    if steps.moments[0].mean is None:
        return None
    return pd.DataFrame(
        [one.mean for one in steps.moments], steps.joint.samples.labels, list(steps.names)
    )
