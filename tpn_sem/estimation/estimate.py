"""Estimation of a model: solution, standard errors, warnings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import pandas as pd

from ..data import (
    Data,
    OrdinalItems,
    Samples,
    are_means_given,
    as_frame,
    category_notes,
    check_few_valued,
    group_labels,
    has_means,
    read_ordinal,
    read_samples,
    with_observed_product_columns,
    with_product_columns,
    without_skipped,
)
from ..errors import (
    AdmissibilityWarning,
    ConvergenceWarning,
    DataError,
    DataWarning,
    IdentificationWarning,
    ModelError,
    NotEstimatedError,
    OptionError,
    TpnSemWarning,
    warn_user,
)
from ..language import Statements, plain_name, random_slopes
from ..numerics import Array, Stop, correlation, is_positive_definite, keep_memory
from ..rotation import Rotated, minima_notes
from ..specification import (
    INDICATOR_METHODS,
    LIKELIHOOD_METHODS,
    MOST_ATTEMPTS,
    EstimationOptions,
    Options,
    Specification,
    check_baseline_of_model,
    check_members,
    check_rotation,
    find_roles,
    has_products,
    mimic_note,
    read_products,
    shared_labels,
    specify,
    with_auxiliary,
    with_observed_products,
    with_one_spelling,
    with_product_indicators,
)
from .admissibility import endless_variances, endless_weights, improper, runaways
from .better_markers import better_markers, with_markers
from .bounds_from_data import with_bounds_from_data
from .differenced_objective import differenced
from .discrepancy import (
    Discrepancy,
    GeneralizedLeastSquaresOfMplus,
    check_takes,
    find_discrepancy,
)
from .exploratory import name_of_block, rotations_at
from .identification import check_identification, check_told_apart
from .idle_statistics import check_statistics_differ
from .latent_products import (
    CorrectedMoments,
    ProductLikelihood,
    solve_products,
    solve_two_steps,
    too_few_nodes,
)
from .latent_responses import ResponseLikelihood, solve_responses, too_few_for_answers
from .minimum import Minimum
from .objective import Objective
from .odd_starts import odd_starts
from .optimisation import PATIENT, Solution, not_searched, search_minimum
from .required_rows import check_rows
from .second_starts import best_of_random_starts, best_of_second_starts, first_patience
from .simplex_start import simplex_start
from .standard_errors import cluster_note, information, parameter_covariance
from .start_values import start_values
from .traced_objective import trace_of, traced
from .weak_markers import weak_markers

_ROUNDING = 1e-16
_BY_LEVELS = (
    " The likelihood of two levels takes a cluster's parts in several groups as independent; MLR's "
    "errors do not."
)
_MANY_CLUSTERS = 50  # from where on errors between clusters are about right
_FAR = 1e3  # standard deviations of a predictor's mean from zero


@dataclass(frozen=True, eq=False)
class Estimation(Minimum):
    """A specification, the samples it was fitted to, the solution, and how sure it is."""

    @cached_property
    def remarks(self) -> tuple[tuple[type[Warning], str], ...]:
        """What must be said aloud of the solution, and the warnings that say it."""
        return tuple(_remarks(self))

    @property
    def admissible(self) -> bool:
        """Whether it converged to a proper solution about which nothing had to be warned."""
        kinds = [kind for kind, _ in self.remarks]
        return self.converged and not {AdmissibilityWarning, IdentificationWarning} & set(kinds)

    @property
    def notes(self) -> tuple[str, ...]:
        """Everything a reader must know before using the numbers."""
        how = self.solution.how
        hard = (f"the minimum was hard to reach: {how}.",) if how and self.converged else ()
        if self.options.rstarts or not self.options.do_fit:
            hard = (f"{how}.",) if how else ()
        said = tuple(note for _, note in self.remarks)
        weak = tuple(weak_markers(self)) if self.converged else ()
        notes = self.samples.notes + said + self._shared_labels + weak + hard
        notes += mimic_note(self.specification.options.mimic) + self._own_units
        return notes + self._rotation_notes + self._without_error + self._product_notes

    @property
    def _own_units(self) -> tuple[str, ...]:
        """What standardising each group by itself does to parameters that are equal over groups."""
        options = self.specification.options
        if not (options.correlation and (options.group_equal or self._shared_labels)):
            return ()
        return (
            "correlation= divides each group's variables by deviations of its own: parameters that "
            "are equal over groups are so after that, which makes neither loadings nor intercepts "
            "comparable, and the latter depend on where a scale begins. Leave it out to compare "
            "groups.",
        )

    @property
    def _product_notes(self) -> tuple[str, ...]:
        """What products of items do to errors and tests that rest on normality."""
        by_columns = self.specification.options.products in INDICATOR_METHODS
        if not by_columns or self.options.is_robust or self.options.se == "none":
            return ()
        return (
            "products of items are not normal, whatever the items are: standard errors and the "
            "test of fit rest on normality here, and estimator='MLR' gives such as do not.",
        )

    @cached_property
    def rotations(self) -> list[Rotated]:
        """What the starts of each exploratory block's rotation found."""
        return rotations_at(self.objective, self.parameters)

    @property
    def _rotation_notes(self) -> tuple[str, ...]:
        """What must be known of the rotation of exploratory blocks."""
        rotations = self.specification.restrictions.rotations
        if not (rotations and self.converged):
            return ()
        notes: list[str] = []
        for rotated, one in zip(rotations, self.rotations, strict=True):
            name = name_of_block(rotated, self.samples.labels)
            where = f"fit.rotations[{name!r}].minima"
            notes += [f"block {name}: {note}" for note in minima_notes(one, where)]
        return tuple(notes)

    @property
    def _without_error(self) -> tuple[str, ...]:
        """Parameters of which it is not known how sure they are, where that was computed."""
        variances = np.diag(self.covariance)
        if not np.isfinite(variances).any():
            return ()
        variances = variances / self.objective.step_widths(self.parameters) ** 2  # in any units
        known = variances > _ROUNDING * np.max(np.abs(variances), initial=0.0)
        fixed = np.linalg.norm(self.tangent, axis=1) < _ROUNDING  # by the constraints
        if (known | fixed).all():
            return ()
        names = [name for name, is_in in zip(self.names, known | fixed, strict=True) if not is_in]
        more = ", ..." if len(names) > 8 else ""
        return (
            f"no standard error of {', '.join(names[:8])}{more}: these data (too few clusters or "
            "rows, or none that differ) do not tell how it varies.",
        )

    @property
    def _shared_labels(self) -> tuple[str, ...]:
        """What one label does to several groups."""
        if len(self.samples.groups) == 1:
            return ()
        labels = [label for label, _ in shared_labels(self.specification.statements)]
        if not labels:
            return ()
        listing, first = ", ".join(dict.fromkeys(labels)), labels[0]
        return (
            f"one label for all groups ({listing}) holds a parameter equal over groups; write "
            f"c({first}1, {first}2)*... to let them differ.",
        )

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


