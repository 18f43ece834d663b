"""The search for the maximum of the likelihood of ordinal answers."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...data import Samples
from ...errors import ModelError, TpnSemError
from ...numerics import LOGISTIC_UNIT, Array
from ...specification import EstimationOptions, Parameter, Specification, specify, without_products
from ..discrepancy import find_discrepancy
from ..implied import ImpliedResponses
from ..objective import Objective
from ..optimisation import Solution, search_minimum
from ..quadrature import Grid, Nodes, check_cost, grid_for, search_over_nodes
from ..start_values import given_starts, start_values
from .response_checks import check_responses
from .response_layout import response_layout
from .response_likelihood import LINKS, ResponseLikelihood
from .response_model import ResponseModel

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
    nodes = partial(_lay_out, objective, asked=options.nodes)
    return search_over_nodes(objective, start, options, nodes)


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


def _by_least_squares(
    plain: Specification, samples: Samples, options: EstimationOptions
) -> Array:
    objective = Objective(plain, samples, find_discrepancy("WLSMV", "listwise"))
    begin = start_values(objective)
    try:
        found = search_minimum(objective, begin, options.max_iterations)
    except TpnSemError:
        return begin
    return found.parameters if found.converged else begin


def _units_in(specification: Specification) -> Array:
    """How often the unit of latent responses stands in each free parameter, shape (n_free,)."""
    marked = {
        row.lhs for row in specification.table.rows if row.operator == "=~" and row.free < 0
    }
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


def _left(objective: Objective, parameters: Array, link: str) -> Array:
    """What answers leave of each factor given the others, at least, in its deviations, (c,)."""
    found = []
    curve, unit = LINKS[link]
    for implied in objective.imply(parameters):
        assert isinstance(implied, ImpliedResponses)
        layout = response_layout(implied.pattern)
        nodes = Nodes(np.zeros((1, len(layout.factors))), np.zeros(1))
        model = ResponseModel(layout, implied, nodes, unit)
        if not model.is_usable:
            raise ModelError(
                "the start values imply factors without variance, or items measured without "
                "error: give others, as start={...}."
            )
        told = (model.pull[: len(layout.items)] ** 2 / model.left[:, None]).sum(axis=0)
        found.append(1.0 / np.sqrt(1.0 + told / (1.0 if curve == "normal" else 3.0)))
    return np.asarray(np.min(found, axis=0))


def _lay_out(objective: Objective, parameters: Array, asked: int | None) -> Grid:
    """Nodes for what answers leave of the factors.

    An answer says less of a factor than the latent response behind it would.
    """
    discrepancy = objective.discrepancy
    assert isinstance(discrepancy, ResponseLikelihood)
    left = _left(objective, parameters, discrepancy.link)
    grid = grid_for(left, np.zeros(len(left)), asked)
    layout = response_layout(objective.specification.patterns[0])
    pairs = zip(objective.samples.groups, objective.specification.patterns, strict=True)
    rows = [len(discrepancy.rows_of(*pair).codes) for pair in pairs]
    check_cost(grid, max(rows), layout.factor_names, "full information", _ADVICE)
    return grid
