"""Fit a model equation by equation, with the instruments that it implies. Bollen (1996)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ..arguments import checked
from ..data import Data, OrdinalStatistics
from ..equations import WEAK
from ..errors import (
    ModelError,
    NotAvailableError,
    OptionError,
    choose,
    warn_user,
)
from ..estimation import Estimation, TwoStepEstimation, solve_held
from ..model import Model
from ..numerics import Array, adjusted_p_values, vech
from .equation_estimates import FittedEquation, fitted_equations
from .given_instruments import given_instruments
from .instruments_fit import TwoStageLeastSquares
from .sample_statistics import moments_of_statistics, robust_spread
from .stepwise_options import errors_of_dependent, read_joint, refuse_normal_errors
from .undirected_errors import robust_stage_covariance, stage_covariance

ERRORS = ("equation", "delta")
_ALLOWED = (
    *("group", "group_label", "likelihood", "skipped", "mean_structure", "fixed_x", "orthogonal"),
    *("orthogonal_x", "orthogonal_y", "auto_cov_y", "auto_cov_lv_x", "int_ov_free", "int_lv_free"),
    *("marker_int_zero", "se", "max_iterations", "cluster", "sampling_weights", "ordered"),
    *("missing", "empty_categories", "zero_add", "zero_keep_margins"),
    *("gamma_unbiased", "gamma_n_minus_one"),
)
_ERRORS = ("standard", "robust_sem", "none")
_CALLER = "two_stage_least_squares"


@checked
def two_stage_least_squares(
    model: str | Model,
    data: Data,
    *,
    instruments: Mapping[str, Sequence[str] | str] | None = None,
    errors: str = "equation",
    **options: Any,
) -> TwoStageLeastSquares:
    """Estimate each equation of a model by itself, with the instruments that the model implies.

    Factors are replaced by their scaling indicators less what disturbs these; observed variables
    that the model makes uncorrelated with an equation's disturbance are its instruments (Bollen,
    1996). Nothing is iterated, and what is wrong in one equation stays mostly there; Sargan's
    (1958) test of each equation asks whether its instruments agree, or Browne's (1984) where
    errors are robust. Variances and covariances follow by maximum likelihood with the coefficients
    held (reweighted least squares). Of ordinal items there are polychoric correlations (Bollen &
    Maydeu-Olivares, 2007), and unweighted least squares.

    Parameters
    ----------
    model : str or Model
        With a fixed loading of 1 for each factor, of an item that measures no other.
    data : DataFrame, SampleMoments, or a list or dict of these
    instruments : dict of str to names, optional
        For some equations, by the variable that they explain (a factor or its scaling indicator,
        or an item), observed variables of the model to take instead; as in the text ``y |~ z``.
    errors : {"equation", "delta"}
        Of coefficients: each equation's own, as regression has them; or by the delta method from
        the covariances of normal data, all parameters together, which defined ones need.
    **options
        Of `Model.fit`: group, group_label, likelihood ("wishart", the default here, divides by n
        less the number of coefficients; "normal" by n), skipped, mean_structure, fixed_x,
        orthogonal, orthogonal_x, orthogonal_y, auto_cov_y, auto_cov_lv_x, int_ov_free,
        int_lv_free, marker_int_zero, cluster, sampling_weights, ordered, missing ("listwise"; of
        ordinal items "pairwise"), empty_categories, zero_add, zero_keep_margins, gamma_unbiased,
        gamma_n_minus_one, max_iterations; and
        se: "standard" rests on normality, "robust_sem" on how moments or polychoric correlations
        vary (with ordered, cluster and sampling_weights always), "none".

    Returns
    -------
    TwoStageLeastSquares

    Raises
    ------
    IdentificationError
        Naming an equation with fewer instruments than coefficients, or a factor that no item
        measures alone.
    OptionError
        For options that it has not, and instruments that are no observed variables of the model.
    ModelError
        For labels and constraints that tie parameters, and factors without a scaling indicator.
    NotEstimatedError
        For levels, products, exploratory blocks.
    NotAvailableError
        Where variances could not be found with the coefficients held.
    DataError

    Warns
    -----
    TpnSemWarning
        Where the solution is improper.
    """
    choose("errors", errors, ERRORS)
    _check_words(options)
    model = model if isinstance(model, Model) else Model(model)
    defaults = _defaults({**model.options, **options})
    joint = read_joint(
        _CALLER, model, data, options, _ALLOWED, defaults, _ERRORS, knows_instruments=True
    )
    _check(joint, errors)
    given = given_instruments(model.statements, instruments or {})
    spread = robust_spread(joint) if _is_distribution_free(joint) else None
    equations = fitted_equations(joint, given, _of_groups(joint, spread))
    if not equations:
        raise ModelError(f"{_CALLER} needs loadings or regressions to estimate, and has none.")
    whole = _with_the_rest(joint, equations)
    size = len(whole.parameters)
    covariance = np.zeros((size, size))
    if spread is not None and whole.options.se != "none":
        covariance = robust_stage_covariance(whole, equations, spread)
    elif whole.options.se != "none":
        covariance = stage_covariance(whole, equations, errors)
    whole = replace(whole, known_covariance=covariance)
    for kind, note in whole.remarks:
        warn_user(note, kind)
    labels = joint.samples.labels
    notes = [*joint.samples.notes, *(note for _, note in whole.remarks), *_notes(equations)]
    return TwoStageLeastSquares(whole, tuple(notes), _table(whole, equations, labels))


def _check_words(options: Mapping[str, Any]) -> None:
    """Refuse options that would have no effect, before data are read.

    Raises
    ------
    OptionError
    """
    if options.get("missing") is not None:
        choose("missing", options["missing"], ("listwise", "pairwise"))
        if options["missing"] == "pairwise" and not options.get("ordered"):
            raise OptionError(
                "missing='pairwise' is for ordinal items: leave it out, so that complete rows are "
                "used, or say ordered=."
            )
    if options.get("ordered") and options.get("likelihood") is not None:
        raise OptionError(
            "likelihood= is without effect on polychoric correlations, which have no divisor: "
            "leave it out."
        )


def _defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    """Options that ordinal items, clusters and weights need."""
    if given.get("ordered"):  # all variables are modelled together, predictors too
        return {"estimator": "ULSMV", "conditional_x": False, "likelihood": "normal"}
    return {"likelihood": "wishart", **errors_of_dependent(given)}


def _is_distribution_free(joint: Estimation) -> bool:
    """Whether errors and tests rest on how the statistics vary; of ordinal items where known."""
    if joint.options.se == "robust_sem":
        return True
    groups = joint.samples.groups
    return all(isinstance(one, OrdinalStatistics) and one.statistics.has_spread for one in groups)


def _of_groups(joint: Estimation, spread: Array | None) -> list[Array | None]:
    """The covariance matrix of each group's vech(covariance), times its n."""
    samples, specification = joint.samples, joint.specification
    if spread is None:
        return [None] * len(samples.groups)
    found: list[Array | None] = []
    for sample, pattern, places, share in zip(
        samples.groups,
        specification.patterns,
        specification.moment_places,
        joint.shares,
        strict=True,
    ):
        halves = moments_of_statistics(pattern, sample, specification.means)
        halves = halves[-len(vech(sample.covariance)) :]
        found.append(halves @ (spread[np.ix_(places, places)] * share) @ halves.T)
    return found