@dataclass(frozen=True, eq=False)
class TwoStepEstimation(Estimation):
    """Estimates that minimise nothing: their errors come from both steps' equations."""

    known_covariance: Array | None = None

    @cached_property
    def is_identified(self) -> bool:
        """Whether errors could be computed."""
        return self.known_covariance is not None and bool(np.isfinite(self.known_covariance).all())

    @cached_property
    def covariance(self) -> Array:
        """Covariance matrix of the free parameters' estimates, shape (n_free, n_free)."""
        assert self.known_covariance is not None
        if self.options.se == "none" or not self.converged:
            return np.full(self.known_covariance.shape, np.nan)
        return self.known_covariance


def estimate(statements: Statements, options: Options, data: Data) -> Estimation:
    """Fit a model to data.

    Raises
    ------
    TpnSemError
        For whatever keeps the model from being fitted; nothing half-done is returned.
    """
    keep_memory()
    how = options.estimation
    ordered = bool(options.data.ordered)
    discrepancy = find_discrepancy(
        how.estimator,
        options.data.missing,
        statements.has_levels,
        ordered,
        (*how.estimator_args, *how.gn_args),
    )
    check_rotation(statements, options.model)
    statements = with_one_spelling(with_auxiliary(statements, options.model.auxiliary))
    frame = as_frame(data)
    if has_products(statements):
        statements, frame = _with_observed_products(statements, frame)
    options = read_products(statements, options)
    if options.model.products in LIKELIHOOD_METHODS:
        discrepancy = ProductLikelihood(options.model.products)
    elif options.model.products == "two_step":
        discrepancy = CorrectedMoments()
    elif options.model.products in INDICATOR_METHODS:
        statements, frame = _with_indicators(statements, frame, options)
    if how.gls_v11_mplus:
        discrepancy = GeneralizedLeastSquaresOfMplus()
    if options.estimation.link is not None:
        discrepancy = ResponseLikelihood(options.estimation.link)
    labels = group_labels(frame, options.data.group, options.data.group_label)
    roles = find_roles(statements)
    notes: list[str] = []
    if isinstance(frame, pd.DataFrame):
        frame, notes = without_skipped(frame, roles.observed, options.data.skipped)
        notes = [*notes, *category_notes(frame, roles.observed)]
    elif options.model.mean_structure is None and are_means_given(frame):
        options = options.changed(mean_structure=True)  # means that a user gives are modelled
    items = OrdinalItems()
    if options.data.ordered:
        items = read_ordinal(frame, roles, options.data, labels)
    given = (labels, has_means(frame), items.categories)
    specification = specify(statements, options.model, *given, levels=True)
    check_identification(specification, labels)
    check_baseline_of_model(specification, how)
    if how.gls_v11_mplus and not specification.means:
        raise OptionError(
            "gls_v11_mplus= weighs means, which the model has none of: give mean_structure=True, "
            "or leave it out."
        )
    _check_latent_names(specification, frame)
    if isinstance(frame, pd.DataFrame) and options.data.ordered is None:
        check_few_valued(frame, roles.modelled, options.estimation.estimator)
    samples = read_samples(frame, specification, labels, options.data, items, notes)
    _check_weight(samples, discrepancy)
    check_rows(samples, discrepancy, how)
    check_statistics_differ(samples, specification, discrepancy, how)
    if switches := better_markers(specification, samples, options.model.bad_marker_crit):
        statements = with_markers(statements, switches)
        specification = specify(statements, options.model, *given, levels=True)
        samples = replace(samples, notes=samples.notes + tuple(one.note for one in switches))
    check_told_apart(specification, samples)
    specification = with_bounds_from_data(specification, samples)
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
    given = (samples.labels, has, before.categories)
    new = specify(statements, options.model, *given, levels=True)
    names = [[one.observed for one in both.patterns] for both in (new, before)]
    if names[0] != names[1] or new.means != before.means:
        raise ModelError(
            "the models are to be fitted to the same samples, but differ in their observed "
            "variables, in the order of these or in having means; fit each to the data."
        )
    check_identification(new, samples.labels)
    check_told_apart(new, samples)
    new = with_bounds_from_data(new, samples)
    again = solve_unseen(new, samples, estimation.discrepancy, options.estimation)
    for kind, note in again.remarks:
        if kind is not DataWarning:
            warn_user(note, kind)
    return again


