"""The search for the maximum of the likelihood of ordinal answers."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from ...data import Samples
from ...errors import ModelError, TpnSemError
from ...numerics import LOGISTIC_UNIT, Array
from ...specification import EstimationOptions, Parameter, Specification, specify, without_products
from ..discrepancy import find_discrepancy
from ..implied import ImpliedResponses
from ..objective import Objective
from ..optimisation import Solution, minimise_without_curvature, search_minimum
from ..quadrature import Grid, Nodes, check_cost, grid_around, search_over_nodes
from ..start_values import given_starts, start_values
from .response_checks import check_responses
from .response_layout import response_layout
from .response_likelihood import LINKS, ResponseLikelihood
from .response_model import ResponseModel

# deviations that answers leave of factors, at least, over those that latent responses would
_LESS = {"normal": 1.25, "logistic": 1.0}
_MOST = 5e7  # unlike rows times nodes: some minutes
_TOO_WIDE = 1.3  # times as far apart as nodes need to be
_ROUGH = 1.6  # how much further apart nodes may lie where a search begins
_INFORMATION = {"normal": 1.0, "logistic": 3.0}  # one over that of a response on its mean
_ADVICE = (
    "Take estimator='WLSMV' or 'PML', whose cost does not grow with the number of factors, or "
    "fewer nodes=."
)


def solve_responses(
    specification: Specification,
    samples: Samples,
    discrepancy: ResponseLikelihood,
    options: EstimationOptions,
) -> tuple[Objective, Solution]:
    """The minimum, from that of least squares of thresholds and polychoric correlations.

    Raises
    ------
    ModelError, NotAvailableError
        For models whose answers are not independent given a few factors.
    """
    check_responses(specification, discrepancy.link)
    start = _start(specification, samples, discrepancy.link, options)
    objective = Objective(specification, samples, discrepancy)
    nodes = partial(_lay_out, objective, asked=samples.options.nodes)
    start, curvature = _nearer(objective, _with_proper_factors(objective, start), options)
    return search_over_nodes(objective, start, options, nodes, curvature)


def _nearer(
    objective: Objective, start: Array, options: EstimationOptions
) -> tuple[Array, Array | None]:
    """The minimum over fewer nodes and the Hessian there, or where the search began.

    With several factors that costs a fraction of what second derivatives cost over all nodes.
    """
    discrepancy = objective.discrepancy
    assert isinstance(discrepancy, ResponseLikelihood)
    if objective.samples.options.nodes is not None:
        return start, None
    rough = replace(
        objective, discrepancy=discrepancy.with_grid(_lay_out(objective, start, None, _ROUGH))
    )
    found = minimise_without_curvature(rough, start, options.max_iterations)
    if not found.converged:
        return start, None
    return found.parameters, rough.numerical_hessian(found.parameters)


def _start(
    specification: Specification, samples: Samples, link: str, options: EstimationOptions
) -> Array:
    """Estimates by least squares, in the units of the link; zero for what products do."""
    asked = given_starts(specification, dict(options.start))
    plain = specification
    if specification.roles.products:
        plain = specify(
            without_products(specification.statements),
            specification.options,
            samples.labels,
            specification.means,
            specification.categories,
        )
    found = _by_least_squares(plain, samples, options)
    if link == "logit":
        found = found * LOGISTIC_UNIT ** _units_in(plain)
    known = {
        (row.key, row.group): value for row, value in zip(plain.table.free_rows, found, strict=True)
    }
    rows = specification.table.free_rows
    values = np.array([known.get((row.key, row.group), 0.0) for row in rows])
    reduction = specification.restrictions.reduction
    return reduction.expand(reduction.project(np.where(np.isnan(asked), values, asked)))


def _with_proper_factors(objective: Objective, start: Array) -> Array:
    """The same, with covariances of factors drawn towards zero until they can be integrated out.

    Least squares of pairs may end where factors correlate beyond one.
    """
    rows = objective.specification.table.free_rows
    latent = set(objective.specification.roles.latent)
    apart = np.array([row.operator == "~~" and {row.lhs, row.rhs} <= latent for row in rows])
    apart &= np.array([row.lhs != row.rhs for row in rows])
    reduction = objective.specification.restrictions.reduction
    for share in (1.0, 0.9, 0.7, 0.4, 0.0):
        drawn = np.where(apart, share * start, start)
        found = reduction.expand(reduction.project(drawn))
        if all(_model_at(objective, found, group).is_usable for group in _groups(objective)):
            return found
    raise ModelError(
        "the start values imply factors without variance, or items measured without error: give "
        "others, as start={...}."
    )


def _groups(objective: Objective) -> range:
    return range(len(objective.samples.groups))


def _model_at(objective: Objective, parameters: Array, group: int) -> ResponseModel:
    """A group's model at one node."""
    discrepancy = objective.discrepancy
    assert isinstance(discrepancy, ResponseLikelihood)
    pattern = objective.specification.patterns[group]
    implied = discrepancy.imply(pattern, objective.cell_values(parameters, group))
    assert isinstance(implied, ImpliedResponses)
    layout, known = (
        response_layout(pattern),
        discrepancy.rows_of(objective.samples.groups[group], pattern),
    )
    nodes = Nodes(np.zeros((1, len(layout.factors))), np.zeros(1))
    return ResponseModel(layout, implied, nodes, LINKS[discrepancy.link][1], known.centre)


