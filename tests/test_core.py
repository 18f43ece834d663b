"""Derivatives, stacks and standardised residuals: what another program cannot witness."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from core_cases import ITEMS, MODELS, SCALAR, THREE, fitted

import tpn_sem as ts
from tpn_sem.estimation import Objective
from tpn_sem.estimation.optimisation import minimise
from tpn_sem.numerics import Array, vech

each_model = pytest.mark.parametrize("name", MODELS)


def points(name: str, count: int) -> tuple[Objective, Array]:
    """Random parameter vectors around the solution, not at it, shape (count, n_free)."""
    found = fitted(name).estimation
    random = np.random.default_rng(1)
    spread = 0.05 * (0.2 + np.abs(found.parameters))
    return found.objective, found.parameters + spread * random.normal(
        size=(count, len(found.parameters))
    )


def slope_of(function: Callable[[Array], Array], point: Array) -> Array:
    """Derivative by central differences of fourth order, the parameter last."""
    columns = []
    for place in range(len(point)):
        step = np.zeros(len(point))
        step[place] = 1e-3 * max(0.1, abs(point[place]))
        near = function(point + step) - function(point - step)
        far = function(point + 2 * step) - function(point - 2 * step)
        columns.append((8 * near - far) / (12 * step[place]))
    return np.stack(columns, axis=-1)


def value(objective: Objective, point: Array) -> Array:
    return objective.value(objective.imply(point))


def gradient(objective: Objective, point: Array) -> Array:
    implied = objective.imply(point)
    return objective.gradient(implied, objective.directions(implied))


def expected(objective: Objective, point: Array) -> Array:
    implied = objective.imply(point)
    return objective.expected_hessian(implied, objective.directions(implied))


def observed(objective: Objective, point: Array) -> Array:
    implied = objective.imply(point)
    return objective.observed_hessian(implied, objective.directions(implied))


def close(found: Array, reference: Array, tolerance: float) -> None:
    """Equal up to `tolerance` times the largest entry."""
    np.testing.assert_allclose(found, reference, rtol=0, atol=tolerance * np.abs(reference).max())


# Derivatives --------------------------------------------------------------------------------------


@each_model
def test_gradient(name: str) -> None:
    objective, (point,) = points(name, 1)
    close(gradient(objective, point), slope_of(lambda p: value(objective, p), point), 1e-8)


@each_model
def test_observed_hessian(name: str) -> None:
    objective, (point,) = points(name, 1)
    close(observed(objective, point), slope_of(lambda p: gradient(objective, p), point), 1e-8)


@each_model
def test_jacobian_of_the_moments(name: str) -> None:
    objective, (point,) = points(name, 1)
    means = objective.specification.means
    along = objective.directions(objective.imply(point))
    for group, pattern in enumerate(objective.specification.patterns):

        def moments(p: Array, group: int = group) -> Array:
            implied = objective.imply(p)[group]
            halves = vech(implied.covariance)
            return np.concatenate([implied.mean, halves]) if means else halves

        numeric = slope_of(moments, point)
        analytic = np.zeros_like(numeric)
        analytic[:, pattern.places] = along[group].jacobian(means)
        close(analytic, numeric, 1e-8)


@each_model
def test_expected_hessian_is_the_information_of_normal_data(name: str) -> None:
    objective, (point,) = points(name, 1)
    total = np.zeros((len(point), len(point)))
    for group, implied in enumerate(objective.imply(point)):
        inverse = np.linalg.inv(implied.covariance)
        slopes = slope_of(lambda p, g=group: objective.imply(p)[g].covariance, point)
        turned = np.einsum("ab,bck->kac", inverse, slopes)
        part = 0.5 * np.einsum("kab,lba->kl", turned, turned)
        if objective.specification.means:
            shifts = slope_of(lambda p, g=group: objective.imply(p)[g].mean, point)
            part += shifts.T @ inverse @ shifts
        total += objective.shares[group] * part
    close(expected(objective, point), total, 1e-8)


@each_model
def test_the_gradient_vanishes_at_the_solution(name: str) -> None:
    found = fitted(name).estimation
    basis = found.specification.restrictions.reduction.basis
    steepest = gradient(found.objective, found.parameters) @ basis
    scale = np.sqrt(np.diag(basis.T @ found.information @ basis))
    assert np.abs(steepest / scale).max() < 1e-7


@each_model
def test_standard_errors_come_from_the_information(name: str) -> None:
    found = fitted(name).estimation
    basis = found.specification.restrictions.reduction.basis
    reduced = basis.T @ expected(found.objective, found.parameters) @ basis
    covariance = basis @ np.linalg.inv(reduced) @ basis.T / found.n_observations
    close(fitted(name).vcov.to_numpy(), covariance, 1e-8)


# Stacks -------------------------------------------------------------------------------------------


@each_model
def test_a_stack_gives_the_same_as_one_by_one(name: str) -> None:
    objective, stack = points(name, 5)
    implied = objective.imply(stack)
    for group, moments in enumerate(implied):
        alone = [objective.imply(point)[group] for point in stack]
        close(moments.covariance, np.array([one.covariance for one in alone]), 1e-12)
        close(moments.mean, np.array([one.mean for one in alone]), 1e-12)
    for function in (value, gradient, expected, observed):
        one_by_one = np.array([function(objective, point) for point in stack])
        close(function(objective, stack), one_by_one, 1e-11)


@each_model
def test_a_stack_of_stacks_keeps_its_shape(name: str) -> None:
    objective, stack = points(name, 6)
    deep = stack.reshape(2, 3, -1)
    for function in (value, gradient, expected):
        flat = function(objective, stack)
        close(function(objective, deep), flat.reshape(2, 3, *flat.shape[1:]), 1e-12)


def test_one_impossible_point_does_not_spoil_its_stack() -> None:
    objective, stack = points("factors", 3)
    rows = objective.specification.table.free_rows
    variance = next(place for place, row in enumerate(rows) if row.is_variance)
    stack[1, variance] = -50.0
    found = value(objective, stack)
    assert np.isposinf(found[1])
    close(found[[0, 2]], np.array([value(objective, stack[i]) for i in (0, 2)]), 1e-12)


@pytest.mark.parametrize("name", ["factors", "paths, equal loadings, means", "groups"])
def test_minimise_a_stack(name: str) -> None:
    objective, stack = points(name, 5)
    reduction = objective.specification.restrictions.reduction
    starts = reduction.expand(reduction.project(stack))
    together = minimise(objective, starts)
    assert together.parameters.shape == starts.shape
    assert together.converged.shape == together.value.shape == (5,)
    assert together.converged.all()
    alone = [minimise(objective, start) for start in starts]
    np.testing.assert_allclose(
        together.parameters, [one.parameters for one in alone], rtol=1e-6, atol=1e-7
    )
    np.testing.assert_allclose(together.value, [one.value for one in alone], rtol=1e-11)
    solution = fitted(name).estimation.parameters
    np.testing.assert_allclose(together.parameters, [solution] * 5, rtol=1e-6, atol=1e-7)


# Standardised residuals ---------------------------------------------------------------------------


@pytest.mark.slow
def test_standardized_residuals_have_unit_variance_in_both_groups() -> None:
    """Under scalar invariance; ignoring the other group's part in the estimates fails this."""
    population = fitted("groups")
    sizes = {"Pasteur": 300, "Grant-White": 900}
    random = np.random.default_rng(20)
    draws: dict[str, list[Array]] = {label: [] for label in sizes}
    for _ in range(200):
        samples = {}
        for label, n in sizes.items():
            part = population.implied.loc[label]
            rows = random.multivariate_normal(part["~1"], part[ITEMS], size=n)
            samples[label] = ts.SampleMoments.from_data(pd.DataFrame(rows, columns=ITEMS))
        fit = ts.Model(THREE).fit(samples, group_equal=SCALAR["group_equal"])
        residuals = fit.residuals("standardized")
        for label, found in draws.items():
            found.append(vech(residuals.loc[label][ITEMS].to_numpy()))
    for label, found in draws.items():
        stack = np.array(found)
        spread = np.sqrt(np.nanmean(stack**2))
        assert 0.93 < spread < 1.07, f"{label}: {spread:.3f}"


@pytest.mark.parametrize(
    ("model", "chi_square"),
    [
        ("f =~ x1 + x2 + x3\nx1 ~ 0*1", 885.238298365),
        ("f =~ x1 + x2 + x3\nx3 ~ 5*1", 582.702917126),
    ],
)
def test_a_minimum_far_from_the_means_is_found(
    model: str, chi_square: float, holzinger: pd.DataFrame
) -> None:
    """Chi-squares are of lavaan 0.6-14."""
    fit = ts.sem(model, holzinger)
    assert fit.converged
    assert fit.measures["chisq"] == pytest.approx(chi_square, rel=1e-9)