def _check_weight(samples: Samples, discrepancy: Discrepancy) -> None:
    """Refuse weights of the user's own where nothing is weighted with them.

    Raises
    ------
    OptionError
    """
    given = any(getattr(one, "known_weight", None) is not None for one in samples.groups)
    if given and discrepancy.name != "WLS":
        raise OptionError(
            "weight= of these sample moments is without effect on this estimator: take "
            "estimator='WLS', or moments without it."
        )


def _check_latent_names(specification: Specification, frame: Data) -> None:
    """A latent variable must not bear the name of a column: one of the two is a slip."""
    columns = frame.columns if isinstance(frame, pd.DataFrame) else ()
    slopes = random_slopes(specification.observed) if specification.has_levels else ()
    for name in (*specification.roles.latent, *slopes):
        if plain_name(name) in columns:
            raise ModelError(
                f"the latent variable or random slope {plain_name(name)!r} is also a column of the "
                "data; rename one of them."
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
        warn_user(note, kind)
    return found


def solve_unseen(
    specification: Specification,
    samples: Samples,
    discrepancy: Discrepancy,
    options: EstimationOptions,
) -> Estimation:
    """The same without warnings, for models that users do not see."""
    by_rows = isinstance(discrepancy, ProductLikelihood | CorrectedMoments)
    if by_rows and not specification.roles.products:
        discrepancy = find_discrepancy("ML", samples.options.missing)
    check_takes(discrepancy, samples)
    if isinstance(discrepancy, ResponseLikelihood):
        there = solve_responses(specification, samples, discrepancy, options)
        return _if_solution(Estimation(*there, options))
    if specification.roles.products:
        return _solve_products(specification, samples, discrepancy, options)
    objective = Objective(specification, samples, discrepancy)
    start = start_values(objective, dict(options.start))
    if not options.do_fit:
        return Estimation(objective, not_searched(objective, start), options)
    if not options.optim_partrace:
        return _if_solution(_searched(objective, objective, start, options))
    memory = traced(objective)
    found = _searched(objective, memory, start, options)
    last = [] if np.array_equal(memory.visited[-1], found.parameters) else [found.parameters]
    trace = trace_of(objective, [*memory.visited, *last])
    return _if_solution(replace(found, solution=replace(found.solution, trace=trace)))


def _searched(
    objective: Objective, searched: Objective, start: Array, options: EstimationOptions
) -> Estimation:
    """Where the search ended, with as many attempts and random starts as were asked for.

    Parameters
    ----------
    searched : Objective
        The same objective, as the search sees it.
    """
    if options.optim_gradient == "numerical":
        searched = differenced(searched)
    if options.optim_init_nelder_mead:
        start = simplex_start(searched, start)
    patience = first_patience(objective, options.max_iterations)
    solution = search_minimum(searched, start, patience, options.optim_attempts)
    found = Estimation(objective, solution, options)
    accepts = partial(_solves, found)
    if options.rstarts and objective.discrepancy.is_reweighted:
        raise OptionError(
            "rstarts= compares minima, and weights that follow the estimates have none: leave it "
            "out, or take dls_gamma_nt='sample'."
        )
    if options.rstarts:
        best = best_of_random_starts(searched, found.solution, options, accepts)
        return replace(found, solution=best)
    if _is_solution(found) or not _can_begin_elsewhere(found):
        return found
    iterations = options.max_iterations
    other = best_of_second_starts(searched, dict(options.start), iterations, accepts)
    return found if other is None else replace(found, solution=other)


def _if_solution(found: Estimation) -> Estimation:
    """The same, not converged where the search followed a valley without end, or ended too soon."""
    if found.converged and (_is_steep(found) or not _is_solution(found)):
        return replace(found, solution=replace(found.solution, converged=np.asarray(False)))
    return found


def _with_observed_products(statements: Statements, frame: Data) -> tuple[Statements, Data]:
    """Products of columns as columns; those of factors need rows, and what they multiply."""
    plain, products = with_observed_products(statements)
    if not isinstance(frame, pd.DataFrame):
        if not has_products(plain):
            return plain, frame  # moments may have the product among their variables
        raise DataError(
            "a model with products needs rows: means and covariances (SampleMoments) do not tell "
            "how products of variables vary. Give the data frame."
        )
    latent = [one.lhs for one in statements.relations if one.operator in ("=~", "<~")]
    check_members(statements, latent, [str(name) for name in frame.columns])
    return plain, with_observed_product_columns(frame, products) if products else frame


def _with_indicators(
    statements: Statements, frame: pd.DataFrame, options: Options
) -> tuple[Statements, pd.DataFrame]:
    """Statements and data in which products of items measure latent products."""
    pairs = options.model.product_pairs or "all"
    observed = find_roles(statements).observed
    statements, columns = with_product_indicators(statements, pairs)
    method = str(options.model.products)
    return statements, with_product_columns(frame, columns, method, observed, options.data)


def _solve_products(
    specification: Specification,
    samples: Samples,
    discrepancy: Discrepancy,
    options: EstimationOptions,
) -> Estimation:
    """A model with latent products that nothing measures, by the likelihood of its rows."""
    if isinstance(discrepancy, CorrectedMoments):
        found = solve_two_steps(specification, samples, options)
        return TwoStepEstimation(found.objective, found.solution, options, found.covariance)
    if not isinstance(discrepancy, ProductLikelihood):
        raise NotEstimatedError(
            f"the product {specification.roles.products[0]} is estimated by Model.fit only, with "
            "products= one of 'lms', 'qml', 'two_step', 'double_mean_centred', "
            "'residual_centred'."
        )
    objective, solution = solve_products(specification, samples, discrepancy, options)
    return _if_solution(Estimation(objective, solution, options))


def _solves(found: Estimation, solution: Solution) -> bool:
    """Whether another solution of the same problem is one."""
    return _is_solution(replace(found, solution=solution))


def _is_solution(found: Estimation) -> bool:
    """Whether a minimum was reached, and no valley without end."""
    endless = runaways(found) or endless_variances(found) or endless_weights(found)
    return found.converged and not endless


def _is_steep(found: Estimation) -> bool:
    """Whether the objective still falls along a free direction by more than was asked for."""
    tolerance = found.options.optim_dx_tol
    return tolerance is not None and _steepness(found) > tolerance


def _steepness(found: Estimation) -> float:
    """The largest slope of the objective along what the constraints leave free."""
    gradient = found.objective.gradient(found.implied, found.directions)
    basis = found.tangent
    return float(np.abs(basis @ (basis.T @ gradient)).max(initial=0.0))


def _can_begin_elsewhere(found: Estimation) -> bool:
    """Whether other starts are tried.

    Not where the user wants a few iterations only, nor where the likelihood has no maximum.
    """
    specification, options = found.specification, found.options
    if specification.has_levels and _below_zero_variances(found):
        return False
    smooth = specification.restrictions.is_smooth and not specification.categories
    allowed = options.optim_attempts >= MOST_ATTEMPTS and not found.discrepancy.is_reweighted
    return smooth and allowed and options.max_iterations >= PATIENT


def _patience(estimation: Estimation) -> str:
    """The option that lets a search last longer."""
    return "gn_args={'max_iter': ...}" if estimation.discrepancy.is_reweighted else "max_iterations"


def _remarks(estimation: Estimation) -> list[tuple[type[Warning], str]]:
    """What must be said aloud of a solution."""
    if not estimation.options.do_fit:
        return []
    if gone := runaways(estimation):
        delta = "Take 'delta' to see the negative residual variance, drop"
        advice = "Drop" if estimation.specification.has_levels else delta
        note = (
            f"what explains {', '.join(gone)} runs off to infinity: its latent response would "
            "need a communality above 1 (a Heywood case), which parameterization='theta' cannot "
            f"express. Nothing converged. {advice} the item, or hold loadings equal."
        )
        return [(ConvergenceWarning, note)]
    if gone := endless_weights(estimation):
        note = (
            f"the weights of {', '.join(gone)} run off to infinity beside the one that is fixed, "
            "whose item counts for nothing. Nothing converged. Fix the weight of another item "
            "(c <~ NA*x1 + 1*x2)."
        )
        return [(ConvergenceWarning, note)]
    if gone := endless_variances(estimation):
        note = (
            f"the residual variance of {', '.join(gone)} runs off to infinity: the data "
            "hardly tell it from the rest. Nothing converged. Take another item first, std_lv=True "
            "or bounds='pos_var', hold loadings equal, or drop the item."
        )
        return [(ConvergenceWarning, note)]
    if not estimation.converged:
        note = (
            f"the optimiser did not converge in {estimation.solution.iterations} iterations"
            f"{_why_stopped(estimation)}: the estimates are not a solution and have no standard "
            f"errors. {_below_zero(estimation)}{far_from_zero(estimation)}Simplify the model, "
            f"give start values or raise {_patience(estimation)}."
        )
        return [(ConvergenceWarning, note)]
    notes: list[tuple[type[Warning], str]] = []
    if odd := odd_starts(estimation.objective, dict(estimation.options.start)):
        notes.append((TpnSemWarning, odd))
    notes += [(AdmissibilityWarning, note) for note in improper(estimation)]
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
            f"{' ' if far_from_zero(estimation) else ''}{far_from_zero(estimation).rstrip()}"
        )
        notes.append((IdentificationWarning, note))
    notes += [(DataWarning, note) for note in _cluster_notes(estimation)]
    few = ""
    if isinstance(estimation.discrepancy, ProductLikelihood):
        few = too_few_nodes(estimation.objective, estimation.parameters)
    elif isinstance(estimation.discrepancy, ResponseLikelihood):
        few = too_few_for_answers(estimation.objective, estimation.parameters)
    notes += [(AdmissibilityWarning, few)] if few else []
    if estimation.solution.active:
        note = (
            f"{len(estimation.solution.active)} inequality constraint(s) hold with equality: "
            "standard errors treat them as fixed, and the chi-square test is conservative."
        )
        notes.append((AdmissibilityWarning, note))
    return notes