def _check(joint: Estimation, errors: str) -> None:
    restrictions = joint.specification.restrictions
    if len(restrictions.linear) or not restrictions.is_smooth:
        raise ModelError(
            f"{_CALLER} estimates each equation by itself, so that labels, constraints and bounds "
            "cannot hold between parameters: leave them out, or fit with sem."
        )
    robust = joint.options.se == "robust_sem"
    if errors == "delta" and robust:
        raise OptionError(
            "errors='delta' is without effect on robust errors, which take all parameters "
            "together: leave it out."
        )
    refuse_normal_errors(joint)
    if restrictions.definitions and errors == "equation" and not robust:
        raise OptionError(
            "defined parameters (:=) need covariances between equations: take errors='delta'."
        )


def _with_the_rest(joint: Estimation, equations: Sequence[FittedEquation]) -> TwoStepEstimation:
    """Variances, covariances and means with the coefficients held."""
    parameters: Array = joint.parameters.copy()
    held = np.zeros(len(parameters), dtype=bool)
    for one in equations:
        parameters[one.places] = one.coefficients
        held[one.places] = True
    solution = solve_held(joint.objective, parameters, held, joint.options.max_iterations)
    if not solution.converged:
        raise NotAvailableError(
            "no variances and covariances go with the coefficients of the equations: see the "
            "tests of ts.local_fit for an equation that is wrong, or fit with sem."
        )
    options = replace(joint.options, do_fit=True)
    return TwoStepEstimation(joint.objective, replace(solution, implied=None), options)


def _notes(equations: Sequence[FittedEquation]) -> list[str]:
    notes = []
    weak = [one for one in equations if one.first_stage_f < WEAK]
    if weak:
        names = ", ".join(dict.fromkeys(one.equation.variable for one in weak))
        notes.append(
            f"instruments are weak (first-stage F below {WEAK:g}) in the equations of {names}: "
            "estimates lean towards those of regression, and errors are too small."
        )
    for one in equations:
        if one.odd:
            notes.append(
                f"the model does not imply that {', '.join(one.odd)} can be instruments of "
                f"{one.equation.variable}; they were taken as given."
            )
    return list(dict.fromkeys(notes))


def _table(
    whole: Estimation, equations: Sequence[FittedEquation], labels: Sequence[str]
) -> pd.DataFrame:
    rows = []
    for one in equations:
        names = whole.specification.patterns[one.group].names
        rows.append(
            {
                "group": labels[one.group],
                "variable": one.equation.variable,
                "predictors": ", ".join(one.equation.parents),
                "outcome": names[one.equation.outcome],
                "scaling": ", ".join(names[place] for place in one.equation.predictors),
                "instruments": ", ".join(names[place] for place in one.equation.instruments),
                "n_instruments": len(one.equation.instruments),
                "chosen": "given" if one.is_given else "model",
                "chisq": one.chisq,
                "df": one.df,
                "p_value": one.p_value,
                "first_stage_f": one.first_stage_f,
            }
        )
    table = pd.DataFrame(rows)
    adjusted = adjusted_p_values(table["p_value"].to_numpy(float), "holm")
    table.insert(table.columns.get_loc("p_value") + 1, "p_adjusted", adjusted)
    return table
