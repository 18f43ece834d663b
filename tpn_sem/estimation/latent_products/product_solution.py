"""The search for the maximum of a likelihood with latent products."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...data import Samples
from ...errors import ModelError, TpnSemError
from ...numerics import Array, is_positive_definite
from ...specification import (
    EstimationOptions,
    Specification,
    specify,
    without_products,
)
from ..discrepancy import FullInformation, MaximumLikelihood
from ..objective import Objective
from ..optimisation import Solution, minimise_without_curvature, search_minimum
from ..quadrature import Grid, check_cost, grid_for, search_over_nodes
from ..start_values import given_starts, start_values
from .implied_products import ImpliedWithProducts, layout_of
from .linear_part import LinearPart, downstream
from .product_likelihood import ProductLikelihood, conditioned_layout
from .row_frame import patterned_rows

_ADVICE = "Take products='double_mean_centred', fewer products, or fewer nodes=."
_NO_RESIDUAL = 1e-9  # share of a variance that is rounding of none


def solve_products(
    specification: Specification,
    samples: Samples,
    discrepancy: ProductLikelihood,
    options: EstimationOptions,
) -> tuple[Objective, Solution]:
    """The minimum, from that of the model without products.

    Raises
    ------
    ModelError, NotAvailableError
        For products that the method cannot have.
    """
    check_products(specification, discrepancy.method)
    start, curvature = _start(specification, samples, options)
    objective = Objective(specification, samples, discrepancy)
    if discrepancy.method == "qml":
        return objective, minimise_without_curvature(
            objective, start, options.max_iterations, curvature
        )
    nodes = partial(_lay_out, objective, asked=samples.options.nodes)
    return search_over_nodes(objective, start, options, nodes, curvature)


def _start(
    specification: Specification, samples: Samples, options: EstimationOptions
) -> tuple[Array, Array | None]:
    """Parameters of the model without products, and zero for these, or what the user gave.

    With them the Hessian there, NaN for what products bring; None where that is no help.
    """
    asked = given_starts(specification, dict(options.start))
    plain = specify(
        without_products(specification.statements),
        specification.options,
        samples.labels,
        specification.means,
    )
    found, curvature = _linear_minimum(plain, samples, options)
    known = {
        (row.key, row.group): value for row, value in zip(plain.table.free_rows, found, strict=True)
    }
    rows = specification.table.free_rows
    values = np.array([known.get((row.key, row.group), 0.0) for row in rows])
    reduction = specification.restrictions.reduction
    start = reduction.expand(reduction.project(np.where(np.isnan(asked), values, asked)))
    if curvature is None or not np.isnan(asked).all():
        return start, None
    order = {(row.key, row.group): place for place, row in enumerate(plain.table.free_rows)}
    places = np.array([order.get((row.key, row.group), -1) for row in rows])
    hessian = np.full((len(rows), len(rows)), np.nan)
    inside = np.flatnonzero(places >= 0)
    hessian[np.ix_(inside, inside)] = curvature[np.ix_(places[inside], places[inside])]
    return start, hessian


def _linear_minimum(
    plain: Specification, samples: Samples, options: EstimationOptions
) -> tuple[Array, Array | None]:
    """The estimates without products and the Hessian there; start values where there are none."""
    incomplete = samples.options.missing != "listwise"
    objective = Objective(plain, samples, FullInformation() if incomplete else MaximumLikelihood())
    begin = start_values(objective)
    try:
        found = search_minimum(objective, begin, options.max_iterations)
    except TpnSemError:
        return begin, None
    if not found.converged:
        return begin, None
    implied = objective.imply(found.parameters)
    hessian = objective.observed_hessian(implied, objective.directions(implied))
    return found.parameters, hessian


def check_products(specification: Specification, method: str) -> None:
    """Refuse products of what other products affect, and those of more than two by 'qml'.

    Raises
    ------
    ModelError
    """
    if specification.restrictions.rotations:
        raise ModelError(
            "products and exploratory blocks (efa()) do not go together by "
            f"products={method!r}: write the factors' loadings out."
        )
    for pattern in specification.patterns:
        layout = layout_of(pattern)
        if not len(layout.products):
            continue
        bent = downstream(layout)
        for product, members in zip(layout.products, layout.members, strict=True):
            name = pattern.names[product]
            places = layout.factors[list(members)]
            affected = [pattern.names[place] for place in places if bent[place]]
            if affected:
                raise ModelError(
                    f"the product {name} has a factor ({affected[0]}) that depends on a product "
                    f"itself, so that it is not normal, which products={method!r} "
                    "needs: take products='double_mean_centred'."
                )
            if method == "lms" and not len(conditioned_layout(layout).given):
                raise ModelError(
                    f"products='lms' needs all but one of the variables in {name} to be factors: "
                    "multiply the observed ones before, data.assign(product=...), and write the "
                    "new column in their place."
                )
            if method == "qml" and len(members) > 2:
                raise ModelError(
                    f"products='qml' is defined for products of two, not for {name}: take 'lms'."
                )


def _linear_of(objective: Objective, parameters: Array) -> list[LinearPart]:
    parts = []
    for implied in objective.imply(parameters):
        assert isinstance(implied, ImpliedWithProducts)
        parts += implied.linear_parts()
    return parts


def left_of_factors(objective: Objective, parameters: Array) -> tuple[Array, Array]:
    """What rows leave of the factors that are integrated out, in their deviations.

    Returns
    -------
    deviations : array, shape (c,)
        Of each factor given the rows and the others, the smallest over groups.
    extremes : array, shape (c,)
        The largest mean given a row, over rows and groups, without sign.
    """
    deviations, extremes = [], []
    for sample, linear in zip(
        objective.samples.groups, _linear_of(objective, parameters), strict=True
    ):
        if not len(linear.layout.products):
            continue
        p = linear.layout.n_observed
        given = p + conditioned_layout(linear.layout).given
        root = np.linalg.cholesky(linear.covariance[np.ix_(given, given)])
        pull = linear.covariance[:p, given] @ np.linalg.inv(root).T
        base = linear.covariance[:p, :p] - pull @ pull.T
        deviation = np.sqrt(linear.covariance.diagonal()[:p])
        shares = base / np.outer(deviation, deviation)
        if not is_positive_definite(shares - _NO_RESIDUAL * np.eye(p)):
            raise np.linalg.LinAlgError
        known = pull.T @ np.linalg.solve(base, pull)
        deviations.append(1.0 / np.sqrt(1.0 + np.diag(known)))
        largest = np.zeros(len(given))
        rows = patterned_rows(sample.rows.values, None)
        for part, present in zip(rows.slices, rows.present, strict=True):
            there = np.flatnonzero(present)
            moments = linear.covariance[np.ix_(there, there)]
            distance = rows.values[part][:, there] - linear.mean[there]
            means = distance @ np.linalg.solve(moments, pull[there])
            largest = np.maximum(largest, np.abs(means).max(axis=0, initial=0.0))
        extremes.append(largest)
    return np.min(deviations, axis=0), np.max(extremes, axis=0)


def _lay_out(objective: Objective, parameters: Array, asked: int | None) -> Grid:
    """Nodes for what rows leave of the factors."""
    try:
        deviations, extremes = left_of_factors(objective, parameters)
    except np.linalg.LinAlgError:
        raise ModelError(
            "products='lms' integrates over a factor that is measured without error, or has no "
            "variance: free its items' residual variances, or take products='qml'."
        ) from None
    grid = grid_for(deviations, extremes, asked)
    for pattern in objective.specification.patterns:
        layout = layout_of(pattern)
        if len(layout.products):
            names = [
                pattern.names[place] for place in layout.factors[conditioned_layout(layout).given]
            ]
            products = ", ".join(str(pattern.names[place]) for place in layout.products)
            check_cost(
                grid,
                objective.samples.n_observations,
                names,
                f"products='lms' ({products})",
                _ADVICE,
            )
    return grid


def grid_at(objective: Objective, parameters: Array) -> Grid:
    """The nodes of the likelihood, or such as it would have, with another method."""
    discrepancy = objective.discrepancy
    if isinstance(discrepancy, ProductLikelihood) and discrepancy.grid is not None:
        return discrepancy.grid
    return _lay_out(objective, parameters, None)


def too_few_nodes(objective: Objective, parameters: Array) -> str:
    """What must be said of nodes that are too far apart; empty where they are not."""
    discrepancy = objective.discrepancy
    assert isinstance(discrepancy, ProductLikelihood)
    if discrepancy.grid is None:
        return ""
    deviations, _ = left_of_factors(objective, parameters)
    if discrepancy.grid.suits(deviations.tolist()):
        return ""
    wanted = grid_for(deviations, np.zeros(len(deviations)), None)
    return (
        f"too few nodes: {max(discrepancy.grid.counts)} for each factor lie "
        f"{max(discrepancy.grid.steps):.2f} deviations apart, where rows leave "
        f"{min(deviations):.2f} of a factor. Take nodes={max(wanted.counts)} or more, or leave "
        "nodes= out."
    )