def _below_zero(estimation: Estimation) -> str:
    """What else may be the reason where variances between clusters may be negative."""
    specification = estimation.specification
    by_likelihood = specification.has_levels and not specification.categories
    if not by_likelihood or specification.options.bounds == "pos_var":
        return ""
    gone = dict.fromkeys(_below_zero_variances(estimation))
    which = f" (here {', '.join(gone)})" if gone else ""
    return (
        f"With variances below zero between clusters{which} the likelihood of clusters of unequal "
        "size need not have a maximum: bounds='pos_var' keeps them from it, and so do zeros, as "
        "'y ~~ 0*y' at level: 2. "
    )


def _below_zero_variances(found: Estimation) -> list[str]:
    """Variables whose variance between clusters is below zero, where no maximum need be."""
    return [
        row.sides[0]
        for row in found.specification.table.free_rows
        if row.is_variance and row.level == 2 and found.parameters[row.free] < 0.0
    ]


def far_from_zero(estimation: Estimation) -> str:
    """Advice on predictors whose means are so far from zero that slopes hide in intercepts."""
    for sample, pattern in zip(
        estimation.samples.groups, estimation.specification.patterns, strict=True
    ):
        if sample.mean is None or pattern.responses is not None:
            continue
        for name in pattern.exogenous:
            place = sample.names.index(name)
            deviations = abs(sample.mean[place]) / np.sqrt(sample.start_covariance[place, place])
            if deviations > _FAR:
                return (
                    f"The mean of {plain_name(name)!r} is {deviations:.0e} standard deviations "
                    "from zero, so that its slope and the intercepts can hardly be told apart: "
                    "centre it. "
                )
    return ""