def _by_least_squares(plain: Specification, samples: Samples, options: EstimationOptions) -> Array:
    objective = Objective(plain, samples, find_discrepancy("WLSMV", "listwise"))
    begin = start_values(objective)
    try:
        found = search_minimum(objective, begin, options.max_iterations)
    except TpnSemError:
        return begin
    return found.parameters if found.converged else begin


def _units_in(specification: Specification) -> Array:
    """How often the unit of latent responses stands in each free parameter, shape (n_free,)."""
    marked = {row.lhs for row in specification.table.rows if row.operator == "=~" and row.free < 0}
    items = {name for name, _ in specification.categories}

    def unit(name: str) -> int:
        return int(name in marked or name in items)

    def count(row: Parameter) -> int:
        if row.operator == "=~":
            return unit(row.rhs) - unit(row.lhs)
        if row.operator == "~":
            return unit(row.lhs) - unit(row.rhs)
        if row.operator == "~~":
            own = row.lhs in items  # residual variances have the unit of the curve
            return 0 if own else unit(row.lhs) + unit(row.rhs)
        return unit(row.lhs)

    return np.array([count(row) for row in specification.table.free_rows], dtype=float)


def _lay_out(
    objective: Objective, parameters: Array, asked: int | None, wider: float = 1.0
) -> Grid:
    """Nodes for what answers leave of the factors, wherever predictors put these.

    An answer says less of a factor than the latent response behind it would.
    """
    discrepancy = objective.discrepancy
    assert isinstance(discrepancy, ResponseLikelihood)
    curve, left, shifts, rows = LINKS[discrepancy.link][0], [], [], 0
    for group in _groups(objective):
        model = _model_at(objective, parameters, group)
        if not model.is_usable:
            raise ModelError(
                "factors have no variance, or items are measured without error, where the search "
                "ended: hold loadings equal, or drop an item."
            )
        known = discrepancy.rows_of(objective.samples.groups[group], model.layout.pattern)
        told = (model.pull[: len(model.layout.items)] ** 2 / model.left[:, None]).sum(axis=0)
        left.append(wider * _LESS[curve] / np.sqrt(1.0 + told / _INFORMATION[curve]))
        shifts.append(known.given @ model.shift.T)
        rows = max(rows, len(known.codes))
    grid = grid_around(np.min(left, axis=0), np.concatenate(shifts), asked)
    names = response_layout(objective.specification.patterns[0]).factor_names
    check_cost(grid, rows, names, "full information", _ADVICE, _MOST)
    return grid


def too_few_for_answers(objective: Objective, parameters: Array) -> str:
    """What must be said of nodes that are too far apart; empty where they are not."""
    discrepancy = objective.discrepancy
    assert isinstance(discrepancy, ResponseLikelihood)
    assert discrepancy.grid is not None
    wanted = _lay_out(objective, parameters, None)
    steps = zip(discrepancy.grid.steps, wanted.steps, strict=True)
    if all(step <= _TOO_WIDE * close for step, close in steps):
        return ""
    return (
        f"too few nodes: {max(discrepancy.grid.counts)} for each factor lie "
        f"{max(discrepancy.grid.steps):.2f} deviations apart, and these answers need "
        f"{min(wanted.steps):.2f}. Take nodes={max(wanted.counts)} or more, or leave nodes= out."
    )