def _why_stopped(estimation: Estimation) -> str:
    """The optimiser's reason, where it is not the number of iterations."""
    if _is_steep(estimation):
        largest = f"{_steepness(estimation):.1e}"
        return f" (the gradient, up to {largest}, is above optim_dx_tol=)"
    stopped = estimation.solution.stopped
    if stopped is None or np.ndim(stopped) or int(stopped) == Stop.ITERATIONS:
        return ""
    return f" ({Stop(int(stopped)).words})"


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
            f"{len(samples.crossed)} clusters are in several groups (as {names}): if the group is "
            "a property of clusters, correct these rows; else comparisons of groups are within "
            f"them.{_BY_LEVELS if estimation.specification.has_levels else ''}"
        )
    elif len(samples.groups) > 1:
        parts = ", ".join(f"{group.n_clusters} in {group.label!r}" for group in samples.groups)
        notes.append(
            f"the group is a property of clusters ({parts}): comparisons of groups rest on "
            f"{count} clusters, not on {samples.n_observations} rows."
        )
    if estimation.specification.has_levels:
        return notes + _level_notes(estimation, count)
    ruled_out = (
        f". Joint tests of {estimation.cluster_degrees_of_freedom} and more parameters are ruled "
        "out, "
        f"and {_verdict(estimation)}. Single standard errors remain usable{_best(estimation)}"
    )
    few = cluster_note(count, estimation.n_parameters, ruled_out, _best(estimation))
    return notes if few is None else [*notes, few]


def _level_notes(estimation: Estimation, n_clusters: int) -> list[str]:
    """What the clusters can carry between them."""
    between = sum(row.level == 2 for row in estimation.specification.table.free_rows)
    advice = (
        "If the question is one within clusters, or of rows, leave the level: blocks out and take "
        "se='cluster_cr2', which holds with few clusters."
    )
    if estimation.specification.categories:
        advice = "If the question is one of rows, leave the level: blocks out: cluster= is enough."
    if between > n_clusters:
        return [
            f"{between} parameters between clusters for {n_clusters} clusters: more than they can "
            "tell. Let the between level be saturated (covariances of all its variables), or "
            f"simplify it. {advice}"
        ]
    if n_clusters < _MANY_CLUSTERS and estimation.specification.categories:
        return [
            f"{n_clusters} clusters carry {between} parameters between clusters. Errors and tests "
            "of weighted least squares come from clusters' scores and rest on many of them; with "
            f"fewer than {_MANY_CLUSTERS} errors come out too small and solutions are often "
            f"improper. {advice}"
        ]
    if n_clusters < _MANY_CLUSTERS:
        return [
            f"{n_clusters} clusters carry {between} parameters between clusters. With fewer than "
            f"{_MANY_CLUSTERS}, variances between them come out too small (McNeish & Stapleton, "
            "2016), and where clusters differ little, estimates scatter widely and solutions are "
            f"often improper. ML's errors hold better than MLR's. {advice}"
        ]
    return []


def _verdict(estimation: Estimation) -> str:
    """What becomes of the test of fit where clusters are fewer than parameters."""
    if estimation.discrepancy.untested:
        return "so is any comparison of whole models"
    if isinstance(estimation, TwoStepEstimation):
        return "the test of the structure has not been examined with so few"
    if estimation.specification.categories:
        return "corrected tests of fit have not been examined with ordinal items"
    return "the scaled test of fit rejects too often: take fit.test()"


def _best(estimation: Estimation) -> str:
    """What is better than the plain sandwich, where it can be had."""
    if not estimation.discrepancy.is_likelihood or estimation.discrepancy.untested:
        return "."
    if isinstance(estimation, TwoStepEstimation):
        return "; sem(..., se='cluster_cr2') has errors that hold with few clusters."
    return "; best with se='cluster_cr2'. See fit.clusters."
